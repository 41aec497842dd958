ignore {
  rule    = "cidr/*"
  address = "aws_vpc.legacy"
  reason  = "moves out in spring"
  expires = "2027-03-31"
}

ignore {
  rule    = "cidr/host-bits-set"
  address = "aws_vpc.late"
  reason  = "until the new year"
  expires = "2027-01-31"
}
