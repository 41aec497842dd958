//! The answer to a question: over all pairs of interfaces of both ends.

use crate::network::aws::spot::Spot;
use crate::network::registry::public_addresses;
use crate::network::sets::{AddressSet, Family, PacketSet, PortSet, Protocols};
use crate::source::Span;

use super::bound::Bound;
use super::boxes::{Boxed, Wanted};
use super::ends::Resolved;
use super::pair::{Blocker, Pair, Route, Side};
use super::relayed::relayed;
use super::{Question, Reach, explain, services};

/// What is said of a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// Certainly no packet gets there and has its answer get back.
    Unreachable,
    /// That hangs on what is not known until apply.
    Undetermined,
    /// Certainly some packet does.
    Reachable,
}

impl Verdict {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Undetermined => "undetermined",
            Self::Reachable => "reachable",
        }
    }
}

/// Packets that get there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packets {
    /// `tcp`, `udp`, `icmp`, a number, a range of numbers, or `all`.
    pub protocol: String,
    /// Ports at the destination; empty where the protocol has none.
    pub ports: String,
    /// Where from.
    pub source: String,
    /// Where to.
    pub destination: String,
}

/// A thing on the way, that blocks, or that the answer hangs on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// What it is.
    pub kind: &'static str,
    /// The address of its resource instance.
    pub address: Option<String>,
    /// What it does there.
    pub why: String,
    /// The lines that say so.
    pub place: Option<Span>,
}

/// The answer to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// In a word.
    pub verdict: Verdict,
    /// Whether a load balancer carries the packets on.
    pub relayed: bool,
    /// What gets there; where it is undetermined, what may.
    pub packets: Vec<Packets>,
    /// How one of them gets there.
    pub path: Vec<Hop>,
    /// What stops all of them, where it is unreachable.
    pub blocked_by: Vec<Hop>,
    /// What it hangs on, where it is undetermined.
    pub depends_on: Vec<Hop>,
}

/// The number of TCP.
const TCP: u8 = 6;

/// The most packets that an answer lists.
const MAX_PACKETS: usize = 50;

/// What was found of a pair.
pub(super) struct Found<'m, 'a> {
    pub(super) pair: Pair<'m, 'a>,
    pub(super) routes: Vec<Route<'a>>,
}

/// The places of a thing: whether there is an interface in each of them, and the places.
pub(super) type Sides<'m, 'a> = (bool, Vec<Side<'m, 'a>>);

/// What was found of all pairs of two ends.
pub(super) struct Outcome<'m, 'a> {
    pub(super) verdict: Verdict,
    pub(super) certain: Vec<Found<'m, 'a>>,
    pub(super) possible: Vec<Found<'m, 'a>>,
    pub(super) blocker: Option<Blocker<'a>>,
}

impl Default for Outcome<'_, '_> {
    fn default() -> Self {
        Self { verdict: Verdict::Unreachable, certain: Vec::new(), possible: Vec::new(), blocker: None }
    }
}

/// Answers a question about two ends.
pub(super) fn answer<'a>(reach: &Reach<'a>, from: &Resolved<'a>, to: &Resolved<'a>, question: &Question) -> Answer {
    let mut direct = direct(reach, from, to, &question.wanted);
    if let Some(internet) = &from.internet
        && let Some(served) = services::answer(reach, &to.services, internet, &question.wanted)
    {
        if served.verdict > direct.verdict {
            direct = served;
        } else if served.verdict == Verdict::Unreachable {
            direct.blocked_by.extend(served.blocked_by);
        }
    }
    if !question.relay || direct.verdict == Verdict::Reachable {
        return direct;
    }
    match relayed(reach, from, to, &question.wanted, 1) {
        Some(further) if further.verdict > direct.verdict => further,
        // What stops them behind the load balancer too.
        Some(further) if direct.verdict == Verdict::Unreachable => {
            let blocked_by = direct.blocked_by.into_iter().chain(further.blocked_by).collect();
            Answer { blocked_by, ..direct }
        }
        Some(_) | None => direct,
    }
}

/// The answer without load balancers.
pub(super) fn direct<'a>(reach: &Reach<'a>, from: &Resolved<'a>, to: &Resolved<'a>, wanted: &Wanted) -> Answer {
    let port_alone = wanted.protocol.is_none() && wanted.port.is_some();
    let mut outcome = outcome_of(reach, from, to, wanted, !port_alone);
    if outcome.verdict == Verdict::Unreachable && port_alone {
        // Who asks for a port alone, most often means TCP: what stops UDP says little.
        let tcp = Wanted { protocol: Some(TCP), ..wanted.clone() };
        outcome = outcome_of(reach, from, to, &tcp, true);
    }
    let mut answer = Answer {
        verdict: outcome.verdict,
        relayed: false,
        packets: Vec::new(),
        path: Vec::new(),
        blocked_by: Vec::new(),
        depends_on: Vec::new(),
    };
    let shown = match outcome.verdict {
        Verdict::Reachable => &outcome.certain,
        // Some places may be certain where it hangs on which of them it is.
        Verdict::Undetermined if outcome.possible.is_empty() => &outcome.certain,
        Verdict::Undetermined => &outcome.possible,
        Verdict::Unreachable => {
            return Answer {
                blocked_by: outcome.blocker.iter().map(|blocker| explain::blocked(reach, blocker)).collect(),
                ..answer
            };
        }
    };
    answer.packets = reach.packets(shown);
    if let Some(found) = shown.first() {
        answer.path = explain::path(reach, found);
    }
    if outcome.verdict == Verdict::Undetermined {
        answer.depends_on = explain::depends_on(reach, shown);
    }
    answer
}

/// Looks at all pairs of two ends. `blame`: whether to find out what stops packets.
fn outcome_of<'m, 'a>(
    reach: &'m Reach<'a>,
    from: &'m Resolved<'a>,
    to: &'m Resolved<'a>,
    wanted: &Wanted,
    blame: bool,
) -> Outcome<'m, 'a> {
    let wanted = wanted.packets();
    let mut outcome = Outcome::default();
    let destinations = groups_of(to);
    for source in groups_of(from) {
        for destination in &destinations {
            between(reach, &source, destination, &wanted, &mut outcome, blame);
        }
    }
    outcome
}

/// Looks at all pairs of places of two things.
pub(super) fn between<'m, 'a>(
    reach: &'m Reach<'a>,
    source: &Sides<'m, 'a>,
    destination: &Sides<'m, 'a>,
    wanted: &PacketSet,
    outcome: &mut Outcome<'m, 'a>,
    blame: bool,
) {
    let mut verdicts = Vec::new();
    for from in &source.1 {
        let mut row = Vec::new();
        for to in destination.1.iter().filter(|to| !is_same(from, to)) {
            let mut best = Verdict::Unreachable;
            for family in Family::ALL {
                let (aws, model, wanted) = (&reach.aws, &reach.model, wanted.clone());
                let pair = Pair { aws, model, from: from.clone(), to: to.clone(), wanted, family };
                best = best.max(look(pair, outcome, blame));
            }
            row.push(best);
        }
        if !row.is_empty() {
            verdicts.push(over(&row, destination.0));
        }
    }
    if !verdicts.is_empty() {
        outcome.verdict = outcome.verdict.max(over(&verdicts, source.0));
    }
}

/// Looks at one pair.
fn look<'m, 'a>(pair: Pair<'m, 'a>, outcome: &mut Outcome<'m, 'a>, blame: bool) -> Verdict {
    let possible = pair.routes(Bound::Possible);
    if possible.is_empty() {
        if blame
            && let Some(blocker) = pair.blocker()
            && outcome.blocker.as_ref().is_none_or(|known| blocker.depth > known.depth)
        {
            outcome.blocker = Some(blocker);
        }
        return Verdict::Unreachable;
    }
    let certain = pair.routes(Bound::Certain);
    if pair.is_certain(&certain) {
        outcome.certain.push(Found { pair, routes: certain });
        return Verdict::Reachable;
    }
    outcome.possible.push(Found { pair, routes: possible });
    Verdict::Undetermined
}

/// The things of an end, each with its places; the internet and networks on premises are things of one place.
pub(super) fn groups_of<'m, 'a>(end: &'m Resolved<'a>) -> Vec<Sides<'m, 'a>> {
    let side = |thing, place| match &end.client {
        Some(client) => Side::Client(thing, place, client.addresses.clone(), client.any),
        None => Side::Place(thing, place),
    };
    let things = end.things.iter();
    let mut groups: Vec<Sides<'m, 'a>> =
        things.map(|thing| (thing.each, thing.places.iter().map(|place| side(thing, place)).collect())).collect();
    groups.extend(end.internet.iter().map(|set| (true, vec![Side::Internet(set.clone())])));
    groups.extend(end.premises.iter().map(|set| (true, vec![Side::OnPremises(set.clone())])));
    groups
}

/// Things of which there are, or may be, several interfaces in each place.
pub(super) const SEVERAL: &[&str] =
    &["Auto Scaling group", "broker", "member", "node group", "search domain", "service", "subnet"];

/// Whether both are one interface.
pub(super) fn is_same(from: &Side<'_, '_>, to: &Side<'_, '_>) -> bool {
    let (Side::Place(thing, place), Side::Place(other, far)) = (from, to) else { return false };
    thing.instance == other.instance && !SEVERAL.contains(&thing.word) && (!thing.each || place.subnet == far.subnet)
}

/// Over places: the best, where there is an interface in each; where there is one in any of them, what holds of all.
pub(super) fn over(verdicts: &[Verdict], each: bool) -> Verdict {
    let best = verdicts.iter().max().copied().unwrap_or(Verdict::Unreachable);
    let worst = verdicts.iter().min().copied().unwrap_or(Verdict::Unreachable);
    if each || best == worst { best } else { Verdict::Undetermined }
}

/// What gets there, in words, without repetition.
pub(super) fn packets(found: &[Found<'_, '_>]) -> Vec<Packets> {
    let mut packets: Vec<Packets> = Vec::new();
    let boxes = found.iter().flat_map(|found| found.routes.iter().flat_map(|route| &route.boxes));
    for it in boxes {
        let next = in_words(it);
        if !packets.contains(&next) {
            packets.push(next);
        }
        if packets.len() == MAX_PACKETS {
            break;
        }
    }
    packets
}

fn in_words(it: &Boxed) -> Packets {
    let (first, last) = it.protocols;
    let all = (0, u16::MAX);
    let protocol = match (first, last) {
        (0, u8::MAX) => "all".to_owned(),
        (first, last) if first == last => Protocols::One(first).word(),
        (first, last) => format!("{first}-{last}"),
    };
    let with_ports = first == last && matches!(Protocols::One(first), Protocols::TCP | Protocols::UDP);
    let ports =
        if with_ports || it.ports != all { PortSet::range(it.ports.0, it.ports.1).to_string() } else { String::new() };
    Packets { protocol, ports, source: addresses(&it.sources), destination: addresses(&it.destinations) }
}

/// The most blocks that are written out.
const MAX_BLOCKS: usize = 4;
/// The most ranges that are written out.
const MAX_RANGES: usize = 16;

/// Addresses as blocks; `internet` where they are all public ones of a family.
pub(super) fn addresses(set: &AddressSet) -> String {
    let whole = |family: Family| {
        let own = set.family(family);
        !own.is_empty() && own == public_addresses().family(family)
    };
    if Family::ALL.iter().all(|&family| whole(family) || set.family(family).is_empty()) && !set.is_empty() {
        return "internet".to_owned();
    }
    let everything =
        |family| AddressSet::of_family(family, set.family(family).clone()) == super::topology::everything(family);
    if Family::ALL.iter().all(|&family| everything(family) || set.family(family).is_empty()) {
        return "any".to_owned();
    }
    ranges(set)
}

fn ranges(set: &AddressSet) -> String {
    let cidrs = set.to_cidrs();
    if cidrs.len() <= MAX_BLOCKS {
        return cidrs.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    }
    let mut parts = Vec::new();
    for family in Family::ALL {
        for &(first, last) in set.family(family).ranges() {
            let text = |number: u128| match family {
                Family::V4 => std::net::Ipv4Addr::from_bits(number as u32).to_string(),
                Family::V6 => std::net::Ipv6Addr::from_bits(number).to_string(),
            };
            parts.push(if first == last { text(first) } else { format!("{}-{}", text(first), text(last)) });
        }
    }
    let more = parts.len().saturating_sub(MAX_RANGES);
    parts.truncate(MAX_RANGES);
    let mut shown = parts.join(", ");
    if more > 0 {
        shown.push_str(&format!(" and {more} more ranges"));
    }
    shown
}

/// The spot of a thing's instance.
pub(super) fn own_spot<'a>(reach: &Reach<'a>, side: &Side<'_, 'a>) -> Option<Spot<'a>> {
    side.thing().map(|(thing, _)| Spot::instance(reach.aws.inventory, thing.instance))
}
