password = "canary-variable-password"
office   = "192.0.2.77/32"
tags     = { Owner = "canary-tag-owner" }
