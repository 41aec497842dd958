//! Security-group rules that change nothing.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::World;
use crate::network::aws::redundant::redundant;
use crate::network::sets::PacketSet;

/// What of the ingress blocks of a group changes nothing: `ingress[1]`, or an element of it.
fn needless(blocks: Json) -> Vec<String> {
    let world = World::new(&json!({"aws_security_group.g": {"ingress": blocks}, "aws_security_group.other": {}}));
    let facts = world.facts("redundant_rules");
    facts.iter().map(|fact| world.place(fact.get("site").unwrap()).split_once(": ").unwrap().1.to_owned()).collect()
}

fn tcp(first: u16, last: u16, blocks: &[&str]) -> Json {
    json!({"protocol": "tcp", "from_port": first, "to_port": last, "cidr_blocks": blocks})
}

#[test]
fn what_wider_or_equal_rules_let_through_is_needless() {
    let nothing: [&str; 0] = [];
    assert_eq!(needless(json!([tcp(80, 80, &["10.0.0.0/8"]), tcp(443, 443, &["10.0.0.0/8"])])), nothing);
    assert_eq!(needless(json!([tcp(80, 80, &["10.0.0.0/8"]), tcp(80, 80, &["10.0.0.0/8"])])), ["ingress[1]"]);
    assert_eq!(needless(json!([tcp(80, 80, &["10.1.0.0/16"]), tcp(0, 99, &["10.0.0.0/8"])])), ["ingress[0]"]);
    assert_eq!(needless(json!([tcp(80, 80, &["10.1.0.0/16"]), tcp(0, 79, &["10.0.0.0/8"])])), nothing);
    let all = json!({"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]});
    assert_eq!(needless(json!([all, tcp(80, 80, &["10.0.0.0/8", "11.0.0.0/8"])])), ["ingress[1]"]);
    assert_eq!(
        needless(json!([tcp(80, 80, &["10.0.0.0/8"]), tcp(80, 80, &["10.3.0.0/16", "11.0.0.0/8"])])),
        ["ingress[1].cidr_blocks[0]"]
    );
    assert_eq!(needless(json!([tcp(80, 80, &["10.0.0.0/8", "10.3.0.0/16"])])), ["ingress[0].cidr_blocks[1]"]);
    // Neighbours in ports, and around in addresses.
    let rows = json!([tcp(1, 50, &["10.0.0.0/8"]), tcp(40, 60, &["10.0.0.0/8"]), tcp(51, 90, &["10.0.0.0/8"])]);
    assert_eq!(needless(rows), ["ingress[1]"]);
    let stairs = json!([tcp(1, 50, &["0.0.0.0/0"]), tcp(51, 90, &["10.0.0.0/8"]), tcp(40, 60, &["10.2.0.0/16"])]);
    assert_eq!(needless(stairs), ["ingress[2]"]);
}

#[test]
fn far_ends_are_told_apart() {
    let of = |name: &str, value: Json| json!({"protocol": "tcp", "from_port": 80, "to_port": 80, name: value});
    let nothing: [&str; 0] = [];
    let group = |id: &str| of("security_groups", json!([id]));
    assert_eq!(
        needless(json!([group("${aws_security_group.other.id}"), group("${aws_security_group.other.id}")])),
        ["ingress[1]"]
    );
    assert_eq!(needless(json!([group("${aws_security_group.other.id}"), group("sg-1")])), nothing);
    assert_eq!(needless(json!([group("${aws_security_group.g.id}"), of("self", json!(true))])), ["ingress[1]"]);
    assert_eq!(needless(json!([of("self", json!(false)), of("self", json!(true))])), nothing);
    assert_eq!(
        needless(json!([of("prefix_list_ids", json!(["pl-1"])), of("prefix_list_ids", json!(["pl-1"]))])),
        ["ingress[1]"]
    );
    assert_eq!(
        needless(json!([of("cidr_blocks", json!(["0.0.0.0/0"])), of("ipv6_cidr_blocks", json!(["::/0"]))])),
        nothing
    );
    assert_eq!(
        needless(json!([of("ipv6_cidr_blocks", json!(["::/0"])), of("ipv6_cidr_blocks", json!(["fd00::/8"]))])),
        ["ingress[1]"]
    );
    // What is not known covers nothing, and is covered by nothing.
    assert_eq!(needless(json!([of("cidr_blocks", json!(["${?}"])), of("cidr_blocks", json!(["${?}"]))])), nothing);
    assert_eq!(
        needless(json!([of("cidr_blocks", json!(["0.0.0.0/0"])), of("cidr_blocks", json!(["${?}", "10.0.0.0/8"]))])),
        ["ingress[1].cidr_blocks[1]"]
    );
    // One code of ICMP is not all of them.
    let icmp = |code: i32| json!({"protocol": "icmp", "from_port": 3, "to_port": code, "cidr_blocks": ["10.0.0.0/8"]});
    assert_eq!(needless(json!([icmp(4), icmp(-1)])), ["ingress[0]"]);
    assert_eq!(needless(json!([icmp(4), icmp(1)])), nothing);
}

#[test]
fn inline_rules_that_repeat_rule_resources_are_not_compared_with_them() {
    let world = World::new(&json!({
        "aws_security_group.g": {"ingress": [tcp(80, 80, &["10.0.0.0/8"])]},
        "aws_vpc_security_group_ingress_rule.r": {"security_group_id": "${aws_security_group.g.id}", "ip_protocol": "tcp",
            "from_port": 80, "to_port": 80, "cidr_ipv4": "10.0.0.0/8"},
    }));
    assert!(world.facts("redundant_rules").is_empty());
}

#[test]
fn many_rules_take_time_in_proportion() {
    let rule = |number: usize| tcp((number % 60_000) as u16, (number % 60_000 + 1) as u16, &["10.0.0.0/8"]);
    let blocks: Vec<Json> = (0..5_000).map(rule).collect();
    let start = std::time::Instant::now();
    let world = World::new(&json!({"aws_security_group.g": {"ingress": blocks}}));
    assert_eq!(redundant(&world.network.aws).len(), 2_499);
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}

fn rules() -> impl Strategy<Value = Vec<Json>> {
    let block = prop::sample::select(vec![
        "0.0.0.0/0",
        "10.0.0.0/8",
        "10.0.0.0/9",
        "10.128.0.0/9",
        "10.1.0.0/16",
        "::/0",
        "fd00::/8",
    ]);
    let protocol = prop::sample::select(vec!["tcp", "udp", "-1", "6", "1"]);
    let rule = (prop::collection::vec(block, 1..3), protocol, 0u16..12, 0u16..6).prop_map(|(blocks, protocol, first, more)| {
        let (v6, v4): (Vec<&str>, Vec<&str>) = blocks.into_iter().partition(|block| block.contains(':'));
        json!({"protocol": protocol, "from_port": first, "to_port": first + more, "cidr_blocks": v4, "ipv6_cidr_blocks": v6})
    });
    prop::collection::vec(rule, 0..12)
}

proptest! {
    #[test]
    fn without_what_is_needless_a_group_lets_the_same_through(blocks in rules()) {
        let world = World::new(&json!({"aws_security_group.g": {"ingress": blocks}}));
        let aws = &world.network.aws;
        let needless = redundant(aws);
        let is_needless = |rule: usize, way: &str| {
            needless.iter().any(|it| it.rule == rule && (it.whole || crate::network::testing::way(&it.spot) == way))
        };
        let (mut all, mut left) = (PacketSet::EMPTY, PacketSet::EMPTY);
        for (index, rule) in aws.security_groups().rules.iter().enumerate() {
            for source in &rule.sources {
                let packets = rule.traffic.packets(&source.addresses);
                all = all.union(&packets);
                if !is_needless(index, &crate::network::testing::way(&source.spot)) {
                    left = left.union(&packets);
                }
            }
        }
        // Of ICMP with codes, less is let through than types alone say: it covers nothing, and stays.
        prop_assert_eq!(all, left);
    }
}
