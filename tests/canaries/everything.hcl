rule "bird/everything" {
  title    = "A rule that quotes what it sees"
  severity = "error"
  since    = "0.1.0"

  for_each      = inventory.resources
  condition     = false
  error_message = "`${each.value.address}` has ${jsonencode(each.value.values)}"

  why = "A test."
  fix = "Nothing."
}
