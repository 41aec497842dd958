use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};

use super::*;
use crate::inventory::Action;

fn read_text(text: &str) -> Result<Plan, Box<Problem>> {
    read(&mut Arc::from(text.as_bytes()), "plan.json", &Demand::everything(), &mut Sources::default())
}

fn plan(text: &str) -> Plan {
    read_text(text).unwrap_or_else(|problem| panic!("{}", problem.message))
}

fn refusal(text: &str) -> String {
    read_text(text).map_or_else(|problem| problem.message, |plan| format!("{plan:?}"))
}

#[test]
fn changes_are_read_by_their_actions() {
    let change = |address: &str, actions: &str| {
        format!(
            r#"{{"address": "{address}", "change": {{"actions": {actions}, "before": {{"id": "1"}}, "after": {{"id": "2"}}}}}}"#
        )
    };
    let changes = [
        change("aws_vpc.a", r#"["no-op"]"#),
        change("aws_vpc.b[0]", r#"["delete", "create"]"#),
        change("module.m[\\\"k\\\"].aws_vpc.c", r#"["delete"]"#),
        change("aws_vpc.kept", r#"["forget", "create"]"#),
        r#"{"address": "ephemeral.random_password.a", "change": {"actions": ["open"], "after": null}}"#.to_owned(),
    ];
    let text = format!(r#"{{"format_version": "1.2", "resource_changes": [{}]}}"#, changes.join(", "));
    let plan = plan(&text);
    let read: Vec<_> = plan.changes.iter().map(|change| (change.address.to_string(), change.action)).collect();
    let expected = [
        ("aws_vpc.a", Action::None),
        ("aws_vpc.b[0]", Action::Replace),
        (r#"module.m["k"].aws_vpc.c"#, Action::Delete),
        ("aws_vpc.kept", Action::Replace),
        ("ephemeral.random_password.a", Action::Read),
    ];
    assert_eq!(read, expected.map(|(address, action)| (address.to_owned(), action)));
    assert!(plan.changes[2].after.is_none() && plan.changes[2].before.is_some());
    // What ends is known as it was; what is forgotten does not end.
    assert!(plan.changes[1].before.is_some() && plan.changes[3].before.is_none());
    assert!(plan.problems.is_empty());
}

#[test]
fn what_is_no_plan_is_refused_in_plain_words() {
    for (text, expected) in [
        ("", "The file is empty"),
        ("{", "The JSON ends in the middle: the file was cut off"),
        ("nonsense", "This is not JSON"),
        (r#"{"version": 4, "name": "x"}"#, "This JSON is no state: it has no list of `resources`"),
        (r#"{"version": 4, "resources": null}"#, "This JSON is no state: it has no list of `resources`"),
        (r#"{"format_version": "1.2"} {"format_version": "1.2"}"#, "Something stands behind the JSON of the plan"),
        (r#"{"format_version": "1.0"}"#, "This is an empty state: there is nothing in it to check"),
        (
            r#"{"plan_format_version": "1.2", "resource_changes": [], "provider_schemas": {}}"#,
            "This is a plan as HCP Terraform shows it to people: values are left out, so that it cannot be checked",
        ),
        ("[]", "A value is not of the right type: expected the JSON object of a plan or state"),
        ("{}", "This JSON is neither a plan nor a state: it has no `format_version`"),
        (r#"{"format_version": "2.0"}"#, "Unknown format version \"2.0\": terravet knows 0.1 to 1.x"),
        (
            r#"{"format_version": "1.0", "valid": true}"#,
            "This JSON holds neither a plan nor the values of a state: nothing can be checked",
        ),
        (r#"{"format_version": 1}"#, "A value is not of the right type: expected a string"),
        (
            r#"{"format_version": "1.0", "resource_changes": {"secret": 1}}"#,
            "A value is not of the right type: expected a list of resource changes",
        ),
        (
            r#"{"format_version": "1.0", "resource_changes": ["secret"]}"#,
            "A value is not of the right type: expected a resource change",
        ),
        (
            r#"{"format_version": "1.0", "resource_changes": [{"address": "aws_vpc.a"}]}"#,
            "Not a plan that Terraform writes: missing field `change`",
        ),
        (
            r#"{"format_version": "1.0", "format_version": "1.0"}"#,
            "Not a plan that Terraform writes: a section stands in it twice",
        ),
        (
            r#"{"version": 3, "lineage": "x", "modules": []}"#,
            "State of version 3: terravet knows version 4, which Terraform 0.12 and later write",
        ),
        (
            r#"{"remote_plan_format": 1, "run_id": "run-1", "hostname": "app.terraform.io"}"#,
            "This file only points at a plan in HCP Terraform or Terraform Enterprise: there is no plan in it",
        ),
        (r#"{"meta": {}, "encrypted_data": "x", "encryption_version": "v0"}"#, "This plan or state is encrypted"),
        ("{\"@level\":\"info\"}\n{\"@level\":\"info\"}\n", "This is what `terraform plan -json` logs, not a plan"),
    ] {
        assert_eq!(refusal(text), expected, "{text}");
    }
}

#[test]
fn what_cannot_be_read_of_an_instance_is_a_problem_at_it() {
    for (change, expected) in [
        (r#"{"address": "vpc", "change": {"actions": ["create"]}}"#, "This is not the address of a resource instance"),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["explode"]}}"#,
            "Unknown planned action: what happens to this resource instance cannot be told",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": {"a": 1, "a": 2}}}"#,
            "The values of `aws_vpc.a` hold a key twice",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": 3}}"#,
            "The values of `aws_vpc.a` are not of the form that Terraform writes",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": null}}"#,
            "The plan has no values of `aws_vpc.a`",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["delete"], "after": null}}"#,
            "The plan has no values of `aws_vpc.a`",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": {"cidr_block": ["10.0.0.0/8"]}}}"#,
            "The values of `aws_vpc.a` hold something of the wrong type in `cidr_block`",
        ),
        (
            r#"{"address": "aws_security_group.a", "change": {"actions": ["create"], "after": {"ingress": 7}}}"#,
            "The values of `aws_security_group.a` hold something of the wrong type in `ingress`",
        ),
        (
            r#"{"address": "aws_security_group.a", "change": {"actions": ["create"], "after": {"ingress": [{}, {"from_port": "ssh"}]}}}"#,
            "The values of `aws_security_group.a` hold something of the wrong type in `ingress[1].from_port`",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": {"tags": {"secret": []}}}}"#,
            "The values of `aws_vpc.a` hold something of the wrong type in `tags`",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": {"tags": {"a": "b"}}, "after_sensitive": {"tags": [true]}}}"#,
            "The values of `aws_vpc.a` are not of the form that Terraform writes",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": {}, "after_sensitive": [true]}}"#,
            "The values of `aws_vpc.a` are not of the form that Terraform writes",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": {}, "after_unknown":  [{}]}}"#,
            "The values of `aws_vpc.a` are not of the form that Terraform writes",
        ),
        (
            r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": {}, "after_unknown": true}}"#,
            "The values of `aws_vpc.a` are not of the form that Terraform writes",
        ),
    ] {
        let plan = plan(&format!(r#"{{"format_version": "1.2", "resource_changes": [{change}]}}"#));
        assert_eq!(plan.problems[0].message, expected);
        assert!(plan.problems[0].span.is_some());
    }
}

#[test]
fn what_other_versions_of_the_provider_have_otherwise_is_no_problem() {
    let change = |ty: &str, after: &str| {
        format!(r#"{{"address": "{ty}.a", "change": {{"actions": ["create"], "after": {after}}}}}"#)
    };
    let changes = [
        change("aws_elasticache_replication_group", r#"{"cluster_mode": [{"num_node_groups": 1}]}"#),
        change("aws_lb_target_group", r#"{"deregistration_delay": 300}"#),
        change("aws_network_acl_rule", r#"{"icmp_type": "-1", "icmp_code": ""}"#),
    ];
    let plan = plan(&format!(r#"{{"format_version": "1.2", "resource_changes": [{}]}}"#, changes.join(", ")));
    assert!(plan.problems.is_empty(), "{:?}", plan.problems);
    let delay = plan.changes[1].after.as_ref().and_then(|values| values.get("deregistration_delay"));
    assert_eq!(delay.and_then(crate::lang::Value::as_str), Some("300"));
}

#[test]
fn state_is_read_in_both_forms() {
    let shown = plan(
        r#"{"format_version": "1.0", "terraform_version": "1.11.4", "values": {"root_module": {"child_modules": [
            {"resources": [{"address": "module.m.aws_vpc.a[0]", "values": {"id": "vpc-1"}, "sensitive_values": {"id": true}}]}]}}}"#,
    );
    let file = plan(
        r#"{"version": 4, "serial": 1, "lineage": "x", "resources": [{"module": "module.m", "mode": "managed",
            "type": "aws_vpc", "name": "a", "provider": "provider[\"registry.terraform.io/hashicorp/aws\"].west",
            "instances": [{"index_key": 0, "attributes": {"id": "vpc-1"},
            "sensitive_attributes": [[{"type": "get_attr", "value": "id"}]]}]}]}"#,
    );
    for plan in [&shown, &file] {
        assert_eq!(plan.kind, Kind::State);
        let instance = &plan.prior[0];
        assert_eq!(instance.address.to_string(), "module.m.aws_vpc.a[0]");
        let id = instance.after.as_ref().and_then(|values| values.get("id")).unwrap();
        assert_eq!(id.as_str(), Some("vpc-1"));
        assert!(id.marks.has(crate::lang::Marks::SENSITIVE));
    }
    assert_eq!(&*file.prior[0].provider, "registry.terraform.io/hashicorp/aws");
    assert!(refusal("{\"version\": 4, \"resources\": [{}]}").contains("missing field"));
    let nothing = plan(
        r#"{"version": 4, "resources": [{"mode": "managed", "type": "aws_vpc", "name": "a", "provider": "p",
            "instances": [{"attributes": null}]}]}"#,
    );
    assert_eq!(nothing.problems[0].message, "There are no values of `aws_vpc.a`");
    let unclear = plan(
        r#"{"version": 4, "resources": [{"mode": "managed", "type": "aws_vpc", "name": "a", "provider": "p",
            "instances": [{"attributes": {"id": "vpc-1"}, "sensitive_attributes": [["id"]]}]}]}"#,
    );
    assert_eq!(unclear.problems[0].message, "What is sensitive of `aws_vpc.a` cannot be told");
}

#[test]
fn the_state_before_of_what_stays_as_it_is_is_not_read_again() {
    let change = |address: &str, action: &str| {
        format!(r#"{{"address": "{address}", "change": {{"actions": ["{action}"], "after": {{"id": "a"}}}}}}"#)
    };
    let held = |address: &str, rest: &str| format!(r#"{{"address": "{address}", "values": {{"id": "b"}}{rest}}}"#);
    let text = format!(
        r#"{{"format_version": "1.2", "resource_changes": [{}, {}], "prior_state": {{"values": {{"root_module":
        {{"resources": [{}, {}, {}, {}]}}}}}}}}"#,
        change("aws_vpc.kept", "no-op"),
        change("aws_vpc.new", "update"),
        held("aws_vpc.kept", ""),
        held("aws_vpc.kept", r#", "deposed_key": "1234""#),
        held("aws_vpc.new", ""),
        held("data.aws_vpc.read", ""),
    );
    let plan = plan(&text);
    let prior: Vec<String> = plan.prior.iter().map(|change| change.address.to_string()).collect();
    assert_eq!(prior, ["aws_vpc.kept", "aws_vpc.new", "data.aws_vpc.read"]);
    assert!(plan.prior[0].deposed.is_some());
}

/// A text, and then nothing: neither more nor an end.
struct Silent(String, Option<Receiver<()>>);

impl Input for Silent {
    fn open(&mut self) -> io::Result<Box<dyn Read + Send>> {
        struct Never(Option<Receiver<()>>);
        impl Read for Never {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                let _ = self.0.take().map(|never| never.recv());
                Ok(0)
            }
        }
        Ok(Box::new(Cursor::new(self.0.clone()).chain(Never(self.1.take()))))
    }
}

/// A text, over and over again.
struct Endless(&'static str, &'static str);

impl Input for Endless {
    fn open(&mut self) -> io::Result<Box<dyn Read + Send>> {
        struct Again(&'static str);
        impl Read for Again {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let text = self.0.as_bytes();
                let whole = buffer.len().min(1 << 16) / text.len();
                buffer.chunks_mut(text.len()).take(whole).for_each(|part| part.copy_from_slice(text));
                Ok(whole * text.len())
            }
        }
        Ok(Box::new(Cursor::new(self.0).chain(Again(self.1))))
    }
}

#[test]
fn after_a_fault_nobody_waits_for_more() {
    let said = |input: &mut dyn Input| {
        read(input, "plan.json", &Demand::everything(), &mut Sources::default()).unwrap_err().message
    };
    let (_open, never) = channel();
    let text = r#"{"format_version": "1.2", "resource_changes": [1], "x": ["#;
    // More than a piece, so that it is looked at.
    let padded = format!("{text}{}", " ".repeat(1 << 20));
    assert_eq!(said(&mut Silent(padded, Some(never))), "A value is not of the right type: expected a resource change");
    assert_eq!(said(&mut Endless(text, "1, ")), "A value is not of the right type: expected a resource change");
    let text = r#"{"format_version": "1.2", "resource_changes": ["#;
    assert_eq!(said(&mut Endless(text, "1, ")), "A value is not of the right type: expected a resource change");
}

#[test]
fn the_first_fault_is_told() {
    let element = r#"{"address": "aws_vpc.a", "change": {"actions": ["create"], "after": {}}}"#;
    let document = |changes: &str, rest: &str| {
        refusal(&format!(r#"{{"format_version": "1.2", "resource_changes": [{changes}]{rest}"#))
    };
    assert_eq!(document("1", "nonsense"), "A value is not of the right type: expected a resource change");
    assert_eq!(document(&format!("{element} nonsense, 1"), "}"), "This is not JSON");
    assert_eq!(document(&format!("{element}, {{}}"), ""), "Not a plan that Terraform writes: missing field `change`");
    assert_eq!(document(element, ""), "The JSON ends in the middle: the file was cut off");
}
