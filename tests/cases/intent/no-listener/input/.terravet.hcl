tier "alb" { match = { Tier = "alb" } }
tier "old" { addresses = ["aws_elb.*"] }
tier "nlb" { addresses = ["aws_lb.udp"] }
flow { from = internet  to = tier.alb  ports = [80, 443, 8443] }
flow { from = internet  to = tier.old  ports = [80, 443] }
flow { from = internet  to = tier.nlb  ports = [53]  protocols = ["tcp", "udp"] }
