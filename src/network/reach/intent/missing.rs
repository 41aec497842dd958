//! What is declared and does not get through.

use std::collections::HashMap;

use crate::network::aws::spot::Spot;
use crate::network::intent::{FlowEnd, Intent, Traffic};
use crate::network::reach::Reach;
use crate::network::reach::answer::{Outcome, SEVERAL, Sides, Verdict, between, groups_of};
use crate::network::reach::bound::{Both, Bound, Sure};
use crate::network::reach::boxes::{Boxed, Wanted};
use crate::network::reach::ends::Resolved;
use crate::network::reach::explain::{self, hop};
use crate::network::reach::matrix::Looks;
use crate::network::reach::pair::Side;
use crate::network::reach::relayed::relayed;
use crate::network::reach::relays::Relay;
use crate::network::reach::things::{Place, Thing};
use crate::network::sets::{AddressSet, Family, PacketSet};
use crate::source::Span;

use super::listening::Listening;
use super::shape::Shape;
use super::tiers::{Seats, seats};
use super::{Missing, Party, counts, declared, internet, premises, words};

/// Finds all of it: one for each flow, pair of ends and thing that blocks.
pub(super) fn find<'a>(reach: &Reach<'a>, intent: &Intent) -> Vec<Missing<'a>> {
    if intent.tiers.is_empty() || intent.flows.is_empty() {
        return Vec::new();
    }
    let (looks, seats, listening) = (Looks::new(reach), seats(reach, intent), Listening::read(reach));
    let search = Search { reach, intent, looks, seats, listening };
    let mut found = Vec::new();
    for (flow, declared) in intent.flows.iter().enumerate() {
        for source in &declared.from {
            for target in &declared.to {
                found.extend(search.flow(flow, source, target, &declared.traffic));
            }
        }
    }
    found
}

struct Search<'m, 'a> {
    reach: &'m Reach<'a>,
    intent: &'m Intent,
    looks: Looks,
    seats: Vec<Seats<'a>>,
    listening: Listening<'a>,
}

/// Why a part of a flow does not work.
struct Fault<'a> {
    verdict: Verdict,
    site: Option<Spot<'a>>,
    why: String,
}

/// The most pairs of things of which it is found out what stops packets.
const MAX_BLAMED: usize = 32;
/// The most things that load balancers are asked about.
const MAX_RELAYED: usize = 16;

impl<'a> Search<'_, 'a> {
    /// What of a flow does not work from one end to another.
    fn flow(&self, flow: usize, source: &FlowEnd, target: &FlowEnd, traffic: &[Traffic]) -> Vec<Missing<'a>> {
        let (from, to) = (self.end(source), self.end(target));
        if is_nothing(&from) || is_nothing(&to) || is_alone(&from, &to) {
            return Vec::new();
        }
        // What fails for one reason is said once.
        let mut faults: Vec<(Fault<'a>, Option<Span>, Vec<Boxed>)> = Vec::new();
        for part in traffic {
            let Some(fault) = self.fault(&from, &to, *part) else { continue };
            let place = fault.site.as_ref().and_then(|site| hop(self.reach, "", Some(site), String::new()).place);
            let all = AddressSet::everything();
            let part = declared::boxed(*part, all.clone(), all);
            let same = |(known, at, _): &&mut (Fault<'a>, Option<Span>, Vec<Boxed>)| {
                known.verdict == fault.verdict && *at == place && known.why == fault.why
            };
            match faults.iter_mut().find(same) {
                Some((_, _, parts)) => parts.push(part),
                None => faults.push((fault, place, vec![part])),
            }
        }
        let (from, to) = (self.intent.name(source), self.intent.name(target));
        let missing = |(fault, _, parts): (Fault<'a>, _, Vec<Boxed>)| Missing {
            flow,
            site: fault.site,
            verdict: fault.verdict,
            from: from.clone(),
            to: to.clone(),
            packets: words::services(&parts),
            why: fault.why,
        };
        faults.into_iter().map(missing).collect()
    }

    /// What an end stands for: of things that are alike, two.
    fn end(&self, end: &FlowEnd) -> Resolved<'a> {
        match end {
            FlowEnd::Internet => Resolved { internet: Some(internet()), ..Resolved::default() },
            FlowEnd::OnPremises => Resolved { premises: Some(premises(self.reach)), ..Resolved::default() },
            FlowEnd::Tier(tier) => {
                let is_in = |seats: &Seats<'a>| !matches!(seats.0[*tier], Sure::No);
                let things = self.reach.model.things.things.iter().zip(&self.seats);
                let things = things.filter(|(thing, seats)| counts(thing) && is_in(seats)).map(|(thing, _)| thing);
                Resolved { things: self.few_of_each(things.cloned()), ..Resolved::default() }
            }
            FlowEnd::Addresses(set, _) => {
                let some = |part: AddressSet| Some(part).filter(|part| !part.is_empty());
                let things = self.reach.model.things.things.iter().filter(|thing| counts(thing));
                Resolved {
                    things: self.few_of_each(things.filter_map(|thing| within(thing, set))),
                    internet: some(set.intersection(&internet())),
                    premises: some(set.intersection(&premises(self.reach))),
                    ..Resolved::default()
                }
            }
        }
    }

    /// Why none of these packets gets there, if none does.
    fn fault(&self, from: &Resolved<'a>, to: &Resolved<'a>, traffic: Traffic) -> Option<Fault<'a>> {
        let all = AddressSet::everything();
        let wanted = declared::boxed(traffic, all.clone(), all.clone()).packets(&all);
        let (sources, targets) = (groups_of(from), groups_of(to));
        let mut outcome = Outcome::default();
        let mut unheard: Option<Spot<'a>> = None;
        for target in &targets {
            let heard = |bound| self.heard(target, &wanted, bound);
            let (certain, possible) = (heard(Bound::Certain), heard(Bound::Possible));
            for source in sources.iter().filter(|source| self.looks.may_meet(self.reach, &source.1, &target.1)) {
                between(self.reach, source, target, &certain, &mut outcome, false);
                if outcome.verdict == Verdict::Reachable {
                    return None;
                }
                outcome.possible.truncate(1);
                if outcome.verdict == Verdict::Unreachable && unheard.is_none() && certain != possible {
                    let mut perhaps = Outcome::default();
                    between(self.reach, source, target, &possible, &mut perhaps, false);
                    let thing =
                        target.1.iter().find_map(Side::thing).filter(|_| perhaps.verdict != Verdict::Unreachable);
                    unheard = thing.map(|(thing, _)| self.listening.doubt(self.reach, thing));
                }
            }
        }
        if outcome.verdict == Verdict::Unreachable && self.is_relayed(from, to, traffic) {
            return None;
        }
        if let (Verdict::Unreachable, Some(site)) = (outcome.verdict, unheard) {
            return Some(Fault { verdict: Verdict::Undetermined, site: Some(site), why: String::new() });
        }
        if outcome.verdict == Verdict::Undetermined {
            let doubts = outcome.possible.first().map(|found| explain::doubts(self.reach, found)).unwrap_or_default();
            let thing = to.things.first().or_else(|| from.things.first());
            let own = || thing.map(|thing| Spot::instance(self.reach.aws.inventory, thing.instance));
            let site = doubts.into_iter().next().or_else(own);
            return Some(Fault { verdict: Verdict::Undetermined, site, why: String::new() });
        }
        let mut blamed = Outcome::default();
        let hears = |target: &&Sides<'_, 'a>| !self.heard(target, &wanted, Bound::Possible).is_empty();
        if let (None, Some(deaf)) = (targets.iter().find(hears), to.things.first()) {
            let site = Some(Spot::instance(self.reach.aws.inventory, deaf.instance));
            let why = "no listener of the load balancer takes it".to_owned();
            return Some(Fault { verdict: Verdict::Unreachable, site, why });
        }
        let pairs = targets.iter().filter(hears).flat_map(|target| sources.iter().map(move |source| (source, target)));
        for (source, target) in pairs.take(MAX_BLAMED) {
            between(self.reach, source, target, &wanted, &mut blamed, true);
        }
        Some(self.blocked(blamed, &sources, &targets))
    }

    /// Of things that are alike, two.
    fn few_of_each(&self, things: impl Iterator<Item = Thing<'a>>) -> Vec<Thing<'a>> {
        let mut counts: HashMap<(Shape, Option<Both<PacketSet>>), usize> = HashMap::new();
        let mut kept = Vec::new();
        for thing in things {
            let alike = (Shape::of(Party::Internet, &thing), self.listening.of(&thing).cloned());
            let count = counts.entry(alike).or_default();
            *count += 1;
            if *count <= 2 {
                kept.push(thing);
            }
        }
        kept
    }

    /// The part of packets that a target listens for, as far as that is known.
    fn heard(&self, target: &Sides<'_, 'a>, wanted: &PacketSet, bound: Bound) -> PacketSet {
        let thing = target.1.iter().find_map(Side::thing);
        thing.map_or_else(|| wanted.clone(), |(thing, _)| self.listening.part(self.reach, thing, wanted, bound))
    }

    fn blocked(&self, blamed: Outcome<'_, 'a>, sources: &[Sides<'_, 'a>], targets: &[Sides<'_, 'a>]) -> Fault<'a> {
        let inventory = self.reach.aws.inventory;
        let Some(blocker) = blamed.blocker else {
            let sides = targets.iter().chain(sources).flat_map(|sides| &sides.1);
            let thing = sides.into_iter().find_map(|side| side.thing());
            let site = thing.map(|(thing, _)| Spot::instance(inventory, thing.instance));
            return Fault { verdict: Verdict::Unreachable, site, why: "there is no way".to_owned() };
        };
        let site = blocker.spot.or_else(|| blocker.instance.map(|instance| Spot::instance(inventory, instance)));
        let name = site.as_ref().map(|site| format!(" (`{}`)", inventory.instance(site.instance).address));
        let why = format!("{}{}", blocker.why, name.unwrap_or_default());
        Fault { verdict: Verdict::Unreachable, site, why }
    }

    /// Whether a load balancer may carry such packets on, or may be what sends them with its clients' addresses.
    fn is_relayed(&self, from: &Resolved<'a>, to: &Resolved<'a>, traffic: Traffic) -> bool {
        let things = &self.reach.model.things.things;
        let any_in = |end: &Resolved<'a>, numbers: &[usize]| {
            let own = |thing: usize| end.things.iter().any(|own| own.instance == things[thing].instance);
            numbers.iter().any(|&thing| own(thing))
        };
        let mut relays = self.reach.relays().iter().filter(|relay| any_in(to, &relay.back.targets)).peekable();
        if relays.peek().is_none() {
            return false;
        }
        let keeps_clients =
            |relay: Relay<'_, 'a>| relay.preserves().holds(Bound::Possible) && any_in(from, &relay.front.balancers);
        if relays.any(keeps_clients) {
            return true;
        }
        let (first, last) = traffic.protocols;
        let protocol = (first == last).then_some(first);
        let port = (traffic.ports.0 == traffic.ports.1).then_some(traffic.ports.0);
        let few = Resolved { things: from.things.iter().take(MAX_RELAYED).cloned().collect(), ..from.clone() };
        relayed(self.reach, &few, to, &Wanted { protocol, port }, 1)
            .is_some_and(|answer| answer.verdict != Verdict::Unreachable)
    }
}

const fn is_nothing(end: &Resolved<'_>) -> bool {
    end.things.is_empty() && end.internet.is_none() && end.premises.is_none()
}

/// Whether both are one interface.
fn is_alone(from: &Resolved<'_>, to: &Resolved<'_>) -> bool {
    match (from.things.as_slice(), to.things.as_slice()) {
        ([one], [other]) => {
            let is_single = (one.places.len() == 1 || !one.each) && !SEVERAL.contains(&one.word);
            one.instance == other.instance && is_single && from.internet.is_none() && to.internet.is_none()
        }
        (_, _) => false,
    }
}

/// A thing, as far as it may have one of these addresses.
fn within<'a>(thing: &Thing<'a>, set: &AddressSet) -> Option<Thing<'a>> {
    let part = |own: &Option<AddressSet>, family: Family| {
        let part = own.as_ref()?.intersection(&AddressSet::of_family(family, set.family(family).clone()));
        Some(part).filter(|part| !part.is_empty())
    };
    let place = |place: &Place<'a>| {
        let (v4, v6) = (part(&place.v4, Family::V4), part(&place.v6, Family::V6));
        (v4.is_some() || v6.is_some()).then(|| Place { v4, v6, ..place.clone() })
    };
    let places: Vec<Place<'a>> = thing.places.iter().filter_map(place).collect();
    (!places.is_empty()).then(|| Thing { places, ..thing.clone() })
}
