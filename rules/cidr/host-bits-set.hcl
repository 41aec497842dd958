rule "cidr/host-bits-set" {
  title    = "Address inside a block in place of its network address"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.cidrs
  condition     = !each.value.has_host_bits
  error_message = "${each.value.address} has `${each.value.text}` in `${each.value.attribute}`, which is an address inside `${each.value.network}`"
  highlight     = each.value.site

  why        = "The provider or AWS refuses it, or makes the block of it in silence: `1.2.3.4/0` is then the whole internet, and one address was meant."
  fix        = "Write the network address where the block is meant, and the address with `/32` (IPv6: `/128`) where the address is."
  references = ["RFC 4632", "AWS: VPC CIDR blocks"]

  example "an address with the prefix length of its network" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group_rule" "db" {
          security_group_id = "sg-0123456789abcdef0"
          type              = "ingress"
          protocol          = "tcp"
          from_port         = 443
          to_port           = 443
          cidr_blocks       = ["10.0.1.17/24"] # violation
        }
      HCL
    }
  }
  example "network addresses, and one address" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_security_group_rule" "db" {
          security_group_id = "sg-0123456789abcdef0"
          type              = "ingress"
          protocol          = "tcp"
          from_port         = 443
          to_port           = 443
          cidr_blocks       = ["10.0.1.0/24", "10.0.1.17/32"]
        }
      HCL
    }
  }
  example "where an address inside the block is what is asked for" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_dx_bgp_peer" "peer" {
          virtual_interface_id = "dxvif-01234567"
          address_family       = "ipv4"
          bgp_asn              = 65351
          amazon_address       = "169.254.10.1/30"
          customer_address     = "169.254.10.2/30"
        }
      HCL
    }
  }
  example "text that is not known" {
    file "main.tf" {
      content = <<-HCL
        variable "office" {
          type = string
        }

        resource "aws_security_group_rule" "db" {
          security_group_id = "sg-0123456789abcdef0"
          type              = "ingress"
          protocol          = "tcp"
          from_port         = 443
          to_port           = 443
          cidr_blocks       = [var.office] # undetermined
        }
      HCL
    }
  }
}
