rule "suppression/unknown-rule" {
  title    = "Suppression of a rule that does not exist"
  severity = "error"
  since    = "0.1.0"

  for_each      = policy.suppressions
  condition     = length(each.value.unknown) == 0
  error_message = "the suppression names a rule that does not exist: ${join(", ", each.value.unknown)}"

  why = "It suppresses nothing, or not what was meant, and nobody would notice."
  fix = "Correct the name; `terravet rules` lists the rules."

  example "a slip in the name" {
    file "main.tf" {
      content = <<-HCL
        /* terravet:ignore[tags/missing-require] shared bucket */ # violation
        resource "aws_s3_bucket" "logs" {
        }
      HCL
    }
  }
  example "a rule, and a pattern of rules" {
    file "main.tf" {
      content = <<-HCL
        # terravet:ignore[tags/missing-required, suppression/*] shared bucket
        resource "aws_s3_bucket" "logs" {
        }
      HCL
    }
  }
}
