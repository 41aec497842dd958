//! From outside into a VPC: the internet, networks on premises, and VPCs that another configuration makes.

use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::sets::Family;

use super::super::bound::Bound;
use super::super::tables::{Kind, Route, TableOf};
use super::super::topology::{Gateway, Topology};
use super::super::transit::End;
use super::{Goal, Met, Walk, Way};

impl<'a> Walk<'_, 'a> {
    /// From a gateway into its VPC: by the gateway's edge table, where it has one.
    fn enter(&mut self, gateway: &Gateway<'a>, way: Way<'a>) {
        let Goal::Subnet(goal) = self.goal else { return };
        let way = match (&gateway.doubt, self.bound) {
            (Some(doubt), Bound::Certain) => {
                return self.fail(way, "gateway", Some(doubt.clone()), "not known until apply");
            }
            (doubt, _) => way.hang_on(doubt.clone()),
        };
        let mut left = way.addresses.clone();
        match self.model.topology.tables.of_gateway(gateway.instance) {
            Some(TableOf::One(table)) => {
                let table = &self.model.topology.tables.tables[*table];
                let through =
                    |route: &Route<'a>| matches!(route.via.kind, Kind::Interface | Kind::Endpoint | Kind::Unknown);
                let (taken, rest) = table.lookup(&way.addresses, self.bound, &through);
                for (route, addresses) in taken {
                    let way = way.to(addresses).hang_on(route.unknown.iter().chain(&route.absent).cloned());
                    let why = "the gateway's route table leads through it".to_owned();
                    let way = way.pass(Met::Passed("route", route.spot.clone(), why));
                    match (&route.via.kind, &route.via.target) {
                        (Kind::Endpoint, _) => self.through_endpoint(route, None, way),
                        (Kind::Interface, Some(Target::Instance(instance))) => {
                            match self.model.things.of_instance(*instance) {
                                Some(thing) => self.through_thing(thing, None, way),
                                None => self.anywhere(way, &route.via.spot),
                            }
                        }
                        (_, _) => self.anywhere(way, &route.via.spot),
                    }
                }
                left = rest;
            }
            Some(TableOf::Unknown(doubt)) => return self.anywhere(way, doubt),
            None => {}
        }
        self.arrive(way.to(left).pass(Met::Acl(goal, Direction::Ingress)));
    }

    /// From the internet.
    pub(in crate::network::reach) fn start_outside(&mut self, way: Way<'a>) {
        let Goal::Subnet(goal) = self.goal else { return };
        let subnet = &self.model.topology.subnets[goal];
        let Some(vpc) = subnet.vpc else { return self.start_elsewhere(goal, way) };
        let model = self.model;
        match Topology::gateway_of(&model.topology.internet, vpc) {
            Some(gateway) => {
                let own = Spot::instance(self.aws.inventory, gateway.instance);
                let why = "it is attached to the VPC".to_owned();
                let mut way = way.pass(Met::Passed("internet-gateway", own, why)).unreferenced();
                way.needs_public = self.family == Family::V4;
                self.enter(gateway, way);
            }
            None if !matches!(model.topology.vpcs[vpc].target, Target::Instance(_)) => self.start_elsewhere(goal, way),
            None if self.is_default_vpc(vpc) => {
                let why = "a default VPC has an internet gateway".to_owned();
                let spot = self.spot_of(&model.topology.vpcs[vpc].target);
                let mut way = match spot {
                    Some(spot) => way.pass(Met::Passed("internet-gateway", spot, why)),
                    None => way,
                }
                .unreferenced();
                way.needs_public = self.family == Family::V4;
                self.arrive(way.pass(Met::Acl(goal, Direction::Ingress)));
            }
            None => {
                let spot = self.spot_of(&model.topology.vpcs[vpc].target);
                self.fail(way, "internet-gateway", spot, "the VPC has no internet gateway");
            }
        }
    }

    fn is_default_vpc(&self, vpc: usize) -> bool {
        match self.model.topology.vpcs[vpc].target {
            Target::Instance(index) => self.aws.inventory.instance(index).type_name() == "aws_default_vpc",
            Target::Id(_) | Target::Attribute(_) => false,
        }
    }

    /// Into a VPC that another configuration makes.
    fn start_elsewhere(&mut self, goal: usize, way: Way<'a>) {
        match &self.model.topology.subnets[goal].target {
            Target::Instance(instance) => {
                let doubt = Spot::instance(self.aws.inventory, *instance).get("vpc_id");
                self.anywhere(way, &doubt);
            }
            Target::Id(_) | Target::Attribute(_) => match &self.model.topology.subnets[goal].table {
                TableOf::Unknown(doubt) => {
                    let doubt = doubt.clone();
                    self.anywhere(way, &doubt);
                }
                TableOf::One(_) => {}
            },
        }
    }

    /// From networks on premises: through the VPC's own gateway, and through transit gateways.
    pub(in crate::network::reach) fn start_on_premises(&mut self, way: Way<'a>) {
        let Goal::Subnet(goal) = self.goal else { return };
        let model = self.model;
        let way = way.unreferenced();
        let Some(vpc) = model.topology.subnets[goal].vpc else { return self.start_elsewhere(goal, way) };
        let mut found = false;
        for gateway in &model.topology.private {
            if gateway.vpc == Some(vpc) || (gateway.vpc.is_none() && gateway.doubt.is_some()) {
                found = true;
                let own = Spot::instance(self.aws.inventory, gateway.instance);
                let why = "it is attached to the VPC".to_owned();
                self.enter(gateway, way.clone().pass(Met::Passed("vpn-gateway", own, why)));
            }
        }
        for (number, attachment) in model.transit.attachments.iter().enumerate() {
            if matches!(attachment.end, End::OnPremises) {
                found = true;
                let own = Spot::instance(self.aws.inventory, attachment.instance);
                let why = "it comes in through this attachment".to_owned();
                self.in_transit(number, way.clone().pass(Met::Passed("transit-gateway-attachment", own, why)));
            }
        }
        if !found && !matches!(model.topology.vpcs[vpc].target, Target::Instance(_)) {
            return self.start_elsewhere(goal, way);
        }
        if !found {
            let spot = self.spot_of(&model.topology.vpcs[vpc].target);
            self.fail(way, "vpn-gateway", spot, "the VPC has no way to on-premises networks");
        }
    }
}
