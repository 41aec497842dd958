rule "names/lower-case" {
  title    = "Name tag in capitals"
  severity = "error"
  since    = "1.0.0"

  for_each      = inventory.resources
  condition     = try(each.value.values.tags.Name == lower(each.value.values.tags.Name), true)
  error_message = "`${each.value.values.tags.Name}` is not in lower case"

  why        = "Names are typed by hand."
  fix        = "Write the name in lower case."
  references = []

  example "capitals" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" {
          cidr_block = "10.0.0.0/16"
          tags       = { Name = "Main" }
        }
      HCL
    }
  }

  example "lower case" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_vpc" "main" { # violation
          cidr_block = "10.0.0.0/16"
          tags       = { Name = "main" }
        }
      HCL
    }
  }
}
