//! What gets there, and whose answers do not get back.

use serde_json::{Value as Json, json};

use super::World;

/// `place: why` for each thing that drops answers.
fn dropped(instances: &Json) -> Vec<String> {
    let world = World::new(instances);
    let facts = world.facts("unanswered");
    let text = |fact: &crate::lang::Value, name| fact.get(name).unwrap().as_str().unwrap().to_owned();
    facts.iter().map(|it| format!("{}: {}", world.place(it.get("site").unwrap()), text(it, "text"))).collect()
}

/// An application and a database in a subnet each; the database's has this ACL, and its group lets this in.
fn with(acl: Json, ingress: Json) -> Vec<String> {
    let mut acl = acl;
    acl["subnet_ids"] = json!(["${aws_subnet.db.id}"]);
    let everywhere = json!([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}]);
    dropped(&json!({
        "aws_vpc.main": {"cidr_block": "10.0.0.0/16"},
        "aws_subnet.app": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.1.0/24"},
        "aws_subnet.db": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.2.0/24"},
        "aws_network_acl.db": acl,
        "aws_security_group.app": {"vpc_id": "${aws_vpc.main.id}", "egress": everywhere},
        "aws_security_group.db": {"vpc_id": "${aws_vpc.main.id}", "ingress": [ingress]},
        "aws_instance.app": {
            "subnet_id": "${aws_subnet.app.id}", "vpc_security_group_ids": ["${aws_security_group.app.id}"],
        },
        "aws_instance.db": {
            "subnet_id": "${aws_subnet.db.id}", "vpc_security_group_ids": ["${aws_security_group.db.id}"],
        },
    }))
}

fn entry(first: u16, last: u16) -> Json {
    let all = "10.0.0.0/16";
    json!({"rule_no": 100, "action": "allow", "protocol": "tcp", "from_port": first, "to_port": last, "cidr_block": all})
}

fn by_group() -> Json {
    let groups = json!(["${aws_security_group.app.id}"]);
    json!({"protocol": "tcp", "from_port": 5432, "to_port": 5432, "security_groups": groups})
}

fn by_block(block: &str) -> Json {
    json!({"protocol": "tcp", "from_port": 5432, "to_port": 5432, "cidr_blocks": [block]})
}

#[test]
fn answers_need_ephemeral_ports() {
    let acl = |first, last| json!({"ingress": [entry(5432, 5432)], "egress": [entry(first, last)]});
    let found =
        ["aws_network_acl.db: : packets from `aws_instance.app` to TCP port 5432 (PostgreSQL) of `aws_instance.db`"];
    let nothing: [&str; 0] = [];
    assert_eq!(with(acl(443, 443), by_group()), found);
    assert_eq!(with(acl(443, 443), by_block("10.0.1.0/24")), found);
    assert_eq!(with(acl(443, 443), by_block("10.0.0.0/16")), found);
    assert_eq!(with(acl(1024, 65535), by_group()), nothing);
    assert_eq!(with(acl(60000, 60000), by_group()), nothing);
}

#[test]
fn who_is_not_named_is_not_meant() {
    let acl = json!({"ingress": [entry(5432, 5432)], "egress": []});
    let nothing: [&str; 0] = [];
    assert_eq!(with(acl.clone(), by_block("10.0.0.0/8")), nothing);
    assert_eq!(with(acl, by_block("192.168.0.0/16")), nothing);
}

#[test]
fn what_does_not_get_there_needs_no_answer() {
    let nothing: [&str; 0] = [];
    assert_eq!(with(json!({"ingress": [entry(443, 443)], "egress": []}), by_group()), nothing);
    assert_eq!(with(json!({}), by_group()), nothing);
}

#[test]
fn what_may_get_back_is_not_dropped() {
    let nothing: [&str; 0] = [];
    assert_eq!(with(json!({"ingress": [entry(5432, 5432)], "egress": "${?}"}), by_group()), nothing);
}
