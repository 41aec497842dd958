//! Through NAT gateways and peering connections.

use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::sets::{AddressSet, Family, Ranges};

use super::super::bound::Bound;
use super::super::tables::{Kind, PEERINGS, Route, Table};
use super::super::topology::Peering;
use super::{Goal, Met, Walk, Way};

/// The addresses that stand for those of IPv4 (RFC 6052).
fn nat64() -> AddressSet {
    AddressSet::of_family(Family::V6, Ranges::range(0x64_ff9b << 96, (0x64_ff9b << 96) | u128::from(u32::MAX)))
}

impl<'a> Walk<'_, 'a> {
    /// What has IPv6 addresses alone gets to the internet of IPv4 through a NAT gateway that translates ("DNS64 and NAT64",
    /// Amazon VPC User Guide): what of it, nobody looks at.
    pub(super) fn translated(&mut self, subnet: usize, table: &Table<'a>, way: &Way<'a>) {
        if self.family == Family::V4 || self.goal != Goal::Internet || self.answer || self.bound == Bound::Certain {
            return;
        }
        let (taken, _) = table.lookup(&nat64(), self.bound, &|_| true);
        for (route, _) in taken.into_iter().filter(|(route, _)| matches!(route.via.kind, Kind::Nat | Kind::Unknown)) {
            let why = "the route leads to a NAT gateway, which translates to IPv4".to_owned();
            let way = way.clone().pass(Met::Acl(subnet, Direction::Egress));
            self.anywhere(way.pass(Met::Passed("route", route.spot.clone(), why)), &route.spot);
        }
    }

    /// "NAT gateways" (Amazon VPC User Guide): connections from inside alone; from its own subnet's table on.
    pub(super) fn through_nat(&mut self, route: &Route<'a>, subnet: usize, way: Way<'a>) {
        let spot = &route.via.spot;
        if self.answer {
            let why = "the answer would leave through a NAT gateway, which lets nothing in";
            return self.fail(way, "nat-gateway", Some(route.spot.clone()), why);
        }
        if self.family == Family::V6 {
            return self.fail(way, "nat-gateway", Some(route.spot.clone()), "a NAT gateway takes no IPv6 packets");
        }
        let Some(Target::Instance(instance)) = route.via.target else {
            return self.anywhere(way.pass(Met::Acl(subnet, Direction::Egress)), spot);
        };
        let Some(thing) = self.model.things.of_instance(instance) else { return self.anywhere(way, spot) };
        let place = &self.model.things.things[thing].places[0];
        let Some(own) = place.subnet else {
            return self.anywhere(way.pass(Met::Acl(subnet, Direction::Egress)), &place.spot);
        };
        if self.goal == Goal::Internet && !place.public.holds(self.bound) {
            let spot = Spot::instance(self.aws.inventory, instance).get("connectivity_type");
            return self.fail(way, "nat-gateway", Some(spot), "a private NAT gateway has no public address");
        }
        let why = format!("the route leads to the NAT gateway {}", self.name(instance));
        let mut way = way.pass(Met::Passed("route", route.spot.clone(), why));
        if own != subnet {
            way = way.pass(Met::Acl(subnet, Direction::Egress)).pass(Met::Acl(own, Direction::Ingress));
        }
        let mut way = way.pass(Met::Nat(thing)).unreferenced();
        way.translated = Some(place.v4.clone().unwrap_or_default());
        self.start_in(own, way);
    }

    /// "How VPC peering connections work": not transitive, and no way to the gateways of the peer.
    pub(super) fn through_peering(&mut self, route: &Route<'a>, subnet: usize, way: Way<'a>) {
        let way = way.pass(Met::Acl(subnet, Direction::Egress));
        let topology = &self.model.topology;
        let instance = match route.via.target {
            Some(Target::Instance(instance)) => instance,
            Some(Target::Id(_) | Target::Attribute(_)) | None => return self.anywhere(way, &route.via.spot),
        };
        let accepter_of = |peering: &&Peering<'a>| {
            let spot = Spot::instance(self.aws.inventory, instance).get("vpc_peering_connection_id");
            let of = spot.value.and_then(|value| self.aws.ids().target(value, PEERINGS));
            peering.instance == instance || of == Some(Target::Instance(peering.instance))
        };
        let Some(peering) = topology.peerings.iter().find(accepter_of) else {
            return self.anywhere(way, &route.via.spot);
        };
        let why = format!("the route leads to the peering connection {}", self.name(peering.instance));
        let mut way = way.pass(Met::Passed("route", route.spot.clone(), why));
        let own = Spot::instance(self.aws.inventory, peering.instance);
        if !peering.accepted.holds(self.bound) {
            let why = "the peering connection is not accepted: set `auto_accept`, or add an accepter";
            let spot = peering.accepted.doubt().cloned().unwrap_or(own);
            return self.fail(way, "peering-connection", Some(spot), why);
        }
        way = way.hang_on(peering.accepted.doubt().cloned());
        let vpc = topology.subnets[subnet].vpc;
        let (first, second) = (peering.ends[0], peering.ends[1]);
        let other = match vpc {
            Some(vpc) if first == Some(vpc) => second,
            Some(vpc) if second == Some(vpc) => first,
            _ if first.is_none() || second.is_none() => return self.anywhere(way, &own),
            _ => {
                return self.fail(
                    way,
                    "peering-connection",
                    Some(route.spot.clone()),
                    "the peering is not one of this VPC",
                );
            }
        };
        let Goal::Subnet(goal) = self.goal else {
            let why = "a peering connection is no way to the gateways of the peer";
            return self.fail(way, "peering-connection", Some(own), why);
        };
        let of_goal = topology.subnets[goal].vpc;
        if other.is_none() || of_goal.is_none() {
            return self.anywhere(way, &own);
        }
        if of_goal != other {
            let why = "the destination is not in the peered VPC, and peering is not transitive";
            return self.fail(way, "peering-connection", Some(own), why);
        }
        let references = way.references.and(&peering.references);
        let way = Way { references, ..way };
        self.arrive(
            way.pass(Met::Passed("peering-connection", own, "accepted".to_owned()))
                .pass(Met::Acl(goal, Direction::Ingress)),
        );
    }
}
