provider "aws" { region = "us-east-1" }

variable "credentials" {
  type      = object({ user = string, password = string, ports = list(number), nested = map(string) })
  sensitive = true
  default   = { user = "root", password = "hunter2", ports = [1, 2], nested = { a = "x" } }
}
variable "key" {
  type      = string
  sensitive = true
  default   = "k"
}
variable "public" { default = { name = "app", size = 3 } }

locals {
  mixed    = merge(var.public, { secret = var.key })
  list     = [var.key, "plain", upper(var.credentials.user)]
  lengths  = length(var.credentials.ports)
  chosen   = var.credentials.user == "root" ? "admin" : "user"
  clear    = nonsensitive(var.credentials.user)
  is       = [issensitive(var.key), issensitive(var.public), issensitive(local.mixed.name), issensitive(local.mixed.secret)]
  rebuilt  = { for name, value in var.public : name => "${value}-${var.key}" }
  made     = sensitive("made here")
  tried    = try(var.credentials.missing, "fallback")
  keys     = keys(local.mixed)
  encoded  = jsonencode({ a = var.public.name, b = var.key })
  set      = toset(["a", var.key])
  null_one = sensitive(null)
  index    = ["zero", "one"][var.credentials.ports[0]]
}

module "app" {
  source   = "./modules/app"
  settings = local.mixed
  password = var.credentials.password
  names    = ["a", "b"]
}

resource "aws_ssm_parameter" "this" {
  for_each = nonsensitive(toset(keys(var.credentials.nested)))
  name     = "/app/${each.key}"
  type     = "SecureString"
  value    = var.credentials.nested[each.key]
  tags     = { Owner = var.public.name, Secret = var.key }
}

resource "aws_instance" "this" {
  ami           = "ami-1"
  instance_type = "t3.micro"
  user_data     = "password=${var.credentials.password}"
  ebs_block_device {
    device_name = "/dev/sdb"
    volume_size = var.credentials.ports[1]
  }
  dynamic "ebs_block_device" {
    for_each = [var.key]
    content {
      device_name = "/dev/${ebs_block_device.value}"
      volume_size = 5
    }
  }
  tags = var.credentials.nested
}

resource "terraform_data" "all" {
  input = {
    mixed   = local.mixed
    list    = local.list
    lengths = local.lengths
    chosen  = local.chosen
    clear   = local.clear
    is      = local.is
    rebuilt = local.rebuilt
    made    = local.made
    tried   = local.tried
    keys    = local.keys
    encoded = local.encoded
    index   = local.index
    null_is = local.null_one == null
  }
  triggers_replace = [for item in local.list : item]
}

output "clear" { value = local.clear }
output "is" { value = local.is }
output "secret" {
  value     = local.mixed
  sensitive = true
}
output "app" {
  value     = module.app.all
  sensitive = true
}
output "hidden" {
  value     = "not secret at all"
  sensitive = true
}
output "from_app" { value = module.app.name }

resource "aws_security_group" "partners" {
  name = "partners"

  dynamic "ingress" {
    for_each = var.credentials.nested
    content {
      description = ingress.key
      from_port   = 22
      to_port     = 22
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
}

resource "aws_ssm_maintenance_window_target" "this" {
  window_id     = "mw-0123456789abcdef0"
  resource_type = "INSTANCE"

  dynamic "targets" {
    for_each = [for port in var.credentials.ports : port]
    content {
      key    = "tag:Port"
      values = [tostring(targets.value), "plain"]
    }
  }
  targets {
    key    = "tag:Name"
    values = [var.public.name]
  }
}
