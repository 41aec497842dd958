rule "bird/groups" {
  title    = "A rule that quotes what it sees"
  severity = "error"
  since    = "0.1.0"

  for_each      = resources.aws_security_group
  condition     = each.value.values.description == "x"
  error_message = "`${each.value.address}` has ${each.value.values.description}, ${try(jsonencode(each.value.values.tags), "none")}"
  highlight = each.value.values.description

  why = "A test."
  fix = "Nothing."
}
