vpc = ec2.create_vpc(CidrBlock="10.44.0.0/16")["Vpc"]["VpcId"]
ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "shared"}])
subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.44.1.0/24", AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
ec2.create_tags(Resources=[subnet], Tags=[{"Key": "Name", "Value": "first"}])
group = ec2.create_security_group(GroupName="shared", Description="Of others", VpcId=vpc)["GroupId"]
