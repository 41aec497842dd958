rule "acme/replaced" {
  title         = "VPC that is replaced"
  severity      = "warning"
  since         = "1.0.0"
  for_each      = resources.aws_vpc
  condition     = each.value.action != "replace"
  error_message = "`${each.value.address}` is replaced"
  highlight     = each.value.address
  why           = "It shows what the fact holds."
  fix           = "Nothing."
  references    = ["Terraform: JSON Output Format"]
}
