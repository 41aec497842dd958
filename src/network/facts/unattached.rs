//! Security groups, route tables and network ACLs that nothing uses.
//!
//! A group whose id leaves its module may be used by anybody. So what counts is not where an id arrives but whether any
//! expression names the group at all, rules of groups aside: what nobody names, nobody uses. Of modules nobody tells apart here
//! whose expression it is, which leaves something unsaid and nothing falsely said.

use std::collections::BTreeSet;

use crate::address::Mode;
use crate::lang::{Marks, Value};
use crate::network::Network;
use crate::network::aws::spot::{Setting, Spot};
use crate::source::FileId;
use crate::syntax::{Kind, NodeId, Syntax, Tree};

use super::{object, text};

/// What can be used, and where naming it is no use of it.
struct Usable {
    type_name: &'static str,
    word: &'static str,
    /// The resource types that only fill it.
    filled_by: &'static [&'static str],
    /// Attributes of its own that put it to use.
    own: &'static [&'static str],
    /// Data sources that may find it by something else than its id.
    found_by: &'static [&'static str],
}

/// "Control traffic to your AWS resources using security groups", "Subnet route tables" and "Network ACL basics" (Amazon VPC User
/// Guide): a group counts for the interfaces that have it, a table and an ACL for the subnets that are associated with them.
const USABLE: &[Usable] = &[
    Usable {
        type_name: "aws_network_acl",
        word: "network ACL",
        filled_by: &["aws_network_acl_rule"],
        own: &["subnet_ids"],
        found_by: &["aws_network_acls"],
    },
    Usable {
        type_name: "aws_route_table",
        word: "route table",
        filled_by: &["aws_route", "aws_vpn_gateway_route_propagation"],
        own: &[],
        found_by: &["aws_route_table", "aws_route_tables"],
    },
    Usable {
        type_name: "aws_security_group",
        word: "security group",
        filled_by: &[
            "aws_default_security_group",
            "aws_security_group",
            "aws_security_group_rule",
            "aws_vpc_security_group_egress_rule",
            "aws_vpc_security_group_ingress_rule",
        ],
        own: &[],
        found_by: &["aws_security_group", "aws_security_groups"],
    },
];

/// One fact per security group, route table or network ACL that nothing uses, where others of its type are used: a configuration
/// of nothing but groups is there for others to use.
pub(super) fn unattached(network: &Network<'_>) -> Vec<Value> {
    let mut facts = Vec::new();
    let mut named = None;
    for usable in USABLE {
        if network.aws.of_type(usable.type_name).next().is_none() || is_looked_for(network, usable) {
            continue;
        }
        let named = named.get_or_insert_with(|| named_in(network));
        let is_used = |index: usize| {
            let instance = network.inventory.instance(index);
            let spot = Spot::instance(network.inventory, index);
            let own = |name: &&str| match spot.attribute(name, network.inventory) {
                Setting::Unset => false,
                Setting::Unknown => true,
                Setting::Known(value) => value.elements().is_none_or(|elements| !elements.is_empty()),
            };
            let is_named = named.contains(&(usable.type_name, instance.address.name.to_string()));
            // Where it is not known how it was written, nobody tells who names it.
            is_named || instance.sites.is_none() || usable.own.iter().any(own)
        };
        let (used, unused): (Vec<usize>, Vec<usize>) =
            network.aws.of_type(usable.type_name).partition(|&it| is_used(it));
        if !used.is_empty() {
            let unused = unused.into_iter().filter(|&it| !is_tagged(&Spot::instance(network.inventory, it)));
            facts.extend(unused.map(|index| fact(network, usable, index)));
        }
    }
    facts
}

/// What controllers in a cluster of Kubernetes look for by tags: Karpenter, the AWS Load Balancer Controller and the cloud provider.
const LOOKED_FOR: &[&str] = &["karpenter.sh/discovery", "kubernetes.io/cluster/", "elbv2.k8s.aws/cluster"];

/// Whether something may find it by a tag.
fn is_tagged(spot: &Spot<'_>) -> bool {
    let tags = ["tags", "tags_all"].map(|name| spot.get(name));
    let found = |key: &str| LOOKED_FOR.iter().any(|prefix| key.starts_with(prefix));
    tags.iter().any(|tags| tags.entries().iter().any(|(key, _)| found(key)))
}

fn fact(network: &Network<'_>, usable: &Usable, index: usize) -> Value {
    object([
        ("address", network.address_text(index)),
        ("kind", text(usable.word, Marks::NONE)),
        ("site", network.leaf(&Spot::instance(network.inventory, index))),
        ("used", Value::bool(false)),
    ])
}

/// Whether a data source may find it, other than a VPC's default or main one.
fn is_looked_for(network: &Network<'_>, usable: &Usable) -> bool {
    network.inventory.instances().iter().enumerate().any(|(index, instance)| {
        let address = &instance.address;
        let name = || Spot::instance(network.inventory, index).get("name").text();
        address.mode == Mode::Data
            && usable.found_by.contains(&&*address.type_name)
            && name().as_deref() != Some("default")
    })
}

/// Types and names of what expressions name, those aside that only fill it.
fn named_in(network: &Network<'_>) -> BTreeSet<(&'static str, String)> {
    let mut named = BTreeSet::new();
    let files: BTreeSet<FileId> = network.files.iter().copied().collect();
    for (_, tree) in network.trees.iter().filter(|(_, tree)| files.contains(&tree.file)) {
        let blocks = blocks(tree);
        for (index, node) in tree.nodes.iter().enumerate() {
            if node.kind != Kind::GetAttribute {
                continue;
            }
            let id = NodeId(index as u32);
            let mut parts = tree.children(id);
            let (Some(object), Some(name)) = (parts.next(), parts.next()) else { continue };
            if tree.kind(object) != Kind::Variable {
                continue;
            }
            let Some(usable) = USABLE.iter().find(|usable| usable.type_name == tree.text(object)) else { continue };
            let around = blocks.partition_point(|block| block.0 <= node.start).checked_sub(1).map(|at| blocks[at].1);
            let fills = |block: NodeId| is_filled(tree, block, usable);
            if !around.is_some_and(fills) {
                named.insert((usable.type_name, tree.text(name).to_owned()));
            }
        }
    }
    named
}

/// The blocks at the top of a file, by where they begin.
fn blocks(tree: &Tree) -> Vec<(u32, NodeId)> {
    if tree.syntax != Syntax::Native {
        return Vec::new();
    }
    let blocks = tree.children(tree.root).filter(|&item| tree.kind(item) == Kind::Block);
    blocks.map(|block| (tree.node(block).start, block)).collect()
}

/// Whether a block names it only to fill it, or to say where it was or is.
fn is_filled(tree: &Tree, block: NodeId, usable: &Usable) -> bool {
    let mut parts = tree.children(block);
    let Some(kind) = parts.next() else { return false };
    match tree.text(kind) {
        "moved" | "removed" | "import" => true,
        "resource" => {
            let label = parts.next().map(|label| match tree.kind(label) {
                Kind::Label => tree.literal(label).into_owned(),
                _ => tree.text(label).to_owned(),
            });
            let label = label.unwrap_or_default();
            label == usable.type_name || usable.filled_by.contains(&label.as_str())
        }
        _ => false,
    }
}
