//! The picture of a network: what of the model is drawn, and what it is called.

use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, InstanceKey, Mode, Step};
use crate::lang::Marks;
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::routes::Internet;
use crate::network::aws::security_groups::Direction;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::{Block, SUBNETS, VPCS};
use crate::network::registry::public_addresses;
use crate::picture::{Element, Flow, Gateway, GatewayKind, Kind, Link, LinkKind, Name, Picture, Subnet, Tier, Vpc};

use super::acls::AclOf;
use super::bound::Sure;
use super::ends::{Resolved, premises, tag};
use super::flows::{self, Far};
use super::matrix::{Looks, TIER, tier_of};
use super::tables::{Kind as Via, TRANSIT_GATEWAYS, TableOf};
use super::things::Thing;
use super::transit::End;
use super::{Reach, topology};

/// The most tiers of a VPC, and of all VPCs that are joined, between which flows are looked for: a picture of more is none.
const MAX_TIERS: usize = 100;
/// The most instances of a resource with `for_each` in a VPC that are drawn by themselves.
const MAX_KEYS: usize = 8;
/// The most pairs of tiers that are looked at in all.
const MAX_PAIRS: usize = 100_000;

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

    fn vpcs(&mut self) {
        for (index, vpc) in self.aws().vpcs().vpcs.iter().enumerate() {
            let elsewhere = !matches!(vpc.target, Target::Instance(_));
            let Name { full, .. } = self.name(&vpc.target, true);
            let short = full.strip_suffix(".id").unwrap_or(&full).to_owned();
            self.picture.vpcs.push(Vpc { name: Name { short, full }, blocks: shown(&vpc.blocks), elsewhere });
            if let Target::Instance(instance) = vpc.target {
                self.concern(instance, Element::Vpc(index));
            }
            for block in &vpc.blocks {
                self.concern(block.spot.instance, Element::Vpc(index));
            }
        }
    }

    fn subnets(&mut self) {
        let topology = &self.reach.model.topology;
        for (index, subnet) in topology.subnets.iter().enumerate() {
            let name = self.name(&subnet.target, false);
            let mut drawn = Subnet {
                name,
                vpc: subnet.vpc,
                zone: None,
                kind: Kind::Unknown,
                role: String::new(),
                blocks: Vec::new(),
            };
            if let Target::Instance(instance) = subnet.target {
                let spot = Spot::instance(self.aws().inventory, instance);
                drawn.zone = zone(&spot.get("availability_zone"));
                drawn.kind = self.kind(instance, subnet);
                drawn.role = self.role(instance, drawn.zone.as_deref());
                let read = self.aws().vpcs().subnet(instance);
                drawn.blocks = read.map(|read| shown(&self.aws().vpcs().subnets[read].blocks)).unwrap_or_default();
                self.concern(instance, Element::Subnet(index));
            } else {
                drawn.role.clone_from(&drawn.name.short);
            }
            if let TableOf::One(table) = &subnet.table {
                let table = &topology.tables.tables[*table];
                let spots = table.spot.iter().chain(table.routes.iter().map(|route| &route.spot));
                spots.for_each(|spot| self.concern(spot.instance, Element::Subnet(index)));
            }
            if let AclOf::One(acl) = &subnet.acl {
                topology.acls.acls[*acl].blocks().for_each(|spot| self.concern(spot.instance, Element::Subnet(index)));
            }
            self.picture.subnets.push(drawn);
        }
    }

    /// Where the keys of a resource tell no roles, all its subnets of a VPC have one.
    fn join_roles(&mut self) {
        let mut of_resource: BTreeMap<(Option<usize>, Kind, String), Vec<usize>> = BTreeMap::new();
        for (index, subnet) in self.reach.model.topology.subnets.iter().enumerate() {
            let Target::Instance(instance) = subnet.target else { continue };
            if TIER.iter().all(|key| tag(self.aws(), instance, key).is_none()) {
                let address = Address { key: InstanceKey::None, ..self.address(instance).clone() };
                let drawn = &self.picture.subnets[index];
                of_resource
                    .entry((drawn.vpc, drawn.kind, instance_name(&address, false).short))
                    .or_default()
                    .push(index);
            }
        }
        for ((_, _, name), subnets) in of_resource {
            let roles: BTreeSet<&str> =
                subnets.iter().map(|subnet| self.picture.subnets[*subnet].role.as_str()).collect();
            let zones: BTreeSet<_> = subnets.iter().map(|subnet| &self.picture.subnets[*subnet].zone).collect();
            if roles.len() == subnets.len() && zones.len() == subnets.len() {
                subnets.into_iter().for_each(|subnet| self.picture.subnets[subnet].role.clone_from(&name));
            }
        }
    }

    /// What a subnet's routes make of it.
    fn kind(&self, instance: usize, subnet: &topology::Subnet<'a>) -> Kind {
        let TableOf::One(table) = &subnet.table else { return Kind::Unknown };
        match self.aws().routes().of_subnet(self.aws(), instance) {
            Internet::Yes(_) => return Kind::Public,
            Internet::Perhaps(_) => return Kind::Unknown,
            Internet::No => {}
        }
        let table = &self.reach.model.topology.tables.tables[*table];
        let leads_out = |via: &Via, prefix: Option<u8>| match via {
            Via::Local | Via::Blackhole => false,
            // Where it is not for the whole world, it is for a service.
            Via::Endpoint | Via::Interface => prefix == Some(0),
            Via::Internet | Via::EgressOnly | Via::Nat | Via::Peering | Via::Transit | Via::Private | Via::Unknown => {
                true
            }
        };
        let widest = |blocks: &[ipnet::IpNet]| blocks.iter().map(ipnet::IpNet::prefix_len).min();
        if table.routes.iter().any(|route| leads_out(&route.via.kind, widest(&route.blocks))) {
            Kind::Private
        } else if table.doubt.is_some() {
            Kind::Unknown
        } else {
            Kind::Isolated
        }
    }

    /// What a subnet is for: its tag, else its address without what tells it from those in other zones.
    fn role(&self, instance: usize, zone: Option<&str>) -> String {
        if let Some(tier) = TIER.iter().find_map(|key| tag(self.aws(), instance, key)) {
            return tier;
        }
        let address = self.address(instance);
        let InstanceKey::String(key) = &address.key else {
            return instance_name(&Address { key: InstanceKey::None, ..address.clone() }, false).short;
        };
        let key = zone.map_or_else(|| key.to_string(), |zone| without_zone(key, zone));
        let trimmed = key.trim_matches(|letter: char| letter.is_ascii_digit() || "-_./ ".contains(letter));
        let base = instance_name(&Address { key: InstanceKey::None, ..address.clone() }, false).short;
        if trimmed.is_empty() { base } else { format!("{base} {trimmed}") }
    }

    fn gateways(&mut self) {
        let topology = &self.reach.model.topology;
        for (gateways, kind) in [(&topology.internet, GatewayKind::Internet), (&topology.private, GatewayKind::Private)]
        {
            for gateway in gateways {
                self.gateway(gateway.instance, kind, gateway.vpc, gateway.doubt.is_none());
            }
        }
        for (type_name, kind) in
            [("aws_egress_only_internet_gateway", GatewayKind::EgressOnly), ("aws_vpc_endpoint", GatewayKind::Endpoint)]
        {
            for instance in self.aws().of_type(type_name) {
                let spot = Spot::instance(self.aws().inventory, instance);
                let of_gateway = spot.get("vpc_endpoint_type").text().is_none_or(|of| of == "Gateway" || of.is_empty());
                if kind == GatewayKind::Endpoint && !of_gateway {
                    continue;
                }
                let vpc = topology.vpc(self.aws(), &spot.get("vpc_id"));
                self.gateway(instance, kind, vpc, !self.aws().inventory.instance(instance).symbolic);
            }
        }
        for instance in self.aws().of_type("aws_ec2_transit_gateway") {
            self.gateway(instance, GatewayKind::Transit, None, !self.aws().inventory.instance(instance).symbolic);
        }
        // Those of other configurations.
        let foreign: BTreeSet<&Target> =
            self.reach.model.transit.attachments.iter().filter_map(|it| it.gateway.as_ref()).collect();
        for target in foreign.into_iter().filter(|target| !matches!(target, Target::Instance(_))) {
            let name = self.name(target, true);
            self.picture.gateways.push(Gateway { name, kind: GatewayKind::Transit, vpc: None, certain: true });
        }
    }

    fn gateway(&mut self, instance: usize, kind: GatewayKind, vpc: Option<usize>, certain: bool) {
        if vpc.is_none() && kind != GatewayKind::Transit {
            return;
        }
        let name = instance_name(self.address(instance), false);
        self.concern(instance, Element::Gateway(self.picture.gateways.len()));
        self.picture.gateways.push(Gateway { name, kind, vpc, certain });
    }

    fn tiers(&mut self) {
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

    fn links(&mut self) {
        let mut links = Vec::new();
        for (index, gateway) in self.picture.gateways.iter().enumerate() {
            let to = match gateway.kind {
                GatewayKind::Internet | GatewayKind::EgressOnly => Element::Internet,
                GatewayKind::Private => Element::OnPremises,
                GatewayKind::Endpoint | GatewayKind::Transit => continue,
            };
            let (from, certain) = (Element::Gateway(index), gateway.certain);
            links.push(Link { from, to, kind: LinkKind::Way, name: None, certain });
        }
        for peering in &self.reach.model.topology.peerings {
            if let [Some(from), Some(to)] = peering.ends {
                let name = Some(instance_name(self.address(peering.instance), false));
                let (from, to) = (Element::Vpc(from), Element::Vpc(to));
                let certain = matches!(peering.accepted, Sure::Yes);
                links.push(Link { from, to, kind: LinkKind::Peering, name, certain });
            }
        }
        let attachments = &self.reach.model.transit.attachments;
        for attachment in attachments {
            let Some(gateway) = attachment.gateway.as_ref().and_then(|target| self.transit(target)) else { continue };
            let name = Some(instance_name(self.address(attachment.instance), false));
            let (to, kind) = match &attachment.end {
                End::Vpc(Some(vpc), _) => (Element::Vpc(*vpc), LinkKind::Attachment),
                End::OnPremises => (Element::OnPremises, LinkKind::Attachment),
                End::Gateway(other) => {
                    match attachments[*other].gateway.as_ref().and_then(|target| self.transit(target)) {
                        // Both sides have an attachment: one line is enough.
                        Some(far) if gateway < far => (far, LinkKind::Peering),
                        Some(_) | None => continue,
                    }
                }
                End::Vpc(None, _) => continue,
            };
            let certain = attachment.absent.is_none();
            links.push(Link { from: gateway, to, kind, name, certain });
        }
        for (instance, element) in self.link_instances() {
            self.concern(instance, element);
        }
        self.picture.links.extend(links);
    }

    /// Attachments and peering connections concern the VPCs that they join.
    fn link_instances(&self) -> Vec<(usize, Element)> {
        let peerings = self.reach.model.topology.peerings.iter();
        let ends = peerings.flat_map(|it| it.ends.iter().flatten().map(|vpc| (it.instance, Element::Vpc(*vpc))));
        let attached = self.reach.model.transit.attachments.iter().filter_map(|it| match it.end {
            End::Vpc(Some(vpc), _) => Some((it.instance, Element::Vpc(vpc))),
            End::Vpc(None, _) | End::Gateway(_) | End::OnPremises => None,
        });
        ends.chain(attached).collect()
    }

    fn transit(&self, target: &Target) -> Option<Element> {
        let full = self.name(target, true).full;
        let found = self.picture.gateways.iter().position(|it| it.kind == GatewayKind::Transit && it.name.full == full);
        found.map(Element::Gateway)
    }

    fn flows(&mut self) {
        let reach = self.reach;
        let ends: Vec<Resolved<'a>> =
            self.tiers.iter().map(|things| Resolved { things: distinct(things), ..Resolved::default() }).collect();
        let looks = Looks::new(reach);
        let internet = Resolved { internet: Some(public_addresses().clone()), ..Resolved::default() };
        let mut outside = vec![(Element::Internet, internet)];
        let private = |link: &Link| link.to == Element::OnPremises;
        if self.picture.links.iter().any(private) {
            let premises = Resolved { premises: Some(premises(&reach.model)), ..Resolved::default() };
            outside.push((Element::OnPremises, premises));
        }
        let mut flows = Vec::new();
        let drawn = |tier: usize| !self.picture.tiers[tier].nat;
        for (element, end) in &outside {
            for tier in (0..ends.len()).filter(|tier| drawn(*tier)) {
                let secret = self.is_secret([tier]);
                self.flow((*element, end), (Element::Tier(tier), &ends[tier]), &looks, secret, &mut flows);
                self.flow((Element::Tier(tier), &ends[tier]), (*element, end), &looks, secret, &mut flows);
            }
        }
        let mut pairs = 0;
        let (inside, across) = self.regions();
        let mut notes = Vec::new();
        let mut left_out = false;
        for region in &inside {
            pairs += region.len() * region.len();
            if region.len() > MAX_TIERS || pairs > MAX_PAIRS {
                left_out = true;
                continue;
            }
            for &from in region {
                for &to in region {
                    let alone = from == to && self.tiers[from].len() < 2 && self.tiers[from][0].places.len() < 2;
                    if !alone {
                        let secret = self.is_secret([from, to]);
                        let (from, to) = ((Element::Tier(from), &ends[from]), (Element::Tier(to), &ends[to]));
                        self.flow(from, to, &looks, secret, &mut flows);
                    }
                }
            }
        }
        if left_out {
            notes.push(format!("flows within VPCs of more than {MAX_TIERS} tiers are left out"));
        }
        if across.len() > MAX_TIERS {
            notes.push(format!("flows between VPCs are left out: there are more than {MAX_TIERS} tiers"));
        } else {
            for (&from, &to) in across.iter().flat_map(|from| across.iter().map(move |to| (from, to))) {
                if self.picture.tiers[from].vpc != self.picture.tiers[to].vpc {
                    let secret = self.is_secret([from, to]);
                    let (from, to) = ((Element::Tier(from), &ends[from]), (Element::Tier(to), &ends[to]));
                    self.flow(from, to, &looks, secret, &mut flows);
                }
            }
        }
        self.picture.flows = flows;
        self.picture.notes.extend(notes);
    }

    /// The tiers of each VPC, and all of those that are joined with others.
    fn regions(&self) -> (Vec<Vec<usize>>, Vec<usize>) {
        let mut inside: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for (index, tier) in self.picture.tiers.iter().enumerate().filter(|(_, tier)| !tier.nat) {
            inside.entry(tier.vpc).or_default().push(index);
        }
        let ends = self.picture.links.iter().flat_map(|link| [link.from, link.to]);
        let joined: BTreeSet<Option<usize>> = ends
            .filter_map(|element| match element {
                Element::Vpc(vpc) => Some(Some(vpc)),
                Element::Internet
                | Element::OnPremises
                | Element::Subnet(_)
                | Element::Gateway(_)
                | Element::Tier(_) => None,
            })
            // What is in no known VPC may be in any.
            .chain([None])
            .collect();
        let across =
            inside.iter().filter(|(vpc, _)| joined.contains(vpc)).flat_map(|(_, tiers)| tiers.clone()).collect();
        (inside.into_values().collect(), across)
    }

    fn flow(
        &self,
        (from, source): (Element, &Resolved<'a>),
        (to, destination): (Element, &Resolved<'a>),
        looks: &Looks,
        secret: bool,
        flows: &mut Vec<Flow>,
    ) {
        let far = match (from, to) {
            (Element::Internet | Element::OnPremises, _) => Far::Source,
            (_, Element::Internet | Element::OnPremises) => Far::Destination,
            (_, _) => Far::Neither,
        };
        let outside = if far == Far::Source { source } else { destination };
        let whole = outside.internet.as_ref().or(outside.premises.as_ref());
        for found in flows::between(self.reach, looks, source, destination, far) {
            let part = whole.and_then(|whole| found.part_of(whole));
            let (certain, open) = (found.certain, from == Element::Internet && found.is_open());
            let (far, services) = if secret { (None, Vec::new()) } else { (part, found.services) };
            let flow = Flow { from, to, certain, services, far, open };
            // Without ports and addresses, some are alike.
            if !secret || flows.last() != Some(&flow) {
                flows.push(flow);
            }
        }
    }

    /// Whether packets of these tiers tell what is not to be printed.
    fn is_secret<const N: usize>(&self, tiers: [usize; N]) -> bool {
        self.reach.is_secret(tiers.iter().flat_map(|&tier| &self.tiers[tier]).copied())
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

/// Things that packets cannot tell apart, twice each: one may reach the other.
fn distinct<'a>(things: &[&Thing<'a>]) -> Vec<Thing<'a>> {
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

/// A key without the name of a zone, or the end of it: `web` of `web-eu-central-1a`, `web-1a`, `web-a`; nothing of `a`.
fn without_zone(key: &str, zone: &str) -> String {
    let short = zone.rsplit('-').next().unwrap_or(zone);
    let letter = short.trim_start_matches(|letter: char| letter.is_ascii_digit());
    if let Some((before, after)) = key.split_once(zone) {
        return format!("{before}{after}");
    }
    let ends = [short, letter].into_iter().filter(|end| !end.is_empty());
    let cut = ends.filter_map(|end| key.strip_suffix(end)).find(|rest| !rest.ends_with(char::is_alphanumeric));
    cut.unwrap_or(key).to_owned()
}

/// An availability zone: its name, or what stands for it.
fn zone(spot: &Spot<'_>) -> Option<String> {
    if spot.marks.has(Marks::UNPRINTED) {
        return None;
    }
    spot.text().filter(|text| !text.is_empty()).or_else(|| {
        let reference = spot.value?.reference()?;
        // A subnet that names no zone has one that AWS chooses.
        let own = matches!(&*reference.path, [Step::Attribute(name)] if &**name == "availability_zone");
        let mut text = String::new();
        crate::address::write_steps(&mut text, &reference.path).ok()?;
        (!own).then(|| text.trim_start_matches('.').to_owned())
    })
}

/// Blocks that are known and may be printed.
fn shown(blocks: &[Block<'_>]) -> Vec<String> {
    let printed = blocks.iter().filter(|block| !block.spot.marks.has(Marks::UNPRINTED));
    printed.filter_map(|block| block.net).map(|net| net.to_string()).collect()
}
