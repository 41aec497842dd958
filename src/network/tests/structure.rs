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
