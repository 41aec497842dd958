locals {
  merge          = { a = "0.0.0.0/0" }
  concat         = ["0.0.0.0/0"]
  lookup         = { a = "0.0.0.0/0" }
  lookup_default = "0.0.0.0/0"
  coalesce       = "0.0.0.0/0"
  coalescelist   = ["0.0.0.0/0"]
  flatten        = [[["0.0.0.0/0"]], []]
  for            = ["0.0.0.0/0"]
  format         = "0.0.0.0/0"
  template       = "0.0.0.0/0"
  try            = { a = "0.0.0.0/0" }
  one            = ["0.0.0.0/0"]
  element        = ["0.0.0.0/0"]
  values         = { a = "0.0.0.0/0" }
  zipmap         = ["0.0.0.0/0"]
  splat          = [{ a = "0.0.0.0/0" }]
  toset          = ["0.0.0.0/0"]
  conditional    = "0.0.0.0/0"
}

resource "aws_security_group" "merge" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [merge({ b = 1 }, local.merge).a]
  }
}

resource "aws_security_group" "concat" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = concat(["10.0.0.0/8"], local.concat)
  }
}

resource "aws_security_group" "lookup" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [lookup(local.lookup, "a", "10.0.0.0/8")]
  }
}

resource "aws_security_group" "lookup_default" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [lookup({}, "a", local.lookup_default)]
  }
}

resource "aws_security_group" "coalesce" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [coalesce(null, "", local.coalesce)]
  }
}

resource "aws_security_group" "coalescelist" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = coalescelist([], local.coalescelist)
  }
}

resource "aws_security_group" "flatten" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = flatten(local.flatten)
  }
}

resource "aws_security_group" "for" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [for cidr in local.for : cidr]
  }
}

resource "aws_security_group" "format" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [format("%s", local.format)]
  }
}

resource "aws_security_group" "template" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = ["${local.template}"]
  }
}

resource "aws_security_group" "try" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [try(local.try.b, local.try.a)]
  }
}

resource "aws_security_group" "one" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [one(local.one)]
  }
}

resource "aws_security_group" "element" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [element(local.element, 3)]
  }
}

resource "aws_security_group" "values" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = values(local.values)
  }
}

resource "aws_security_group" "zipmap" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [zipmap(["a"], local.zipmap)["a"]]
  }
}

resource "aws_security_group" "splat" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = local.splat[*].a
  }
}

resource "aws_security_group" "toset" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = toset(local.toset)
  }
}

resource "aws_security_group" "conditional" {
  description = "ssh"
  ingress {
    description = "ssh"
    protocol    = "tcp"
    from_port   = 22
    to_port     = 22
    cidr_blocks = [true ? local.conditional : "10.0.0.0/8"]
  }
}
