//! What has network interfaces: in which subnets, with which groups and addresses.

mod addresses;
mod associations;
mod security_groups;
mod subnets;

use std::collections::BTreeMap;

use crate::lang::Value;
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::sets::{AddressSet, Family};

use super::bound::Sure;
use super::groups::{Groups, Worn};
use super::kinds::{KINDS, Kind};
use super::topology::{Topology, truth};
use addresses::{Elastic, elastic};
use associations::{Associations, associations};

/// Something with network interfaces.
#[derive(Clone, Debug)]
pub(super) struct Thing<'a> {
    /// Its instance.
    pub(super) instance: usize,
    /// What to call it.
    pub(super) word: &'static str,
    /// Where its interfaces are.
    pub(super) places: Vec<Place<'a>>,
    /// Whether there is one in each place; otherwise in one of them.
    pub(super) each: bool,
    pub(super) groups: Worn<'a>,
    /// Whether it forwards what is not for itself (`source_dest_check`).
    pub(super) forwards: Sure<'a>,
    /// The thing whose interface it is, in [`Things::things`].
    pub(super) holder: Option<usize>,
    /// Whether that thing does not name it itself: it has this interface beside its own.
    pub(super) beside: bool,
    /// The instance of the cluster that it is a member of.
    pub(super) part_of: Option<usize>,
}

/// A network interface.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    /// Its subnet; `None` where that is not known.
    pub(super) subnet: Option<usize>,
    /// The expression that names it.
    pub(super) spot: Spot<'a>,
    /// The addresses of which it has one, by family; `None` where it has none.
    pub(super) v4: Option<AddressSet>,
    pub(super) v6: Option<AddressSet>,
    /// Whether it has an IPv6 address.
    pub(super) has_v6: Sure<'a>,
    /// Whether it has a public IPv4 address.
    pub(super) public: Sure<'a>,
}

impl Place<'_> {
    /// The addresses of a family of which it has one.
    pub(super) const fn addresses(&self, family: Family) -> Option<&AddressSet> {
        match family {
            Family::V4 => self.v4.as_ref(),
            Family::V6 => self.v6.as_ref(),
        }
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Things<'a> {
    pub(super) things: Vec<Thing<'a>>,
    by_instance: BTreeMap<usize, usize>,
}

const LAUNCH_TEMPLATES: &[(&str, &str)] =
    &[("aws_launch_template", "id"), ("aws_launch_template", "name"), ("aws_launch_template", "arn")];
const LAUNCH_CONFIGURATIONS: &[(&str, &str)] =
    &[("aws_launch_configuration", "name"), ("aws_launch_configuration", "id")];

/// The paths under which launch templates are named.
const TEMPLATE_PATHS: &[&str] = &[
    "launch_template.id",
    "launch_template.name",
    "mixed_instances_policy.launch_template.launch_template_specification.launch_template_id",
    "mixed_instances_policy.launch_template.launch_template_specification.launch_template_name",
];

impl<'a> Things<'a> {
    pub(super) fn read(aws: &Aws<'a>, topology: &mut Topology<'a>, groups: &mut Groups<'a>) -> Self {
        let elastic = elastic(aws);
        let mut things = Self::default();
        let associations = associations(aws);
        let mut reader = Reader { aws, topology, groups, elastic, associations };
        for kind in KINDS {
            for index in aws.of_type(kind.type_name) {
                if let Some(thing) = reader.thing(kind, index) {
                    things.by_instance.insert(index, things.things.len());
                    things.things.push(thing);
                }
            }
        }
        things.join_interfaces(aws);
        things
    }

    /// The thing of an instance.
    pub(super) fn of_instance(&self, instance: usize) -> Option<usize> {
        self.by_instance.get(&instance).copied()
    }

    /// The interfaces that instances are given, or that are attached to them, are theirs.
    fn join_interfaces(&mut self, aws: &Aws<'a>) {
        let interfaces = &[("aws_network_interface", "id")];
        let mut joins = Vec::new();
        for index in aws.of_type("aws_instance") {
            let blocks = follow(&Spot::instance(aws.inventory, index), "network_interface.network_interface_id");
            joins.extend(blocks.into_iter().map(|spot| (index, spot, false)));
        }
        for index in aws.of_type("aws_network_interface_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            let instance =
                spot.get("instance_id").value.and_then(|value| aws.ids().target(value, &[("aws_instance", "id")]));
            if let Some(Target::Instance(instance)) = instance {
                joins.push((instance, spot.get("network_interface_id"), true));
            }
        }
        for index in aws.of_type("aws_network_interface") {
            let instance = follow(&Spot::instance(aws.inventory, index), "attachment.instance");
            for spot in instance {
                if let Some(Target::Instance(holder)) =
                    spot.value.and_then(|value| aws.ids().target(value, &[("aws_instance", "id")]))
                    && let (Some(holder), Some(interface)) = (self.of_instance(holder), self.of_instance(index))
                {
                    self.things[interface].holder = Some(holder);
                    self.things[interface].beside = true;
                }
            }
        }
        for (instance, spot, beside) in joins {
            let interface = spot.value.and_then(|value| aws.ids().target(value, interfaces));
            if let Some(Target::Instance(interface)) = interface
                && let (Some(holder), Some(interface)) = (self.of_instance(instance), self.of_instance(interface))
            {
                self.things[interface].holder = Some(holder);
                self.things[interface].beside = beside;
            }
        }
    }

    /// A thing, the interfaces that it has beside its own, and the members of a cluster.
    pub(super) fn whole(&self, thing: usize) -> impl Iterator<Item = &Thing<'a>> {
        let instance = Some(self.things[thing].instance);
        let beside =
            self.things.iter().filter(move |it| (it.beside && it.holder == Some(thing)) || it.part_of == instance);
        std::iter::once(&self.things[thing]).chain(beside)
    }
}

struct Reader<'m, 'a> {
    aws: &'m Aws<'a>,
    topology: &'m mut Topology<'a>,
    groups: &'m mut Groups<'a>,
    elastic: Elastic<'a>,
    associations: Associations<'a>,
}

impl<'a> Reader<'_, 'a> {
    fn thing(&mut self, kind: &'static Kind, index: usize) -> Option<Thing<'a>> {
        let aws = self.aws;
        let spot = Spot::instance(aws.inventory, index);
        if kind.type_name == "aws_vpc_endpoint" {
            // Where it is that of a service here, it names subnets.
            let wanted = spot.get("vpc_endpoint_type");
            let gateway = wanted.is_unset(aws.inventory) || wanted.text().is_some_and(|text| text == "Gateway");
            if gateway {
                return None;
            }
        }
        let parents: Vec<Spot<'a>> = kind
            .parent
            .iter()
            .filter_map(|(name, targets)| {
                let target = aws.ids().target(spot.get(name).value?, targets)?;
                if let Target::Instance(parent) = target { Some(Spot::instance(aws.inventory, parent)) } else { None }
            })
            .collect();
        let templates = templates(aws, &spot);
        let subnets = self.subnets(kind, &spot, &parents, &templates);
        let groups = self.worn(kind, &spot, &parents, &templates);
        let places: Vec<Place<'a>> =
            subnets.into_iter().map(|(subnet, named)| self.place(kind, &spot, &templates, subnet, named)).collect();
        if places.is_empty() {
            return None;
        }
        let mut thing = Thing {
            instance: index,
            word: kind.word,
            places,
            each: kind.each,
            groups,
            forwards: forwards(aws, &spot),
            holder: None,
            beside: false,
            part_of: parents.first().map(|parent| parent.instance),
        };
        self.add_groups(kind, &mut thing, true);
        self.give_groups(kind, &mut thing);
        self.add_groups(kind, &mut thing, false);
        Some(thing)
    }
}

/// Launch templates and configurations that say what the instances are like.
pub(super) fn templates<'a>(aws: &Aws<'a>, spot: &Spot<'a>) -> Vec<Spot<'a>> {
    let mut named: Vec<(Spot<'a>, _)> = Vec::new();
    for path in TEMPLATE_PATHS {
        named.extend(follow(spot, path).into_iter().map(|spot| (spot, LAUNCH_TEMPLATES)));
    }
    named.push((spot.get("launch_configuration"), LAUNCH_CONFIGURATIONS));
    named
        .into_iter()
        .filter_map(|(spot, targets)| match aws.ids().target(spot.value?, targets)? {
            Target::Instance(template) => Some(Spot::instance(aws.inventory, template)),
            Target::Id(_) | Target::Attribute(_) => None,
        })
        .collect()
}

/// Whether it forwards what is not for itself ("Disable source/destination check", Amazon EC2 User Guide).
fn forwards<'a>(aws: &Aws<'a>, spot: &Spot<'a>) -> Sure<'a> {
    match truth(aws, &spot.get("source_dest_check"), true) {
        Sure::Yes => Sure::No,
        Sure::No => Sure::Yes,
        Sure::Perhaps(doubt) => Sure::Perhaps(doubt),
    }
}

/// Whether nothing is set there.
fn is_empty<'a>(aws: &Aws<'a>, spot: &Spot<'a>) -> bool {
    spot.is_unset(aws.inventory)
        || spot.text().is_some_and(|text| text.is_empty())
        || spot.value.and_then(Value::elements).is_some_and(<[Value]>::is_empty)
}

/// The values at a path of attributes and blocks.
pub(super) fn follow<'a>(spot: &Spot<'a>, path: &'static str) -> Vec<Spot<'a>> {
    let mut spots = vec![spot.clone()];
    let mut names = path.split('.').peekable();
    while let Some(name) = names.next() {
        let last = names.peek().is_none();
        spots = spots
            .iter()
            .map(|spot| spot.get(name))
            .filter(|spot| spot.value.is_some())
            .flat_map(|spot| match spot.value {
                // What is not known in whole has parts that are not known.
                Some(value) if value.is_unknown() && !last => vec![spot],
                Some(_) if !last => spot.each(),
                Some(_) | None => vec![spot],
            })
            .collect();
        if !last && spots.iter().any(|spot| spot.value.is_some_and(Value::is_unknown)) {
            return spots;
        }
    }
    spots
}
