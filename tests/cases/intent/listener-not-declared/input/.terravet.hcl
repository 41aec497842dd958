tier "lb" { addresses = ["aws_lb.*"] }
tier "web" { match = { Tier = "web" } }
flow { from = internet  to = tier.lb  ports = [443] }
flow { from = tier.lb  to = tier.web  ports = [8443] }
