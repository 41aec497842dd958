//! What load balancers listen for: no flow ends at a port at which none of them listens.

use std::collections::BTreeMap;

use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::reach::Reach;
use crate::network::reach::bound::{Both, Bound};
use crate::network::reach::relays::listeners;
use crate::network::reach::things::Thing;
use crate::network::sets::{AddressSet, PacketSet};

use super::openers::taken;

/// What the listeners that are here take.
pub(super) struct Listening<'a> {
    /// By load balancer.
    taken: BTreeMap<usize, Both<PacketSet>>,
    /// Where some may be at any load balancer, or others at one: the expression.
    doubts: BTreeMap<Option<usize>, Spot<'a>>,
}

impl<'a> Listening<'a> {
    pub(super) fn read(reach: &Reach<'a>) -> Self {
        let mut here = Self { taken: BTreeMap::new(), doubts: BTreeMap::new() };
        let aws = &reach.aws;
        for listener in listeners(aws, &reach.model) {
            let own = Spot::instance(aws.inventory, listener.spot.instance);
            let absent = aws.may_be_absent(own.instance, Some(&Target::Instance(listener.balancer)));
            let protocol = own.get("protocol").is_unknown(aws.inventory).then_some(());
            let certain = if absent || protocol.is_some() {
                here.doubts.entry(Some(listener.balancer)).or_insert_with(|| listener.spot.clone());
                PacketSet::EMPTY
            } else {
                taken(&listener, Bound::Certain)
            };
            if listener.port.is_none() {
                here.doubts.entry(Some(listener.balancer)).or_insert_with(|| listener.spot.clone());
            }
            let possible = protocol.map_or_else(|| taken(&listener, Bound::Possible), |()| PacketSet::everything());
            here.add(listener.balancer, &certain, &possible);
        }
        for type_name in ["aws_lb_listener", "aws_alb_listener"] {
            for index in aws.of_type(type_name) {
                let named = Spot::instance(aws.inventory, index).get("load_balancer_arn");
                let known = named.value.is_some_and(|value| value.identity().is_some());
                if !known && named.is_unknown(aws.inventory) {
                    here.doubts.entry(None).or_insert(named);
                }
            }
        }
        for index in aws.of_type("aws_elb") {
            let blocks = Spot::instance(aws.inventory, index).get("listener");
            if blocks.is_unknown(aws.inventory) {
                here.doubts.insert(Some(index), blocks.clone());
            }
            for block in blocks.each() {
                let port = block.get("lb_port").integer().and_then(|port| u16::try_from(port).ok());
                let set = |port| PacketSet::between((6, port), (6, port), &AddressSet::everything());
                match (port, block.within.is_some()) {
                    (Some(port), false) => here.add(index, &set(port), &set(port)),
                    (port, _) => {
                        here.add(index, &PacketSet::EMPTY, &port.map_or_else(PacketSet::everything, set));
                        here.doubts.insert(Some(index), block);
                    }
                }
            }
        }
        here
    }

    /// What the listeners of a thing take.
    pub(super) fn of(&self, thing: &Thing<'a>) -> Option<&Both<PacketSet>> {
        self.taken.get(&thing.instance)
    }

    fn add(&mut self, balancer: usize, certain: &PacketSet, possible: &PacketSet) {
        let known = self.taken.entry(balancer).or_default();
        known.certain = known.certain.union(certain);
        known.possible = known.possible.union(possible);
    }

    /// The part of some packets that a thing listens for: all of them where it is no load balancer. One that has no listener here
    /// may have some that another configuration makes.
    pub(super) fn part(&self, reach: &Reach<'a>, thing: &Thing<'a>, wanted: &PacketSet, bound: Bound) -> PacketSet {
        let of_packets = || Spot::instance(reach.aws.inventory, thing.instance).get("load_balancer_type");
        if thing.word != "load balancer" || of_packets().text().as_deref() == Some("gateway") {
            return wanted.clone();
        }
        match (self.taken.get(&thing.instance), bound) {
            (Some(own), Bound::Certain) => wanted.intersection(&own.certain),
            (Some(own), Bound::Possible) if !self.doubts.contains_key(&None) => wanted.intersection(&own.possible),
            (Some(_), Bound::Possible) | (None, Bound::Possible) => wanted.clone(),
            (None, Bound::Certain) => PacketSet::EMPTY,
        }
    }

    /// What it hangs on whether a load balancer listens; itself where it has no listener here.
    pub(super) fn doubt(&self, reach: &Reach<'a>, thing: &Thing<'a>) -> Spot<'a> {
        let known = self.doubts.get(&Some(thing.instance)).or_else(|| self.doubts.get(&None));
        known.cloned().unwrap_or_else(|| Spot::instance(reach.aws.inventory, thing.instance))
    }
}
