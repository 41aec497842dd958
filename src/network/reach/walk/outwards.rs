//! Out of a subnet, by its route table.

use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::sets::{AddressSet, Family};

use super::super::bound::{Bound, Sure};
use super::super::tables::{Kind, Route, Table, TableOf};
use super::super::topology::Gateway;
use super::{Goal, Met, Walk, Way};

impl<'a> Walk<'_, 'a> {
    /// From an interface in a subnet: its own router is the first that it meets.
    pub(in crate::network::reach) fn start_in(&mut self, subnet: usize, mut way: Way<'a>) {
        if way.is_loop(0, subnet) {
            return self.fail(way, "route", None, "it goes round in circles");
        }
        let model = self.model;
        let here = &model.topology.subnets[subnet];
        if self.goal == Goal::Subnet(subnet) {
            return self.arrive(way);
        }
        let table = match &here.table {
            TableOf::One(table) => &model.topology.tables.tables[*table],
            TableOf::Unknown(doubt) => {
                let way = way.pass(Met::Acl(subnet, Direction::Egress));
                return self.anywhere(way, doubt);
            }
        };
        if let (Some(doubt), Bound::Possible) = (&table.doubt, self.bound) {
            self.anywhere(way.clone().pass(Met::Acl(subnet, Direction::Egress)), doubt);
        }
        if let (Some(doubt), Bound::Possible) = (self.homeless(subnet), self.bound) {
            self.anywhere(way.clone().pass(Met::Acl(subnet, Direction::Egress)), &doubt);
        }
        let vpc = here.vpc.map(|vpc| &model.topology.vpcs[vpc]);
        let local = vpc.map_or(AddressSet::EMPTY, |vpc| vpc.blocks.clone());
        let in_vpc = match self.goal {
            Goal::Subnet(goal) => here.vpc.is_some() && model.topology.subnets[goal].vpc == here.vpc,
            Goal::Internet | Goal::OnPremises => false,
        };
        if in_vpc {
            return self.inside(subnet, way, table, &local);
        }
        let uncertain = vpc.is_none_or(|vpc| vpc.uncertain) && self.family == Family::V4;
        if uncertain && self.bound == Bound::Certain && self.goal != Goal::Internet {
            let doubt = table.doubt.clone();
            return self.fail(way, "route", doubt, "the blocks of the VPC are not known until apply");
        }
        let inside = way.addresses.intersection(&local);
        if !inside.is_empty() {
            let why = "the address lies in a block of the sender's own VPC, where it is not";
            self.fail(way.to(inside), "route", table.spot.clone(), why);
        }
        self.translated(subnet, table, &way);
        let (taken, left) =
            table.lookup(&way.addresses.difference(&local), self.bound, &|route| route.via.kind != Kind::Local);
        for (route, addresses) in taken {
            self.take(route, subnet, way.to(addresses));
        }
        let spot = table.spot.clone().or_else(|| table.doubt.clone());
        let spot = spot.or_else(|| self.spot_of(&here.target));
        self.fail(way.to(left), "route-table", spot, "no route for the destination");
    }

    /// Where it is not known which VPC a subnet, or that of the goal, is in: the expression.
    fn homeless(&self, subnet: usize) -> Option<Spot<'a>> {
        let goal = if let Goal::Subnet(goal) = self.goal { goal } else { subnet };
        let unknown = [subnet, goal].into_iter().find(|&it| self.model.topology.subnets[it].vpc.is_none())?;
        self.spot_of(&self.model.topology.subnets[unknown].target).map(|spot| spot.get("vpc_id"))
    }

    /// Within a VPC: by its local routes, unless a more specific one leads through something else ("Middlebox routing").
    fn inside(&mut self, subnet: usize, way: Way<'a>, table: &Table<'a>, local: &AddressSet) {
        let whole = way.addresses.is_subset(local);
        let specific = |route: &Route<'a>| {
            let elsewhere = matches!(route.via.kind, Kind::Nat | Kind::Interface | Kind::Endpoint | Kind::Unknown);
            let block = |block: &ipnet::IpNet| {
                let block_set = AddressSet::from(*block);
                if whole { block_set.is_subset(local) && block_set != *local } else { block.prefix_len() > 16 }
            };
            elsewhere && (route.unknown.is_some() || route.blocks.iter().any(block))
        };
        let specific_only = |route: &Route<'a>| specific(route) && !route.propagated;
        let (taken, left) = table.lookup(&way.addresses, self.bound, &specific_only);
        // Where the blocks are not known, neither is which of the two is more specific.
        let left = if whole || self.bound == Bound::Certain { left } else { way.addresses.clone() };
        for (route, addresses) in taken {
            if whole || self.bound == Bound::Possible {
                self.take(route, subnet, way.to(addresses));
            }
        }
        if let Goal::Subnet(goal) = self.goal {
            let way = way.to(left).pass(Met::Acl(subnet, Direction::Egress)).pass(Met::Acl(goal, Direction::Ingress));
            self.arrive(way);
        }
    }

    /// Along a route of a subnet's table.
    fn take(&mut self, route: &Route<'a>, subnet: usize, way: Way<'a>) {
        let topology = &self.model.topology;
        let way = way.hang_on(route.unknown.iter().chain(&route.absent).cloned());
        let via = &route.via;
        let vpc = topology.subnets[subnet].vpc;
        let leaving = |way: Way<'a>| way.pass(Met::Acl(subnet, Direction::Egress));
        let along =
            |way: Way<'a>, kind: &'static str, why: String| way.pass(Met::Passed(kind, route.spot.clone(), why));
        match via.kind {
            Kind::Local => self.fail(way, "route", Some(route.spot.clone()), "the route stays in the VPC"),
            Kind::Internet => {
                let way = leaving(along(way, "route", "the route leads to the internet gateway".to_owned()));
                match self.attachment(&topology.internet, vpc, via.target.as_ref()) {
                    Sure::No => {
                        let why = "the internet gateway is not attached to the VPC: the route is a blackhole";
                        self.fail(way, "internet-gateway", Some(via.spot.clone()), why);
                    }
                    _ if self.goal != Goal::Internet => {
                        let why = "the route leads to the internet, where the destination is not";
                        self.fail(way, "route", Some(route.spot.clone()), why);
                    }
                    attached => {
                        let needs_public = way.translated.is_none() && self.family == Family::V4;
                        self.arrive_if(Way { needs_public, ..way }, &attached);
                    }
                }
            }
            Kind::EgressOnly if self.goal == Goal::Internet && !self.answer => {
                let why = "the route leads to the egress-only internet gateway".to_owned();
                self.arrive(leaving(along(way, "egress-only-internet-gateway", why)));
            }
            Kind::EgressOnly => {
                let why =
                    "an egress-only internet gateway lets nothing in, and answers only to what went out through it";
                self.fail(way, "egress-only-internet-gateway", Some(route.spot.clone()), why);
            }
            Kind::Nat => self.through_nat(route, subnet, way),
            Kind::Peering => self.through_peering(route, subnet, way),
            Kind::Transit => {
                let way = along(way, "route", "the route leads to the transit gateway".to_owned());
                self.enter_transit(via.target.as_ref(), &via.spot, subnet, way);
            }
            Kind::Private => {
                let way = leaving(along(way, "route", "the route leads to the virtual private gateway".to_owned()));
                match self.attachment(&topology.private, vpc, via.target.as_ref()) {
                    Sure::No => {
                        self.fail(way, "vpn-gateway", Some(via.spot.clone()), "the gateway is not attached to the VPC")
                    }
                    _ if self.goal != Goal::OnPremises => {
                        let why = "the route leads to on-premises networks, where the destination is not";
                        self.fail(way, "route", Some(route.spot.clone()), why);
                    }
                    attached => self.arrive_if(way, &attached),
                }
            }
            Kind::Interface => {
                let thing = match via.target {
                    Some(Target::Instance(instance)) => self.model.things.of_instance(instance),
                    Some(Target::Id(_) | Target::Attribute(_)) | None => None,
                };
                let way = along(leaving(way), "route", "the route leads to a network interface".to_owned());
                match thing {
                    Some(thing) => self.through_thing(thing, Some(subnet), way),
                    None => self.anywhere(way, &via.spot),
                }
            }
            Kind::Endpoint => {
                let way = along(way, "route", "the route leads to an endpoint".to_owned());
                self.through_endpoint(route, Some(subnet), way);
            }
            Kind::Blackhole => self.fail(way, "blackhole", Some(route.spot.clone()), "the route leads to nothing"),
            Kind::Unknown => self.anywhere(leaving(way), &via.spot),
        }
    }

    /// Whether a gateway is attached to a VPC.
    fn attachment(&self, gateways: &[Gateway<'a>], vpc: Option<usize>, target: Option<&Target>) -> Sure<'a> {
        // One that is made elsewhere: AWS takes a route to it only if it is attached.
        let Some(Target::Instance(instance)) = target else { return Sure::Yes };
        let vpc = vpc.unwrap_or(usize::MAX);
        let own = gateways.iter().filter(|gateway| gateway.instance == *instance);
        let attached = own.map(|gateway| match &gateway.doubt {
            None => (gateway.vpc == Some(vpc)).into(),
            Some(doubt) if gateway.vpc.is_none_or(|own| own == vpc) => Sure::Perhaps(doubt.clone()),
            Some(_) => Sure::No,
        });
        attached.fold(Sure::No, |known: Sure<'a>, next| known.or(|| next))
    }
}
