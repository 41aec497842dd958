rule "chain/first" {
  title    = "A source, said by the first rule"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.ingress_sources
  condition     = each.value.part != 0
  error_message = "first: ${each.value.address} names ${each.value.text}"
  highlight     = each.value.site

  why = "It shows who yields to whom."
  fix = "Nothing."
}

rule "chain/second" {
  title    = "A source, said by the second rule"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.ingress_sources
  condition     = each.value.part != 0
  error_message = "second: ${each.value.address} names ${each.value.text}"
  highlight     = each.value.site
  yields_to     = ["chain/first"]

  why = "It shows who yields to whom."
  fix = "Nothing."
}

rule "chain/third" {
  title    = "A source, said by the third rule"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.ingress_sources
  condition     = each.value.part != 0
  error_message = "third: ${each.value.address} names ${each.value.text}"
  highlight     = each.value.site
  yields_to     = ["chain/second"]

  why = "It shows who yields to whom."
  fix = "Nothing."
}

rule "chain/fourth" {
  title    = "A source, said by the fourth rule"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.ingress_sources
  condition     = each.value.part != 0
  error_message = "fourth: ${each.value.address} names ${each.value.text}"
  highlight     = each.value.site
  yields_to     = ["chain/first", "chain/second"]

  why = "It shows who yields to whom."
  fix = "Nothing."
}
