provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block = "10.40.0.0/16"
}

module "inner" {
  source   = "./inner"
  for_each = { "a.b" = 1, "quote\"d" = 2, "br[0]" = 3, "$${x}" = 4, "größe/日本" = 5, "back\\slash" = 6 }
  vpc_id   = aws_vpc.main.id
  index    = each.value
  names    = [each.key, "${each.key}.\"second\"]"]
}
