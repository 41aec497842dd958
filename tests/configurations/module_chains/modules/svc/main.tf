variable "subnet" { type = object({ name = string, id = string, cidr = string }) }
variable "peers" { type = set(string) }
variable "peer_cidrs" { type = list(string) }
variable "password" {}
resource "aws_security_group" "g" {
  name = "svc-${var.subnet.name}"
  ingress = concat(
    [for c in var.peer_cidrs : { description = "peer", from_port = 0, to_port = 65535, protocol = "tcp", cidr_blocks = [c], ipv6_cidr_blocks = [], prefix_list_ids = [], security_groups = [], self = false }],
    [{ description = "own ${length(var.peers)}", from_port = 8080, to_port = 8080, protocol = "tcp", cidr_blocks = [var.subnet.cidr], ipv6_cidr_blocks = null, prefix_list_ids = null, security_groups = null, self = null }],
  )
}
resource "aws_instance" "i" {
  ami                    = "ami-12345678"
  instance_type          = "t3.micro"
  subnet_id              = var.subnet.id
  private_ip             = cidrhost(var.subnet.cidr, -2)
  vpc_security_group_ids = [aws_security_group.g.id]
  user_data              = "pw=${var.password}"
  root_block_device { volume_size = "20" }
  lifecycle {
    ignore_changes = [tags["x"], user_data]
    precondition {
      condition     = length(var.password) > 3
      error_message = "short"
    }
  }
}
output "summary" { value = "${var.subnet.name}@${aws_instance.i.private_ip}/${join("+", var.peers)}" }
output "pw" { value = sha256(var.password) }
