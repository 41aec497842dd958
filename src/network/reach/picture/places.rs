//! VPCs, and their subnets by zone and kind.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::address::{Address, InstanceKey, Step};
use crate::lang::Marks;
use crate::network::aws::join::Target;
use crate::network::aws::routes::Internet;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::Block;
use crate::network::reach::acls::AclOf;
use crate::network::reach::ends::tag;
use crate::network::reach::matrix::TIER;
use crate::network::reach::tables::{Kind as Via, TableOf};
use crate::network::reach::topology;
use crate::picture::{Element, Kind, Name, Subnet, Vpc};

use super::{Drawing, instance_name};

impl<'a> Drawing<'_, 'a> {
    pub(super) fn vpcs(&mut self) {
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

    pub(super) fn subnets(&mut self) {
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
    pub(super) fn join_roles(&mut self) {
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
    spot.text().filter(|text| !text.is_empty()).map(Cow::into_owned).or_else(|| {
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
