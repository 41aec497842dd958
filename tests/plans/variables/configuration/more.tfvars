groups = {
  "a-b" = { port = 22, cidrs = ["0.0.0.0/0"] }
  c     = { port = 443, cidrs = ["10.0.0.0/8"], description = "TLS" }
}
