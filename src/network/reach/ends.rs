//! What the ends of a question stand for.

use std::collections::BTreeSet;
use std::net::IpAddr;

use crate::address::{Address, InstanceKey, ModulePath};
use crate::lang::{Marks, Value};
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::VPCS;
use crate::network::cidr;
use crate::network::registry::public_addresses;
use crate::network::sets::{AddressSet, Family};
use crate::source::nearest;

use super::Reach;
use super::bound::Sure;
use super::groups::Worn;
use super::model::Model;
use super::services::Service;
use super::tables::Kind;
use super::things::{Place, Thing};
use super::topology::everything;

/// One end of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Every public address.
    Internet,
    /// Networks behind VPN connections, Direct Connect and virtual private gateways.
    OnPremises,
    /// One address.
    Address(IpAddr),
    /// All things with this tag.
    Tag(String, String),
    /// A tier that is declared.
    Tier(String),
    /// A resource instance, or all instances of a resource.
    Resource(Box<Address>),
}

impl End {
    /// The end that a text names.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(tag) = text.strip_prefix("tag:") {
            let tag = tag.split_once('=').filter(|(key, _)| !key.is_empty());
            let (key, value) = tag.ok_or("a tag is written tag:KEY=VALUE")?;
            return Ok(Self::Tag(key.to_owned(), value.to_owned()));
        }
        match text {
            "internet" => return Ok(Self::Internet),
            "on-premises" => return Ok(Self::OnPremises),
            _ => {}
        }
        if let Some(tier) = text.strip_prefix("tier.") {
            return Ok(Self::Tier(tier.to_owned()));
        }
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self::Address(address));
        }
        let address = Address::parse(text).map(|address| Self::Resource(Box::new(address)));
        address.ok_or_else(|| {
            format!(
                "`{text}` is none of: internet, on-premises, an IP address, tag:KEY=VALUE, tier.NAME, the address of a resource"
            )
        })
    }
}

/// What an end stands for.
#[derive(Clone, Debug, Default)]
pub(super) struct Resolved<'a> {
    /// Things, each with the places that count.
    pub(super) things: Vec<Thing<'a>>,
    pub(super) internet: Option<AddressSet>,
    pub(super) premises: Option<AddressSet>,
    /// Public endpoints of services outside a VPC.
    pub(super) services: Vec<Service<'a>>,
    /// Where the things are load balancers that keep their clients' addresses, those.
    pub(super) client: Option<Client>,
}

/// The clients of a load balancer.
#[derive(Clone, Debug)]
pub(super) struct Client {
    pub(super) addresses: AddressSet,
    /// Whether any of them will do; otherwise it has one of them.
    pub(super) any: bool,
}

/// Finds what an end stands for.
pub(super) fn resolve<'a>(reach: &Reach<'a>, end: &End) -> Result<Resolved<'a>, String> {
    let (aws, model) = (&*reach.aws, &reach.model);
    match end {
        End::Internet => Ok(Resolved { internet: Some(public_addresses().clone()), ..Resolved::default() }),
        End::OnPremises => Ok(Resolved { premises: Some(premises(model)), ..Resolved::default() }),
        End::Address(address) => of_address(aws, model, *address),
        End::Tag(key, value) => {
            let all = model.things.things.iter().enumerate();
            let tagged = all.filter(|(_, thing)| tag(aws, thing.instance, key).as_deref() == Some(value));
            let mut things: Vec<Thing<'a>> =
                tagged.flat_map(|(number, _)| model.things.whole(number)).cloned().collect();
            things.sort_by_key(|thing| thing.instance);
            things.dedup_by_key(|thing| thing.instance);
            if things.is_empty() {
                return Err(format!("nothing with a network interface has the tag `{key}` = `{value}`"));
            }
            let services = things.iter().filter_map(|thing| Service::of(aws, thing.instance)).collect();
            Ok(Resolved { things, services, ..Resolved::default() })
        }
        End::Tier(name) => {
            let tiers = reach.tiers();
            let Some(tier) = tiers.iter().find(|tier| tier.name == *name) else {
                let near = nearest(name, tiers.iter().map(|tier| tier.name.as_str()));
                let hint = near.map(|near| format!(": did you mean `tier.{near}`?")).unwrap_or_default();
                return Err(format!("`.terravet.hcl` declares no tier `{name}`{hint}"));
            };
            let members: BTreeSet<usize> = tier.certain.iter().copied().collect();
            let is_in = |thing: &&Thing<'a>| members.contains(&thing.instance);
            let things: Vec<Thing<'a>> = model.things.things.iter().filter(is_in).cloned().collect();
            if things.is_empty() {
                return Err(format!("nothing with a network interface is in tier `{name}`"));
            }
            Ok(Resolved { things, ..Resolved::default() })
        }
        End::Resource(address) => of_resource(aws, model, address),
    }
}

/// The value of a tag of an instance, unless it is not to be printed.
pub(super) fn tag(aws: &Aws<'_>, instance: usize, key: &str) -> Option<String> {
    let of = aws.inventory.instance(instance);
    let named = ["tags_all", "tags"].iter().find_map(|name| of.get(name)?.get(key));
    let value = named.or_else(|| propagated_tag(of.get("tag")?, key))?;
    value.as_str().filter(|_| !value.marks.has(Marks::UNPRINTED)).map(str::to_owned)
}

/// Auto Scaling groups write tags as blocks.
fn propagated_tag<'v>(tags: &'v Value, key: &str) -> Option<&'v Value> {
    let mut tags = tags.elements()?.iter();
    tags.find(|tag| tag.get("key").and_then(Value::as_str) == Some(key))?.get("value")
}

/// Addresses that may be on premises: where routes lead there, those, else all that are in no VPC.
pub(super) fn premises(model: &Model<'_>) -> AddressSet {
    let vpcs: AddressSet = model.topology.vpcs.iter().map(|vpc| &vpc.blocks).collect();
    AddressSet::everything().difference(&vpcs)
}

/// Ranges that routes say are on premises; a default route says nothing of the kind.
fn known_premises(model: &Model<'_>) -> AddressSet {
    let routes = model.topology.tables.tables.iter().flat_map(|table| &table.routes);
    let private = routes.filter(|route| route.via.kind == Kind::Private).flat_map(|route| &route.blocks);
    let blocks = private.filter(|block| block.prefix_len() > 0).map(|&block| AddressSet::from(block));
    let transit = model.transit.premises().into_iter().filter(|block| block.prefix_len() > 0).map(AddressSet::from);
    blocks.chain(transit).collect::<Vec<_>>().iter().collect()
}

fn of_address<'a>(aws: &Aws<'a>, model: &Model<'a>, address: IpAddr) -> Result<Resolved<'a>, String> {
    let address = address.to_canonical();
    let set = AddressSet::from(ipnet::IpNet::from(address));
    let family = cidr::family(ipnet::IpNet::from(address));
    let mut resolved = Resolved::default();
    for thing in &model.things.things {
        let own = |place: &&Place<'a>| place.addresses(family) == Some(&set);
        let places: Vec<Place<'a>> = thing.places.iter().filter(own).cloned().collect();
        if !places.is_empty() {
            resolved.things.push(Thing { places, ..thing.clone() });
        }
    }
    if !resolved.things.is_empty() {
        return Ok(resolved);
    }
    for (number, subnet) in model.topology.subnets.iter().enumerate() {
        let own = match family {
            Family::V4 => &subnet.v4,
            Family::V6 => &subnet.v6,
        };
        let known = own.as_ref().filter(|own| **own != everything(family));
        if known.is_some_and(|own| set.is_subset(own))
            && let Target::Instance(instance) = subnet.target
        {
            let mut thing = imagined(aws, model, number, instance);
            thing.places[0].v4 = Some(set.clone()).filter(|_| family == Family::V4);
            thing.places[0].v6 = Some(set.clone()).filter(|_| family == Family::V6);
            thing.places[0].has_v6 = (family == Family::V6).into();
            resolved.things.push(thing);
        }
    }
    if !resolved.things.is_empty() {
        return Ok(resolved);
    }
    if model.topology.vpcs.iter().any(|vpc| set.is_subset(&vpc.blocks)) {
        return Err(format!(
            "{address} lies in a VPC, and there in no subnet (or is one of the addresses that AWS keeps)"
        ));
    }
    if set.is_subset(&known_premises(model)) {
        return Ok(Resolved { premises: Some(set), ..resolved });
    }
    Ok(Resolved { internet: Some(set), ..resolved })
}

/// An interface that might be in a subnet, with groups that let everything through.
fn imagined<'a>(aws: &Aws<'a>, model: &Model<'a>, number: usize, instance: usize) -> Thing<'a> {
    let subnet = &model.topology.subnets[number];
    let spot = Spot::instance(aws.inventory, instance);
    let place = Place {
        subnet: Some(number),
        spot: spot.clone(),
        v4: subnet.v4.clone(),
        v6: subnet.v6.clone(),
        has_v6: subnet.v6.is_some().into(),
        public: Sure::Yes,
    };
    let groups = Worn { open: true, doubt: Some(spot), ..Worn::default() };
    Thing {
        instance,
        word: "subnet",
        places: vec![place],
        each: true,
        groups,
        forwards: Sure::No,
        holder: None,
        beside: false,
        part_of: None,
    }
}

fn of_resource<'a>(aws: &Aws<'a>, model: &Model<'a>, wanted: &Address) -> Result<Resolved<'a>, String> {
    let matching = |index: &usize| is_instance_of(&aws.inventory.instance(*index).address, wanted);
    let instances: Vec<usize> = aws.of_type(&wanted.type_name).filter(matching).collect();
    if instances.is_empty() {
        let known: Vec<String> =
            aws.inventory.instances().iter().map(|instance| instance.address.to_string()).collect();
        let nearest = nearest(&wanted.to_string(), known.iter().map(String::as_str));
        let hint = nearest.map(|name| format!(": did you mean `{name}`?")).unwrap_or_default();
        return Err(format!("there is no `{wanted}`{hint}"));
    }
    let mut things = Vec::new();
    let mut services = Vec::new();
    for instance in instances {
        things.extend(of_instance(aws, model, instance));
        services.extend(Service::of(aws, instance));
    }
    if things.is_empty() && services.is_empty() {
        return Err(format!("`{wanted}` has no network interface in a VPC"));
    }
    Ok(Resolved { things, services, ..Resolved::default() })
}

fn of_instance<'a>(aws: &Aws<'a>, model: &Model<'a>, instance: usize) -> Vec<Thing<'a>> {
    if let Some(thing) = model.things.of_instance(instance) {
        return model.things.whole(thing).cloned().collect();
    }
    if let Some(subnet) = model.topology.subnet_of(instance) {
        let found = placed(model, |place| place.subnet == Some(subnet));
        return if found.is_empty() { vec![imagined(aws, model, subnet, instance)] } else { found };
    }
    if VPCS.iter().any(|(type_name, _)| *type_name == aws.inventory.instance(instance).type_name()) {
        let of_vpc = |place: &Place<'a>| {
            let vpc = place.subnet.and_then(|subnet| model.topology.subnets[subnet].vpc);
            vpc.is_some_and(|vpc| model.topology.vpcs[vpc].target == Target::Instance(instance))
        };
        return placed(model, of_vpc);
    }
    if let Some(group) = model.groups.of_instance(instance) {
        let wearing: Vec<Thing<'a>> =
            model.things.things.iter().filter(|thing| thing.groups.known.contains(&group)).cloned().collect();
        if !wearing.is_empty() {
            return wearing;
        }
        let vpc_id = Spot::instance(aws.inventory, instance).get("vpc_id");
        let vpc = model.topology.vpc(aws, &vpc_id);
        let subnets =
            model.topology.subnets.iter().enumerate().filter(|(_, subnet)| vpc.is_some() && subnet.vpc == vpc);
        return subnets
            .map(|(number, _)| {
                let known = vec![group];
                let spot = Some(Spot::instance(aws.inventory, instance));
                let groups = Worn { known, spot, ..Worn::default() };
                Thing { groups, word: "member", ..imagined(aws, model, number, instance) }
            })
            .collect();
    }
    Vec::new()
}

/// The things with an interface in some place.
fn placed<'a>(model: &Model<'a>, wanted: impl Fn(&Place<'a>) -> bool) -> Vec<Thing<'a>> {
    let mut found = Vec::new();
    for thing in model.things.things.iter().filter(|thing| thing.word != "NAT gateway") {
        let places: Vec<Place<'a>> = thing.places.iter().filter(|place| wanted(place)).cloned().collect();
        if !places.is_empty() {
            // One that may be elsewhere is not certainly here.
            found.push(Thing { places, ..thing.clone() });
        }
    }
    found
}

/// Whether an instance is the one that an address names, or one of those where it names no key.
fn is_instance_of(address: &Address, wanted: &Address) -> bool {
    let key = |own: &InstanceKey, wanted: &InstanceKey| own == wanted || *wanted == InstanceKey::None;
    let module = |own: &ModulePath, wanted: &ModulePath| {
        own.0.len() == wanted.0.len()
            && own
                .0
                .iter()
                .zip(wanted.0.iter())
                .all(|(own, wanted)| own.name == wanted.name && key(&own.key, &wanted.key))
    };
    address.type_name == wanted.type_name
        && address.name == wanted.name
        && address.mode == wanted.mode
        && module(&address.module, &wanted.module)
        && key(&address.key, &wanted.key)
}
