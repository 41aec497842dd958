//! The picture of a network: what of the model is drawn, and what it is called.

mod joints;
mod lines;
mod places;
mod tiers;

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, Mode};
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::{SUBNETS, VPCS};
use crate::network::reach::Reach;
use crate::network::reach::tables::TRANSIT_GATEWAYS;
use crate::network::reach::things::Thing;
use crate::picture::{Element, Name, Picture};

/// Draws the network.
pub(super) fn picture(reach: &Reach<'_>, title: &str) -> Picture {
    let mut drawing = Drawing {
        reach,
        picture: Picture { title: title.to_owned(), ..Picture::default() },
        concerned: BTreeMap::new(),
        tiers: Vec::new(),
    };
    drawing.vpcs();
    drawing.subnets();
    drawing.join_roles();
    drawing.gateways();
    drawing.tiers();
    drawing.links();
    drawing.flows();
    drawing.concern_the_rest();
    let named = |(instance, elements): (usize, BTreeSet<Element>)| {
        (reach.aws.inventory.instance(instance).address.to_string(), elements.into_iter().collect())
    };
    drawing.picture.concerned = drawing.concerned.into_iter().map(named).collect();
    drawing.picture
}

struct Drawing<'m, 'a> {
    reach: &'m Reach<'a>,
    picture: Picture,
    /// By instance.
    concerned: BTreeMap<usize, BTreeSet<Element>>,
    /// The things of each tier.
    tiers: Vec<Vec<&'m Thing<'a>>>,
}

impl<'m, 'a> Drawing<'m, 'a> {
    fn aws(&self) -> &'m Aws<'a> {
        &self.reach.aws
    }

    fn concern(&mut self, instance: usize, element: Element) {
        self.concerned.entry(instance).or_default().insert(element);
    }

    fn address(&self, instance: usize) -> &'m Address {
        &self.aws().inventory.instance(instance).address
    }

    /// What a target is called; `typed`: whether its type is said.
    fn name(&self, target: &Target, typed: bool) -> Name {
        match target {
            Target::Instance(index) => instance_name(self.address(*index), typed),
            Target::Id(id) => Name { short: id.to_string(), full: id.to_string() },
            Target::Attribute(reference) => {
                Name { full: reference.to_string(), ..instance_name(&reference.address, true) }
            }
        }
    }

    /// What is not drawn, but names what is: listeners by their load balancer, the rest by its subnet or VPC.
    fn concern_the_rest(&mut self) {
        let things = &self.reach.model.things.things;
        let fronts = self.reach.relays().fronts.iter();
        let relays: Vec<(usize, usize)> = fronts
            .flat_map(|front| front.balancers.iter().map(|&thing| (front.listener.instance, things[thing].instance)))
            .collect();
        for (listener, balancer) in relays {
            let of_balancer = self.concerned.get(&balancer).cloned().unwrap_or_default();
            of_balancer.into_iter().for_each(|element| self.concern(listener, element));
        }
        let aws = self.aws();
        for instance in 0..aws.inventory.instances().len() {
            let address = &aws.inventory.instance(instance).address;
            if address.mode != Mode::Managed || self.concerned.contains_key(&instance) {
                continue;
            }
            let spot = Spot::instance(aws.inventory, instance);
            let target =
                |name: &'static str, kinds| spot.get(name).value.and_then(|value| aws.ids().target(value, kinds));
            let known = [("subnet_id", SUBNETS), ("vpc_id", VPCS), ("transit_gateway_id", TRANSIT_GATEWAYS)];
            let found = known.into_iter().find_map(|(name, kinds)| match target(name, kinds) {
                Some(Target::Instance(index)) => self.concerned.get(&index).cloned(),
                Some(Target::Id(_) | Target::Attribute(_)) | None => None,
            });
            found.into_iter().flatten().for_each(|element| self.concern(instance, element));
        }
    }
}

/// An address, in short: without `module.` and `aws_`.
fn instance_name(address: &Address, typed: bool) -> Name {
    let mut short = String::new();
    for step in address.module.0.iter() {
        short.push_str(&format!("{}{}.", step.name, step.key));
    }
    if address.mode == Mode::Data {
        short.push_str("data.");
    }
    if typed {
        let own = &*address.type_name;
        short.push_str(&format!("{}.", own.strip_prefix("aws_").unwrap_or(own)));
    }
    short.push_str(&format!("{}{}", address.name, address.key));
    Name { short, full: address.to_string() }
}
