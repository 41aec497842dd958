variable "parameter" {}
data "aws_ssm_parameter" "this" { name = var.parameter }
data "aws_vpc" "also" {
  count   = 2
  default = count.index == 0
}
output "value" {
  value = data.aws_ssm_parameter.this.insecure_value
}
output "kind" { value = upper(basename(var.parameter)) }
