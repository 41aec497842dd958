group = resource("aws_security_group.main")["id"]
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{
    "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
ec2.create_tags(Resources=[resource("aws_vpc.main")["id"]], Tags=[{"Key": "Owner", "Value": "nobody"}])
ec2.delete_subnet(SubnetId=resource("aws_subnet.gone")["id"])
