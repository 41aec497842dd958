exclude = ["vendor/**"]
