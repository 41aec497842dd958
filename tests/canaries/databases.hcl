rule "bird/databases" {
  title    = "A rule that quotes what it sees"
  severity = "error"
  since    = "0.1.0"

  for_each      = resources.aws_db_instance
  condition     = each.value.values.password == "x"
  error_message = "`${each.value.address}` has ${each.value.values.password}"
  highlight = each.value.values.password

  why = "A test."
  fix = "Nothing."
}
