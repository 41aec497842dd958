rule "cidr/host-bits-set" {
  severity = "info"
}
