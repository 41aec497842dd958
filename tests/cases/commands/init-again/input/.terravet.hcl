fail_on = "info"
