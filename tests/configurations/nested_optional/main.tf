variable "stacks" {
  type = map(object({
    enabled = optional(bool, true)
    region  = optional(string, "eu-west-1")
    components = optional(map(object({
      kind     = optional(string, "service")
      replicas = optional(number, 1)
      ports = optional(list(object({
        number   = number
        protocol = optional(string, "tcp")
        public   = optional(bool)
      })), [{ number = 80, public = true }])
      limits = optional(object({ cpu = optional(number, 0.5), memory = optional(string, "256Mi") }), {})
      labels = optional(map(string))
    })), { default = {} })
    extra = optional(map(list(string)))
  }))
  default = {
    alpha = {}
    beta = {
      components = {
        api = { replicas = 3, ports = [{ number = 8080 }, { number = 53, protocol = "udp" }], limits = { cpu = 2 }, labels = { tier = "front" } }
        job = { kind = "cron", ports = [], limits = null }
      }
      extra = { anything = [1, "goes"] }
    }
    gamma = { enabled = false, components = null }
  }
}
module "stack" {
  source     = "./modules/stack"
  for_each   = { for name, stack in var.stacks : name => stack if stack.enabled }
  name       = each.key
  components = each.value.components
  settings   = each.value.extra == null ? {} : { extra = jsonencode(each.value.extra) }
}
output "all" { value = var.stacks }
output "addresses" { value = merge([for name, stack in module.stack : stack.addresses]...) }
output "total" { value = sum([for stack in module.stack : stack.replicas]) }
