resource "aws_vpc" "a" {
  cidr_block = "10.0.0.1/16" # terravet:ignore[cidr/host-bits-set] as the import wrote it
}

# terravet:ignore[cidr/host-bits-set] the whole block
resource "aws_vpc" "b" {
  cidr_block = "10.1.0.1/16"
}

resource "aws_vpc" "c" {
  # terravet:ignore[cidr/host-bits-set]
  cidr_block = "10.2.0.1/16"
}

resource "aws_vpc" "legacy" {
  cidr_block = "10.3.0.1/16"
}

resource "aws_vpc" "late" {
  cidr_block = "10.4.0.1/16"
}

# terravet:ignore[cidr/public-vpc] nothing to ignore here
resource "aws_vpc" "good" {
  cidr_block = "10.5.0.0/16"
}
