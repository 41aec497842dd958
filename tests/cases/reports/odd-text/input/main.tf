# Größe 日本
resource "aws_vpc" "größe" {
	tags = { 日本 = "ﬀ" }
	cidr_block = /* é */ "10.0.0.1/16"
}
