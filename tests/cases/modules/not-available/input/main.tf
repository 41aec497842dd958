module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.0.0"
}

resource "aws_subnet" "a" {
  vpc_id     = module.vpc.vpc_id
  cidr_block = module.vpc.private[0]
}
