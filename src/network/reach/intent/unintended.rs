//! What gets through and is not declared.
//!
//! A look at the rules of groups settles most: only where they let through what no flow allows, packets are followed.

use std::collections::{BTreeMap, HashMap};

use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::intent::Intent;
use crate::network::reach::Reach;
use crate::network::reach::answer::{Found, Hop, Sides, Verdict, is_same, over};
use crate::network::reach::bound::Bound;
use crate::network::reach::boxes::{Boxed, difference};
use crate::network::reach::explain::{self, hop};
use crate::network::reach::matrix::Looks;
use crate::network::reach::pair::{Pair, Route, Side};
use crate::network::reach::secrets::HIDDEN;
use crate::network::reach::things::Thing;
use crate::network::sets::{Family, PacketSet};
use crate::source::Span;

use super::openers::{Far, Opener, Openers, is_open_balancer};
use super::shape::Shape;
use super::{Declared, Opening, Party, counts, declared, internet, premises, sides, tiers, words};

/// Finds all of it: one for each line that opens a way and pair of tiers.
pub(super) fn find<'a>(reach: &Reach<'a>, intent: &Intent) -> Vec<Opening<'a>> {
    if intent.tiers.is_empty() || intent.flows.is_empty() {
        return Vec::new();
    }
    let looks = Looks::new(reach);
    // Behind a NAT gateway, who sends has another address.
    let crowds = crowds(reach, intent, looks.translated);
    let openers = Openers::of(reach);
    let mut search = Search { reach, intent, looks, openers, certain: BTreeMap::new(), possible: BTreeMap::new() };
    for to in &crowds {
        for from in &crowds {
            search.between(from, to);
        }
    }
    search.done()
}

/// Things in the same tiers; or the internet, or networks on premises.
struct Crowd<'m, 'a> {
    party: Party,
    /// As messages name it; nothing where its things are in no tier: these are named one by one.
    name: String,
    /// A number for the name.
    label: usize,
    ends: Vec<End<'m, 'a>>,
    /// What is known of all of them.
    far: Far,
    /// What it hangs on that they are in these tiers.
    doubt: Option<Spot<'a>>,
}

/// One of many that are alike.
struct End<'m, 'a> {
    thing: Option<&'m Thing<'a>>,
    sides: Sides<'m, 'a>,
    /// Another one of the kind.
    twin: Option<Box<Self>>,
}

impl<'m, 'a> End<'m, 'a> {
    fn of(thing: &'m Thing<'a>) -> Self {
        Self { thing: Some(thing), sides: sides(thing), twin: None }
    }
}

/// All of them.
fn crowds<'m, 'a>(reach: &'m Reach<'a>, intent: &Intent, translated: bool) -> Vec<Crowd<'m, 'a>> {
    let mut crowds: BTreeMap<Party, Crowd<'m, 'a>> = BTreeMap::new();
    let mut shapes: HashMap<Shape, usize> = HashMap::new();
    let seats = tiers::seats(reach, intent);
    for (thing, seats) in reach.model.things.things.iter().zip(&seats).filter(|(thing, _)| counts(thing)) {
        let party = seats.party();
        let crowd = crowds.entry(party.clone()).or_insert_with(|| Crowd {
            name: party.name(intent),
            party: party.clone(),
            label: 0,
            ends: Vec::new(),
            far: Far { anyone: translated, ..Far::default() },
            doubt: seats.doubt().cloned(),
        });
        crowd.far.add(thing);
        let known = *shapes.entry(Shape::of(party, thing)).or_insert(crowd.ends.len());
        match crowd.ends.get_mut(known) {
            Some(end) => drop(end.twin.get_or_insert_with(|| Box::new(End::of(thing)))),
            None => crowd.ends.push(End::of(thing)),
        }
    }
    let mut crowds: Vec<Crowd<'m, 'a>> = crowds.into_values().collect();
    for (party, addresses) in [(Party::Internet, internet()), (Party::OnPremises, premises(reach))] {
        let far = Far { addresses: addresses.clone(), ..Far::default() };
        let side = if party == Party::Internet { Side::Internet(addresses) } else { Side::OnPremises(addresses) };
        let ends = vec![End { thing: None, sides: (true, vec![side]), twin: None }];
        crowds.push(Crowd { name: party.name(intent), label: 0, party, ends, far, doubt: None });
    }
    let names: Vec<String> = crowds.iter().map(|crowd| crowd.name.clone()).collect();
    for crowd in &mut crowds {
        crowd.label = names.iter().position(|name| *name == crowd.name).unwrap_or_default();
    }
    crowds
}

struct Search<'m, 'a> {
    reach: &'m Reach<'a>,
    intent: &'m Intent,
    looks: Looks,
    openers: Openers<'m, 'a>,
    certain: BTreeMap<Key, Opening<'a>>,
    possible: BTreeMap<Key, Opening<'a>>,
}

/// What opens a way, and between which tiers ([`Crowd::label`]).
type Key = (Opener, usize, usize);

/// One of many, and where it belongs.
type Member<'c, 'm, 'a> = (&'c Crowd<'m, 'a>, &'c End<'m, 'a>);

/// What gets from one thing to another, without what is declared.
struct Rest<'m, 'a> {
    /// The pairs of places that were looked at: numbers.
    cells: Vec<(usize, usize)>,
    /// Whether there is an interface in each place, at either end.
    each: (bool, bool),
    parts: Vec<Part<'m, 'a>>,
}

/// From one place to another.
#[derive(Clone)]
struct Part<'m, 'a> {
    cell: (usize, usize),
    from: Side<'m, 'a>,
    to: Side<'m, 'a>,
    family: Family,
    certain: Vec<Route<'a>>,
    possible: Vec<Route<'a>>,
}

impl<'m, 'a> Search<'m, 'a> {
    fn between(&mut self, from: &Crowd<'m, 'a>, to: &Crowd<'m, 'a>) {
        if !(from.party.is_in_tier() || to.party.is_in_tier()) {
            return;
        }
        let declared = declared::between(self.intent, &from.party, &to.party);
        // Where nothing is let out, or in, that is not declared, nothing is to be found.
        let leaves = |end: &End<'m, 'a>| to.party.is_things() || end.thing.is_none_or(connects);
        let outwards = self.opened(&from.ends, Direction::Egress, &to.far, &declared, leaves);
        let inwards =
            self.opened(&to.ends, Direction::Ingress, &from.far, &declared, |end| end.thing.is_none_or(receives));
        for (target, inwards) in &inwards {
            let is_filtered = target.thing.is_some_and(|thing| !thing.groups.open || is_open_balancer(thing));
            for (source, outwards) in &outwards {
                let named = if is_filtered { inwards } else { outwards };
                let is_new = |opener: &&Opener| !self.certain.contains_key(&(**opener, from.label, to.label));
                let pending: Vec<Opener> = named.iter().filter(is_new).copied().collect();
                if !pending.is_empty() || named.is_empty() {
                    self.ask((from, source), (to, target), &pending, &declared);
                } else if is_filtered {
                    break;
                }
            }
        }
    }

    /// The ends that let something through that is not declared, each with what does so.
    fn opened<'c>(
        &self,
        ends: &'c [End<'m, 'a>],
        direction: Direction,
        far: &Far,
        declared: &Declared,
        takes_part: impl Fn(&End<'m, 'a>) -> bool,
    ) -> Vec<(&'c End<'m, 'a>, Vec<Opener>)> {
        let declared = declared::whatever(&declared.certain, direction == Direction::Ingress);
        let opened = |end: &'c End<'m, 'a>| match end.thing {
            Some(thing) => {
                let openers = self.openers.undeclared(thing, direction, far, &declared);
                (!openers.is_empty()).then_some((end, openers))
            }
            None => Some((end, Vec::new())),
        };
        ends.iter().filter(|end| takes_part(end)).filter_map(opened).collect()
    }

    /// From one of many to one of many.
    fn ask(&mut self, from: Member<'_, 'm, 'a>, to: Member<'_, 'm, 'a>, pending: &[Opener], declared: &Declared) {
        let is_one = from.1.thing.zip(to.1.thing).is_some_and(|(one, other)| one.instance == other.instance);
        let from = if is_one { (from.0, from.1.twin.as_deref().unwrap_or(from.1)) } else { from };
        if !self.looks.may_meet(self.reach, &from.1.sides.1, &to.1.sides.1) {
            return;
        }
        let rest = self.rest(&from.1.sides, &to.1.sides, declared);
        if rest.parts.is_empty() {
            return;
        }
        let mut settled = false;
        let mut first = None;
        for opener in pending {
            let part = self.part(&rest, *opener);
            let verdict = self.verdict(&part);
            if verdict != Verdict::Unreachable {
                first.get_or_insert(*opener);
                settled |= verdict == Verdict::Reachable;
                self.keep(from, to, *opener, verdict, &part);
            }
        }
        if to.1.thing.is_some_and(is_open_balancer) {
            return;
        }
        // What rules open together only; and what no rule is needed for.
        let whole = self.verdict(&rest);
        let alone = to.1.thing.or(from.1.thing).map(|thing| Opener::Instance(thing.instance));
        match (first, alone) {
            (Some(opener), _) if !settled && whole == Verdict::Reachable => self.keep(from, to, opener, whole, &rest),
            (None, Some(opener)) => self.keep(from, to, opener, whole, &rest),
            (_, _) => {}
        }
    }

    fn rest(&self, source: &Sides<'m, 'a>, target: &Sides<'m, 'a>, declared: &Declared) -> Rest<'m, 'a> {
        let mut rest = Rest { cells: Vec::new(), each: (source.0, target.0), parts: Vec::new() };
        for (row, from) in source.1.iter().enumerate() {
            for (column, to) in target.1.iter().enumerate().filter(|(_, to)| !is_same(from, to)) {
                rest.cells.push((row, column));
                for family in Family::ALL {
                    let pair = self.pair(from, to, family);
                    let possible = without(pair.routes(Bound::Possible), &declared.certain);
                    if possible.is_empty() {
                        continue;
                    }
                    let certain = without(pair.routes(Bound::Certain), &declared.possible);
                    let (from, to) = (from.clone(), to.clone());
                    rest.parts.push(Part { cell: (row, column), from, to, family, certain, possible });
                }
            }
        }
        rest
    }

    fn pair(&self, from: &Side<'m, 'a>, to: &Side<'m, 'a>, family: Family) -> Pair<'m, 'a> {
        let (aws, model, wanted) = (&*self.reach.aws, &self.reach.model, PacketSet::everything());
        Pair { aws, model, from: from.clone(), to: to.clone(), wanted, family }
    }

    /// What an opener lets through of it.
    fn part(&self, rest: &Rest<'m, 'a>, opener: Opener) -> Rest<'m, 'a> {
        let part = |part: &Part<'m, 'a>| {
            let ends = (&part.from, &part.to);
            let certain = self.openers.part(opener, ends, &part.certain, Bound::Certain);
            let possible = self.openers.part(opener, ends, &part.possible, Bound::Possible);
            Part { certain, possible, ..part.clone() }
        };
        let parts = rest.parts.iter().map(part).filter(|part| !part.possible.is_empty());
        Rest { cells: rest.cells.clone(), each: rest.each, parts: parts.collect() }
    }

    /// Over all pairs of places.
    fn verdict(&self, rest: &Rest<'m, 'a>) -> Verdict {
        let mut rows: BTreeMap<usize, BTreeMap<usize, Verdict>> = BTreeMap::new();
        for (row, column) in &rest.cells {
            rows.entry(*row).or_default().insert(*column, Verdict::Unreachable);
        }
        for part in &rest.parts {
            let is_certain = self.pair(&part.from, &part.to, part.family).is_certain(&part.certain);
            let verdict = if is_certain { Verdict::Reachable } else { Verdict::Undetermined };
            let cell = rows.entry(part.cell.0).or_default().entry(part.cell.1).or_insert(verdict);
            *cell = (*cell).max(verdict);
        }
        let row = |row: BTreeMap<usize, Verdict>| over(&row.into_values().collect::<Vec<_>>(), rest.each.1);
        over(&rows.into_values().map(row).collect::<Vec<_>>(), rest.each.0)
    }

    /// Keeps what was found, the first of its kind.
    fn keep(
        &mut self,
        from: Member<'_, 'm, 'a>,
        to: Member<'_, 'm, 'a>,
        opener: Opener,
        verdict: Verdict,
        rest: &Rest<'m, 'a>,
    ) {
        let key = (opener, from.0.label, to.0.label);
        let unsure = [from, to].into_iter().find_map(|member| self.unsure(member, from, to));
        let verdict = if unsure.is_some() { verdict.min(Verdict::Undetermined) } else { verdict };
        let kept = if verdict == Verdict::Reachable { &self.certain } else { &self.possible };
        if verdict == Verdict::Unreachable || kept.contains_key(&key) {
            return;
        }
        let is_shown = |part: &&Part<'m, 'a>| verdict != Verdict::Reachable || !part.certain.is_empty();
        let Some(part) = rest.parts.iter().find(is_shown) else { return };
        let shown = |part: &Part<'m, 'a>| {
            if verdict == Verdict::Reachable { part.certain.clone() } else { part.possible.clone() }
        };
        let boxes: Vec<Boxed> = rest.parts.iter().flat_map(shown).flat_map(|route| route.boxes).collect();
        let mut routes = shown(part);
        routes.iter_mut().for_each(|route| route.boxes.sort_by_key(words::telling));
        routes.sort_by_key(|route| route.boxes.first().map(words::telling));
        let found = Found { pair: self.pair(&part.from, &part.to, part.family), routes };
        let witness = found.routes.first().and_then(|route| route.boxes.first());
        let mut site = self.openers.site(opener, (&part.from, &part.to), witness);
        if verdict == Verdict::Undetermined {
            let doubts = explain::doubts(self.reach, &found);
            site = unsure.or_else(|| doubts.into_iter().next()).unwrap_or(site);
        }
        let address = |thing: &Thing<'a>| self.reach.aws.inventory.instance(thing.instance).address.to_string();
        let names = [from, to].map(|member| member.1.thing.map(address));
        // The things at both ends are named in the example.
        let is_between = |hop: &Hop| hop.place.is_some() && !names.contains(&hop.address);
        let path = explain::path(self.reach, &found).into_iter().filter(is_between).collect();
        let hidden = self.reach.is_secret([from, to].into_iter().filter_map(|member| member.1.thing));
        let printed = |text: String| if hidden { HIDDEN.to_owned() } else { text };
        let opening = Opening {
            site,
            verdict,
            from: self.called(from),
            to: self.called(to),
            packets: printed(words::services(&boxes)),
            example: printed(words::example(witness, names)),
            path,
        };
        let kept = if verdict == Verdict::Reachable { &mut self.certain } else { &mut self.possible };
        kept.insert(key, opening);
    }

    /// What it hangs on that a thing is there, or in its tier, where that matters.
    fn unsure(&self, member: Member<'_, 'm, 'a>, from: Member<'_, 'm, 'a>, to: Member<'_, 'm, 'a>) -> Option<Spot<'a>> {
        let thing = member.1.thing?;
        let inventory = self.reach.aws.inventory;
        if inventory.instance(thing.instance).symbolic {
            return Some(Spot::instance(inventory, thing.instance));
        }
        let certainly = [from, to].iter().any(|(crowd, _)| crowd.party.is_certainly_in_tier());
        if certainly { None } else { member.0.doubt.clone() }
    }

    /// A member as messages name it.
    fn called(&self, (crowd, end): Member<'_, 'm, 'a>) -> String {
        match end.thing {
            Some(thing) if !crowd.party.is_certainly_in_tier() => {
                let address = &self.reach.aws.inventory.instance(thing.instance).address;
                let tier = if crowd.name.is_empty() { "in no tier" } else { "whose tier is not known yet" };
                format!("`{address}` ({tier})")
            }
            Some(_) | None => crowd.name.clone(),
        }
    }

    /// What is certain, and of the rest one for each thing that it hangs on.
    fn done(self) -> Vec<Opening<'a>> {
        let mut seen: BTreeMap<(Option<Span>, Option<String>), ()> = BTreeMap::new();
        let certain = self.certain;
        let possible = self.possible.into_iter().filter(|(key, _)| !certain.contains_key(key));
        let possible: Vec<Opening<'a>> = possible
            .map(|(_, opening)| opening)
            .filter(|opening| {
                let at = hop(self.reach, "unknown", Some(&opening.site), String::new());
                seen.insert((at.place, at.address), ()).is_none()
            })
            .collect();
        certain.into_values().chain(possible).collect()
    }
}

/// Whether it makes connections to elsewhere: load balancers only make them to their targets.
fn connects(thing: &Thing<'_>) -> bool {
    thing.word != "load balancer"
}

/// Whether connections to it are possible at all: functions only make them ("Giving Lambda functions access to resources in
/// an Amazon VPC", AWS Lambda Developer Guide).
fn receives(thing: &Thing<'_>) -> bool {
    thing.word != "function"
}

/// Routes without some packets.
fn without<'a>(routes: Vec<Route<'a>>, packets: &[Boxed]) -> Vec<Route<'a>> {
    let left = routes.into_iter().map(|route| Route { boxes: difference(route.boxes, packets), ..route });
    left.filter(|route| !route.boxes.is_empty()).collect()
}
