vpc = ec2.create_vpc(CidrBlock="10.47.0.0/16")["Vpc"]["VpcId"]
gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
group = ec2.create_security_group(GroupName="legacy", Description="Legacy", VpcId=vpc)["GroupId"]
rule = {"IpProtocol": "tcp", "FromPort": 3389, "ToPort": 3389, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule])
write("ids.auto.tfvars", f'vpc_id = "{vpc}"\ngateway_id = "{gateway}"\ngroup_id = "{group}"\n')
