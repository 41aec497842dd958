tier "web" { match = { Tier = "web" } }
tier "db" { match = { Tier = "db" } }
flow { from = on_premises     to = tier.web  ports = [443] }
flow { from = "192.168.7.0/24"  to = tier.db  ports = [5432] }
