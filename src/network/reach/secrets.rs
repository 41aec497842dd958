//! What must not be told of packets: ports and addresses that a value decides which is marked sensitive.

use crate::lang::{Marks, Value};
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::demand;

use super::Reach;
use super::answer::{Found, Packets, packets};
use super::bound::Sure;
use super::things::Thing;

/// What is printed instead.
pub(super) const HIDDEN: &str = "(sensitive)";

/// Types whose values count for what wears the group alone.
const GROUPS: &[&str] = &[
    "aws_default_security_group",
    "aws_security_group",
    "aws_security_group_rule",
    "aws_vpc_security_group_egress_rule",
    "aws_vpc_security_group_ingress_rule",
];

impl<'a> Reach<'a> {
    /// Whether ports and addresses of packets from or to these things would tell what is not to be printed.
    pub(super) fn is_secret<'m>(&self, things: impl IntoIterator<Item = &'m Thing<'a>>) -> bool
    where
        'a: 'm,
    {
        self.way_is_secret() || things.into_iter().any(|thing| self.groups_are_secret(thing))
    }

    /// The same of what packets meet between any things: subnets, routes, network ACLs, listeners, appliances.
    pub(super) fn way_is_secret(&self) -> bool {
        *self.secret.get_or_init(|| {
            let mut instances = self.aws.inventory.instances().iter();
            let marked = instances.any(|instance| {
                let counts = demand::is_asked(instance.type_name()) && !GROUPS.contains(&instance.type_name());
                counts && demand::deciding().filter_map(|name| instance.get(name)).any(is_marked)
            });
            let mut appliances = self.model.things.things.iter().filter(|thing| !matches!(thing.forwards, Sure::No));
            marked || appliances.any(|thing| self.groups_are_secret(thing))
        })
    }

    fn groups_are_secret(&self, thing: &Thing<'a>) -> bool {
        let ways = [Direction::Ingress, Direction::Egress].into_iter();
        let mut rules = ways.flat_map(|way| self.model.groups.rules_of(&thing.groups, way));
        rules.any(|rule| is_marked_at(&rule.spot))
    }

    /// Packets that were found, as they may be printed.
    pub(super) fn packets(&self, found: &[Found<'_, 'a>]) -> Vec<Packets> {
        let sides = found.iter().flat_map(|found| [&found.pair.from, &found.pair.to]);
        let things = sides.filter_map(|side| side.thing()).map(|(thing, _)| thing);
        if found.is_empty() || !self.is_secret(things) {
            return packets(found);
        }
        let hidden = || HIDDEN.to_owned();
        vec![Packets { protocol: hidden(), ports: hidden(), source: hidden(), destination: hidden() }]
    }
}

/// Whether a value, or a part of it, is not to be printed; what is not known has nothing to tell.
fn is_marked(value: &Value) -> bool {
    let mut found = false;
    value.walk(|part| {
        found = found || (part.marks.has(Marks::UNPRINTED) && tells(part));
        !found
    });
    found
}

fn is_marked_at(spot: &Spot<'_>) -> bool {
    spot.value.is_some_and(|value| (spot.marks.has(Marks::UNPRINTED) && tells(value)) || is_marked(value))
}

/// Whether there is anything in it that is known.
fn tells(value: &Value) -> bool {
    let mut found = false;
    value.walk(|part| {
        found = found
            || match part.as_unknown() {
                Some(unknown) => unknown.certain.is_some() || unknown.prefix.is_some() || unknown.range.is_some(),
                None => part.elements().is_none() && part.entries().is_none() && !part.is_null(),
            };
        !found
    });
    found
}
