//! VPCs, subnets, routes, ACLs and databases.

use serde_json::{Value as Json, json};

use super::World;
use crate::lang::{Number, Value};

/// `main` and the instances given.
fn with_vpc(mut instances: Json) -> Json {
    instances["aws_vpc.main"] = json!({"cidr_block": "10.0.0.0/16"});
    instances["aws_internet_gateway.main"] = json!({});
    instances
}

/// Whether one subnet of `main` is routed to an internet gateway, with these instances beside it.
fn routed(instances: Json) -> String {
    let mut instances = with_vpc(instances);
    instances["aws_subnet.a"] = json!({"vpc_id": "${aws_vpc.main.id}"});
    let lines = World::new(&instances).truths("subnets", "routed_to_internet");
    lines[0].split_once(": ").unwrap().1.to_owned()
}

const ASSOCIATION: &str = "aws_route_table_association.a";

fn association(table: &str) -> Json {
    json!({"subnet_id": "${aws_subnet.a.id}", "route_table_id": table})
}

/// One associated table with these inline routes.
fn routed_by(routes: Json) -> String {
    routed(json!({"aws_route_table.t": {"route": routes}, ASSOCIATION: association("${aws_route_table.t.id}")}))
}

const IGW: &str = "${aws_internet_gateway.main.id}";

#[test]
fn a_public_destination_by_an_internet_gateway_is_internet() {
    for destination in ["0.0.0.0/0", "1.2.3.4/0", "0.0.0.0/1", "8.8.8.8/32"] {
        assert_eq!(routed_by(json!([{"cidr_block": destination, "gateway_id": IGW}])), "yes", "{destination}");
    }
    assert_eq!(routed_by(json!([{"ipv6_cidr_block": "::/0", "gateway_id": "igw-1"}])), "yes");
    assert_eq!(routed_by(json!([{"cidr_block": "10.1.0.0/16", "gateway_id": IGW}])), "no");
    assert_eq!(routed_by(json!([{"cidr_block": "0.0.0.0/0", "nat_gateway_id": "${aws_nat_gateway.n.id}"}])), "no");
    assert_eq!(routed_by(json!([{"ipv6_cidr_block": "::/0", "egress_only_gateway_id": "eigw-1"}])), "no");
    assert_eq!(routed_by(json!([{"cidr_block": "0.0.0.0/0", "gateway_id": "${aws_vpn_gateway.v.id}"}])), "no");
    assert_eq!(routed_by(json!([])), "no");
    assert_eq!(routed_by(json!("${aws_route_table.t.route}")), "no");
}

#[test]
fn more_specific_routes_take_their_destinations_away() {
    let internet = json!({"cidr_block": "0.0.0.0/0", "gateway_id": IGW});
    let nat = |block: &str| json!({"cidr_block": block, "nat_gateway_id": "nat-1"});
    assert_eq!(routed_by(json!([internet, nat("0.0.0.0/1")])), "yes");
    assert_eq!(routed_by(json!([internet, nat("0.0.0.0/1"), nat("128.0.0.0/1")])), "no");
}

#[test]
fn what_is_not_known_of_a_route_is_perhaps() {
    assert!(routed_by(json!("${?}")).starts_with("? aws_subnet.a"));
    assert!(routed_by(json!([{"cidr_block": "0.0.0.0/0", "gateway_id": "${?}"}])).starts_with('?'));
    assert!(routed_by(json!([{"cidr_block": "${?}", "gateway_id": IGW}])).starts_with('?'));
    assert_eq!(routed_by(json!([{"cidr_block": "10.1.0.0/16", "gateway_id": "${?}"}])), "no");
    assert_eq!(routed_by(json!([{"cidr_block": "${?}", "nat_gateway_id": "nat-1"}])), "no");
}

#[test]
fn the_main_route_table_is_for_subnets_without_one() {
    let route =
        |table: &str| json!({"route_table_id": table, "destination_cidr_block": "0.0.0.0/0", "gateway_id": IGW});
    assert_eq!(routed(json!({})), "no");
    for main in ["${aws_vpc.main.main_route_table_id}", "${aws_vpc.main.default_route_table_id}"] {
        assert_eq!(routed(json!({"aws_route.out": route(main)})), "yes", "{main}");
    }
    let adopted = json!({"default_route_table_id": "${aws_vpc.main.default_route_table_id}", "route": [
        {"cidr_block": "0.0.0.0/0", "gateway_id": IGW}]});
    assert_eq!(routed(json!({"aws_default_route_table.d": adopted})), "yes");
    let private = json!({"aws_default_route_table.d": adopted, "aws_route_table.p": {}, ASSOCIATION: association("${aws_route_table.p.id}")});
    assert_eq!(routed(private), "no");
    let replaced = json!({
        "aws_default_route_table.d": adopted,
        "aws_route_table.p": {},
        "aws_main_route_table_association.m": {"vpc_id": "${aws_vpc.main.id}", "route_table_id": "${aws_route_table.p.id}"},
    });
    assert_eq!(routed(replaced), "no");
}

#[test]
fn tables_of_other_configurations_are_not_known() {
    assert!(routed(json!({ASSOCIATION: association("rtb-1")})).starts_with('?'));
    assert!(routed(json!({ASSOCIATION: association("${?}")})).starts_with('?'));
    let route = json!({"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0", "gateway_id": IGW});
    assert_eq!(routed(json!({ASSOCIATION: association("rtb-1"), "aws_route.out": route})), "yes");
    let world = World::new(&json!({"aws_subnet.a": {"vpc_id": "vpc-1"}}));
    assert_eq!(world.truths("subnets", "routed_to_internet"), ["aws_subnet.a: ? aws_subnet.a: "]);
}

#[test]
fn an_association_of_an_unknown_subnet_may_be_of_any() {
    let public = json!({"route": [{"cidr_block": "0.0.0.0/0", "gateway_id": IGW}]});
    let stray = |table: &str| json!({"subnet_id": "${?}", "route_table_id": table});
    let perhaps =
        json!({"aws_route_table.t": public, "aws_route_table_association.x": stray("${aws_route_table.t.id}")});
    assert!(routed(perhaps).starts_with('?'));
    let harmless = json!({"aws_route_table.p": {}, "aws_route_table_association.x": stray("${aws_route_table.p.id}")});
    assert_eq!(routed(harmless), "no");
}

#[test]
fn default_vpcs_are_public_unless_somebody_says_otherwise() {
    let world = |more: Json| {
        let mut instances = more;
        instances["aws_default_vpc.d"] = json!({});
        instances["aws_default_subnet.a"] = json!({});
        instances["aws_subnet.b"] = json!({"vpc_id": "${aws_default_vpc.d.id}", "cidr_block": "172.31.200.0/24"});
        World::new(&instances)
    };
    let plain = world(json!({}));
    assert_eq!(plain.truths("subnets", "routed_to_internet"), ["aws_default_subnet.a: yes", "aws_subnet.b: yes"]);
    assert_eq!(plain.truths("subnet_blocks", "inside_vpc"), ["aws_subnet.b: yes"]);
    assert_eq!(plain.truths("subnets", "gives_public_addresses"), ["aws_default_subnet.a: yes", "aws_subnet.b: no"]);
    let emptied =
        json!({"aws_default_route_table.t": {"default_route_table_id": "${aws_default_vpc.d.default_route_table_id}"}});
    assert_eq!(
        world(emptied).truths("subnets", "routed_to_internet"),
        ["aws_default_subnet.a: no", "aws_subnet.b: no"]
    );
}

#[test]
fn subnets_lie_in_one_block_of_their_vpc() {
    let subnet = |vpc: &str, block: &str| json!({"vpc_id": vpc, "cidr_block": block});
    let main = "${aws_vpc.main.id}";
    let world = World::new(&with_vpc(json!({
        "aws_subnet.first": subnet(main, "10.0.1.0/24"),
        "aws_subnet.second": subnet(main, "10.1.1.0/24"),
        "aws_subnet.outside": subnet(main, "10.2.0.0/24"),
        "aws_subnet.larger": subnet(main, "10.0.0.0/15"),
        "aws_subnet.unknown": subnet(main, "${?}"),
        "aws_subnet.elsewhere": subnet("vpc-1", "10.0.0.0/24"),
        "aws_subnet.text": subnet(main, "junk"),
        "aws_vpc_ipv4_cidr_block_association.more": {"vpc_id": main, "cidr_block": "10.1.0.0/16"},
        "aws_subnet.six": {"vpc_id": main, "ipv6_cidr_block": "2600::/64"},
    })));
    assert_eq!(
        world.truths("subnet_blocks", "inside_vpc"),
        [
            "aws_subnet.elsewhere: ? aws_subnet.elsewhere: vpc_id",
            "aws_subnet.first: yes",
            "aws_subnet.larger: no",
            "aws_subnet.outside: no",
            "aws_subnet.second: yes",
            "aws_subnet.six: no",
            "aws_subnet.unknown: ? aws_subnet.unknown: cidr_block",
        ]
    );
}

#[test]
fn overlaps_are_found_once_per_pair_at_the_later_one() {
    let subnet = |vpc: &str, block: &str| json!({"vpc_id": vpc, "cidr_block": block});
    let main = "${aws_vpc.main.id}";
    let world = World::new(&with_vpc(json!({
        "aws_subnet.a": subnet(main, "10.0.0.0/20"),
        "aws_subnet.b": subnet(main, "10.0.8.0/24"),
        "aws_subnet.c": subnet(main, "10.0.8.128/25"),
        "aws_subnet.d": subnet(main, "10.0.16.0/20"),
        "aws_subnet.e": subnet("vpc-1", "10.0.0.0/16"),
        "aws_subnet.f": subnet("${?}", "10.0.16.0/28"),
    })));
    let pairs: Vec<String> = world
        .facts("subnet_overlaps")
        .iter()
        .map(|fact| {
            let text = |name: &str| fact.get(name).unwrap().as_str().unwrap().trim_matches('`').to_owned();
            format!("{} {} {}", text("address"), text("other"), world.truth(fact.get("overlaps").unwrap()))
        })
        .collect();
    assert_eq!(
        pairs,
        [
            "aws_subnet.b aws_subnet.a yes",
            "aws_subnet.c aws_subnet.a yes",
            "aws_subnet.c aws_subnet.b yes",
            "aws_subnet.f aws_subnet.d ? aws_subnet.f: vpc_id",
            "aws_subnet.f aws_subnet.e ? aws_subnet.f: vpc_id",
        ]
    );
}

#[test]
fn joined_networks_share_no_addresses() {
    let world = World::new(&json!({
        "aws_vpc.a": {"cidr_block": "10.0.0.0/16"},
        "aws_vpc.b": {"cidr_block": "10.0.128.0/17"},
        "aws_vpc.c": {"cidr_block": "10.1.0.0/16"},
        "aws_vpc_ipv4_cidr_block_association.c": {"vpc_id": "${aws_vpc.c.id}", "cidr_block": "10.0.0.0/24"},
        "aws_vpc_peering_connection.ab": {"vpc_id": "${aws_vpc.b.id}", "peer_vpc_id": "${aws_vpc.a.id}"},
        "aws_vpc_peering_connection.out": {"vpc_id": "${aws_vpc.b.id}", "peer_vpc_id": "${data.aws_vpc.x.id}"},
        "aws_ec2_transit_gateway_vpc_attachment.a": {"vpc_id": "${aws_vpc.a.id}", "transit_gateway_id": "tgw-1"},
        "aws_ec2_transit_gateway_vpc_attachment.c": {"vpc_id": "${aws_vpc.c.id}", "transit_gateway_id": "tgw-1"},
        "aws_ec2_transit_gateway_vpc_attachment.b": {"vpc_id": "${aws_vpc.b.id}", "transit_gateway_id": "tgw-2"},
    }));
    assert_eq!(
        world.truths("network_overlaps", "overlaps"),
        [
            "aws_vpc.b: yes",
            "aws_vpc_peering_connection.out: ? aws_vpc_peering_connection.out: peer_vpc_id",
            "aws_vpc_ipv4_cidr_block_association.c: yes",
        ]
    );
}

#[test]
fn sizes_are_those_that_aws_takes() {
    let fits = |owner: &str, attribute: &str, block: &str| {
        let world = World::new(&json!({owner: {"vpc_id": "vpc-1", attribute: block}}));
        world.truths("blocks", "fits").first().map(|line| line.split_once(": ").unwrap().1.to_owned())
    };
    let cases = [
        ("aws_vpc.a", "cidr_block", "10.0.0.0/16", "yes"),
        ("aws_vpc.a", "cidr_block", "10.0.0.0/15", "no"),
        ("aws_vpc.a", "cidr_block", "10.0.0.0/29", "no"),
        ("aws_vpc.a", "ipv6_cidr_block", "2600::/56", "yes"),
        ("aws_vpc.a", "ipv6_cidr_block", "2600::/64", "no"),
        ("aws_subnet.a", "ipv6_cidr_block", "2600::/64", "yes"),
        ("aws_subnet.a", "ipv6_cidr_block", "2600::/63", "no"),
        ("aws_vpc.a", "ipv4_netmask_length", "20", "yes"),
    ];
    for (owner, attribute, block, expected) in cases {
        assert_eq!(fits(owner, attribute, block).as_deref(), Some(expected), "{owner} {block}");
    }
    assert_eq!(fits("aws_vpc.a", "cidr_block", "junk"), None);
    let assigned = World::new(&json!({"aws_vpc.a": {"assign_generated_ipv6_cidr_block": true}}));
    assert!(assigned.facts("blocks").is_empty());
}

/// What an ACL with these ingress entries lets in on TCP 22 and 3389: one line per entry that allows.
fn lets_in(entries: Json) -> Vec<String> {
    let world = World::new(&json!({"aws_network_acl.a": {"ingress": entries}}));
    let number = |number| Value::number(Number::from_i64(number));
    let ports = Value::tuple(vec![number(22), number(3389)]);
    let mut lines = Vec::new();
    for fact in world.facts("network_acl_sources") {
        let arguments = [fact.clone(), ports.clone(), number(16), number(32)];
        let found = world.truth(&world.call("lets_in", &arguments));
        let words = world.call("let_in_ports", &arguments).as_str().unwrap().to_owned();
        let ephemeral = if fact.get("ephemeral").unwrap().as_bool() == Some(true) { " ephemeral" } else { "" };
        lines.push(if found == "yes" { format!("{words}{ephemeral}") } else { found });
    }
    lines
}

fn entry(number: Json, action: &str, from: i64, to: i64, cidr: &str) -> Json {
    json!({"rule_no": number, "action": action, "protocol": "6", "from_port": from, "to_port": to, "cidr_block": cidr})
}

#[test]
fn entries_count_in_the_order_of_their_numbers() {
    let allow = entry(json!(100), "allow", 0, 65535, "0.0.0.0/0");
    let both = "TCP ports 22 (SSH) and 3389 (RDP)";
    assert_eq!(lets_in(json!([allow])), [both]);
    assert_eq!(lets_in(json!([allow, entry(json!(200), "deny", 22, 22, "0.0.0.0/0")])), [both]);
    assert_eq!(lets_in(json!([allow, entry(json!(90), "deny", 22, 22, "0.0.0.0/0")])), ["TCP port 3389 (RDP)"]);
    assert_eq!(lets_in(json!([allow, entry(json!(90), "deny", 0, 65535, "0.0.0.0/1")])), [both]);
    let halves = [entry(json!(80), "deny", 0, 65535, "0.0.0.0/1"), entry(json!(90), "deny", 0, 65535, "128.0.0.0/1")];
    assert_eq!(lets_in(json!([allow, halves[0], halves[1]])), ["no"]);
}

#[test]
fn other_entries_let_nothing_in() {
    assert_eq!(lets_in(json!([entry(json!(1), "allow", 443, 443, "0.0.0.0/0")])), ["no"]);
    assert_eq!(lets_in(json!([entry(json!(1), "allow", 22, 22, "8.8.0.0/16")])), ["no"]);
    assert_eq!(lets_in(json!([entry(json!(1), "allow", 22, 22, "10.0.0.0/8")])), ["no"]);
    assert!(lets_in(json!([entry(json!(1), "deny", 22, 22, "0.0.0.0/0")])).is_empty());
    let udp = json!({"rule_no": 1, "action": "allow", "protocol": "udp", "from_port": 22, "to_port": 22, "cidr_block": "0.0.0.0/0"});
    assert_eq!(lets_in(json!([udp])), ["no"]);
}

#[test]
fn blocks_of_several_entries_count_together() {
    let entries =
        json!([entry(json!(1), "allow", 22, 22, "8.8.0.0/16"), entry(json!(2), "ALLOW", 20, 30, "9.9.0.0/16")]);
    assert_eq!(lets_in(entries), ["TCP port 22 (SSH)", "TCP port 22 (SSH)"]);
}

#[test]
fn return_traffic_is_told_apart() {
    assert_eq!(lets_in(json!([entry(json!(1), "allow", 1024, 65535, "0.0.0.0/0")])), ["TCP port 3389 (RDP) ephemeral"]);
    assert_eq!(lets_in(json!([entry(json!(1), "allow", 1000, 65535, "0.0.0.0/0")])), ["TCP port 3389 (RDP)"]);
    assert_eq!(lets_in(json!([entry(json!(1), "allow", 32768, 65535, "0.0.0.0/0")])), ["no"]);
}

#[test]
fn what_is_not_known_of_an_entry_is_undetermined() {
    let at = "? aws_network_acl.a: ingress[0]";
    assert_eq!(lets_in(json!([entry(json!(1), "allow", 22, 22, "${?}")])), [format!("{at}.cidr_block")]);
    assert_eq!(lets_in(json!([entry(json!(1), "${?}", 22, 22, "0.0.0.0/0")])), [format!("{at}.action")]);
    // The number matters only where something is denied.
    assert_eq!(lets_in(json!([entry(json!("${?}"), "allow", 22, 22, "0.0.0.0/0")])), ["TCP port 22 (SSH)"]);
    let (any, deny) =
        (entry(json!("${?}"), "allow", 22, 22, "0.0.0.0/0"), entry(json!(50), "deny", 22, 22, "0.0.0.0/0"));
    assert_eq!(lets_in(json!([any, deny])), [format!("{at}.rule_no")]);
    assert_eq!(lets_in(json!("${?}")), ["? aws_network_acl.a: ingress"]);
    // A denial that may come first.
    let deny = entry(json!(50), "deny", 22, 22, "${?}");
    assert_eq!(lets_in(json!([deny, entry(json!(100), "allow", 22, 22, "0.0.0.0/0")])), [format!("{at}.cidr_block")]);
    // One that certainly does.
    let deny = entry(json!(50), "deny", 22, 22, "0.0.0.0/0");
    assert_eq!(
        lets_in(json!([deny, entry(json!(100), "allow", 22, 22, "${?}")])),
        ["? aws_network_acl.a: ingress[1].cidr_block"]
    );
}

#[test]
fn databases_are_public_if_they_say_so() {
    let world = World::new(&json!({
        "aws_db_instance.unset": {"publicly_accessible": null},
        "aws_db_instance.computed": {"publicly_accessible": "${aws_db_instance.computed.publicly_accessible}"},
        "aws_db_instance.yes": {"publicly_accessible": true},
        "aws_db_instance.text": {"publicly_accessible": "true"},
        "aws_db_instance.unknown": {"publicly_accessible": "${?}"},
        "aws_redshift_cluster.unset": {},
        "aws_redshift_cluster.no": {"publicly_accessible": false},
    }));
    assert_eq!(
        world.truths("databases", "public"),
        [
            "aws_db_instance.unset: no",
            "aws_db_instance.computed: no",
            "aws_db_instance.yes: yes",
            "aws_db_instance.text: yes",
            "aws_db_instance.unknown: ? aws_db_instance.unknown: publicly_accessible",
            "aws_redshift_cluster.unset: ? aws_redshift_cluster.unset: ",
            "aws_redshift_cluster.no: no",
        ]
    );
}

#[test]
fn databases_are_where_their_subnet_group_is() {
    let world = World::new(&with_vpc(json!({
        "aws_subnet.private": {"vpc_id": "${aws_vpc.main.id}"},
        "aws_subnet.public": {"vpc_id": "${aws_vpc.main.id}"},
        "aws_route_table.t": {"route": [{"cidr_block": "0.0.0.0/0", "gateway_id": IGW}]},
        "aws_route_table_association.a": {"subnet_id": "${aws_subnet.public.id}", "route_table_id": "${aws_route_table.t.id}"},
        "aws_db_subnet_group.private": {"name": "private", "subnet_ids": ["${aws_subnet.private.id}"]},
        "aws_db_subnet_group.mixed": {"name": "mixed", "subnet_ids": ["${aws_subnet.private.id}", "${aws_subnet.public.id}"]},
        "aws_db_subnet_group.unknown": {"name": "unknown", "subnet_ids": ["${aws_subnet.private.id}", "${?}"]},
        "aws_db_instance.private": {"db_subnet_group_name": "private"},
        "aws_db_instance.mixed": {"db_subnet_group_name": "mixed"},
        "aws_db_instance.by_id": {"db_subnet_group_name": "${aws_db_subnet_group.mixed.id}"},
        "aws_db_instance.unknown": {"db_subnet_group_name": "unknown"},
        "aws_db_instance.elsewhere": {"db_subnet_group_name": "elsewhere"},
        "aws_db_instance.unset": {},
        "aws_redshiftserverless_workgroup.w": {"subnet_ids": ["${aws_subnet.public.id}"]},
    })));
    let at = "db_subnet_group_name";
    assert_eq!(
        world.truths("database_placements", "in_public_subnet"),
        [
            "aws_db_instance.private: no".to_owned(),
            "aws_db_instance.mixed: yes".to_owned(),
            "aws_db_instance.by_id: yes".to_owned(),
            format!("aws_db_instance.unknown: ? aws_db_instance.unknown: {at}"),
            format!("aws_db_instance.elsewhere: ? aws_db_instance.elsewhere: {at}"),
            "aws_redshiftserverless_workgroup.w: yes".to_owned(),
        ]
    );
}
