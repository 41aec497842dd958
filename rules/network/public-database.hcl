rule "network/public-database" {
  title    = "Database or cache that is publicly accessible"
  severity = "error"
  since    = "0.1.0"

  for_each      = network.databases
  condition     = !each.value.public
  error_message = "${each.value.address} is publicly accessible"
  highlight     = each.value.site

  why        = "A publicly accessible database has an address on the internet. Then a security group alone stands between everybody and what it holds."
  fix        = "Set the attribute to `false`; people reach the database through a bastion or a VPN. `aws_redshift_cluster` needs it in writing: it was true when unset before version 6 of the provider."
  references = ["AWS: Hiding a DB instance in a VPC from the internet", "https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/db_instance"]

  example "a public instance" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_db_instance" "orders" {
          instance_class      = "db.t4g.micro"
          engine              = "postgres"
          publicly_accessible = true # violation
        }
      HCL
    }
  }
  example "one that says nothing, and one that says no" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_db_instance" "orders" {
          instance_class = "db.t4g.micro"
          engine         = "postgres"
        }

        resource "aws_redshift_cluster" "facts" {
          cluster_identifier  = "facts"
          node_type           = "ra3.large"
          publicly_accessible = false
        }
      HCL
    }
  }
  example "a Redshift cluster of a version of the provider that makes it public" {
    file "main.tf" {
      content = <<-HCL
        terraform {
          required_providers {
            aws = {
              source  = "hashicorp/aws"
              version = "~> 5.0"
            }
          }
        }

        resource "aws_redshift_cluster" "facts" { # violation
          cluster_identifier = "facts"
          node_type          = "ra3.large"
        }
      HCL
    }
  }
  example "a Redshift cluster of a version that does not" {
    file "main.tf" {
      content = <<-HCL
        terraform {
          required_providers {
            aws = {
              source  = "hashicorp/aws"
              version = ">= 6.0, < 7.0"
            }
          }
        }

        resource "aws_redshift_cluster" "facts" {
          cluster_identifier = "facts"
          node_type          = "ra3.large"
        }
      HCL
    }
  }
  example "a Redshift cluster, which depends on the version of the provider" {
    file "main.tf" {
      content = <<-HCL
        resource "aws_redshift_cluster" "facts" { # undetermined
          cluster_identifier = "facts"
          node_type          = "ra3.large"
        }
      HCL
    }
  }
}
