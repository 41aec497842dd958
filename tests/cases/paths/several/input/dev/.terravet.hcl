rule "cidr/host-bits-set" {
  severity = "warning"
}
