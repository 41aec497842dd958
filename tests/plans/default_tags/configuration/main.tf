provider "aws" {
  region = "us-east-1"

  default_tags {
    tags = { Owner = "platform", Environment = "production" }
  }
}

provider "aws" {
  alias  = "bare"
  region = "us-east-1"
}

resource "aws_vpc" "tagged" {
  cidr_block = "10.25.0.0/16"
  tags       = { Environment = "test" }
}

resource "aws_vpc" "bare" {
  provider   = aws.bare
  cidr_block = "10.26.0.0/16"
}

resource "aws_subnet" "unknown" {
  vpc_id     = aws_vpc.tagged.id
  cidr_block = "10.25.0.0/24"
  tags       = { Vpc = aws_vpc.tagged.id }
}

module "bare" {
  source    = "./bare"
  providers = { aws = aws.bare }
  vpc_id    = aws_vpc.bare.id
}
