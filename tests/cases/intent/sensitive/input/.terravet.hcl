tier "inside" { addresses = ["aws_instance.i"] }
flow { from = internet  to = tier.inside  ports = [443] }
