resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

locals {
  names = [
    "<script>alert(1)</script>",
    "a\"b'c\\d",
    "new\nline\ttab\r",
    "end",
    "`md` **b** #quot; %% $${x} {{x}} ]]> --> ; | [x](y)",
    "\u202eevil\u202c 日本語 😀 é",
    "&amp;&lt;",
    "\u0001\u0008\u001b[31m \\N \\G",
    "",
  ]
}

resource "aws_subnet" "main" {
  for_each   = { for index, name in local.names : name => index }
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet("10.0.0.0/16", 8, each.value)
  tags       = { Tier = each.key }
}

resource "aws_instance" "main" {
  for_each               = aws_subnet.main
  ami                    = "ami-1"
  instance_type          = "t3.micro"
  subnet_id              = each.value.id
  vpc_security_group_ids = [aws_security_group.main.id]
  tags                   = { Tier = "${each.key} <b>&\"'\\n" }
}

resource "aws_security_group" "main" {
  vpc_id = aws_vpc.main.id
}
