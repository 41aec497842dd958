locals {
  block = "10.2.0.1/16"
}
