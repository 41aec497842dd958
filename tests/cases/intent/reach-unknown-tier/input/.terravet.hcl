tier "alb" { match = { Tier = "alb" } }
tier "web" { match = { Tier = "web" } }
tier "app" { match = { Tier = "app" } }
tier "db"  { match = { Tier = "db" } }
flow { from = internet  to = tier.alb  ports = [80, 443] }
flow { from = tier.alb  to = tier.web  ports = [80, 443] }
flow { from = tier.web  to = tier.app  ports = [8080] }
flow { from = tier.app  to = tier.db   ports = [5432] }
flow { from = tier.app  to = internet  ports = [443] }
