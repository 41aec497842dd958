vpc = ec2.create_vpc(CidrBlock="10.50.0.0/16")["Vpc"]["VpcId"]
ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "shared"}])
ec2.create_subnet(VpcId=vpc, CidrBlock="10.50.9.0/24", AvailabilityZone="us-east-1a")
ec2.create_subnet(VpcId=vpc, CidrBlock="10.50.10.0/24", AvailabilityZone="us-east-1b")
