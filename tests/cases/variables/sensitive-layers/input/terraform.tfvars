key   = "hunter1"
block = "10.0.0.1/16"
