rule "acme/only-flow-log-removed" {
  title    = "Plan that removes the only flow log of a VPC"
  severity = "error"
  since    = "1.0.0"

  for_each = [for gone in plan.deletions : gone if gone.type == "aws_flow_log"]

  condition = anytrue(concat(
    [for log in resources.aws_flow_log : log.values.vpc_id == each.value.values.vpc_id],
    [for gone in plan.deletions : gone.values.id == each.value.values.vpc_id if gone.type == "aws_vpc"],
  ))

  error_message = "`${each.value.address}` is the only flow log of `${each.value.values.vpc_id}`, and the plan removes it"
  highlight     = each.value.address

  why        = "Without a flow log nobody can tell afterwards who spoke with whom."
  fix        = "Keep it, or make another one first."
  references = ["AWS: Logging IP traffic using VPC Flow Logs"]
}
