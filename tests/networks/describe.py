"""Prints the network that is there, as AWS describes it: JSON by the name of the operation. Runs beside the mock AWS, whose
packages it needs; default VPCs, which nobody here uses, are left out.
"""

import json

import boto3

ec2 = boto3.client("ec2")
ELSEWHERE = {vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if vpc["IsDefault"]}

OF_EC2 = {
    "vpcs": "Vpcs",
    "subnets": "Subnets",
    "route_tables": "RouteTables",
    "network_acls": "NetworkAcls",
    "security_groups": "SecurityGroups",
    "network_interfaces": "NetworkInterfaces",
    "addresses": "Addresses",
    "internet_gateways": "InternetGateways",
    "egress_only_internet_gateways": "EgressOnlyInternetGateways",
    "nat_gateways": "NatGateways",
    "vpc_peering_connections": "VpcPeeringConnections",
    "vpc_endpoints": "VpcEndpoints",
    "transit_gateway_vpc_attachments": "TransitGatewayVpcAttachments",
    "transit_gateway_route_tables": "TransitGatewayRouteTables",
    "managed_prefix_lists": "PrefixLists",
}


def main():
    found = {}
    for operation, member in OF_EC2.items():
        found[operation] = getattr(ec2, f"describe_{operation}")()[member]
    found["instances"] = [each for one in ec2.describe_instances()["Reservations"] for each in one["Instances"]]
    found["managed_prefix_lists"] = [each for each in found["managed_prefix_lists"] if each["OwnerId"] != "AWS"]
    for each in found["managed_prefix_lists"]:
        each["Entries"] = ec2.get_managed_prefix_list_entries(PrefixListId=each["PrefixListId"])["Entries"]
    for table in found["transit_gateway_route_tables"]:
        of = {"TransitGatewayRouteTableId": table["TransitGatewayRouteTableId"]}
        every = [{"Name": "state", "Values": ["active", "blackhole"]}]
        table["Routes"] = ec2.search_transit_gateway_routes(Filters=every, **of)["Routes"]
        table["Associations"] = ec2.get_transit_gateway_route_table_associations(**of)["Associations"]
        propagations = ec2.get_transit_gateway_route_table_propagations(**of)
        table["Propagations"] = propagations["TransitGatewayRouteTablePropagations"]
    elb = boto3.client("elbv2")
    found["load_balancers"] = elb.describe_load_balancers()["LoadBalancers"]
    found["listeners"] = []
    for balancer in found["load_balancers"]:
        found["listeners"] += elb.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    found["target_groups"] = elb.describe_target_groups()["TargetGroups"]
    for group in found["target_groups"]:
        health = elb.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
        group["Targets"] = [each["Target"] for each in health]
        attributes = elb.describe_target_group_attributes(TargetGroupArn=group["TargetGroupArn"])["Attributes"]
        group["Attributes"] = {each["Key"]: each["Value"] for each in attributes}
    found["db_instances"] = boto3.client("rds").describe_db_instances()["DBInstances"]
    found["auto_scaling_groups"] = boto3.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]
    kept = {name: [each for each in those if each.get("VpcId") not in ELSEWHERE] for name, those in found.items() if those}
    print(json.dumps({name: those for name, those in kept.items() if those}, indent=1, sort_keys=True, default=str))


if __name__ == "__main__":
    main()
