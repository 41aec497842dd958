//! What gets from one tier to another, of all packets: what a picture shows. The matrix ends its search at the first pair that
//! is reachable; here all of them count.

use std::collections::BTreeMap;

use crate::network::aws::openness::Limits;
use crate::network::registry::public_addresses;
use crate::network::sets::{AddressSet, Family, PortSet, Protocols};
use crate::picture::Service;

use super::Reach;
use super::answer::{Sides, Verdict, addresses, groups_of, is_same, over};
use super::bound::Bound;
use super::boxes::{Boxed, Wanted};
use super::ends::Resolved;
use super::matrix::Looks;
use super::pair::{Pair, Side};

/// Up to here, blocks are a few known addresses; the same as the rules about open ports take for it.
const LIMITS: Limits = Limits { ipv4: 16, ipv6: 32 };

/// Packets that get from one end to the other.
#[derive(Debug)]
pub(super) struct Found {
    /// Whether that is certain.
    pub(super) certain: bool,
    /// The addresses at the end that is the internet or on premises.
    pub(super) far: AddressSet,
    pub(super) services: Vec<Service>,
}

impl Found {
    /// Whether that end is more than a few known public addresses.
    pub(super) fn is_open(&self) -> bool {
        let public = self.far.intersection(public_addresses());
        public.exceeds(Family::V4, LIMITS.ipv4) || public.exceeds(Family::V6, LIMITS.ipv6)
    }

    /// The addresses at that end, where they are less than `whole`.
    pub(super) fn part_of(&self, whole: &AddressSet) -> Option<String> {
        let is_whole = |family: Family| {
            let own = self.far.family(family);
            own.is_empty() || whole.family(family).is_subset(own)
        };
        (!Family::ALL.into_iter().all(is_whole)).then(|| addresses(&self.far))
    }
}

/// Which end is the internet, or on premises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Far {
    Source,
    Destination,
    Neither,
}

/// Ranges of protocols and of ports, with the addresses at the far end.
type Pieces = BTreeMap<((u8, u8), (u16, u16)), AddressSet>;

/// Pieces that are being collected.
struct Traffic {
    far: Far,
    certain: Pieces,
    possible: Pieces,
}

/// What gets from one end to the other: certainly, and beyond that perhaps; apart by the addresses at the far end.
pub(super) fn between<'m, 'a>(
    reach: &'m Reach<'a>,
    looks: &Looks,
    from: &'m Resolved<'a>,
    to: &'m Resolved<'a>,
    far: Far,
) -> Vec<Found> {
    let mut traffic = Traffic { far, certain: Pieces::new(), possible: Pieces::new() };
    let destinations = groups_of(to);
    for source in groups_of(from) {
        for destination in &destinations {
            pair(reach, looks, &source, destination, &mut traffic);
        }
    }
    let (certain, mut possible) = (by_far(&traffic.certain), by_far(&traffic.possible));
    for (far, ports) in &mut possible {
        for (_, sure) in certain.iter().filter(|(known, _)| far.is_subset(known)) {
            ports.iter_mut().zip(sure).for_each(|(own, sure)| *own = own.difference(sure));
        }
    }
    let found = certain.into_iter().map(|it| (true, it)).chain(possible.into_iter().map(|it| (false, it)));
    found
        .map(|(certain, (far, ports))| Found { certain, far, services: services(ports) })
        .filter(|found| !found.services.is_empty())
        .collect()
}

/// Between all places of two things.
fn pair<'m, 'a>(reach: &'m Reach<'a>, looks: &Looks, from: &Sides<'m, 'a>, to: &Sides<'m, 'a>, traffic: &mut Traffic) {
    let (mut certain, mut verdicts) = (Vec::new(), Vec::new());
    for source in &from.1 {
        let mut row = Vec::new();
        for destination in to.1.iter().filter(|destination| !is_same(source, destination)) {
            let mut verdict = Verdict::Unreachable;
            if looks.may_pair(reach, source, destination) {
                for family in Family::ALL {
                    verdict = verdict.max(look(reach, source, destination, family, &mut certain, traffic));
                }
            }
            row.push(verdict);
        }
        if !row.is_empty() {
            verdicts.push(over(&row, to.0));
        }
    }
    // Of what is in one of several subnets, only what holds of all of them is certain.
    let sure = !verdicts.is_empty() && over(&verdicts, from.0) == Verdict::Reachable;
    certain.iter().for_each(|boxed| traffic.add(boxed, sure));
}

fn look<'m, 'a>(
    reach: &'m Reach<'a>,
    from: &Side<'m, 'a>,
    to: &Side<'m, 'a>,
    family: Family,
    certain: &mut Vec<Boxed>,
    traffic: &mut Traffic,
) -> Verdict {
    let wanted = Wanted { protocol: None, port: None }.packets();
    let pair = Pair { aws: &reach.aws, model: &reach.model, from: from.clone(), to: to.clone(), wanted, family };
    let may = pair.routes(Bound::Possible);
    if may.is_empty() {
        return Verdict::Unreachable;
    }
    may.iter().flat_map(|route| &route.boxes).for_each(|boxed| traffic.add(boxed, false));
    let sure = pair.routes(Bound::Certain);
    if !pair.is_certain(&sure) {
        return Verdict::Undetermined;
    }
    certain.extend(sure.into_iter().flat_map(|route| route.boxes));
    Verdict::Reachable
}

impl Traffic {
    fn add(&mut self, boxed: &Boxed, certain: bool) {
        let far = match self.far {
            Far::Source => &boxed.sources,
            Far::Destination => &boxed.destinations,
            Far::Neither => &AddressSet::EMPTY,
        };
        let pieces = if certain { &mut self.certain } else { &mut self.possible };
        let known = pieces.entry((boxed.protocols, boxed.ports)).or_default();
        *known = known.union(far);
    }
}

/// The ports of each protocol, by the addresses at the far end.
fn by_far(pieces: &Pieces) -> Vec<(AddressSet, Vec<PortSet>)> {
    let mut found: Vec<(AddressSet, Vec<PortSet>)> = Vec::new();
    for (((first, last), (from, to)), far) in pieces {
        let range = PortSet::range(*from, *to);
        let index = found.iter().position(|(known, _)| known == far).unwrap_or_else(|| {
            found.push((far.clone(), vec![PortSet::EMPTY; 256]));
            found.len() - 1
        });
        for own in &mut found[index].1[usize::from(*first)..=usize::from(*last)] {
            *own = own.union(&range);
        }
    }
    found
}

/// Protocols and their ports, in words.
fn services(ports: Vec<PortSet>) -> Vec<Service> {
    let whole = ports.iter().all(|own| *own == ports[0]);
    let mut services: Vec<(u8, u8, PortSet)> = Vec::new();
    for (number, own) in (0..=u8::MAX).zip(ports).filter(|(_, own)| !own.is_empty()) {
        match services.last_mut() {
            Some((first, last, known))
                if *known == own && *last + 1 == number && (whole || !named(*first) && !named(number)) =>
            {
                *last = number;
            }
            _ => services.push((number, number, own)),
        }
    }
    services.into_iter().map(|(first, last, own)| service(first, last, &own)).collect()
}

/// Whether a protocol has a name: those are told apart.
fn named(protocol: u8) -> bool {
    matches!(Protocols::One(protocol), Protocols::TCP | Protocols::UDP | Protocols::ICMP | Protocols::ICMPV6)
}

fn service(first: u8, last: u8, ports: &PortSet) -> Service {
    let protocol = match (first, last) {
        (0, u8::MAX) => "all".to_owned(),
        (first, last) if first == last => Protocols::One(first).word(),
        (first, last) => format!("{first}-{last}"),
    };
    let ports = if *ports == PortSet::everything() { String::new() } else { ports.to_string() };
    Service { protocol, ports }
}
