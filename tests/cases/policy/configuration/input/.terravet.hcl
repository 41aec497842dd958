fail_on = "error"

rule "cidr/host-bits-set" {
  severity = "warning"
}

rule "tags/missing-required" {
  keys     = ["Owner"]
  severity = "info"
}
