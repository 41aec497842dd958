tier "web" { match = { Tier = "web" } }
tier "web" { match = { Tier = "www" } }
tier "db" { tags = { Tier = "db" } }

flow { from = internet  to = tier.wep  ports = [443] }
flow { from = web  to = tier.db  ports = [443] }
flow { from = tier.web  to = tier.db }
flow { from = "0.0.0.0/0"  to = tier.web  ports = 443 }
flow {
  from  = tier.web
  to    = tier.db
  ports = ["https"]
  port  = 443
}
