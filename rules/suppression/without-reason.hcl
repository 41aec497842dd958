rule "suppression/without-reason" {
  title    = "Suppression without a reason"
  severity = "error"
  since    = "0.1.0"

  for_each      = policy.suppressions
  condition     = each.value.mistake != "" || each.value.reason != ""
  error_message = "the suppression of ${join(", ", [for rule in each.value.rules : "`${rule}`"])} gives no reason, so it does not suppress"

  why = "A reason lets the next reader judge whether the exception still holds. Without one it stays for ever."
  fix = "Write the reason after the brackets: `# terravet:ignore[sg/open-port] public by design`."

  example "nothing after the brackets" {
    file "main.tf" {
      content = <<-HCL
        /* terravet:ignore[tags/missing-required] */ # violation
        resource "aws_s3_bucket" "logs" {
        }
      HCL
    }
  }
  example "with a reason" {
    file "main.tf" {
      content = <<-HCL
        # terravet:ignore[tags/missing-required] made by the landing zone
        resource "aws_s3_bucket" "logs" {
        }
      HCL
    }
  }
}
