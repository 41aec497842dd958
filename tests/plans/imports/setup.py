vpc = ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
group = ec2.create_security_group(GroupName="legacy", Description="Made by hand", VpcId=vpc)["GroupId"]
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{
    "IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
write("ids.auto.tfvars", f'vpc_id = "{vpc}"\ngroup_id = "{group}"\n')
