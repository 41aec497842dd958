//! Which ways there are for a packet from a subnet, or a gateway, to where it is to go: route tables, gateways and what
//! stands between, without regard to what groups and network ACLs let through.
//!
//! Of several interfaces that AWS may choose (the zones of an attachment or firewall), a way is certain only if it is there
//! for each of them.

use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::sets::{AddressSet, Family};

use super::bound::{Bound, Sure};
use super::model::Model;
use super::tables::{Kind, Route, TableOf};
use super::things::follow;
use super::topology::{Gateway, Peering, Topology};
use super::transit::{Association, End, To};

/// Where packets are to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// An interface in a subnet.
    Subnet(usize),
    Internet,
    OnPremises,
}

/// What a packet meets on its way, in order.
#[derive(Clone, Debug)]
pub(super) enum Met<'a> {
    /// The network ACL of a subnet that it leaves or enters.
    Acl(usize, Direction),
    /// A NAT gateway, which puts one of its addresses in place of the source.
    Nat(usize),
    /// An interface that forwards it: the groups of a thing, inwards and outwards.
    Forwarder(usize),
    /// Something that it passes: what kind, where it stands, and in which words.
    Passed(&'static str, Spot<'a>, String),
}

/// A way.
#[derive(Clone, Debug)]
pub(super) struct Way<'a> {
    /// The destinations that take it.
    pub(super) addresses: AddressSet,
    pub(super) met: Vec<Met<'a>>,
    /// Whether rules that name groups count at its end.
    pub(super) references: Sure<'a>,
    /// What else it hangs on.
    pub(super) doubts: Vec<Spot<'a>>,
    /// The addresses of which a NAT gateway puts one in place of the source.
    pub(super) translated: Option<AddressSet>,
    /// Whether it ends at a gateway that puts the interface's public address in place of the source.
    pub(super) needs_public: bool,
    /// Where it has been.
    pub(super) seen: Vec<(u8, usize)>,
}

/// A way that ends too early.
#[derive(Clone, Debug)]
pub(super) struct DeadEnd<'a> {
    pub(super) met: Vec<Met<'a>>,
    pub(super) addresses: AddressSet,
    pub(super) kind: &'static str,
    pub(super) spot: Option<Spot<'a>>,
    pub(super) why: String,
}

/// All ways to a goal.
pub(super) struct Walk<'m, 'a> {
    pub(super) aws: &'m Aws<'a>,
    pub(super) model: &'m Model<'a>,
    pub(super) bound: Bound,
    pub(super) family: Family,
    pub(super) goal: Goal,
    /// Whether it is the way of answers: they pass no gateway that lets nothing in.
    pub(super) answer: bool,
    pub(super) ways: Vec<Way<'a>>,
    pub(super) dead: Vec<DeadEnd<'a>>,
}

/// The most things that a packet meets.
const MAX_MET: usize = 64;
/// The most ways that are told apart.
const MAX_WAYS: usize = 512;

impl<'a> Way<'a> {
    /// At its beginning.
    pub(super) fn begin(addresses: AddressSet) -> Self {
        Self {
            addresses,
            met: Vec::new(),
            references: Sure::Yes,
            doubts: Vec::new(),
            translated: None,
            needs_public: false,
            seen: Vec::new(),
        }
    }

    fn to(&self, addresses: AddressSet) -> Self {
        Self { addresses, ..self.clone() }
    }

    fn pass(mut self, met: Met<'a>) -> Self {
        self.met.push(met);
        self
    }

    fn hang_on(mut self, spots: impl IntoIterator<Item = Spot<'a>>) -> Self {
        self.doubts.extend(spots);
        self
    }

    /// Where it goes through something that hides who sent it.
    fn unreferenced(mut self) -> Self {
        self.references = Sure::No;
        self
    }

    fn is_loop(&mut self, kind: u8, number: usize) -> bool {
        let seen = self.seen.contains(&(kind, number));
        self.seen.push((kind, number));
        seen || self.met.len() > MAX_MET
    }
}

impl<'a> Walk<'_, 'a> {
    fn arrive(&mut self, way: Way<'a>) {
        if self.ways.len() < MAX_WAYS && !way.addresses.is_empty() {
            self.ways.push(way);
        }
    }

    fn fail(&mut self, way: Way<'a>, kind: &'static str, spot: Option<Spot<'a>>, why: impl Into<String>) {
        if self.dead.len() < MAX_WAYS && !way.addresses.is_empty() {
            self.dead.push(DeadEnd { met: way.met, addresses: way.addresses, kind, spot, why: why.into() });
        }
    }

    fn name(&self, instance: usize) -> String {
        format!("`{}`", self.aws.inventory.instance(instance).address)
    }

    /// Whatever may be there: it may lead to the goal, past anything.
    fn anywhere(&mut self, way: Way<'a>, doubt: &Spot<'a>) {
        match self.bound {
            Bound::Certain => {
                self.fail(way, "unknown", Some(doubt.clone()), "where this leads is not known until apply")
            }
            Bound::Possible => {
                let all = AddressSet::everything();
                let way = Way { references: Sure::Perhaps(doubt.clone()), translated: Some(all), ..way };
                let way = way.hang_on([doubt.clone()]);
                let way = match self.goal {
                    Goal::Subnet(goal) => way.pass(Met::Acl(goal, Direction::Ingress)),
                    Goal::Internet | Goal::OnPremises => way,
                };
                self.arrive(way);
            }
        }
    }

    /// From an interface in a subnet that is not known.
    pub(super) fn start_nowhere(&mut self, way: Way<'a>, doubt: &Spot<'a>) {
        self.anywhere(way, doubt);
    }

    /// From an interface in a subnet: its own router is the first that it meets.
    pub(super) fn start_in(&mut self, subnet: usize, mut way: Way<'a>) {
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

    fn spot_of(&self, target: &Target) -> Option<Spot<'a>> {
        match target {
            Target::Instance(instance) => Some(Spot::instance(self.aws.inventory, *instance)),
            Target::Id(_) | Target::Attribute(_) => None,
        }
    }

    /// Within a VPC: by its local routes, unless a more specific one leads through something else ("Middlebox routing").
    fn inside(&mut self, subnet: usize, way: Way<'a>, table: &super::tables::Table<'a>, local: &AddressSet) {
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

    fn arrive_if(&mut self, way: Way<'a>, sure: &Sure<'a>) {
        if sure.holds(self.bound) {
            let way = way.hang_on(sure.doubt().cloned());
            self.arrive(way);
        } else {
            let spot = sure.doubt().cloned();
            self.fail(way, "unknown", spot, "whether this is so is not known until apply");
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

    /// "NAT gateways" (Amazon VPC User Guide): connections from inside alone; from its own subnet's table on.
    fn through_nat(&mut self, route: &Route<'a>, subnet: usize, way: Way<'a>) {
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
    fn through_peering(&mut self, route: &Route<'a>, subnet: usize, way: Way<'a>) {
        let way = way.pass(Met::Acl(subnet, Direction::Egress));
        let topology = &self.model.topology;
        let instance = match route.via.target {
            Some(Target::Instance(instance)) => instance,
            Some(Target::Id(_) | Target::Attribute(_)) | None => return self.anywhere(way, &route.via.spot),
        };
        let accepter_of = |peering: &&Peering<'a>| {
            let spot = Spot::instance(self.aws.inventory, instance).get("vpc_peering_connection_id");
            let of = spot.value.and_then(|value| self.aws.ids().target(value, super::tables::PEERINGS));
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

    /// From a subnet into a transit gateway: through the attachment's interface in the same zone ("Network ACLs for transit
    /// gateways", "Transit gateway attachments to a VPC").
    fn enter_transit(&mut self, gateway: Option<&Target>, spot: &Spot<'a>, subnet: usize, way: Way<'a>) {
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
    fn in_transit(&mut self, from: usize, mut way: Way<'a>) {
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

    /// Through an interface that forwards what is not for itself.
    fn through_thing(&mut self, thing: usize, from: Option<usize>, way: Way<'a>) {
        let found = &self.model.things.things[thing];
        let holder = found.holder.map_or(found, |holder| &self.model.things.things[holder]);
        let place = &found.places[0];
        let own = Spot::instance(self.aws.inventory, found.instance);
        let Some(subnet) = place.subnet else { return self.anywhere(way, &place.spot) };
        let forwards = found
            .forwards
            .clone()
            .or(|| if found.holder.is_some() && found.word == "instance" { holder.forwards.clone() } else { Sure::No });
        if !forwards.holds(self.bound) {
            let why = "it drops what is not for itself: `source_dest_check` is on";
            return self.fail(way, "network-interface", Some(own.get("source_dest_check")), why);
        }
        let way = way.hang_on(forwards.doubt().cloned());
        let way = if from == Some(subnet) { way } else { way.pass(Met::Acl(subnet, Direction::Ingress)) };
        let why = "forwards it".to_owned();
        let mut way = way.pass(Met::Passed("appliance", own, why)).pass(Met::Forwarder(thing)).unreferenced();
        if self.goal == Goal::Internet && !self.answer && place.public.holds(self.bound) {
            // A NAT instance: what else would an appliance with a public address do with it.
            way.translated = place.v4.clone();
        }
        self.start_in(subnet, way);
    }

    /// Through the endpoint of a firewall or gateway load balancer, which hands it back unchanged; from there on by the table
    /// of the endpoint's subnet ("Gateway Load Balancer endpoints", AWS PrivateLink).
    fn through_endpoint(&mut self, route: &Route<'a>, from: Option<usize>, way: Way<'a>) {
        let spot = &route.via.spot;
        let leave = |way: Way<'a>| from.map_or(way.clone(), |from| way.pass(Met::Acl(from, Direction::Egress)));
        let (instance, subnets) = match &route.via.target {
            Some(Target::Instance(instance)) => match self.model.things.of_instance(*instance) {
                Some(thing) => {
                    let thing = &self.model.things.things[thing];
                    let subnets: Option<Vec<usize>> = thing.places.iter().map(|place| place.subnet).collect();
                    (*instance, subnets)
                }
                None => {
                    let why = "the route leads to the endpoint of a service";
                    return self.fail(way, "endpoint", Some(route.spot.clone()), why);
                }
            },
            Some(Target::Attribute(reference)) if &*reference.address.type_name == "aws_networkfirewall_firewall" => {
                let Some(instance) = self.aws.ids().referenced(reference) else {
                    return self.anywhere(leave(way), spot);
                };
                let named = follow(&Spot::instance(self.aws.inventory, instance), "subnet_mapping.subnet_id");
                let targets = named.iter().map(|spot| {
                    let target = self.aws.ids().target(spot.value?, crate::network::aws::vpcs::SUBNETS)?;
                    if let Target::Instance(subnet) = target { self.model.topology.subnet_of(subnet) } else { None }
                });
                (instance, targets.collect())
            }
            Some(Target::Id(_) | Target::Attribute(_)) | None => return self.anywhere(leave(way), spot),
        };
        let Some(subnets) = subnets.filter(|subnets| !subnets.is_empty()) else {
            return self.anywhere(leave(way), spot);
        };
        let own = Spot::instance(self.aws.inventory, instance);
        let way = match self.inspection(instance) {
            Sure::No => {
                return self.fail(
                    way,
                    "firewall",
                    Some(own),
                    "the firewall's policy drops what its rules do not pass, and has no rules",
                );
            }
            Sure::Perhaps(doubt) if self.bound == Bound::Certain => {
                return self.fail(
                    way,
                    "firewall",
                    Some(doubt),
                    "what the rules of the firewall let through is not looked at",
                );
            }
            Sure::Perhaps(doubt) => way.hang_on([doubt]),
            Sure::Yes => way,
        };
        let why = "inspects it and hands it back".to_owned();
        let way = way.pass(Met::Passed("appliance", own, why)).unreferenced();
        self.each(&subnets, |walk, subnet| {
            let mut way = way.clone();
            if from != Some(subnet) {
                way = leave(way).pass(Met::Acl(subnet, Direction::Ingress));
            }
            walk.start_in(subnet, way);
        });
    }

    /// Whether a firewall lets everything through: an appliance behind a gateway load balancer is taken to, one of AWS
    /// Network Firewall does where its policy passes everything on and has no rules ("Firewall policy settings").
    fn inspection(&self, instance: usize) -> Sure<'a> {
        let own = Spot::instance(self.aws.inventory, instance);
        if self.aws.inventory.instance(instance).type_name() != "aws_networkfirewall_firewall" {
            return Sure::Yes;
        }
        let arn = own.get("firewall_policy_arn");
        let kinds = &[("aws_networkfirewall_firewall_policy", "arn"), ("aws_networkfirewall_firewall_policy", "id")];
        let Some(Target::Instance(policy)) = arn.value.and_then(|value| self.aws.ids().target(value, kinds)) else {
            return Sure::Perhaps(arn);
        };
        let policy = Spot::instance(self.aws.inventory, policy);
        let ruled = ["firewall_policy.stateful_rule_group_reference", "firewall_policy.stateless_rule_group_reference"];
        let referenced = ruled.iter().flat_map(|path| follow(&policy, path)).find(|spot| !spot.each().is_empty());
        if let Some(rules) = referenced {
            return Sure::Perhaps(rules);
        }
        let defaults = follow(&policy, "firewall_policy.stateless_default_actions");
        let actions: Vec<String> = defaults.iter().flat_map(Spot::each).filter_map(|spot| spot.text()).collect();
        if actions.iter().any(|action| action == "aws:drop") {
            return Sure::No;
        }
        let stateful = follow(&policy, "firewall_policy.stateful_default_actions");
        let strict =
            stateful.iter().find(|spot| spot.value.is_some_and(|value| !value.is_null()) && !spot.each().is_empty());
        let passes = actions.iter().any(|action| action == "aws:pass");
        match strict {
            Some(strict) if !passes => Sure::Perhaps(strict.clone()),
            _ if actions.is_empty() => Sure::Perhaps(arn),
            _ => Sure::Yes,
        }
    }

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
    pub(super) fn start_outside(&mut self, way: Way<'a>) {
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
    pub(super) fn start_on_premises(&mut self, way: Way<'a>) {
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

    /// Through whichever of several interfaces AWS takes: certain only where it is so for each of them.
    fn each(&mut self, candidates: &[usize], step: impl Fn(&mut Self, usize)) {
        if self.bound == Bound::Possible || candidates.len() == 1 {
            candidates.iter().for_each(|&candidate| step(self, candidate));
            return;
        }
        let before = std::mem::take(&mut self.ways);
        let mut joint: Option<Vec<Way<'a>>> = None;
        for &candidate in candidates {
            step(self, candidate);
            let ways = std::mem::take(&mut self.ways);
            joint = Some(match joint {
                None => ways,
                Some(known) => known
                    .iter()
                    .flat_map(|one| ways.iter().filter_map(|other| both(one, other)))
                    .take(MAX_WAYS)
                    .collect(),
            });
        }
        self.ways = before;
        self.ways.extend(joint.unwrap_or_default());
    }
}

/// A way that is there whichever of two is taken: what both meet stands in it.
fn both<'a>(one: &Way<'a>, other: &Way<'a>) -> Option<Way<'a>> {
    let addresses = one.addresses.intersection(&other.addresses);
    if addresses.is_empty() {
        return None;
    }
    let mut way = Way { addresses, ..one.clone() };
    let known = |met: &Met<'a>| match met {
        Met::Acl(subnet, direction) => {
            one.met.iter().any(|it| matches!(it, Met::Acl(s, d) if s == subnet && d == direction))
        }
        Met::Forwarder(thing) => one.met.iter().any(|it| matches!(it, Met::Forwarder(t) if t == thing)),
        Met::Nat(_) | Met::Passed(..) => true,
    };
    // What only the other meets comes first: it filters, and is no part of the story.
    let nat = way.met.iter().position(|met| matches!(met, Met::Nat(_)));
    let (mut early, mut late) = (Vec::new(), Vec::new());
    let mut past = false;
    for met in &other.met {
        past |= matches!(met, Met::Nat(_));
        if !known(met) {
            if past { &mut late } else { &mut early }.push(met.clone());
        }
    }
    let split = nat.map_or(way.met.len(), |nat| nat);
    let rest = way.met.split_off(split);
    way.met.extend(early);
    way.met.extend(rest);
    way.met.extend(late);
    way.references = one.references.and(&other.references);
    way.needs_public |= other.needs_public;
    way.translated = match (&one.translated, &other.translated) {
        (Some(one), Some(other)) => Some(one.union(other)),
        (None, None) => None,
        (_, _) => return None,
    };
    Some(way)
}
