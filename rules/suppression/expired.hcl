rule "suppression/expired" {
  title    = "Suppression past its day"
  severity = "error"
  since    = "0.1.0"

  for_each      = policy.suppressions
  condition     = each.value.mistake != "" || !each.value.expired
  error_message = "the suppression of ${join(", ", [for rule in each.value.rules : "`${rule}`"])} held until ${each.value.expires}, so it does not suppress"

  why = "Somebody promised that the exception would be gone by that day."
  fix = "Mend what it covers and remove it, or agree on a new day."

  example "a day that is over" {
    file "main.tf" {
      content = <<-HCL
        /* terravet:ignore[tags/missing-required] expires=2020-01-31 until the migration */ # violation
        resource "aws_s3_bucket" "logs" {
        }
      HCL
    }
  }
  example "a day to come" {
    file "main.tf" {
      content = <<-HCL
        # terravet:ignore[tags/missing-required] expires=2099-01-31 until the migration
        resource "aws_s3_bucket" "logs" {
        }
      HCL
    }
  }
}
