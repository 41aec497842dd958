rule "tags/missing-required" {
  keys = ["Owner", "Environment"]
}
