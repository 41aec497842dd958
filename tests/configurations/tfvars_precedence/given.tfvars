e = "given.tfvars"
f = "given.tfvars"
