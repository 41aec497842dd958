output "range" {
  value     = "0.0.0.0/0"
  sensitive = true
}
