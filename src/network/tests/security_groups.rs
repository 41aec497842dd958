//! Openness, however it is spread over rules and resource types.

use serde_json::{Value as Json, json};

use super::World;
use crate::lang::{Number, Value};

/// What the ingress sources (or egress destinations) leave open, one line per source that does or may:
/// `aws_security_group.a: ingress[0].cidr_blocks[0]: TCP port 22 (SSH)`.
fn open(instances: &Json, collection: &str) -> Vec<String> {
    let world = World::new(instances);
    let prefixes = [Value::number(Number::from_i64(16)), Value::number(Number::from_i64(32))];
    let nothing = Value::tuple(Vec::new());
    let mut lines = Vec::new();
    for fact in world.facts(collection) {
        let site = world.place(fact.get("site").expect("a site"));
        let arguments = |protocol: &str| {
            let mut arguments = vec![fact.clone(), Value::string(protocol), nothing.clone()];
            arguments.extend(prefixes.clone());
            arguments
        };
        let everything = [vec![fact.clone()], prefixes.to_vec()].concat();
        let mut found = Vec::new();
        match world.truth(&world.call("opens_everything", &everything)).as_str() {
            "no" => {}
            "yes" => found.push("everything".to_owned()),
            perhaps => found.push(perhaps.replace("? ", "everything? ")),
        }
        for protocol in ["tcp", "udp"] {
            match world.truth(&world.call("opens_except", &arguments(protocol))).as_str() {
                "no" => {}
                "yes" => {
                    found.push(world.call("opened_ports_except", &arguments(protocol)).as_str().unwrap().to_owned())
                }
                perhaps => found.push(format!("{protocol}{perhaps}")),
            }
        }
        if !found.is_empty() {
            lines.push(format!("{site}: {}", found.join("; ")));
        }
    }
    lines
}

fn ingress(instances: &Json) -> Vec<String> {
    open(instances, "ingress_sources")
}

/// One group with these inline rules, each (protocol, from, to, sources).
fn group(rules: &[(&str, Json, Json, Json)]) -> Json {
    let rules: Vec<Json> = rules
        .iter()
        .map(|(protocol, from, to, sources)| {
            let mut rule = sources.clone();
            rule["protocol"] = json!(protocol);
            rule["from_port"] = from.clone();
            rule["to_port"] = to.clone();
            rule
        })
        .collect();
    json!({"aws_security_group.a": {"ingress": rules}})
}

/// What a group with one rule for TCP 22 from these sources leaves open.
fn ssh(sources: Json) -> Vec<String> {
    ingress(&group(&[("tcp", json!(22), json!(22), sources)]))
}

const SSH: &str = "TCP port 22 (SSH)";

#[test]
fn every_spelling_of_the_internet_is_open() {
    for text in ["0.0.0.0/0", "1.2.3.4/0", "0.0.0.0/00", "::ffff:0:0/96", " 0.0.0.0/0", "8.0.0.0/8", "8.8.0.0/15"] {
        assert_eq!(
            ssh(json!({"cidr_blocks": [text]})),
            [format!("aws_security_group.a: ingress[0].cidr_blocks[0]: {SSH}")]
        );
    }
    for text in ["::/0", "0::/0", "2000::/3", "2600::/31"] {
        let at = "aws_security_group.a: ingress[0].ipv6_cidr_blocks[0]";
        assert_eq!(ssh(json!({"ipv6_cidr_blocks": [text]})), [format!("{at}: {SSH}")]);
    }
}

#[test]
fn small_private_and_special_blocks_are_not() {
    for text in
        ["10.0.0.0/8", "8.8.0.0/16", "100.64.0.0/10", "224.0.0.0/4", "fc00::/7", "2600::/32", "2001::/23", "junk"]
    {
        assert!(ssh(json!({"cidr_blocks": [text]})).is_empty(), "{text}");
    }
    assert!(ssh(json!({"self": true, "security_groups": ["sg-1", "${aws_security_group.b.id}"]})).is_empty());
}

#[test]
fn halves_are_found_wherever_they_are() {
    let halves = ["0.0.0.0/1", "128.0.0.0/1"];
    assert_eq!(ssh(json!({"cidr_blocks": halves})).len(), 2);
    // Two /16 that make more than a /16 between them.
    let both = [
        "aws_security_group.a: ingress[0].cidr_blocks[0]: TCP port 22 (SSH)",
        "aws_security_group.a: ingress[0].cidr_blocks[1]: TCP port 22 (SSH)",
    ];
    assert_eq!(ssh(json!({"cidr_blocks": ["8.8.0.0/16", "9.9.0.0/16"]})), both);
    assert!(ssh(json!({"cidr_blocks": ["8.8.0.0/16", "8.8.4.0/24"]})).is_empty());
    // Over rules, and only where their ports meet.
    let rules = [
        ("tcp", json!(20), json!(30), json!({"cidr_blocks": ["8.8.0.0/16"]})),
        ("-1", json!(0), json!(0), json!({"cidr_blocks": ["9.9.0.0/16"]})),
    ];
    assert_eq!(
        ingress(&group(&rules)),
        [
            "aws_security_group.a: ingress[0].cidr_blocks[0]: TCP ports 20-30",
            "aws_security_group.a: ingress[1].cidr_blocks[0]: TCP ports 20-30"
        ]
    );
}

#[test]
fn an_office_beside_the_internet_is_not_at_fault() {
    let found = ssh(json!({"cidr_blocks": ["0.0.0.0/0", "8.8.8.8/32", "10.0.0.0/8"]}));
    assert_eq!(found, [format!("aws_security_group.a: ingress[0].cidr_blocks[0]: {SSH}")]);
}

#[test]
fn self_and_prefix_lists_beside_an_open_block_hide_nothing() {
    let found = ssh(json!({"self": true, "cidr_blocks": ["0.0.0.0/0"], "prefix_list_ids": []}));
    assert_eq!(found.len(), 1);
}

#[test]
fn protocols_and_ports_mean_what_aws_takes_them_to_mean() {
    let world = json!({"cidr_blocks": ["0.0.0.0/0"]});
    let cases = [
        ("TCP", json!(22), json!(22), "TCP port 22 (SSH)"),
        ("6", json!("22"), json!("22"), "TCP port 22 (SSH)"),
        ("17", json!(53), json!(53), "UDP port 53 (DNS)"),
        ("tcp", json!(0), json!(0), "TCP port 0"),
        ("tcp", json!(0), json!(65535), "everything; TCP ports 0-65535"),
        ("tcp", json!(1), json!(65535), "everything; TCP ports 1-65535"),
        ("tcp", json!(2), json!(65535), "TCP ports 2-65535"),
        ("udp", json!(-1), json!(-1), "everything; UDP ports 0-65535"),
        ("tcp", json!(null), json!(null), "everything; TCP ports 0-65535"),
        ("tcp", json!(443), json!(80), "TCP ports 80-443"),
        ("all", json!(22), json!(22), "everything; TCP ports 0-65535; UDP ports 0-65535"),
        ("-1", json!(0), json!(0), "everything; TCP ports 0-65535; UDP ports 0-65535"),
    ];
    for (protocol, from, to, expected) in cases {
        let found = ingress(&group(&[(protocol, from, to, world.clone())]));
        assert_eq!(found, [format!("aws_security_group.a: ingress[0].cidr_blocks[0]: {expected}")], "{protocol}");
    }
    for (protocol, from, to) in [("icmp", -1, -1), ("1", 8, 0), ("58", -1, -1), ("50", 0, 0), ("icmpv6", 0, 65535)] {
        assert!(ingress(&group(&[(protocol, json!(from), json!(to), world.clone())])).is_empty(), "{protocol}");
    }
}

#[test]
fn every_port_may_be_open_in_pieces() {
    let world = json!({"cidr_blocks": ["0.0.0.0/0"]});
    let found = ingress(&group(&[
        ("tcp", json!(1), json!(30000), world.clone()),
        ("tcp", json!(22), json!(22), world.clone()),
        ("tcp", json!(30001), json!(65535), world),
    ]));
    assert!(found[0].contains("everything") && found[2].contains("everything"), "{found:?}");
}

#[test]
fn rule_resources_join_their_group() {
    let rule =
        |cidr: &str| json!({"security_group_id": "${aws_security_group.a.id}", "ip_protocol": "-1", "cidr_ipv4": cidr});
    let found = ingress(&json!({
        "aws_security_group.a": {"id": "${aws_security_group.a.id}", "ingress": "${aws_security_group.a.ingress}"},
        "aws_vpc_security_group_ingress_rule.low": rule("8.8.0.0/16"),
        "aws_vpc_security_group_ingress_rule.high": rule("9.9.0.0/16"),
        "aws_security_group_rule.egress": {
            "type": "egress", "security_group_id": "${aws_security_group.a.id}", "protocol": "tcp",
            "from_port": 22, "to_port": 22, "cidr_blocks": ["0.0.0.0/0"],
        },
        "aws_security_group_rule.other": {
            "type": "ingress", "security_group_id": "sg-1", "protocol": "tcp", "from_port": 22, "to_port": 22,
            "cidr_blocks": ["9.10.0.0/16"],
        },
    }));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("aws_vpc_security_group_ingress_rule.low: cidr_ipv4: everything"), "{found:?}");
}

#[test]
fn groups_outside_the_configuration_are_groups_too() {
    let rule = |id: &str, cidr: &str| json!({"type": "ingress", "security_group_id": id, "protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": [cidr]});
    let halves = |one: &str, other: &str| {
        ingress(
            &json!({"aws_security_group_rule.one": rule(one, "8.8.0.0/16"), "aws_security_group_rule.other": rule(other, "9.9.0.0/16")}),
        )
    };
    assert_eq!(halves("sg-1", "sg-1").len(), 2);
    assert_eq!(halves("sg-1", "sg-2").len(), 0);
    assert_eq!(halves("${data.aws_security_group.a.id}", "${data.aws_security_group.a.id}").len(), 2);
    assert_eq!(halves("${data.aws_security_group.a.id}", "${data.aws_security_group.b.id}").len(), 0);
    assert_eq!(halves("${?}", "${?}").len(), 0);
}

#[test]
fn an_unknown_source_is_undetermined_at_its_place() {
    let found = ssh(json!({"cidr_blocks": ["0.0.0.0/0", "${?}"]}));
    let at = "aws_security_group.a: ingress[0].cidr_blocks";
    assert_eq!(found, [format!("{at}[0]: {SSH}"), format!("{at}[1]: tcp? {at}[1]")]);
    assert_eq!(ssh(json!({"cidr_blocks": "${?}"})), [format!("{at}: tcp? {at}")]);
    // An unknown group is no address.
    assert!(ssh(json!({"security_groups": "${?}"})).is_empty());
    assert!(ssh(json!({"cidr_blocks": "${?}"})).len() == 1);
}

#[test]
fn a_block_of_a_vpc_is_never_the_internet() {
    for reference in ["${aws_vpc.main.cidr_block}", "${data.aws_vpc.main.cidr_block}", "${aws_subnet.a.cidr_block}"] {
        assert!(ssh(json!({"cidr_blocks": [reference]})).is_empty(), "{reference}");
    }
    assert!(ssh(json!({"cidr_blocks": ["${aws_vpc.main.cidr_block}", "8.8.8.8/32"]})).is_empty());
    assert!(ssh(json!({"cidr_blocks": ["${aws_vpc.main.id}"]})).len() == 1);
}

#[test]
fn unknown_ports_and_protocols_are_undetermined_there() {
    let world = json!({"cidr_blocks": ["0.0.0.0/0"]});
    let at = "aws_security_group.a: ingress[0]";
    let found = ingress(&group(&[("tcp", json!("${?}"), json!(22), world.clone())]));
    assert_eq!(found, [format!("{at}.cidr_blocks[0]: {SSH}")]);
    let found = ingress(&group(&[("tcp", json!("${?}"), json!("${?}"), world.clone())]));
    assert_eq!(found, [format!("{at}.cidr_blocks[0]: everything? {at}.from_port; tcp? {at}.from_port")]);
    let found = ingress(&group(&[("${?}", json!(22), json!(22), world)]));
    assert_eq!(
        found,
        [format!("{at}.cidr_blocks[0]: everything? {at}.protocol; tcp? {at}.protocol; udp? {at}.protocol")]
    );
    // Nothing that a private source does hangs on its port.
    let private = json!({"cidr_blocks": ["10.0.0.0/8"]});
    assert!(ingress(&group(&[("${?}", json!("${?}"), json!("${?}"), private)])).is_empty());
}

#[test]
fn a_dynamic_block_over_something_unknown_is_undetermined_as_a_whole() {
    let found = ingress(&json!({"aws_security_group.a": {"ingress": "${?}"}}));
    let at = "aws_security_group.a: ingress";
    assert_eq!(found, [format!("{at}: everything? {at}; tcp? {at}; udp? {at}")]);
}

#[test]
fn prefix_lists_of_the_configuration_are_expanded() {
    let with = |lists: Json| {
        let mut instances = lists;
        instances["aws_security_group.a"] = json!({"ingress": [
            {"protocol": "tcp", "from_port": 22, "to_port": 22, "prefix_list_ids": ["${aws_ec2_managed_prefix_list.l.id}"]}]});
        ingress(&instances)
    };
    let at = "aws_security_group.a: ingress[0].prefix_list_ids[0]";
    let halves = json!([{"cidr": "0.0.0.0/1"}, {"cidr": "128.0.0.0/1"}]);
    assert_eq!(with(json!({"aws_ec2_managed_prefix_list.l": {"entry": halves}})), [format!("{at}: {SSH}")]);
    assert!(with(json!({"aws_ec2_managed_prefix_list.l": {"entry": [{"cidr": "10.0.0.0/8"}]}})).is_empty());
    let separate = json!({
        "aws_ec2_managed_prefix_list.l": {"entry": "${aws_ec2_managed_prefix_list.l.entry}"},
        "aws_ec2_managed_prefix_list_entry.e": {"prefix_list_id": "${aws_ec2_managed_prefix_list.l.id}", "cidr": "8.0.0.0/8"},
    });
    assert_eq!(with(separate), [format!("{at}: {SSH}")]);
    let unknown = json!({"aws_ec2_managed_prefix_list.l": {"entry": [{"cidr": "${?}"}, {"cidr": "10.0.0.0/8"}]}});
    assert_eq!(with(unknown), [format!("{at}: tcp? {at}")]);
    // Somebody else's list.
    assert_eq!(ssh(json!({"prefix_list_ids": ["pl-12345678"]})), [format!("{at}: tcp? {at}")]);
}

#[test]
fn egress_to_everything_needs_every_protocol() {
    let with = |rules: Json| open(&json!({"aws_security_group.a": {"egress": rules}}), "egress_destinations");
    let rule = |protocol: &str, block: Json| {
        let mut rule = block;
        rule["protocol"] = json!(protocol);
        rule["from_port"] = json!(0);
        rule["to_port"] = json!(0);
        rule
    };
    let everything = |lines: Vec<String>| lines.iter().filter(|line| line.contains("everything")).count();
    assert_eq!(everything(with(json!([rule("-1", json!({"cidr_blocks": ["0.0.0.0/0"]}))]))), 1);
    assert_eq!(everything(with(json!([rule("-1", json!({"ipv6_cidr_blocks": ["::/0"]}))]))), 1);
    assert_eq!(everything(with(json!([rule("tcp", json!({"cidr_blocks": ["0.0.0.0/0"]}))]))), 0);
    assert_eq!(everything(with(json!([rule("-1", json!({"cidr_blocks": ["10.0.0.0/8", "8.8.8.8/32"]}))]))), 0);
    let halves = json!([
        rule("-1", json!({"cidr_blocks": ["0.0.0.0/1"]})),
        rule("all", json!({"cidr_blocks": ["128.0.0.0/1"]}))
    ]);
    assert_eq!(everything(with(halves)), 2);
}

#[test]
fn groups_know_whether_they_have_rules_and_how_these_are_written() {
    let world = World::new(&json!({
        "aws_vpc.main": {},
        "aws_default_security_group.empty": {"vpc_id": "${aws_vpc.main.id}", "ingress": [], "egress": []},
        "aws_default_security_group.used": {"vpc_id": "vpc-1", "egress": [{"protocol": "-1"}]},
        "aws_default_security_group.perhaps": {"vpc_id": "vpc-2", "egress": "${?}"},
        "aws_security_group.a": {"ingress": [{"protocol": "-1"}], "egress": "${aws_security_group.a.egress}"},
        "aws_security_group.b": {"ingress": "${?}"},
        "aws_security_group_rule.a": {"type": "egress", "security_group_id": "${aws_security_group.a.id}"},
        "aws_security_group_rule.b": {"type": "egress", "security_group_id": "${aws_security_group.b.id}"},
        "aws_security_group_rule.c": {"type": "egress", "security_group_id": "sg-1"},
        "aws_security_group_rule.d": {"type": "egress", "security_group_id": "${?}"},
        "aws_security_group_rule.default": {"type": "egress", "security_group_id": "${aws_vpc.main.default_security_group_id}"},
    }));
    let defaults: Vec<_> = world
        .facts("security_groups")
        .into_iter()
        .filter(|fact| fact.get("default").and_then(Value::as_bool) == Some(true))
        .map(|fact| {
            format!(
                "{} {}",
                fact.get("address").unwrap().as_str().unwrap(),
                world.truth(fact.get("has_rules").unwrap())
            )
        })
        .collect();
    assert_eq!(
        defaults,
        [
            "`aws_default_security_group.empty` yes",
            "`aws_default_security_group.used` yes",
            "`aws_default_security_group.perhaps` ? aws_default_security_group.perhaps: egress",
        ]
    );
    let styles: Vec<_> = world
        .facts("security_group_rule_styles")
        .into_iter()
        .map(|fact| {
            let mixed = world.truth(fact.get("mixed").unwrap());
            format!("{} {mixed}", fact.get("separate_rule").unwrap().as_str().unwrap())
        })
        .collect();
    assert_eq!(
        styles,
        [
            "`aws_security_group_rule.a` yes",
            "`aws_security_group_rule.b` ? aws_security_group.b: ingress",
            "`aws_security_group_rule.default` yes",
            "`aws_security_group_rule.c` no",
            "`aws_security_group_rule.d` ? aws_security_group_rule.d: security_group_id",
        ]
    );
}

#[test]
fn descriptions_are_asked_of_each_rule() {
    let world = World::new(&json!({
        "aws_security_group.a": {"ingress": [{"description": ""}, {"description": "from the office"}, {}]},
        "aws_vpc_security_group_egress_rule.b": {"description": "${?}"},
    }));
    let found: Vec<_> = world
        .facts("security_group_rules")
        .into_iter()
        .map(|fact| {
            format!("{} {}", world.place(fact.get("site").unwrap()), world.truth(fact.get("described").unwrap()))
        })
        .collect();
    assert_eq!(
        found,
        [
            "aws_security_group.a: ingress[0].description no",
            "aws_security_group.a: ingress[1].description yes",
            "aws_security_group.a: ingress[2] no",
            "aws_vpc_security_group_egress_rule.b: description ? aws_vpc_security_group_egress_rule.b: description",
        ]
    );
}
