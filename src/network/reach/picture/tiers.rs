//! Tiers: things that are alike.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, InstanceKey};
use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::vpcs::VPCS;
use crate::network::reach::bound::Sure;
use crate::network::reach::matrix::tier_of;
use crate::network::reach::things::Thing;
use crate::picture::{Element, Name, Tier};

use super::{Drawing, instance_name};

/// The most instances of a resource with `for_each` in a VPC that are drawn by themselves.
const MAX_KEYS: usize = 8;

impl<'m, 'a> Drawing<'m, 'a> {
    pub(super) fn tiers(&mut self) {
        let model = &self.reach.model;
        let mut tiers: BTreeMap<(Option<usize>, bool, String), Vec<&'m Thing<'a>>> = BTreeMap::new();
        let drawn: Vec<(&'m Thing<'a>, Option<usize>)> = model
            .things
            .things
            .iter()
            .filter(|thing| thing.holder.is_none())
            .map(|thing| (thing, thing.places.iter().find_map(|place| model.topology.subnets[place.subnet?].vpc)))
            .collect();
        let of_resource =
            |thing: &Thing<'a>| Address { key: InstanceKey::None, ..self.address(thing.instance).clone() };
        let mut counts: BTreeMap<(Option<usize>, String), usize> = BTreeMap::new();
        for (thing, vpc) in &drawn {
            *counts.entry((*vpc, of_resource(thing).to_string())).or_default() += 1;
        }
        for (thing, vpc) in drawn {
            let nat = thing.word == "NAT gateway";
            let (resource, own) = (of_resource(thing).to_string(), self.address(thing.instance).to_string());
            let name = if nat {
                resource
            } else {
                let name = tier_of(self.reach, thing);
                let many = name == own && counts.get(&(vpc, resource.clone())).is_some_and(|count| *count > MAX_KEYS);
                if many { resource } else { name }
            };
            tiers.entry((vpc, nat, name)).or_default().push(thing);
        }
        for ((vpc, nat, name), things) in tiers {
            let number = self.picture.tiers.len();
            let places = || things.iter().flat_map(|thing| &thing.places);
            let subnets: BTreeSet<usize> = places().filter_map(|place| place.subnet).collect();
            let mut words: BTreeMap<&'static str, usize> = BTreeMap::new();
            for thing in &things {
                *words.entry(thing.word).or_default() += 1;
                self.concern_thing(thing, Element::Tier(number));
            }
            let symbolic = |thing: &&Thing<'a>| self.aws().inventory.instance(thing.instance).symbolic;
            let certain = !things.iter().any(symbolic) && !places().any(|place| place.subnet.is_none());
            let first = self.address(things[0].instance);
            let name = match name.strip_prefix("tag:Tier=").or_else(|| name.strip_prefix("tier.")) {
                Some(tier) => Name { short: tier.to_owned(), full: tier.to_owned() },
                // Instances of a resource that are drawn together have its name.
                None => match first.key {
                    InstanceKey::String(_) if !nat && things.len() == 1 => instance_name(first, true),
                    _ => instance_name(&Address { key: InstanceKey::None, ..first.clone() }, true),
                },
            };
            let members = things.iter().map(|thing| self.address(thing.instance).to_string()).collect();
            self.picture.tiers.push(Tier {
                name,
                words: words.into_iter().collect(),
                members,
                vpc,
                subnets: subnets.into_iter().collect(),
                nat,
                certain,
            });
            self.tiers.push(things);
        }
    }

    /// A thing, the groups that it wears and their rules.
    fn concern_thing(&mut self, thing: &Thing<'a>, element: Element) {
        self.concern(thing.instance, element);
        let groups = &self.reach.model.groups;
        for &group in &thing.groups.known {
            if let Some(Target::Instance(instance)) = groups.groups[group].target {
                self.concern(instance, element);
            }
        }
        for direction in [Direction::Ingress, Direction::Egress] {
            for rule in groups.rules_of(&thing.groups, direction) {
                // The rules that AWS makes are written nowhere; their place is a VPC.
                if !VPCS.iter().any(|(of, _)| *of == self.aws().inventory.instance(rule.spot.instance).type_name()) {
                    self.concern(rule.spot.instance, element);
                }
            }
        }
    }
}

/// Things that packets cannot tell apart, twice each: one may reach the other.
pub(super) fn distinct<'a>(things: &[&Thing<'a>]) -> Vec<Thing<'a>> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for thing in things {
        let places: Vec<_> = thing
            .places
            .iter()
            .map(|place| (place.subnet, &place.v4, &place.v6, alike(&place.has_v6), alike(&place.public)))
            .collect();
        let groups = (&thing.groups.known, thing.groups.open, thing.groups.doubt.as_ref().map(|doubt| doubt.instance));
        let count =
            seen.entry(format!("{places:?} {} {groups:?} {:?}", thing.each, alike(&thing.forwards))).or_default();
        *count += 1;
        if *count <= 2 {
            kept.push((*thing).clone());
        }
    }
    kept
}

const fn alike(sure: &Sure<'_>) -> Option<bool> {
    match sure {
        Sure::Yes => Some(true),
        Sure::No => Some(false),
        Sure::Perhaps(_) => None,
    }
}
