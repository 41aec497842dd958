//! Entries of network ACLs that earlier ones leave nothing to.

use std::collections::BTreeSet;

use crate::lang::{Marks, Value};
use crate::network::Network;
use crate::network::aws::network_acls::Entry;
use crate::network::aws::security_groups::Direction;
use crate::network::reach::acls::{Acl, Acls};

use super::{object, text};

/// One fact per entry that no packet gets to, since earlier ones match all that it would.
pub(super) fn unreached_entries(network: &Network<'_>) -> Vec<Value> {
    let types = ["aws_network_acl", "aws_default_network_acl", "aws_network_acl_rule"];
    if types.iter().all(|type_name| network.aws.of_type(type_name).next().is_none()) {
        return Vec::new();
    }
    let acls: &Acls<'_> = &network.reach().model().topology.acls;
    acls.acls.iter().flat_map(|acl| of_acl(network, acl)).collect()
}

fn of_acl<'a>(network: &Network<'a>, acl: &Acl<'a>) -> Vec<Value> {
    let mut facts = Vec::new();
    for direction in [Direction::Ingress, Direction::Egress] {
        let unreached = acl.unreached(direction);
        // In plans and states an ACL repeats the entries that other resources make in it.
        let separate: BTreeSet<Option<i64>> =
            unreached.iter().filter(|(entry, _)| entry.block.is_instance()).map(|(entry, _)| entry.number).collect();
        let once = |entry: &Entry<'a>| entry.block.is_instance() || !separate.contains(&entry.number);
        facts
            .extend(unreached.into_iter().filter(|(entry, _)| once(entry)).map(|(entry, by)| fact(network, entry, by)));
    }
    facts
}

fn fact<'a>(network: &Network<'a>, entry: &Entry<'a>, by: Option<&Entry<'a>>) -> Value {
    let number = |entry: &Entry<'a>| entry.number.map(|number| number.to_string()).unwrap_or_default();
    let related = by.map(|by| (by.block.clone(), format!("entry {} matches all of it", number(by))));
    let by =
        by.map_or_else(|| "earlier entries together match".to_owned(), |by| format!("entry {} matches", number(by)));
    object([
        ("address", network.address_text(entry.block.instance)),
        ("by", text(&by, Marks::NONE)),
        ("number", text(&number(entry), entry.block.marks)),
        ("reached", Value::bool(false)),
        ("site", network.leaf_with(&entry.block, related.into_iter().collect())),
    ])
}
