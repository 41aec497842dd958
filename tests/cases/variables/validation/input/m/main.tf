variable "zones" {
  type = list(string)

  validation {
    condition     = length(var.zones) > 1
    error_message = "At least two zones are needed, not ${length(var.zones)}."
  }
}
