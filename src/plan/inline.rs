//! What stands in a resource in state although another resource makes it: the rules of an `aws_security_group_rule` show up in
//! the group's `ingress` after the next refresh, routes in their table, entries in their ACL or prefix list ("AWS Provider:
//! aws_security_group", "aws_route_table", "aws_network_acl", "aws_ec2_managed_prefix_list": computed attributes).
//!
//! Where such an attribute is not written in configuration, only what no other resource makes is left in it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::address::{Address, Mode};
use crate::inventory::Action;
use crate::lang::value::Entries;
use crate::lang::{Data, Str, Value};

use super::{Change, Plan};

/// What one resource makes in another: the other one's id, the attribute, and what is in it.
type Part = (Str, &'static str, String);

/// The attributes of resources, less what other resources make in them.
#[derive(Debug, Default)]
pub(super) struct Inline(BTreeMap<(Arc<Address>, &'static str), Value>);

/// Where parts of other resources show up.
const HOLDERS: &[(&str, &[&str])] = &[
    ("aws_security_group", &["ingress", "egress"]),
    ("aws_default_security_group", &["ingress", "egress"]),
    ("aws_route_table", &["route"]),
    ("aws_default_route_table", &["route"]),
    ("aws_network_acl", &["ingress", "egress"]),
    ("aws_default_network_acl", &["ingress", "egress"]),
    ("aws_ec2_managed_prefix_list", &["entry"]),
];

impl Inline {
    pub(super) fn of<'p>(plan: &'p Plan) -> Self {
        let is_managed = |change: &&Change| change.address.mode == Mode::Managed;
        let all = || plan.changes.iter().chain(&plan.prior).filter(is_managed);
        // What is forgotten stays there, and nobody else tells of it any more.
        let forgotten = plan.changes.iter().filter(|change| change.action == Action::Forget);
        let forgotten: BTreeSet<&Address> = forgotten.map(|change| &*change.address).collect();
        let parts = all().filter(|change| !forgotten.contains(&*change.address)).flat_map(parts);
        let parts: BTreeSet<Part> = parts.collect();
        let holders = |changes: &'p [Change]| {
            let holders = changes.iter().filter(is_managed).filter(|change| change.deposed.is_none());
            holders.filter(|change| Self::may_hold(&change.address.type_name))
        };
        let mut inline = Self::default();
        let spoken_of: BTreeSet<&Address> = holders(&plan.changes).map(|change| &*change.address).collect();
        // What was there before a change is not wanted: what is made anew begins with nothing.
        let kept = holders(&plan.prior).filter(|change| !spoken_of.contains(&*change.address));
        for change in holders(&plan.changes).chain(kept) {
            let type_name = &*change.address.type_name;
            let Some((_, attributes)) = HOLDERS.iter().find(|(holder, _)| *holder == type_name) else { continue };
            let Some(values) = &change.after else { continue };
            let Some(id) = text(values, "id") else { continue };
            for &attribute in *attributes {
                let Some(value) = values.get(attribute).filter(|value| value.elements().is_some()) else { continue };
                let made = |part: String| parts.contains(&(Str::from(id.as_str()), attribute, part));
                inline.0.insert((change.address.clone(), attribute), less(value, type_name, &made));
            }
        }
        inline
    }

    /// Whether others may make something in resources of a type.
    pub(super) fn may_hold(type_name: &str) -> bool {
        HOLDERS.iter().any(|(holder, _)| *holder == type_name)
    }

    /// The attribute, if others may make something in it.
    pub(super) fn attribute(&self, address: &Arc<Address>, name: &str) -> Option<&Value> {
        let attributes = HOLDERS.iter().find(|(holder, _)| *holder == &*address.type_name)?.1;
        let name = attributes.iter().find(|attribute| **attribute == name)?;
        self.0.get(&(address.clone(), *name))
    }
}

fn text(values: &Value, name: &str) -> Option<String> {
    let value = values.get(name)?;
    let number = || value.as_number().map(ToString::to_string);
    value.as_str().map(str::to_owned).or_else(number)
}

/// What a resource makes in others.
fn parts(change: &Change) -> Vec<Part> {
    let Some(values) = &change.after else { return Vec::new() };
    let part = |holder: &str, attribute: &'static str, what: Option<String>| -> Vec<Part> {
        let holder = text(values, holder);
        holder.zip(what).map(|(holder, what)| (holder.as_str().into(), attribute, what)).into_iter().collect()
    };
    let rules = |attribute: &'static str| -> Vec<Part> {
        let Some(group) = text(values, "security_group_id") else { return Vec::new() };
        let traffic = traffic(values);
        let own = values.get("self").and_then(Value::as_bool) == Some(true);
        let sources = sources(values).into_iter().chain(own.then(|| "self".to_owned()));
        sources.map(|source| (group.as_str().into(), attribute, format!("{traffic} {source}"))).collect()
    };
    match &*change.address.type_name {
        "aws_security_group_rule" => match text(values, "type").as_deref() {
            Some("ingress") => rules("ingress"),
            Some("egress") => rules("egress"),
            Some(_) | None => Vec::new(),
        },
        "aws_vpc_security_group_ingress_rule" => rules("ingress"),
        "aws_vpc_security_group_egress_rule" => rules("egress"),
        "aws_route" => part("route_table_id", "route", destination(values)),
        "aws_network_acl_rule" => {
            let egress = values.get("egress").and_then(Value::as_bool) == Some(true);
            let attribute = if egress { "egress" } else { "ingress" };
            part("network_acl_id", attribute, text(values, "rule_number"))
        }
        "aws_ec2_managed_prefix_list_entry" => part("prefix_list_id", "entry", text(values, "cidr")),
        _ => Vec::new(),
    }
}

/// Protocol and ports, in one form.
fn traffic(rule: &Value) -> String {
    let protocol = text(rule, "protocol").or_else(|| text(rule, "ip_protocol")).unwrap_or_default().to_lowercase();
    let protocol = match protocol.as_str() {
        "all" | "-1" => return "-1".to_owned(),
        "6" => "tcp",
        "17" => "udp",
        "1" => "icmp",
        other => other,
    };
    let port = |name| text(rule, name).unwrap_or_default();
    format!("{protocol} {} {}", port("from_port"), port("to_port"))
}

const LISTS: &[&str] = &["cidr_blocks", "ipv6_cidr_blocks", "prefix_list_ids", "security_groups"];
const SINGLE: &[&str] =
    &["cidr_ipv4", "cidr_ipv6", "prefix_list_id", "referenced_security_group_id", "source_security_group_id"];

/// The far ends of a rule.
fn sources(rule: &Value) -> Vec<String> {
    let lists = LISTS.iter().filter_map(|name| rule.get(name)?.elements()).flatten();
    let listed = lists.filter_map(Value::as_str).map(str::to_owned);
    listed.chain(SINGLE.iter().filter_map(|name| text(rule, name))).collect()
}

/// Where a route goes.
fn destination(route: &Value) -> Option<String> {
    let names = [
        "cidr_block",
        "ipv6_cidr_block",
        "destination_cidr_block",
        "destination_ipv6_cidr_block",
        "destination_prefix_list_id",
    ];
    names.iter().find_map(|name| text(route, name))
}

/// A collection of blocks without those, and those parts of rules, that are made elsewhere.
fn less(blocks: &Value, holder: &str, made: &dyn Fn(String) -> bool) -> Value {
    let rest = |block: &Value| -> Option<Value> {
        match holder {
            "aws_security_group" | "aws_default_security_group" => less_rule(block, made),
            "aws_route_table" | "aws_default_route_table" => {
                (!destination(block).is_some_and(made)).then(|| block.clone())
            }
            "aws_network_acl" | "aws_default_network_acl" => {
                (!text(block, "rule_no").is_some_and(made)).then(|| block.clone())
            }
            _ => (!text(block, "cidr").is_some_and(made)).then(|| block.clone()),
        }
    };
    let left: Vec<Value> = blocks.elements().unwrap_or_default().iter().filter_map(rest).collect();
    let data = match &blocks.data {
        Data::List(ty, _) => Data::List(ty.clone(), left.into()),
        Data::Set(ty, _) => Data::Set(ty.clone(), left.into()),
        _ => return blocks.clone(),
    };
    Value { data, ..blocks.clone() }
}

/// What is left of a rule: groups hold one for each protocol and ports, with the far ends of several together.
fn less_rule(rule: &Value, made: &dyn Fn(String) -> bool) -> Option<Value> {
    let traffic = traffic(rule);
    let entries = rule.entries()?;
    let is_left = |source: &Value| source.as_str().is_none_or(|source| !made(format!("{traffic} {source}")));
    let mut anything = false;
    let member = |(name, value): (&Str, &Value)| {
        let left = match &value.data {
            Data::List(ty, sources) if LISTS.contains(&&**name) => Data::List(
                ty.clone(),
                sources.iter().filter(|source| is_left(source)).cloned().collect::<Vec<_>>().into(),
            ),
            Data::Set(ty, sources) if LISTS.contains(&&**name) => Data::Set(
                ty.clone(),
                sources.iter().filter(|source| is_left(source)).cloned().collect::<Vec<_>>().into(),
            ),
            Data::Bool(true) if **name == *"self" => Data::Bool(!made(format!("{traffic} self"))),
            data => data.clone(),
        };
        let left = Value { data: left, ..value.clone() };
        let is_source = LISTS.contains(&&**name) || **name == *"self";
        anything |= is_source
            && (left.is_unknown()
                || left.as_bool() == Some(true)
                || left.elements().is_some_and(|elements| !elements.is_empty()));
        (name.clone(), left)
    };
    let left: Entries = entries.iter().map(member).collect();
    anything.then(|| Value { data: Value::object(left).data, ..rule.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inventory::Demand;
    use crate::lang::json::encode;
    use crate::plan::json;
    use crate::source::Sources;

    #[test]
    fn what_others_make_is_taken_out() {
        let text = r#"{"format_version": "1.0", "values": {"root_module": {"resources": [
            {"address": "aws_security_group.a", "values": {"id": "sg-1", "ingress": [
                {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/8", "0.0.0.0/0"], "self": false},
                {"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": [], "self": true}]}},
            {"address": "aws_vpc_security_group_ingress_rule.a", "values":
                {"security_group_id": "sg-1", "ip_protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_ipv4": "0.0.0.0/0"}},
            {"address": "aws_security_group_rule.b", "values":
                {"security_group_id": "sg-1", "type": "ingress", "protocol": "all", "self": true}},
            {"address": "aws_network_acl.n", "values": {"id": "acl-1", "ingress": [{"rule_no": 100}, {"rule_no": 200}]}},
            {"address": "aws_network_acl_rule.n", "values": {"network_acl_id": "acl-1", "rule_number": 200, "egress": false}},
            {"address": "aws_route_table.r", "values": {"id": "rtb-1", "route": [{"cidr_block": "0.0.0.0/0"}]}},
            {"address": "aws_route.r", "values": {"route_table_id": "rtb-1", "destination_cidr_block": "0.0.0.0/0"}}
        ]}}}"#;
        let plan =
            json::read(&mut Arc::from(text.as_bytes()), "plan.json", &Demand::everything(), &mut Sources::default())
                .unwrap();
        let inline = Inline::of(&plan);
        for (address, attribute, expected) in [
            (
                "aws_security_group.a",
                "ingress",
                r#"[{"cidr_blocks":["10.0.0.0/8"],"from_port":22,"protocol":"tcp","self":false,"to_port":22}]"#,
            ),
            ("aws_network_acl.n", "ingress", r#"[{"rule_no":100}]"#),
            ("aws_route_table.r", "route", "[]"),
        ] {
            let address = Arc::new(Address::parse(address).unwrap());
            assert_eq!(encode(inline.attribute(&address, attribute).unwrap()).unwrap(), expected);
        }
    }
}
