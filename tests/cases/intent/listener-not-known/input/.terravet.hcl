tier "alb" { match = { Tier = "alb" } }
tier "other" { addresses = ["aws_lb.of_others"] }
flow { from = internet  to = tier.alb  ports = [80, 8443] }
flow { from = internet  to = tier.other  ports = [443] }
