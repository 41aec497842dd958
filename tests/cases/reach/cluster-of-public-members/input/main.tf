
resource "aws_vpc" "main" { cidr_block = "10.0.0.0/16" }
resource "aws_internet_gateway" "main" { vpc_id = aws_vpc.main.id }
resource "aws_subnet" "public" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, count.index)
  availability_zone = "eu-west-1${["a", "b"][count.index]}"
}
resource "aws_subnet" "private" {
  count             = 2
  vpc_id            = aws_vpc.main.id
  cidr_block        = cidrsubnet(aws_vpc.main.cidr_block, 8, 10 + count.index)
  availability_zone = "eu-west-1${["a", "b"][count.index]}"
}
resource "aws_route_table" "public" { vpc_id = aws_vpc.main.id }
resource "aws_route" "public" {
  route_table_id         = aws_route_table.public.id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.main.id
}
resource "aws_route_table_association" "public" {
  count          = 2
  subnet_id      = element(aws_subnet.public[*].id, count.index)
  route_table_id = aws_route_table.public.id
}
resource "aws_route_table" "private" { vpc_id = aws_vpc.main.id }
resource "aws_route_table_association" "private" {
  count          = 2
  subnet_id      = aws_subnet.private[count.index].id
  route_table_id = aws_route_table.private.id
}
resource "aws_security_group" "db" {
  name   = "db"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 3306
    to_port     = 3306
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_db_subnet_group" "priv" { subnet_ids = aws_subnet.private[*].id }
resource "aws_db_subnet_group" "pub" { subnet_ids = aws_subnet.public[*].id }
resource "aws_rds_cluster" "a" {
  engine                 = "aurora-mysql"
  db_subnet_group_name   = aws_db_subnet_group.priv.name
  vpc_security_group_ids = [aws_security_group.db.id]
}
resource "aws_rds_cluster_instance" "a" {
  count               = 2
  cluster_identifier  = aws_rds_cluster.a.id
  engine              = aws_rds_cluster.a.engine
  instance_class      = "db.r5.large"
  publicly_accessible = true
}
resource "aws_rds_cluster" "b" {
  engine                 = "aurora-mysql"
  db_subnet_group_name   = aws_db_subnet_group.pub.name
  vpc_security_group_ids = [aws_security_group.db.id]
}
resource "aws_rds_cluster_instance" "b" {
  cluster_identifier  = aws_rds_cluster.b.id
  engine              = aws_rds_cluster.b.engine
  instance_class      = "db.r5.large"
  publicly_accessible = true
}
