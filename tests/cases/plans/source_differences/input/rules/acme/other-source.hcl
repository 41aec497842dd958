rule "acme/other-source" {
  title         = "Plan of another configuration"
  severity      = "warning"
  since         = "1.0.0"
  for_each      = plan.source_differences
  condition     = each.value.is_same
  error_message = "${each.value.text}"
  highlight     = each.value.text
  why           = "It shows what the fact holds."
  fix           = "Nothing."
  references    = ["Terraform: JSON Output Format"]
}
