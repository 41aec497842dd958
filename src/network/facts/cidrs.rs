//! CIDR text wherever the provider's schema has it.

use crate::inventory::Way;
use crate::lang::{Marks, Type, Value};
use crate::network::Network;
use crate::network::aws::of_type;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::cidr::{self, Fault};
use crate::schema::{self, CidrKind};

use super::{object, text};

/// One fact per text that should be, or hold, a CIDR block.
pub(super) fn cidrs(network: &Network<'_>) -> Vec<Value> {
    let mut facts = Vec::new();
    for type_name in network.inventory.types() {
        for (path, kind) in schema::cidr_attributes(type_name) {
            for index in of_type(network.inventory, type_name) {
                for spot in along(network, Spot::instance(network.inventory, index), path) {
                    facts.extend(read(network, &spot, path, kind));
                }
            }
        }
    }
    facts
}

/// The values at the end of a path in dots, through every element of lists, sets and blocks on the way. What is not
/// known on the way stands for all behind it.
fn along<'a>(network: &Network<'a>, start: Spot<'a>, path: &'static str) -> Vec<Spot<'a>> {
    let mut spots = vec![start];
    for name in path.split('.') {
        let mut next = Vec::new();
        for spot in spots {
            if spot.is_unknown(network.inventory) && !spot.way.is_empty() {
                next.push(spot);
                continue;
            }
            let spot = spot.get(name);
            match spot.setting(network.inventory) {
                Setting::Unset => {}
                Setting::Known(value) if value.elements().is_some() => next.extend(spot.each()),
                Setting::Known(_) | Setting::Unknown => next.push(spot),
            }
        }
        spots = next;
    }
    spots
}

fn read<'a>(network: &Network<'a>, spot: &Spot<'a>, path: &'static str, kind: CidrKind) -> Vec<Value> {
    match (kind, spot.setting(network.inventory)) {
        (_, Setting::Unset) => Vec::new(),
        (_, Setting::Unknown) => vec![fact(network, spot, spot, path, None, kind)],
        (CidrKind::MapKey, Setting::Known(_)) => {
            let entries = spot.entries().into_iter();
            entries.map(|(key, entry)| fact(network, spot, &entry, path, Some(key), kind)).collect()
        }
        (CidrKind::Cidr | CidrKind::Mixed | CidrKind::InterfaceAddress, Setting::Known(_)) => {
            spot.text().map(|written| fact(network, spot, spot, path, Some(&written), kind)).into_iter().collect()
        }
    }
}

fn fact<'a>(
    network: &Network<'a>,
    of: &Spot<'a>,
    site: &Spot<'a>,
    path: &str,
    written: Option<&str>,
    kind: CidrKind,
) -> Value {
    let (valid, host_bits) = match written {
        // What another resource has as its block is one.
        None if is_block(of) => (Value::bool(true), Value::bool(false)),
        None => (network.unknown_at(Type::Bool, of), network.unknown_at(Type::Bool, of)),
        Some(written) => {
            let read = judge(written, kind, path);
            let network_address = !matches!(kind, CidrKind::Cidr) || takes_host_bits(network, of, path);
            let host_bits = !network_address && cidr::check(written).is_ok_and(cidr::has_host_bits);
            (Value::bool(read.is_none()), Value::bool(host_bits))
        }
    };
    let fault = written.and_then(|written| judge(written, kind, path)).unwrap_or_default();
    let block = written.and_then(cidr::read).map(|block| block.trunc().to_string()).unwrap_or_default();
    object([
        ("address", text(&network.address(of.instance), Marks::NONE)),
        ("attribute", text(&way(of), Marks::NONE)),
        ("fault", text(fault, Marks::NONE)),
        ("has_host_bits", host_bits),
        ("network", text(&block, site.marks)),
        ("site", network.leaf(site)),
        ("text", text(written.unwrap_or_default(), site.marks)),
        ("valid", valid),
    ])
}

/// The names on the way to a spot.
fn way(spot: &Spot<'_>) -> String {
    let names = spot.way.iter().filter_map(|step| match step {
        Way::Name(name) => Some(*name),
        Way::Element(..) | Way::Key(_) => None,
    });
    names.collect::<Vec<_>>().join(".")
}

/// Whether an unknown value stands for the block of some VPC, subnet or such.
fn is_block(spot: &Spot<'_>) -> bool {
    let Some(reference) = spot.value.and_then(Value::reference) else { return false };
    let names = reference.path.iter().rev().find_map(|step| match step {
        crate::address::Step::Attribute(name) => Some(name),
        crate::address::Step::Index(_) | crate::address::Step::Key(_) => None,
    });
    names.is_some_and(|name| {
        name.ends_with("cidr_block")
            || name.ends_with("cidr_blocks")
            || matches!(&**name, "cidr" | "cidr_ipv4" | "cidr_ipv6")
    })
}

/// What is wrong with text, in words.
fn judge(written: &str, kind: CidrKind, path: &str) -> Option<&'static str> {
    match kind {
        CidrKind::Mixed if !looks_like_block(written) || written.parse::<std::net::IpAddr>().is_ok() => return None,
        CidrKind::Mixed | CidrKind::Cidr | CidrKind::InterfaceAddress | CidrKind::MapKey => {}
    }
    match (cidr::check(written), family_of(path)) {
        (Ok(block), Some(family)) if cidr::family(block) != family => Some(match family {
            crate::network::sets::Family::V4 => "an IPv6 block where an IPv4 block belongs",
            crate::network::sets::Family::V6 => "an IPv4 block where an IPv6 block belongs",
        }),
        (Ok(_), _) => None,
        (Err(Fault::Empty), _) => Some("empty"),
        (Err(Fault::NoPrefixLength), _) => Some("an address without a prefix length"),
        (Err(Fault::BadAddress), _) => Some("not an address before the slash"),
        (Err(Fault::BadPrefixLength), _) => Some("not a prefix length behind the slash"),
    }
}

/// Text of digits, dots, colons and a slash, which can only be meant as a block.
fn looks_like_block(text: &str) -> bool {
    text.contains('/') && text.bytes().all(|byte| byte.is_ascii_hexdigit() || b".:/".contains(&byte))
}

/// The family that an attribute takes, where its name says so and no other resource uses the name for both.
fn family_of(path: &str) -> Option<crate::network::sets::Family> {
    use crate::network::sets::Family;
    let name = path.rsplit('.').next().unwrap_or(path);
    if name.contains("ipv6") {
        return Some(Family::V6);
    }
    name.contains("ipv4").then_some(Family::V4)
}

/// Attributes that take an address inside a block in its place.
fn takes_host_bits(network: &Network<'_>, spot: &Spot<'_>, path: &str) -> bool {
    const TAKE: &[(&str, &str)] = &[("aws_ses_receipt_filter", "cidr")];
    let type_name = network.inventory.instance(spot.instance).type_name();
    TAKE.iter().any(|taker| *taker == (type_name, path))
}
