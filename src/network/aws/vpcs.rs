//! VPCs, subnets, the blocks of both, and what joins VPCs.

use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::address::Mode;
use crate::inventory::Action;
use crate::lang::Value;
use crate::network::cidr;
use crate::network::sets::Family;

use super::Aws;
use super::join::Target;
use super::spot::{Setting, Spot};

/// The attributes that refer to a VPC.
pub const VPCS: &[(&str, &str)] = &[("aws_vpc", "id"), ("aws_default_vpc", "id")];
/// The attributes that refer to a subnet.
pub const SUBNETS: &[(&str, &str)] = &[("aws_subnet", "id"), ("aws_default_subnet", "id")];

/// The block of every default VPC ("Default VPC components", Amazon VPC User Guide).
const DEFAULT_VPC: &str = "172.31.0.0/16";

/// A CIDR block of a VPC or subnet.
#[derive(Clone, Debug)]
pub struct Block<'a> {
    /// Where it is written, or what asks for it.
    pub spot: Spot<'a>,
    /// The family it has.
    pub family: Family,
    /// The block, where it is known and readable.
    pub net: Option<IpNet>,
    /// Its prefix length, where at least that is known.
    pub prefix: Option<u8>,
    /// Whether the text is known, readable or not.
    pub written: bool,
}

impl<'a> Block<'a> {
    fn written(spot: Spot<'a>, family: Family) -> Self {
        let text = spot.text();
        let net = text.as_deref().and_then(|text| cidr::check(text).ok());
        Self { spot, family, net, prefix: net.map(|net| net.prefix_len()), written: text.is_some() }
    }

    /// Its first and last address.
    #[must_use]
    pub fn range(&self) -> Option<(Family, u128, u128)> {
        Some(match self.net? {
            IpNet::V4(net) => (Family::V4, net.network().to_bits().into(), net.broadcast().to_bits().into()),
            IpNet::V6(net) => (Family::V6, net.network().to_bits(), net.broadcast().to_bits()),
        })
    }
}

/// A VPC.
#[derive(Clone, Debug)]
pub struct Vpc<'a> {
    /// What it is.
    pub target: Target,
    /// Its blocks, the primary one first, those that are not known included.
    pub blocks: Vec<Block<'a>>,
    /// Whether the configuration makes it (or adopts the default one, or has looked it up), so that `blocks` are all it has.
    pub whole: bool,
}

impl Vpc<'_> {
    /// Whether it may have blocks of this family that are not known.
    #[must_use]
    pub fn is_uncertain(&self, family: Family) -> bool {
        !self.whole || self.blocks.iter().any(|block| block.family == family && block.net.is_none() && !block.written)
    }

    /// Whether it has a block that is no block: a mistake of its own, which leaves nothing to compare with.
    #[must_use]
    pub fn is_mistaken(&self) -> bool {
        self.blocks.iter().any(|block| block.net.is_none() && block.written)
    }
}

/// A subnet.
#[derive(Clone, Debug)]
pub struct Subnet<'a> {
    /// Its instance.
    pub instance: usize,
    /// Its VPC, in [`Vpcs::vpcs`]; `None` where that is not known.
    pub vpc: Option<usize>,
    /// The expression that names the VPC.
    pub vpc_id: Spot<'a>,
    /// Its blocks.
    pub blocks: Vec<Block<'a>>,
}

/// A VPC that is joined to others by one peering connection or transit gateway.
#[derive(Clone, Debug)]
pub struct Member<'a> {
    /// The VPC, in [`Vpcs::vpcs`]; `None` where that is not known.
    pub vpc: Option<usize>,
    /// The expression that names it.
    pub spot: Spot<'a>,
    /// Set where it is not known whether it is joined to the others at all: the expression.
    pub doubt: Option<Spot<'a>>,
}

/// VPCs that are joined.
#[derive(Clone, Debug)]
pub struct Joint<'a> {
    /// `peered`, or `attached to one transit gateway`.
    pub how: &'static str,
    /// Whether it is a transit gateway of the configuration, whose tables say who gets to whom.
    pub has_tables: bool,
    /// The VPCs.
    pub members: Vec<Member<'a>>,
}

/// All VPCs and subnets.
#[derive(Debug, Default)]
pub struct Vpcs<'a> {
    /// VPCs: those of the inventory first, as they are written.
    pub vpcs: Vec<Vpc<'a>>,
    /// Subnets, as they are written.
    pub subnets: Vec<Subnet<'a>>,
    /// Subnets of others, as data sources have found them.
    pub found: Vec<Subnet<'a>>,
    /// Peering connections and transit gateways.
    pub joints: Vec<Joint<'a>>,
    /// Whether a block is added to a VPC that is not known, so that it may be any VPC's.
    pub stray_block: bool,
    by_target: BTreeMap<Target, usize>,
    subnet_of: BTreeMap<usize, usize>,
}

impl<'a> Vpcs<'a> {
    pub(super) fn read(aws: &Aws<'a>) -> Self {
        let mut vpcs = Self::default();
        for index in aws.in_source_order(&["aws_vpc", "aws_default_vpc"]) {
            vpcs.read_vpc(aws, index);
        }
        vpcs.read_looked_up(aws);
        for index in aws.of_type("aws_vpc_ipv4_cidr_block_association") {
            vpcs.read_association(aws, index, Family::V4, "cidr_block", &["ipv4_ipam_pool_id", "ipv4_netmask_length"]);
        }
        for index in aws.of_type("aws_vpc_ipv6_cidr_block_association") {
            let computed = ["ipv6_ipam_pool_id", "ipv6_netmask_length", "assign_generated_ipv6_cidr_block"];
            vpcs.read_association(aws, index, Family::V6, "ipv6_cidr_block", &computed);
        }
        for index in aws.in_source_order(&["aws_subnet", "aws_default_subnet"]) {
            vpcs.read_subnet(aws, index);
        }
        vpcs.read_found(aws);
        vpcs.read_peerings(aws);
        vpcs.read_transit_gateways(aws);
        vpcs
    }

    /// The VPC that a value identifies; made where there is none yet. `None` where it is not known.
    fn vpc(&mut self, aws: &Aws<'a>, id: &Spot<'a>) -> Option<usize> {
        let target = aws.ids().target(id.value?, VPCS)?;
        Some(self.of_target(target, false))
    }

    fn of_target(&mut self, target: Target, whole: bool) -> usize {
        *self.by_target.entry(target.clone()).or_insert_with(|| {
            self.vpcs.push(Vpc { target, blocks: Vec::new(), whole });
            self.vpcs.len() - 1
        })
    }

    /// The VPC of the inventory, or of a target, if anything speaks of it.
    #[must_use]
    pub fn find(&self, target: &Target) -> Option<usize> {
        self.by_target.get(target).copied()
    }

    /// The subnet with this instance.
    #[must_use]
    pub fn subnet(&self, instance: usize) -> Option<usize> {
        self.subnet_of.get(&instance).copied()
    }

    fn read_vpc(&mut self, aws: &Aws<'a>, index: usize) {
        let spot = Spot::instance(aws.inventory, index);
        let mut blocks = Vec::new();
        if aws.inventory.instance(index).type_name() == "aws_default_vpc" {
            let net: Option<IpNet> = DEFAULT_VPC.parse().ok();
            let (spot, prefix) = (spot.clone(), net.map(|net| net.prefix_len()));
            blocks.push(Block { spot, family: Family::V4, net, prefix, written: false });
        } else {
            blocks.extend(block(aws, &spot, Family::V4, "cidr_block", &["ipv4_ipam_pool_id", "ipv4_netmask_length"]));
        }
        let computed = ["ipv6_ipam_pool_id", "ipv6_netmask_length", "assign_generated_ipv6_cidr_block"];
        blocks.extend(block(aws, &spot, Family::V6, "ipv6_cidr_block", &computed));
        let vpc = self.of_target(Target::Instance(index), true);
        self.vpcs[vpc].blocks = blocks;
    }

    /// VPCs of others, as data sources have found them: plans and states hold what they read.
    fn read_looked_up(&mut self, aws: &Aws<'a>) {
        for (index, instance) in aws.inventory.instances().iter().enumerate() {
            let address = &instance.address;
            if address.mode != Mode::Data || &*address.type_name != "aws_vpc" {
                continue;
            }
            let spot = Spot::instance(aws.inventory, index);
            let target = spot.get("id").value.and_then(|id| aws.ids().target(id, VPCS));
            let Some(target @ Target::Id(_)) = target.filter(|target| self.find(target).is_none()) else { continue };
            let associated: Vec<Spot<'a>> =
                spot.get("cidr_block_associations").each().iter().map(|of| of.get("cidr_block")).collect();
            let written = if associated.is_empty() { vec![spot.get("cidr_block")] } else { associated };
            let mut blocks: Vec<Block<'a>> = written.into_iter().map(|spot| Block::written(spot, Family::V4)).collect();
            // It may have more of them than the one that the data source tells.
            let six = spot.get("ipv6_cidr_block");
            blocks.push(Block { spot: six, family: Family::V6, net: None, prefix: None, written: false });
            let vpc = self.of_target(target, true);
            self.vpcs[vpc].blocks = blocks;
        }
    }

    /// The blocks of VPCs that the configuration itself sets or adds.
    pub fn own_blocks(&self, aws: &Aws<'a>) -> impl Iterator<Item = &Block<'a>> {
        let inventory = aws.inventory;
        let blocks = self.vpcs.iter().flat_map(|vpc| &vpc.blocks);
        blocks.filter(move |block| inventory.instance(block.spot.instance).address.mode == Mode::Managed)
    }

    fn read_association(
        &mut self,
        aws: &Aws<'a>,
        index: usize,
        family: Family,
        name: &'static str,
        computed: &[&'static str],
    ) {
        let spot = Spot::instance(aws.inventory, index);
        let block = block(aws, &spot, family, name, computed);
        match self.vpc(aws, &spot.get("vpc_id")) {
            Some(vpc) => self.vpcs[vpc].blocks.extend(block),
            None => self.stray_block = true,
        }
    }

    fn read_subnet(&mut self, aws: &Aws<'a>, index: usize) {
        let spot = Spot::instance(aws.inventory, index);
        let vpc_id = spot.get("vpc_id");
        let default = aws.inventory.instance(index).type_name() == "aws_default_subnet";
        let vpc = if default { self.default_vpc(aws) } else { self.vpc(aws, &vpc_id) };
        let mut blocks = Vec::new();
        if !default {
            blocks.extend(block(aws, &spot, Family::V4, "cidr_block", &["ipv4_ipam_pool_id", "ipv4_netmask_length"]));
        }
        blocks.extend(block(aws, &spot, Family::V6, "ipv6_cidr_block", &["ipv6_ipam_pool_id", "ipv6_netmask_length"]));
        self.subnet_of.insert(index, self.subnets.len());
        self.subnets.push(Subnet { instance: index, vpc, vpc_id, blocks });
    }

    /// Subnets of others in VPCs that subnets are made in: plans and states hold what data sources read. What is made here is
    /// left out, and what ends with the plan.
    fn read_found(&mut self, aws: &Aws<'a>) {
        let inventory = aws.inventory;
        let ending = inventory.gone().iter().filter(|instance| instance.action == Action::Delete);
        let ending = ending.chain(inventory.replaced()).filter(|instance| instance.type_name() == "aws_subnet");
        let ending: BTreeSet<&str> = ending.filter_map(|instance| instance.get("id")?.as_str()).collect();
        let mut seen = BTreeSet::new();
        for (index, instance) in inventory.instances().iter().enumerate() {
            let address = &instance.address;
            if address.mode != Mode::Data || &*address.type_name != "aws_subnet" {
                continue;
            }
            let spot = Spot::instance(inventory, index);
            let target = spot.get("id").value.and_then(|id| aws.ids().target(id, SUBNETS));
            let Some(Target::Id(id)) =
                target.filter(|target| !matches!(target, Target::Id(id) if ending.contains(&**id)))
            else {
                continue;
            };
            let vpc_id = spot.get("vpc_id");
            let vpc = vpc_id.value.and_then(|id| aws.ids().target(id, VPCS)).and_then(|target| self.find(&target));
            if !seen.insert(id) {
                continue;
            }
            let blocks = [("cidr_block", Family::V4), ("ipv6_cidr_block", Family::V6)];
            let blocks = blocks.map(|(name, family)| Block::written(spot.get(name), family));
            let blocks = blocks.into_iter().filter(|block| block.net.is_some()).collect();
            self.found.push(Subnet { instance: index, vpc, vpc_id, blocks });
        }
    }

    /// The default VPC, if there is one resource for it.
    fn default_vpc(&self, aws: &Aws<'a>) -> Option<usize> {
        let mut found = aws.of_type("aws_default_vpc");
        let only = found.next().filter(|_| found.next().is_none())?;
        self.find(&Target::Instance(only))
    }

    fn read_peerings(&mut self, aws: &Aws<'a>) {
        for index in aws.of_type("aws_vpc_peering_connection") {
            let peering = Spot::instance(aws.inventory, index);
            let members = ["vpc_id", "peer_vpc_id"].map(|name| {
                let spot = peering.get(name);
                let doubt = aws.inventory.instance(index).symbolic.then(|| peering.clone());
                Member { vpc: self.vpc(aws, &spot), spot, doubt }
            });
            self.joints.push(Joint { how: "peered", has_tables: false, members: members.into() });
        }
    }

    /// Attachments to one gateway join their VPCs. One whose gateway is not known may be attached to any.
    fn read_transit_gateways(&mut self, aws: &Aws<'a>) {
        let mut gateways: BTreeMap<Target, Vec<Member<'a>>> = BTreeMap::new();
        let mut doubtful = Vec::new();
        for index in aws.of_type("aws_ec2_transit_gateway_vpc_attachment") {
            let attachment = Spot::instance(aws.inventory, index);
            let spot = attachment.get("vpc_id");
            let gateway = attachment.get("transit_gateway_id");
            let kinds = &[("aws_ec2_transit_gateway", "id")];
            let target = gateway.value.and_then(|value| aws.ids().target(value, kinds));
            let vpc = self.vpc(aws, &spot);
            match target {
                Some(target) => {
                    let doubt = aws.may_be_absent(index, Some(&target)).then(|| attachment.clone());
                    gateways.entry(target).or_default().push(Member { vpc, spot, doubt });
                }
                None => doubtful.push(Member { vpc, spot, doubt: Some(gateway) }),
            }
        }
        if !doubtful.is_empty() {
            gateways.values_mut().for_each(|members| members.extend(doubtful.iter().cloned()));
            if gateways.is_empty() {
                gateways.insert(Target::Id("".into()), doubtful);
            }
        }
        let how = "attached to one transit gateway";
        self.joints.extend(gateways.into_iter().map(|(gateway, members)| {
            let has_tables = matches!(gateway, Target::Instance(_));
            Joint { how, has_tables, members }
        }));
    }
}

/// The block that an attribute sets, or that other attributes ask AWS for.
fn block<'a>(
    aws: &Aws<'a>,
    spot: &Spot<'a>,
    family: Family,
    name: &'static str,
    computed: &[&'static str],
) -> Option<Block<'a>> {
    let written = spot.get(name);
    if !written.is_unset(aws.inventory) {
        return Some(Block::written(written, family));
    }
    let asking = computed.iter().map(|name| spot.get(name)).find(|spot| match spot.setting(aws.inventory) {
        Setting::Unset => false,
        Setting::Unknown => true,
        // In state, 0 is the length of no prefix.
        Setting::Known(_) => spot.truth() != Some(false) && spot.integer() != Some(0),
    })?;
    let length =
        computed.iter().find(|name| name.ends_with("netmask_length")).and_then(|name| spot.get(name).integer());
    let prefix = length.and_then(|length| u8::try_from(length).ok());
    Some(Block { spot: asking, family, net: None, prefix, written: false })
}

/// Whether a value refers to an attribute that belongs to a VPC, such as its default route table; the VPC's target.
#[must_use]
pub fn vpc_attribute(aws: &Aws<'_>, value: &Value, names: &[&str]) -> Option<Target> {
    let reference = value.reference()?;
    let named = reference.attribute().is_some_and(|name| names.contains(&name));
    let is_vpc = VPCS.iter().any(|kind| kind.0 == &*reference.address.type_name);
    if !named || !is_vpc {
        return None;
    }
    Some(aws.ids().managed(reference).map_or_else(
        || {
            let path = [crate::address::Step::Attribute("id".into())].into();
            let address = reference.address.clone();
            Target::Attribute(crate::address::Reference { address, path })
        },
        Target::Instance,
    ))
}

/// The VPC of which an attribute, such as its default route table, is known to be this text.
#[must_use]
pub fn vpc_with(aws: &Aws<'_>, value: &Value, names: &[&'static str]) -> Option<Target> {
    let kinds: Vec<_> = VPCS.iter().flat_map(|(vpc, _)| names.iter().map(move |&name| (*vpc, name))).collect();
    aws.ids().target(value, &kinds).filter(|target| matches!(target, Target::Instance(_)))
}
