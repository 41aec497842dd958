tier "web" { match = { Tier = "web" } }
flow { from = internet  to = tier.web  ports = [443] }
flow {
  from = tier.web
  to = internet
  ports = [443]
}
