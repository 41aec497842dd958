//! How the parts of a network hang together: NAT gateways, peering, zones.

use serde_json::{Value as Json, json};

use super::World;

/// The truths of a collection, in one line.
fn told(instances: &Json, collection: &str, name: &str) -> String {
    World::new(instances).truths(collection, name).join(", ")
}

const VPC: &str = "aws_vpc.main";

fn merged(base: Json, more: Json) -> Json {
    let (Json::Object(mut base), Json::Object(more)) = (base, more) else { panic!("objects") };
    base.extend(more);
    Json::Object(base)
}

/// A public NAT gateway in a subnet whose own table has this route.
fn nat(route: Json) -> String {
    let instances = json!({
        VPC: {"cidr_block": "10.0.0.0/16"},
        "aws_subnet.a": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.1.0/24"},
        "aws_route_table.t": {"vpc_id": "${aws_vpc.main.id}", "route": [route]},
        "aws_route_table_association.a": {"subnet_id": "${aws_subnet.a.id}", "route_table_id": "${aws_route_table.t.id}"},
        "aws_nat_gateway.n": {"subnet_id": "${aws_subnet.a.id}"},
    });
    told(&instances, "nat_gateways", "routed_out")
}

#[test]
fn a_nat_gateway_needs_a_way_out_of_its_own_subnet() {
    let to = |name: &str, target: &str| nat(json!({"cidr_block": "0.0.0.0/0", name: target}));
    for (name, target, expected) in [
        ("gateway_id", "igw-1", "yes"),
        ("gateway_id", "vgw-1", "yes"),
        ("vpc_endpoint_id", "vpce-1", "yes"),
        ("network_interface_id", "eni-1", "yes"),
        ("transit_gateway_id", "tgw-1", "yes"),
        ("gateway_id", "${?}", "yes"),
        ("nat_gateway_id", "${aws_nat_gateway.n.id}", "no"),
        ("vpc_peering_connection_id", "pcx-1", "no"),
    ] {
        assert_eq!(to(name, target), format!("aws_nat_gateway.n: {expected}"), "{name} = {target}");
    }
    assert_eq!(nat(json!({"ipv6_cidr_block": "::/0", "egress_only_gateway_id": "eigw-1"})), "aws_nat_gateway.n: no");
}

#[test]
fn nat_gateways_that_are_private_or_in_subnets_of_others_are_not_asked() {
    let in_subnet = |subnet: &str, kind: &str| {
        let instances = json!({
            VPC: {"cidr_block": "10.0.0.0/16"},
            "aws_subnet.a": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.1.0/24"},
            "aws_nat_gateway.n": {"subnet_id": subnet, "connectivity_type": kind},
        });
        told(&instances, "nat_gateways", "routed_out")
    };
    assert_eq!(in_subnet("${aws_subnet.a.id}", "public"), "aws_nat_gateway.n: no");
    assert_eq!(in_subnet("${aws_subnet.a.id}", "private"), "");
    assert_eq!(in_subnet("${aws_subnet.a.id}", "${?}"), "aws_nat_gateway.n: ? aws_nat_gateway.n: subnet_id");
    assert_eq!(in_subnet("subnet-1", "public"), "");
    assert_eq!(in_subnet("${?}", "public"), "");
}

/// Two peered VPCs with these routes.
fn peered(routes: Json) -> String {
    let base = json!({
        "aws_vpc.a": {"cidr_block": "10.0.0.0/16"},
        "aws_vpc.b": {"cidr_block": "10.1.0.0/16"},
        "aws_route_table.a": {"vpc_id": "${aws_vpc.a.id}"},
        "aws_vpc_peering_connection.p": {"vpc_id": "${aws_vpc.a.id}", "peer_vpc_id": "${aws_vpc.b.id}"},
    });
    let facts = World::new(&merged(base, routes)).facts("peerings");
    let fact = &facts[0];
    let without = fact.get("without_route").unwrap().as_str().unwrap();
    match fact.get("routed").unwrap().as_bool() {
        Some(true) => "both".to_owned(),
        Some(false) => format!("not {without}"),
        None => "?".to_owned(),
    }
}

fn over(table: &str, block: &str) -> Json {
    over_connection(table, block, "${aws_vpc_peering_connection.p.id}")
}

fn over_connection(table: &str, block: &str, connection: &str) -> Json {
    json!({"route_table_id": table, "destination_cidr_block": block, "vpc_peering_connection_id": connection})
}

#[test]
fn both_sides_of_a_peering_connection_need_a_route() {
    let (own, main) = ("${aws_route_table.a.id}", "${aws_vpc.b.main_route_table_id}");
    let to_b = over(own, "10.1.0.0/16");
    assert_eq!(peered(json!({})), "not `aws_vpc.a` and `aws_vpc.b` have");
    assert_eq!(peered(json!({"aws_route.b": to_b})), "not `aws_vpc.b` has");
    assert_eq!(peered(json!({"aws_route.b": to_b, "aws_route.a": over(main, "10.0.3.0/24")})), "both");
    // To somewhere else, and over another connection.
    assert_eq!(peered(json!({"aws_route.b": to_b, "aws_route.a": over(main, "10.7.0.0/16")})), "not `aws_vpc.b` has");
    let other = over_connection(main, "10.0.0.0/16", "${aws_vpc_peering_connection.other.id}");
    let other = json!({"aws_route.b": to_b, "aws_route.a": other, "aws_vpc_peering_connection.other": {}});
    assert_eq!(peered(other), "not `aws_vpc.b` has");
    // By way of the accepter.
    let accepted = json!({
        "aws_route.b": to_b,
        "aws_route.a": over_connection(main, "10.0.0.0/16", "${aws_vpc_peering_connection_accepter.p.id}"),
        "aws_vpc_peering_connection_accepter.p": {"vpc_peering_connection_id": "${aws_vpc_peering_connection.p.id}"},
    });
    assert_eq!(peered(accepted), "both");
    // A table of another configuration that leads to one of the two is the other one's.
    assert_eq!(
        peered(json!({"aws_route.b": over("rtb-1", "10.1.0.0/16"), "aws_route.a": over(main, "10.0.0.0/8")})),
        "both"
    );
    // What is not known: where a route leads to, over what, or whether there are others.
    assert_eq!(peered(json!({"aws_route.b": to_b, "aws_route.a": over(main, "${?}")})), "both");
    assert_eq!(peered(json!({"aws_route.b": to_b, "aws_route.a": over_connection(main, "10.0.0.0/16", "${?}")})), "?");
    let more = json!({"vpc_id": "${aws_vpc.b.id}", "route": "${?}"});
    assert_eq!(peered(json!({"aws_route.b": to_b, "aws_route_table.b": more})), "?");
}

#[test]
fn peering_with_vpcs_of_others_is_not_asked() {
    let peer = |peer: &str| {
        let instances = json!({
            "aws_vpc.a": {"cidr_block": "10.0.0.0/16"},
            "aws_vpc_peering_connection.p": {"vpc_id": "${aws_vpc.a.id}", "peer_vpc_id": peer},
        });
        told(&instances, "peerings", "routed")
    };
    assert_eq!(peer("vpc-1"), "");
    assert_eq!(peer("${?}"), "");
    assert_eq!(peer("${aws_vpc.a.id}"), "");
}

/// A subnet group of subnets with these zones.
fn spread(zones: &[Json]) -> String {
    let mut instances = json!({});
    let mut ids = Vec::new();
    for (index, zone) in zones.iter().enumerate() {
        instances[format!("aws_subnet.s{index}")] = json!({"availability_zone": zone});
        ids.push(format!("${{aws_subnet.s{index}.id}}"));
    }
    instances["aws_db_subnet_group.g"] = json!({"subnet_ids": ids});
    told(&instances, "zone_spreads", "in_one_zone")
}

#[test]
fn one_zone_is_one_zone_by_whatever_name() {
    let unknown = "aws_db_subnet_group.g: ? aws_db_subnet_group.g: subnet_ids";
    let (a, b, chosen) = (json!("eu-west-1a"), json!("eu-west-1b"), Json::Null);
    let (first, second) = (json!("${data.aws_zone.a.name}"), json!("${data.aws_zone.b.name}"));
    for (zones, expected) in [
        (vec![a.clone()], "aws_db_subnet_group.g: yes"),
        (vec![chosen.clone()], "aws_db_subnet_group.g: yes"),
        (vec![a.clone(), a.clone()], "aws_db_subnet_group.g: yes"),
        (vec![a.clone(), b.clone()], "aws_db_subnet_group.g: no"),
        (vec![first.clone(), first.clone()], "aws_db_subnet_group.g: yes"),
        (vec![first.clone(), second], "aws_db_subnet_group.g: no"),
        (vec![first, a.clone()], "aws_db_subnet_group.g: no"),
        (vec![a.clone(), json!("${?}")], "aws_db_subnet_group.g: no"),
        (vec![chosen.clone(), chosen.clone()], unknown),
        (vec![a.clone(), chosen.clone(), a.clone()], unknown),
        (vec![a, b, chosen], "aws_db_subnet_group.g: no"),
        (vec![], ""),
    ] {
        assert_eq!(spread(&zones), expected, "{zones:?}");
    }
}

#[test]
fn subnets_of_others_are_in_zones_that_others_know() {
    let group = |ids: Json| {
        told(&json!({"aws_elasticache_subnet_group.g": {"subnet_ids": ids}}), "zone_spreads", "in_one_zone")
    };
    assert_eq!(group(json!(["subnet-1", "subnet-2"])), "aws_elasticache_subnet_group.g: no");
    assert_eq!(group(json!(["subnet-1", "subnet-1"])), "aws_elasticache_subnet_group.g: yes");
    assert_eq!(group(json!(["${?}", "${?}"])), "aws_elasticache_subnet_group.g: no");
    assert_eq!(group(json!("${?}")), "");
    let mapping = json!([{"subnet_id": "subnet-1"}, {"subnet_id": "subnet-2"}]);
    assert_eq!(told(&json!({"aws_lb.l": {"subnet_mapping": mapping}}), "zone_spreads", "in_one_zone"), "aws_lb.l: no");
}

/// Messages of a collection: one text of each fact.
fn texts(instances: &Json, collection: &str, name: &str) -> Vec<String> {
    let world = World::new(instances);
    let text = |fact: &crate::lang::Value| fact.get(name).unwrap().as_str().unwrap().to_owned();
    world.facts(collection).iter().map(text).collect()
}

/// Why a route of `aws_vpc.a` leads nowhere, with these instances beside it.
fn dead(route: Json, more: Json) -> Vec<String> {
    let base = json!({
        "aws_vpc.a": {"cidr_block": "10.0.0.0/16"},
        "aws_vpc.b": {"cidr_block": "10.1.0.0/16"},
        "aws_subnet.b": {"vpc_id": "${aws_vpc.b.id}", "cidr_block": "10.1.0.0/24"},
        "aws_route_table.a": {"vpc_id": "${aws_vpc.a.id}", "route": [route]},
    });
    texts(&merged(base, more), "dead_routes", "why")
}

#[test]
fn a_gateway_serves_the_vpc_that_it_is_attached_to() {
    let nothing: [&str; 0] = [];
    let internet = json!({"cidr_block": "0.0.0.0/0", "gateway_id": "${aws_internet_gateway.g.id}"});
    let gateway = |vpc: Json| dead(internet.clone(), json!({"aws_internet_gateway.g": {"vpc_id": vpc}}));
    assert_eq!(gateway(json!("${aws_vpc.a.id}")), nothing);
    assert_eq!(gateway(json!("${aws_vpc.b.id}")), ["`aws_internet_gateway.g` is attached to another VPC"]);
    assert_eq!(gateway(json!("vpc-1")), nothing);
    assert_eq!(gateway(json!("${?}")), nothing);
    assert_eq!(gateway(Json::Null), ["`aws_internet_gateway.g` is attached to no VPC"]);
    let attached = |gateway: &str, vpc: &str| {
        let attachment = json!({"internet_gateway_id": gateway, "vpc_id": vpc});
        dead(internet.clone(), json!({"aws_internet_gateway.g": {}, "aws_internet_gateway_attachment.g": attachment}))
    };
    assert_eq!(attached("${aws_internet_gateway.g.id}", "${aws_vpc.a.id}"), nothing);
    assert_eq!(attached("${?}", "${aws_vpc.a.id}"), nothing);
    let vpn = json!({"cidr_block": "172.16.0.0/12", "gateway_id": "${aws_vpn_gateway.g.id}"});
    assert_eq!(dead(vpn.clone(), json!({"aws_vpn_gateway.g": {}})), ["`aws_vpn_gateway.g` is attached to no VPC"]);
    let attachment = json!({"vpn_gateway_id": "${aws_vpn_gateway.g.id}", "vpc_id": "${aws_vpc.a.id}"});
    assert_eq!(dead(vpn, json!({"aws_vpn_gateway.g": {}, "aws_vpn_gateway_attachment.g": attachment})), nothing);
    let nat = json!({"cidr_block": "0.0.0.0/0", "nat_gateway_id": "${aws_nat_gateway.n.id}"});
    let nat = dead(nat, json!({"aws_nat_gateway.n": {"subnet_id": "${aws_subnet.b.id}"}}));
    assert_eq!(nat, ["`aws_nat_gateway.n` is in another VPC"]);
    let transit = json!({"cidr_block": "10.0.0.0/8", "transit_gateway_id": "${aws_ec2_transit_gateway.t.id}"});
    let transit = |vpc: &str| {
        let attachment =
            json!({"vpc_id": vpc, "transit_gateway_id": "${aws_ec2_transit_gateway.t.id}", "subnet_ids": []});
        let more = json!({"aws_ec2_transit_gateway.t": {}, "aws_ec2_transit_gateway_vpc_attachment.t": attachment});
        dead(transit.clone(), more)
    };
    assert_eq!(transit("${aws_vpc.a.id}"), nothing);
    assert_eq!(transit("${?}"), nothing);
    assert_eq!(transit("${aws_vpc.b.id}"), ["the VPC is not attached to `aws_ec2_transit_gateway.t`"]);
}

#[test]
fn what_others_accept_is_not_asked() {
    let nothing: [&str; 0] = [];
    let route = json!({"cidr_block": "10.1.0.0/16", "vpc_peering_connection_id": "${aws_vpc_peering_connection.p.id}"});
    let peering = |connection: Json| dead(route.clone(), json!({"aws_vpc_peering_connection.p": connection}));
    let both = json!({"vpc_id": "${aws_vpc.a.id}", "peer_vpc_id": "${aws_vpc.b.id}"});
    let with = |name: &str, value: Json| merged(both.clone(), json!({name: value}));
    assert_eq!(peering(both.clone()), ["nothing accepts `aws_vpc_peering_connection.p`"]);
    assert_eq!(peering(with("auto_accept", json!(true))), nothing);
    assert_eq!(peering(with("auto_accept", json!("${?}"))), ["nothing may accept `aws_vpc_peering_connection.p`"]);
    assert_eq!(peering(with("peer_owner_id", json!("123456789012"))), nothing);
    assert_eq!(peering(json!({"vpc_id": "${aws_vpc.a.id}", "peer_vpc_id": "vpc-1"})), nothing);
}

/// The destinations of a table's routes that nothing takes.
fn unused(blocks: &[&str]) -> Vec<String> {
    let route = |block: &&str| {
        let name = if block.contains(':') { "ipv6_cidr_block" } else { "cidr_block" };
        json!({name: block, "transit_gateway_id": "tgw-1"})
    };
    let routes: Vec<Json> = blocks.iter().map(route).collect();
    let instances = json!({
        "aws_vpc.a": {"cidr_block": "10.0.0.0/16"},
        "aws_route_table.a": {"vpc_id": "${aws_vpc.a.id}", "route": routes},
    });
    texts(&instances, "unused_routes", "text")
}

#[test]
fn a_route_is_unused_where_more_specific_ones_take_all_of_it() {
    let nothing: [&str; 0] = [];
    assert_eq!(unused(&["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"]), ["`0.0.0.0/0`"]);
    assert_eq!(unused(&["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/2"]), nothing);
    assert_eq!(unused(&["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/2"]), ["`0.0.0.0/0`"]);
    // The local route takes the other half.
    assert_eq!(unused(&["10.0.0.0/15", "10.1.0.0/16"]), ["`10.0.0.0/15`"]);
    // One that replaces the local route.
    assert_eq!(unused(&["10.0.0.0/16", "10.0.1.0/24"]), nothing);
    assert_eq!(unused(&["::/0"]), nothing);
    assert_eq!(unused(&["::/0", "::/1", "8000::/1"]), ["`::/0`"]);
    assert_eq!(unused(&["0.0.0.0/0", "::/0"]), nothing);
    let twice =
        |route: Json| json!({"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": route});
    let both = json!({"aws_route.a": twice(json!("igw-1")), "aws_route.b": twice(json!("igw-2"))});
    assert_eq!(texts(&both, "unused_routes", "text"), ["`0.0.0.0/0`"]);
}

/// The numbers of entries of an ACL that no packet gets to.
fn unreached(entries: &[(i64, &str, &str, i64, i64)]) -> Vec<String> {
    let entry = |&(number, action, block, from, to): &(i64, &str, &str, i64, i64)| {
        let protocol = if from < 0 { "-1" } else { "tcp" };
        let name = if block.contains(':') { "ipv6_cidr_block" } else { "cidr_block" };
        json!({"rule_no": number, "action": action, "protocol": protocol, "from_port": from.max(0), "to_port": to, name: block})
    };
    let entries: Vec<Json> = entries.iter().map(entry).collect();
    texts(&json!({"aws_network_acl.a": {"egress": entries}}), "unreached_entries", "number")
}

#[test]
fn an_entry_is_unreached_where_earlier_ones_match_all_of_it() {
    let nothing: [&str; 0] = [];
    let all = "0.0.0.0/0";
    assert_eq!(unreached(&[(200, "deny", all, 22, 22), (100, "allow", all, -1, 0)]), ["200"]);
    assert_eq!(unreached(&[(100, "deny", all, 22, 22), (200, "allow", all, -1, 0)]), nothing);
    assert_eq!(unreached(&[(100, "allow", all, -1, 0), (200, "deny", "::/0", 22, 22)]), nothing);
    assert_eq!(
        unreached(&[(100, "allow", all, 0, 99), (110, "deny", all, 100, 65535), (120, "allow", "10.0.0.0/8", 50, 150)]),
        ["120"]
    );
    // The same number twice: nobody knows which AWS keeps.
    assert_eq!(unreached(&[(100, "allow", all, -1, 0), (100, "deny", all, 22, 22)]), nothing);
    assert_eq!(unreached(&[(100, "${?}", all, -1, 0), (200, "deny", all, 22, 22)]), ["200"]);
    assert_eq!(unreached(&[(100, "allow", "${?}", -1, 0), (200, "deny", all, 22, 22)]), nothing);
}

/// `address: fits` of what is put into subnets, with a subnet of this block.
fn loads(block: &str, more: Json) -> String {
    let base = json!({"aws_subnet.a": {"vpc_id": "vpc-1", "cidr_block": block}});
    told(&merged(base, more), "subnet_loads", "fits")
}

fn instances(count: usize) -> Json {
    let one = |index: usize| (format!("aws_instance.i[{index}]"), json!({"subnet_id": "${aws_subnet.a.id}"}));
    Json::Object((0..count).map(one).collect())
}

#[test]
fn what_is_certainly_put_into_a_subnet_has_to_fit() {
    assert_eq!(loads("10.0.0.0/28", instances(11)), "aws_subnet.a: yes");
    assert_eq!(loads("10.0.0.0/28", instances(12)), "aws_subnet.a: no");
    assert_eq!(loads("10.0.0.0/27", instances(12)), "aws_subnet.a: yes");
    assert_eq!(loads("${?}", instances(12)), "");
    assert_eq!(loads("10.0.0.0/30", instances(12)), "");
    let group = |wanted: Json| json!({"aws_autoscaling_group.g": merged(json!({"vpc_zone_identifier": ["${aws_subnet.a.id}"]}), wanted)});
    assert_eq!(loads("10.0.0.0/28", group(json!({"desired_capacity": 12, "min_size": 1}))), "aws_subnet.a: no");
    assert_eq!(loads("10.0.0.0/28", group(json!({"min_size": 1}))), "aws_subnet.a: yes");
    assert_eq!(loads("10.0.0.0/28", group(json!({"desired_capacity": "${?}", "min_size": 12}))), "aws_subnet.a: no");
    assert!(loads("10.0.0.0/28", group(json!({"desired_capacity": "${?}"}))).starts_with("aws_subnet.a: ?"));
    assert_eq!(loads("10.0.0.0/27", group(json!({"desired_capacity": "${?}"}))), "aws_subnet.a: yes");
    let balancer = |kind: &str| json!({"aws_lb.l": {"load_balancer_type": kind, "subnets": ["${aws_subnet.a.id}"]}});
    assert_eq!(loads("10.0.0.0/28", balancer("application")), "aws_subnet.a: no");
    assert_eq!(loads("10.0.0.0/28", balancer("network")), "aws_subnet.a: yes");
    assert_eq!(loads("10.0.0.0/27", merged(balancer("application"), instances(19))), "aws_subnet.a: yes");
    assert_eq!(loads("10.0.0.0/27", merged(balancer("application"), instances(20))), "aws_subnet.a: no");
    // An instance whose interface is a resource takes one address, not two.
    let given = json!({
        "aws_network_interface.n": {"subnet_id": "${aws_subnet.a.id}", "private_ips_count": 10},
        "aws_instance.i": {"subnet_id": "${aws_subnet.a.id}", "network_interface": [{"network_interface_id": "${aws_network_interface.n.id}"}]},
        "aws_vpc_endpoint.s3": {"vpc_endpoint_type": "Gateway", "subnet_ids": ["${aws_subnet.a.id}"]},
    });
    assert_eq!(loads("10.0.0.0/28", given), "aws_subnet.a: yes");
}

#[test]
fn what_is_spread_has_to_fit_into_all_of_its_subnets_together() {
    let spread = |number: usize, other: &str| {
        let base = instances(5);
        let more = json!({
            "aws_subnet.b": {"vpc_id": "vpc-1", "cidr_block": other},
            "aws_ecs_service.s": {"desired_count": number,
                "network_configuration": [{"subnets": ["${aws_subnet.a.id}", "${aws_subnet.b.id}"]}]},
        });
        loads("10.0.0.0/28", merged(base, more))
    };
    assert_eq!(spread(17, "10.0.1.0/28"), "aws_subnet.a: yes, aws_ecs_service.s: yes");
    assert_eq!(spread(18, "10.0.1.0/28"), "aws_subnet.a: yes, aws_ecs_service.s: no");
    assert_eq!(spread(99, "${?}"), "aws_subnet.a: yes");
}

#[test]
fn a_flow_log_is_of_a_vpc_or_of_all_its_subnets() {
    let logged = |log: Json| {
        let base = json!({
            "aws_vpc.a": {"cidr_block": "10.0.0.0/16"},
            "aws_subnet.a": {"vpc_id": "${aws_vpc.a.id}", "cidr_block": "10.0.0.0/24"},
        });
        told(&merged(base, json!({"aws_flow_log.l": log})), "flow_logs", "logged")
    };
    assert_eq!(logged(json!({})), "aws_vpc.a: no");
    assert_eq!(logged(json!({"vpc_id": "${aws_vpc.a.id}"})), "aws_vpc.a: yes");
    assert_eq!(logged(json!({"subnet_id": "${aws_subnet.a.id}"})), "aws_vpc.a: yes");
    assert_eq!(logged(json!({"vpc_id": "vpc-1"})), "aws_vpc.a: no");
    assert_eq!(logged(json!({"vpc_id": "${?}"})), "aws_vpc.a: ? aws_vpc.a: ");
}

#[test]
fn what_data_sources_have_found_is_made_by_others() {
    let route = json!({"cidr_block": "0.0.0.0/0", "gateway_id": "${data.aws_internet_gateway.g.id}"});
    assert_eq!(dead(route, json!({"data.aws_internet_gateway.g": {}})), Vec::<String>::new());
    let found = json!({
        "aws_vpc.a": {"cidr_block": "10.0.0.0/16"},
        "data.aws_vpc.b": {"id": "${data.aws_vpc.b.id}"},
        "data.aws_subnet.a": {"id": "${data.aws_subnet.a.id}"},
        "data.aws_subnet.b": {"id": "${data.aws_subnet.b.id}"},
        "aws_vpc_peering_connection.p": {"vpc_id": "${aws_vpc.a.id}", "peer_vpc_id": "${data.aws_vpc.b.id}"},
        "aws_nat_gateway.n": {"subnet_id": "${data.aws_subnet.a.id}"},
        "aws_db_subnet_group.g": {"subnet_ids": ["${data.aws_subnet.a.id}", "${data.aws_subnet.b.id}"]},
    });
    assert_eq!(told(&found, "peerings", "routed"), "");
    assert_eq!(told(&found, "nat_gateways", "routed_out"), "");
    assert_eq!(told(&found, "zone_spreads", "in_one_zone"), "aws_db_subnet_group.g: no");
}

#[test]
fn blocks_of_unknown_number_are_in_any_number_of_zones() {
    assert_eq!(told(&json!({"aws_lb.l": {"subnet_mapping": ["${?}"]}}), "zone_spreads", "in_one_zone"), "");
    assert_eq!(told(&json!({"aws_lb.l": {"subnets": ["${?}"]}}), "zone_spreads", "in_one_zone"), "aws_lb.l: yes");
}

/// Two VPCs with the same block on one transit gateway without default tables, and these instances beside them.
fn on_one_gateway(more: Json) -> String {
    let attachment =
        |vpc: &str| json!({"vpc_id": vpc, "transit_gateway_id": "${aws_ec2_transit_gateway.t.id}", "subnet_ids": []});
    let base = json!({
        "aws_vpc.a": {"cidr_block": "10.0.0.0/16"},
        "aws_vpc.b": {"cidr_block": "10.0.0.0/16"},
        "aws_ec2_transit_gateway.t": {"default_route_table_association": "disable", "default_route_table_propagation": "disable"},
        "aws_ec2_transit_gateway_vpc_attachment.a": attachment("${aws_vpc.a.id}"),
        "aws_ec2_transit_gateway_vpc_attachment.b": attachment("${aws_vpc.b.id}"),
        "aws_ec2_transit_gateway_route_table.r": {"transit_gateway_id": "${aws_ec2_transit_gateway.t.id}"},
    });
    told(&merged(base, more), "network_overlaps", "overlaps")
}

#[test]
fn vpcs_that_meet_in_a_table_of_a_transit_gateway_share_no_addresses() {
    let of = |attachment: &str| json!({"transit_gateway_attachment_id": attachment, "transit_gateway_route_table_id": "${aws_ec2_transit_gateway_route_table.r.id}"});
    let a = of("${aws_ec2_transit_gateway_vpc_attachment.a.id}");
    let b = of("${aws_ec2_transit_gateway_vpc_attachment.b.id}");
    let association = "aws_ec2_transit_gateway_route_table_association.a";
    let propagation = "aws_ec2_transit_gateway_route_table_propagation.b";
    assert_eq!(on_one_gateway(json!({})), "");
    assert_eq!(on_one_gateway(json!({association: a, "aws_ec2_transit_gateway_route_table_association.b": b})), "");
    assert_eq!(on_one_gateway(json!({association: a, propagation: b})), "aws_vpc.b: yes");
    let both = json!({"aws_ec2_transit_gateway_route_table_propagation.a": a, propagation: b});
    assert_eq!(on_one_gateway(both), "aws_vpc.b: yes");
    let usual = json!({"aws_ec2_transit_gateway.t": {}});
    assert_eq!(on_one_gateway(usual), "aws_vpc.b: yes");
}

#[test]
fn a_route_to_a_network_on_premises_leads_around_the_vpc() {
    let route = |block: &str| {
        let instances = json!({
            "aws_vpc.a": {"cidr_block": "10.0.0.0/16"},
            "aws_vpn_gateway.g": {"vpc_id": "${aws_vpc.a.id}"},
            "aws_vpn_connection.c": {"vpn_gateway_id": "${aws_vpn_gateway.g.id}"},
            "aws_vpn_connection_route.r": {"vpn_connection_id": "${aws_vpn_connection.c.id}", "destination_cidr_block": block},
        });
        told(&instances, "network_overlaps", "overlaps")
    };
    assert_eq!(route("10.0.7.0/24"), "aws_vpn_connection_route.r: yes");
    assert_eq!(route("10.0.0.0/16"), "aws_vpn_connection_route.r: yes");
    assert_eq!(route("10.0.0.0/8"), "");
    assert_eq!(route("192.168.0.0/16"), "");
    assert_eq!(route("${?}"), "");
}
