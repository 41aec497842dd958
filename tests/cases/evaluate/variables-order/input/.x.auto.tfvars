hidden = "read"
