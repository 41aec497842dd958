exclude = ["examples/**"]
