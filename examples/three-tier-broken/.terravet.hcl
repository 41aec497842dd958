# What is meant to flow. Everything else is denied: `network/unintended-flow` says what gets through all the same,
# `network/missing-flow` what does not although it should.

tier "alb" { match = { Tier = "alb" } }
tier "web" { match = { Tier = "web" } }
tier "app" { match = { Tier = "app" } }
tier "db" { match = { Tier = "db" } }
tier "bastion" { match = { Tier = "bastion" } }

flow { from = internet  to = tier.alb  ports = [80, 443] }
flow { from = tier.alb  to = tier.web  ports = [80, 443] }
flow { from = tier.web  to = tier.app  ports = [8080] }
flow { from = tier.app  to = tier.db   ports = [5432] }

flow {
  description = "Updates, and AWS's own interfaces"
  from        = [tier.web, tier.app]
  to          = internet
  ports       = [443]
}

flow { from = "203.0.113.0/24"  to = tier.bastion           ports = [22] }
flow { from = tier.bastion      to = [tier.web, tier.app]  ports = [22] }
flow { from = tier.bastion      to = tier.db               ports = [5432] }
