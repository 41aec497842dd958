rule "cidr/host-bits-set" {
  severity = "error"
}
