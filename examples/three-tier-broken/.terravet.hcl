rule "tags/missing-required" {
  keys = ["Name", "Owner", "Environment", "CostCenter"]
}

rule "tags/invalid-value" {
  values = {
    Environment = ["dev", "staging", "production"]
    CostCenter  = "[0-9]{4}"
  }
}

rule "tags/wrong-case" {
  keys = ["Name", "Owner", "Environment", "CostCenter"]
}
