fail_on = "eror"
exlude = []

rule "sg/open-admin-prt" {
}

rule "sg/open-admin-port" {
  prts  = [22]
  ports = "many"
}

ignore {
  rule = "sg/*"
}
