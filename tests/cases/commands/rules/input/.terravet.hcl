rule "cidr/public-vpc" {
  enabled = false
}
