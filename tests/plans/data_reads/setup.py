vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": "shared"}])
for zone, block in [("us-east-1a", "10.9.1.0/24"), ("us-east-1b", "10.9.2.0/24")]:
    ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)
