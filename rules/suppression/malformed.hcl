rule "suppression/malformed" {
  title    = "Suppression that cannot be read"
  severity = "error"
  since    = "0.1.0"

  for_each      = policy.suppressions
  condition     = each.value.mistake == ""
  error_message = "the suppression ${each.value.mistake}, so it does not suppress"

  why = "It was meant to suppress something, and does not."
  fix = "Write `# terravet:ignore[sg/open-port] reason`, with `expires=2027-01-31` before the reason if wanted."

  example "no rule, and a day that does not exist" {
    file "main.tf" {
      content = <<-HCL
        /* terravet:ignore shared bucket */ # violation
        resource "aws_s3_bucket" "logs" {
        }

        /* terravet:ignore[tags/missing-required] expires=2027-02-30 shared bucket */ # violation
        resource "aws_s3_bucket" "traces" {
        }
      HCL
    }
  }
  example "well formed" {
    file "main.tf" {
      content = <<-HCL
        # terravet:ignore[tags/missing-required] expires=2027-02-28 shared bucket
        resource "aws_s3_bucket" "logs" {
        }
      HCL
    }
  }
}
