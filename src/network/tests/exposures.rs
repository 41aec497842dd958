//! What the internet reaches in effect.

use serde_json::{Value as Json, json};

use super::World;
use crate::lang::{Number, Value};

/// A VPC with an internet gateway, a subnet routed to it and one that is not, an open group, and these instances.
fn world(instances: Json) -> World {
    let mut all = json!({
        "aws_vpc.main": {"cidr_block": "10.0.0.0/16"},
        "aws_internet_gateway.main": {"vpc_id": "${aws_vpc.main.id}"},
        "aws_route_table.public": {"vpc_id": "${aws_vpc.main.id}", "route": [
            {"cidr_block": "0.0.0.0/0", "gateway_id": "${aws_internet_gateway.main.id}"},
        ]},
        "aws_route_table_association.public": {
            "subnet_id": "${aws_subnet.public.id}", "route_table_id": "${aws_route_table.public.id}",
        },
        "aws_subnet.public": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.0.0/24"},
        "aws_subnet.private": {"vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.1.0/24"},
        "aws_db_subnet_group.public": {"subnet_ids": ["${aws_subnet.public.id}"]},
        "aws_db_subnet_group.both": {"subnet_ids": ["${aws_subnet.public.id}", "${aws_subnet.private.id}"]},
        "aws_security_group.open": {"vpc_id": "${aws_vpc.main.id}", "ingress": [everything_from("0.0.0.0/0")]},
    });
    for (address, values) in instances.as_object().unwrap() {
        all[address] = values.clone();
    }
    World::new(&all)
}

fn everything_from(block: &str) -> Json {
    json!({"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": [block]})
}

/// A public database in the public subnet that wears the open group, with these attributes in place of its own.
fn database(changes: Json) -> Json {
    let mut database = json!({
        "engine": "postgres",
        "publicly_accessible": true,
        "db_subnet_group_name": "${aws_db_subnet_group.public.name}",
        "vpc_security_group_ids": ["${aws_security_group.open.id}"],
    });
    for (name, value) in changes.as_object().unwrap() {
        database[name] = value.clone();
    }
    database
}

/// `kind at place: ports` for each fact that exposes something, or may.
fn exposed(world: &World) -> Vec<String> {
    let port = |text: &str| Value::tuple(vec![Value::string(text)]);
    let prefix = |number| Value::number(Number::from_i64(number));
    let mut lines = Vec::new();
    for fact in world.facts("exposures") {
        let protocols = Value::tuple(vec![Value::string("tcp"), Value::string("udp")]);
        let arguments = [fact.clone(), protocols, port("0-65535"), prefix(16), prefix(32)];
        let exposes = world.call("exposes", &arguments);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let kind = text(fact.get("kind").unwrap());
        match exposes.as_bool() {
            Some(true) => {
                let ports = text(&world.call("exposed_ports", &arguments));
                let through = text(fact.get("through").unwrap());
                lines.push(format!("{kind} at {}{through}: {ports}", world.place(fact.get("site").unwrap())));
            }
            Some(false) => {}
            None => lines.push(format!("{kind}: ? {}", world.place(&exposes))),
        }
    }
    lines
}

#[test]
fn a_database_needs_an_address_a_way_and_a_rule() {
    let with = |changes| exposed(&world(json!({"aws_db_instance.a": database(changes)})));
    let found = ["database at aws_security_group.open: ingress[0].cidr_blocks[0]: TCP port 5432 (PostgreSQL)"];
    assert_eq!(with(json!({})), found);
    let nothing: [&str; 0] = [];
    assert_eq!(with(json!({"publicly_accessible": false})), nothing);
    assert_eq!(with(json!({"publicly_accessible": null})), nothing);
    assert_eq!(with(json!({"vpc_security_group_ids": []})), nothing);
    let private = json!({"aws_db_instance.a": database(json!({})), "aws_route_table.public": {"route": []}});
    assert_eq!(exposed(&world(private)), nothing);
}

#[test]
fn one_thing_that_is_not_known_is_named() {
    let with = |changes| exposed(&world(json!({"aws_db_instance.a": database(changes)})));
    assert_eq!(with(json!({"publicly_accessible": "${?}"})), ["database: ? aws_db_instance.a: publicly_accessible"]);
    assert_eq!(with(json!({"db_subnet_group_name": "${?}"})), ["database: ? aws_db_instance.a: db_subnet_group_name"]);
    assert_eq!(
        with(json!({"db_subnet_group_name": "${aws_db_subnet_group.both.name}"})),
        ["database: ? aws_db_instance.a: db_subnet_group_name"]
    );
    assert_eq!(
        with(json!({"vpc_security_group_ids": "${?}"})),
        ["database: ? aws_db_instance.a: vpc_security_group_ids"]
    );
    let nothing: [&str; 0] = [];
    // Of two, other rules speak.
    assert_eq!(with(json!({"publicly_accessible": "${?}", "db_subnet_group_name": "${?}"})), nothing);
}

#[test]
fn what_is_not_public_hangs_on_nothing() {
    let private = |changes: Json| {
        let mut changes = changes;
        changes["publicly_accessible"] = json!(false);
        exposed(&world(json!({"aws_db_instance.a": database(changes)})))
    };
    let nothing: [&str; 0] = [];
    assert_eq!(private(json!({"vpc_security_group_ids": "${?}", "db_subnet_group_name": "${?}"})), nothing);
}

#[test]
fn the_internet_is_more_than_a_block() {
    let with = |rules: &[&str]| {
        let rules: Vec<Json> = rules.iter().map(|block| everything_from(block)).collect();
        let group = json!({"vpc_id": "${aws_vpc.main.id}", "ingress": rules});
        exposed(&world(json!({"aws_db_instance.a": database(json!({})), "aws_security_group.open": group}))).len()
    };
    assert_eq!(with(&["203.0.113.0/24"]), 0);
    assert_eq!(with(&["8.8.0.0/16"]), 0);
    assert_eq!(with(&["8.8.0.0/16", "9.9.9.9/32"]), 2);
    assert_eq!(with(&["0.0.0.0/1", "128.0.0.0/1"]), 2);
    assert_eq!(with(&["0.0.0.0/0", "9.9.9.9/32"]), 1);
    assert_eq!(with(&["10.0.0.0/8"]), 0);
}

#[test]
fn groups_of_one_interface_count_together() {
    let half = |block| json!({"vpc_id": "${aws_vpc.main.id}", "ingress": [everything_from(block)]});
    let ids = json!(["${aws_security_group.low.id}", "${aws_security_group.high.id}"]);
    let found = exposed(&world(json!({
        "aws_security_group.low": half("8.8.0.0/16"),
        "aws_security_group.high": half("9.9.0.0/16"),
        "aws_db_instance.a": database(json!({"vpc_security_group_ids": ids})),
    })));
    assert_eq!(found.len(), 2);
}

#[test]
fn a_port_that_nothing_listens_at_is_none() {
    let web = json!({"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]});
    let with = |changes: Json| {
        let group = json!({"vpc_id": "${aws_vpc.main.id}", "ingress": [web]});
        exposed(&world(json!({"aws_db_instance.a": database(changes), "aws_security_group.open": group}))).len()
    };
    assert_eq!(with(json!({})), 0);
    assert_eq!(with(json!({"port": 443})), 1);
    assert_eq!(with(json!({"port": "${?}"})), 1);
    assert_eq!(with(json!({"engine": "${?}"})), 1);
}

/// A network load balancer that listens on 2222 and carries on to 22 of a private instance.
fn balanced(group: Json, rule: Json) -> Vec<String> {
    let mut instances = json!({
        "aws_lb.n": {"load_balancer_type": "network", "subnets": ["${aws_subnet.public.id}"]},
        "aws_lb_listener.n": {"load_balancer_arn": "${aws_lb.n.arn}", "port": 2222, "protocol": "TCP", "default_action": [
            {"type": "forward", "target_group_arn": "${aws_lb_target_group.n.arn}"},
        ]},
        "aws_lb_target_group.n": {"port": 22, "protocol": "TCP"},
        "aws_lb_target_group_attachment.n": {
            "target_group_arn": "${aws_lb_target_group.n.arn}", "target_id": "${aws_instance.host.id}",
        },
        "aws_instance.host": {
            "subnet_id": "${aws_subnet.private.id}", "associate_public_ip_address": false,
            "vpc_security_group_ids": ["${aws_security_group.host.id}"],
        },
        "aws_security_group.host": {"vpc_id": "${aws_vpc.main.id}", "ingress": [rule]},
    });
    for (name, value) in group.as_object().unwrap() {
        instances["aws_lb_target_group.n"][name] = value.clone();
    }
    let mut found = exposed(&world(instances));
    found.retain(|line| !line.starts_with("load balancer"));
    found
}

#[test]
fn network_load_balancers_carry_the_internet_in() {
    let port = " through port 2222 of `aws_lb.n`: TCP port 22 (SSH)";
    // With the client's address: by the rule of the target.
    assert_eq!(
        balanced(json!({}), everything_from("0.0.0.0/0")),
        [format!("instance at aws_security_group.host: ingress[0].cidr_blocks[0]{port}")]
    );
    let nothing: [&str; 0] = [];
    assert_eq!(balanced(json!({}), everything_from("10.0.0.0/16")), nothing);
    // With their own: whatever the internet sends, for the target it comes from within.
    let replaced = json!({"preserve_client_ip": "false"});
    assert_eq!(
        balanced(replaced.clone(), everything_from("10.0.0.0/16")),
        [format!("instance at aws_lb_target_group_attachment.n: {port}")]
    );
    assert_eq!(balanced(replaced, everything_from("192.168.0.0/16")), nothing);
    // Which of the two, is not known.
    assert_eq!(
        balanced(json!({"preserve_client_ip": "${?}"}), everything_from("10.0.0.0/16")),
        ["instance: ? aws_lb_target_group.n: preserve_client_ip"]
    );
}

#[test]
fn an_application_load_balancer_is_what_one_wants() {
    let instances = json!({
        "aws_lb.a": {
            "load_balancer_type": "application", "subnets": ["${aws_subnet.public.id}"],
            "security_groups": ["${aws_security_group.open.id}"],
        },
        "aws_lb_listener.a": {"load_balancer_arn": "${aws_lb.a.arn}", "port": 443, "protocol": "HTTPS", "default_action": [
            {"type": "forward", "target_group_arn": "${aws_lb_target_group.a.arn}"},
        ]},
        "aws_lb_target_group.a": {"port": 8080, "protocol": "HTTP"},
        "aws_lb_target_group_attachment.a": {
            "target_group_arn": "${aws_lb_target_group.a.arn}", "target_id": "${aws_instance.app.id}",
        },
        "aws_instance.app": {
            "subnet_id": "${aws_subnet.private.id}", "vpc_security_group_ids": ["${aws_security_group.open.id}"],
        },
    });
    let found = exposed(&world(instances));
    assert_eq!(
        found,
        [
            "load balancer at aws_security_group.open: ingress[0].cidr_blocks[0]: TCP port 443 (HTTPS) and UDP port 443 (HTTPS)"
        ]
    );
}

#[test]
fn internal_load_balancers_with_ipv6_stay_internal() {
    let with = |internal: bool| {
        let rule = json!({"protocol": "tcp", "from_port": 443, "to_port": 443, "ipv6_cidr_blocks": ["::/0"]});
        let way = json!({"ipv6_cidr_block": "::/0", "gateway_id": "${aws_internet_gateway.main.id}"});
        exposed(&world(json!({
            "aws_route_table.public": {"vpc_id": "${aws_vpc.main.id}", "route": [way]},
            "aws_vpc.main": {"cidr_block": "10.0.0.0/16", "ipv6_cidr_block": "2600:1f18:1::/56"},
            "aws_subnet.public": {
                "vpc_id": "${aws_vpc.main.id}", "cidr_block": "10.0.0.0/24", "ipv6_cidr_block": "2600:1f18:1::/64",
            },
            "aws_lb.a": {
                "internal": internal, "ip_address_type": "dualstack", "subnets": ["${aws_subnet.public.id}"],
                "security_groups": ["${aws_security_group.v6.id}"],
            },
            "aws_security_group.v6": {"vpc_id": "${aws_vpc.main.id}", "ingress": [rule]},
        })))
    };
    let found = ["load balancer at aws_security_group.v6: ingress[0].ipv6_cidr_blocks[0]: TCP port 443 (HTTPS)"];
    assert_eq!(with(false), found);
    let nothing: [&str; 0] = [];
    assert_eq!(with(true), nothing);
}
