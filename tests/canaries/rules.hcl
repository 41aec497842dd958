rule "bird/rules" {
  title    = "A rule that quotes what it sees"
  severity = "error"
  since    = "0.1.0"

  for_each      = flatten([for group in resources.aws_security_group : [for rule in try(group.values.ingress, []) : { address = group.address, rule = rule }]])
  condition     = each.value.rule.description == "x"
  error_message = "`${each.value.address}` has ${jsonencode(each.value.rule)}, ${try(join(" ", each.value.rule.cidr_blocks), "none")}"
  highlight = each.value.rule.cidr_blocks

  why = "A test."
  fix = "Nothing."
}
