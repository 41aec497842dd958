//! What network ACLs let in.

use std::collections::BTreeSet;

use crate::lang::eval::Evaluated;
use crate::lang::{Type, Value};
use crate::network::Network;
use crate::network::aws::network_acls::{Action, Entry};
use crate::network::aws::openness::Limits;
use crate::network::sets::{PortSet, Protocols};
use crate::source::Problem;

use super::{Arguments, number, object, text, words};

/// One fact per source of an ingress entry that allows, or may.
pub(super) fn entries(network: &Network<'_>) -> Vec<Value> {
    let mut facts = Vec::new();
    for (acl, entries) in network.aws.network_acls().acls.iter().enumerate() {
        for (index, entry) in entries.iter().enumerate().filter(|(_, entry)| entry.action != Action::Deny) {
            for (part, source) in entry.sources.iter().enumerate() {
                let written = source.spot.text().map(|text| format!("`{}`", text.trim()));
                let far_end = written.unwrap_or_else(|| "addresses not known until apply".to_owned());
                facts.push(object([
                    ("acl", number(acl)),
                    ("address", network.address_text(source.spot.instance)),
                    ("entry", number(index)),
                    ("ephemeral", Value::bool(is_ephemeral(entry))),
                    ("part", number(part)),
                    ("ports", text(&words::ports("TCP", &entry.traffic.ports_of(Protocols::TCP)), entry.block.marks)),
                    ("site", network.leaf(&source.spot)),
                    ("text", text(&far_end, source.spot.marks)),
                ]));
            }
        }
    }
    facts
}

/// Whether an entry allows a range of ephemeral ports, as return traffic needs it ("Ephemeral ports", Amazon VPC User
/// Guide): from 1024, 32768 or 49152 up to where clients stop.
fn is_ephemeral(entry: &Entry<'_>) -> bool {
    let ports = entry.traffic.ports_of(Protocols::TCP);
    let mut ranges = ports.ranges();
    let only = ranges.next().filter(|_| ranges.next().is_none());
    only.is_some_and(|(first, last)| matches!(first, 1024 | 1025 | 32768 | 49152) && last >= 60999)
}

/// `lets_in(entry, ports, ipv4_prefix, ipv6_prefix)`: whether the entry's source is one of those that the ACL in effect
/// lets in from the open internet on one of the TCP ports.
pub(super) fn lets_in(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    let (certain, possible, doubt) = admits(network, call)?;
    Ok(match doubt {
        Some(doubt) if certain.is_empty() && !possible.is_empty() => network.unknown_at(Type::Bool, &doubt),
        Some(_) | None => Value::bool(!certain.is_empty()),
    })
}

/// `let_in_ports(entry, ports, ipv4_prefix, ipv6_prefix)`: those ports, in words.
pub(super) fn let_in_ports(network: &Network<'_>, call: &Arguments<'_>) -> Evaluated {
    let (certain, ..) = admits(network, call)?;
    let marks = entry_of(network, call)?.block.marks;
    Ok(text(&words::ports("TCP", &certain), marks))
}

fn entry_of<'n, 'a>(network: &'n Network<'a>, call: &Arguments<'_>) -> Result<&'n Entry<'a>, Box<Problem>> {
    let (acl, entry) = (call.number_in(0, "acl")?, call.number_in(0, "entry")?);
    match network.aws.network_acls().acls.get(acl).and_then(|entries| entries.get(entry)) {
        Some(entry) => Ok(entry),
        None => call.fail("argument 1 is no fact that this function takes"),
    }
}

/// Ports that are let in: certainly, perhaps, and the expression that the latter hang on.
type Admits<'a> = (PortSet, PortSet, Option<crate::network::aws::spot::Spot<'a>>);

fn admits<'a>(network: &Network<'a>, call: &Arguments<'_>) -> Result<Admits<'a>, Box<Problem>> {
    let limits = Limits { ipv4: call.prefix(2, 32)?, ipv6: call.prefix(3, 128)? };
    let wanted = call.ports(network, 1)?;
    let (acl, part) = (call.number_in(0, "acl")?, call.number_in(0, "part")?);
    let entry = entry_of(network, call)?;
    let index = call.number_in(0, "entry")?;
    let (mut certain, mut possible, mut doubt) = (Vec::new(), Vec::new(), None);
    let own = entry.traffic.possible_ports_of(Protocols::TCP).intersection(&wanted);
    for port in representatives(&network.borders(acl), &own) {
        let admissions = network.admissions(acl, port.0, limits);
        let Some(admission) = admissions.get(&(index, part)) else { continue };
        if admission.certain {
            certain.push(port);
        } else if admission.possible {
            possible.push(port);
            doubt = doubt.or_else(|| admission.doubt.clone());
        }
    }
    Ok((certain.into_iter().collect(), possible.into_iter().collect(), doubt))
}

/// The ports cut at the borders of all entries' ranges, so that one port of each piece speaks for it.
fn representatives(borders: &BTreeSet<u32>, ports: &PortSet) -> Vec<(u16, u16)> {
    let mut pieces = Vec::new();
    for (first, last) in ports.ranges() {
        let mut from = u32::from(first);
        for &border in borders.range(from..=u32::from(last)).filter(|&&border| border > u32::from(first)) {
            pieces.push((from as u16, (border - 1) as u16));
            from = border;
        }
        pieces.push((from as u16, last));
    }
    pieces
}
