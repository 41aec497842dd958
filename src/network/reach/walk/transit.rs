//! Through transit gateways.

use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;

use super::super::bound::Bound;
use super::super::transit::{Association, End, To};
use super::{Goal, Met, Walk, Way};

impl<'a> Walk<'_, 'a> {
    /// From a subnet into a transit gateway: through the attachment's interface in the same zone ("Network ACLs for transit
    /// gateways", "Transit gateway attachments to a VPC").
    pub(super) fn enter_transit(&mut self, gateway: Option<&Target>, spot: &Spot<'a>, subnet: usize, way: Way<'a>) {
        let model = self.model;
        let Some(vpc) = model.topology.subnets[subnet].vpc else { return self.anywhere(way, spot) };
        let attachments = model.transit.attachments_of(vpc, gateway);
        if attachments.is_empty() {
            if matches!(gateway, Some(Target::Instance(_))) {
                return self.fail(
                    way,
                    "transit-gateway",
                    Some(spot.clone()),
                    "the VPC is not attached to the transit gateway",
                );
            }
            return self.anywhere(way.pass(Met::Acl(subnet, Direction::Egress)), spot);
        }
        for number in attachments {
            let attachment = &model.transit.attachments[number];
            let own = Spot::instance(self.aws.inventory, attachment.instance);
            let End::Vpc(known, subnets) = &attachment.end else { continue };
            let doubt = attachment.absent.clone().or_else(|| known.is_none().then(|| own.get("vpc_id")));
            if let (Some(doubt), Bound::Certain) = (&doubt, self.bound) {
                self.fail(way.clone(), "transit-gateway-attachment", Some(doubt.clone()), "not known until apply");
                continue;
            }
            let way = way.clone().hang_on(doubt);
            if subnets.is_empty() {
                self.anywhere(way.pass(Met::Acl(subnet, Direction::Egress)), &own.get("subnet_ids"));
                continue;
            }
            let here = model.topology.subnets[subnet].zone.as_ref();
            let zone = |subnet: usize| model.topology.subnets[subnet].zone.as_ref();
            let same: Vec<usize> =
                subnets.iter().copied().filter(|&it| it == subnet || (here.is_some() && zone(it) == here)).collect();
            let open: Vec<usize> = subnets.iter().copied().filter(|&it| here.is_none() || zone(it).is_none()).collect();
            let candidates = if same.is_empty() { open } else { same };
            if candidates.is_empty() {
                let why = "the attachment has no subnet in the zone of the sender";
                self.fail(way, "transit-gateway-attachment", Some(own.get("subnet_ids")), why);
                continue;
            }
            self.each(&candidates, |walk, entry| {
                let way =
                    way.clone().pass(Met::Acl(subnet, Direction::Egress)).pass(Met::Acl(entry, Direction::Ingress));
                walk.in_transit(number, way);
            });
        }
    }

    /// At a transit gateway, come from an attachment.
    pub(super) fn in_transit(&mut self, from: usize, mut way: Way<'a>) {
        if way.is_loop(1, from) {
            return self.fail(way, "transit-gateway", None, "it goes round in circles");
        }
        let model = self.model;
        let attachment = &model.transit.attachments[from];
        let own = Spot::instance(self.aws.inventory, attachment.instance);
        let references = way.references.and(&attachment.references);
        let way = Way { references, ..way };
        let table = match &attachment.table {
            Association::One(table) => *table,
            Association::None => {
                let why = "the attachment is associated with no transit gateway route table";
                return self.fail(way, "transit-gateway-attachment", Some(own), why);
            }
            Association::Unknown(doubt) => return self.anywhere(way, doubt),
        };
        if let (Some(doubt), Bound::Possible) = (model.transit.doubt(table), self.bound) {
            self.anywhere(way.clone(), doubt);
        }
        let (taken, left) = model.transit.lookup(table, &way.addresses, self.bound);
        for (route, addresses) in taken {
            let way = way.to(addresses).hang_on(route.doubts().cloned());
            let why = "a route of the transit gateway".to_owned();
            match &route.to {
                To::Attachment(to) => {
                    let way = way.pass(Met::Passed("transit-gateway-route", route.spot.clone(), why));
                    self.out_of_transit(*to, way);
                }
                To::Blackhole => {
                    self.fail(
                        way,
                        "blackhole",
                        Some(route.spot.clone()),
                        "the transit gateway drops it: the route is a blackhole",
                    );
                }
                To::Unknown(doubt) => self.anywhere(way, doubt),
            }
        }
        let why = "the transit gateway has no route for the destination";
        self.fail(way.to(left), "transit-gateway-route-table", Some(own), why);
    }

    fn out_of_transit(&mut self, to: usize, way: Way<'a>) {
        let attachment = &self.model.transit.attachments[to];
        let own = Spot::instance(self.aws.inventory, attachment.instance);
        if let (Some(doubt), Bound::Certain) = (&attachment.absent, self.bound) {
            return self.fail(way, "transit-gateway-attachment", Some(doubt.clone()), "not known until apply");
        }
        let way = way.hang_on(attachment.absent.clone());
        match &attachment.end {
            End::Vpc(_, subnets) if !subnets.is_empty() => {
                let references = way.references.and(&attachment.references);
                let way = Way { references, ..way };
                let subnets = subnets.clone();
                self.each(&subnets, |walk, entry| walk.start_in(entry, way.clone()));
            }
            End::Vpc(..) => self.anywhere(way, &own),
            End::Gateway(other) => self.in_transit(*other, way.unreferenced()),
            End::OnPremises if self.goal == Goal::OnPremises => self.arrive(way),
            End::OnPremises => self.fail(way, "transit-gateway-route", Some(own), "it leads to on-premises networks"),
        }
    }
}
