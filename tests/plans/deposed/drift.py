group = resource("aws_security_group.main")
import copy
old = copy.deepcopy(state["resources"][[r["type"] for r in state["resources"]].index("aws_security_group")]["instances"][0])
old["deposed"] = "0a1b2c3d"
old["attributes"]["id"] = "sg-0123456789abcdef0"
old["attributes"]["ingress"] = [{"cidr_blocks": ["0.0.0.0/0"], "description": "", "from_port": 22, "ipv6_cidr_blocks": [],
    "prefix_list_ids": [], "protocol": "tcp", "security_groups": [], "self": False, "to_port": 22}]
state["resources"][[r["type"] for r in state["resources"]].index("aws_security_group")]["instances"].append(old)
write_state(state)
