tier "app" { match = { Tier = "app" } }
tier "db"  { match = { Tier = "db" } }
flow { from = tier.app  to = tier.db   ports = [5432] }
