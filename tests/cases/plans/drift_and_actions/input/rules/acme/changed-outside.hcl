rule "acme/changed-outside" {
  title         = "Resource that was changed outside Terraform"
  severity      = "warning"
  since         = "1.0.0"
  for_each      = plan.drift
  condition     = false
  error_message = "`${each.value.address}` was renamed to ${each.value.values.tags.Name}"
  highlight     = each.value.address
  why           = "It shows what the fact holds."
  fix           = "Nothing."
  references    = ["Terraform: JSON Output Format"]
}
