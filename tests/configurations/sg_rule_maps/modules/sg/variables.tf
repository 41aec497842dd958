variable "create" {
  type    = bool
  default = true
}
variable "create_sg" {
  type    = bool
  default = true
}
variable "security_group_id" {
  type    = string
  default = null
}
variable "name" {
  type    = string
  default = null
}
variable "use_name_prefix" {
  type    = bool
  default = true
}
variable "description" {
  type    = string
  default = "Security Group managed by Terraform"
}
variable "vpc_id" {
  type    = string
  default = null
}
variable "revoke_rules_on_delete" {
  type    = bool
  default = false
}
variable "create_timeout" {
  type    = string
  default = "10m"
}
variable "tags" {
  type    = map(string)
  default = {}
}
variable "ingress_rules" {
  type    = list(string)
  default = []
}
variable "ingress_with_cidr_blocks" {
  type    = list(map(string))
  default = []
}
variable "ingress_cidr_blocks" {
  type    = list(string)
  default = []
}
variable "ingress_prefix_list_ids" {
  type    = list(string)
  default = []
}
variable "computed_sources" {
  type    = list(string)
  default = []
}
variable "number_of_computed" {
  type    = number
  default = 0
}
variable "egress" {
  type = map(object({
    from     = optional(number, 0)
    to       = optional(number)
    protocol = optional(string, "-1")
    cidrs    = optional(list(string), ["0.0.0.0/0"])
    self     = optional(bool, false)
  }))
  default = { all = {} }
}
variable "rules" {
  type = map(list(any))
  default = {
    http-80-tcp   = [80, 80, "tcp", "HTTP"]
    https-443-tcp = [443, 443, "tcp", "HTTPS"]
    all-all       = [-1, -1, "-1", "All protocols"]
    ssh-tcp       = [22, 22, "tcp", "SSH"]
    _             = ["", "", ""]
  }
}
