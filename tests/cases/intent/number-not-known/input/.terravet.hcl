tier "web" { match = { Tier = "web" } }
tier "db" { match = { Tier = "db" } }
flow { from = tier.web  to = tier.db  ports = [5432] }
