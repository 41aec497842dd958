rule "bird/tags" {
  title    = "A rule that quotes what it sees"
  severity = "error"
  since    = "0.1.0"

  for_each      = flatten([for resource in inventory.taggable : [for key, value in resource.tags : { address = resource.address, key = key, value = value }]])
  condition     = each.value.value == "x"
  error_message = "`${each.value.address}` has ${each.value.key} ${each.value.value}"
  highlight = each.value.value

  why = "A test."
  fix = "Nothing."
}
