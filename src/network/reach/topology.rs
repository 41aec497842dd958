//! VPCs, subnets, and what joins them to each other and to the world.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::lang::Value;
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::routes::Table as Key;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::aws::vpcs::{SUBNETS, VPCS};
use crate::network::sets::{AddressSet, Family, Ranges};

use super::acls::{AclOf, Acls};
use super::bound::Sure;
use super::tables::{PEERINGS, TableOf, Tables};

/// A subnet.
#[derive(Debug)]
pub(in crate::network) struct Subnet<'a> {
    /// What it is.
    pub(in crate::network) target: Target,
    /// Its VPC, in [`Topology::vpcs`].
    pub(in crate::network) vpc: Option<usize>,
    /// Addresses that an interface in it may have, by family; `None` where it has none of that family.
    pub(in crate::network) v4: Option<AddressSet>,
    pub(in crate::network) v6: Option<AddressSet>,
    /// Whether interfaces get a public IPv4 address, and an IPv6 address.
    pub(in crate::network) public_on_launch: Sure<'a>,
    pub(in crate::network) v6_on_creation: Sure<'a>,
    /// The availability zone, where it is known.
    pub(in crate::network) zone: Option<String>,
    pub(in crate::network) table: TableOf<'a>,
    pub(in crate::network) acl: AclOf<'a>,
}

/// A VPC.
#[derive(Debug)]
pub(in crate::network) struct Vpc {
    pub(in crate::network) target: Target,
    /// Its blocks that are known.
    pub(in crate::network) blocks: AddressSet,
    /// Whether it may have others of IPv4.
    pub(in crate::network) uncertain: bool,
}

/// A peering connection.
#[derive(Debug)]
pub(in crate::network) struct Peering<'a> {
    pub(in crate::network) instance: usize,
    /// Both VPCs.
    pub(in crate::network) ends: [Option<usize>; 2],
    /// Whether it is in use after apply.
    pub(in crate::network) accepted: Sure<'a>,
    /// Whether groups of one side may be named on the other.
    pub(in crate::network) references: Sure<'a>,
}

/// A gateway, and the VPCs that it is attached to.
#[derive(Debug)]
pub(in crate::network) struct Gateway<'a> {
    pub(in crate::network) instance: usize,
    pub(in crate::network) vpc: Option<usize>,
    /// Set where it is not known which VPC that is, or whether it is attached.
    pub(in crate::network) doubt: Option<Spot<'a>>,
}

/// The lay of the land.
#[derive(Debug, Default)]
pub(in crate::network) struct Topology<'a> {
    pub(in crate::network) vpcs: Vec<Vpc>,
    pub(in crate::network) subnets: Vec<Subnet<'a>>,
    pub(in crate::network) tables: Tables<'a>,
    pub(in crate::network) acls: Acls<'a>,
    pub(in crate::network) peerings: Vec<Peering<'a>>,
    pub(in crate::network) internet: Vec<Gateway<'a>>,
    pub(in crate::network) private: Vec<Gateway<'a>>,
    by_target: BTreeMap<Target, usize>,
    vpc_of: BTreeMap<Target, usize>,
}

impl<'a> Topology<'a> {
    pub(in crate::network) fn read(aws: &Aws<'a>) -> Self {
        let mut here = Self { tables: Tables::read(aws), acls: Acls::read(aws), ..Self::default() };
        for (index, vpc) in aws.vpcs().vpcs.iter().enumerate() {
            let blocks = vpc.blocks.iter().filter_map(|block| block.net.map(AddressSet::from)).collect::<Vec<_>>();
            here.vpc_of.insert(vpc.target.clone(), index);
            let uncertain = vpc.is_uncertain(Family::V4) || aws.vpcs().stray_block;
            here.vpcs.push(Vpc { target: vpc.target.clone(), blocks: blocks.iter().collect(), uncertain });
        }
        for index in aws.in_source_order(&["aws_subnet", "aws_default_subnet"]) {
            here.read_subnet(aws, index);
        }
        here.read_peerings(aws);
        here.read_gateways(aws);
        here
    }

    /// The VPC that a value identifies.
    pub(in crate::network) fn vpc(&self, aws: &Aws<'a>, id: &Spot<'a>) -> Option<usize> {
        self.vpc_of.get(&aws.ids().target(id.value?, VPCS)?).copied()
    }

    /// The subnet that a value identifies; one that is made elsewhere is added.
    pub(in crate::network) fn subnet(&mut self, aws: &Aws<'a>, spot: &Spot<'a>) -> Option<usize> {
        let target = aws.ids().target(spot.value?, SUBNETS)?;
        if let Some(&known) = self.by_target.get(&target) {
            return Some(known);
        }
        let doubt = || spot.clone();
        self.by_target.insert(target.clone(), self.subnets.len());
        self.subnets.push(Subnet {
            target,
            vpc: None,
            v4: Some(everything(Family::V4)),
            v6: None,
            public_on_launch: Sure::Perhaps(doubt()),
            v6_on_creation: Sure::No,
            zone: None,
            table: TableOf::Unknown(doubt()),
            acl: AclOf::Unknown(doubt()),
        });
        Some(self.subnets.len() - 1)
    }

    /// The VPC of each route table, where that is known.
    pub(in crate::network) fn vpcs_of_tables(&self, aws: &Aws<'a>) -> Vec<Option<usize>> {
        let vpc = |key: &Key| match key {
            Key::DefaultOf(vpc) => self.vpc_of.get(vpc).copied(),
            Key::Own(Target::Instance(index)) => self.vpc(aws, &Spot::instance(aws.inventory, *index).get("vpc_id")),
            Key::Own(Target::Id(_) | Target::Attribute(_)) => None,
        };
        self.tables.keys.iter().map(vpc).collect()
    }

    /// The subnet of an instance.
    pub(in crate::network) fn subnet_of(&self, instance: usize) -> Option<usize> {
        self.by_target.get(&Target::Instance(instance)).copied()
    }

    fn read_subnet(&mut self, aws: &Aws<'a>, index: usize) {
        let spot = Spot::instance(aws.inventory, index);
        let default = aws.inventory.instance(index).type_name() == "aws_default_subnet";
        let known = aws.vpcs().subnet(index).map(|subnet| &aws.vpcs().subnets[subnet]);
        let vpc = known.and_then(|subnet| subnet.vpc);
        let blocks = known.map(|subnet| subnet.blocks.as_slice()).unwrap_or_default();
        let of_family = |family: Family| {
            let mut own = blocks.iter().filter(|block| block.family == family).peekable();
            own.peek()?;
            Some(own.fold(AddressSet::EMPTY, |all, block| match block.range() {
                Some((family, first, last)) => all.union(&usable(family, first, last)),
                None => all.union(&everything(family)),
            }))
        };
        let v4_only_v6 = spot.get("ipv6_native").truth() == Some(true);
        let v4 = of_family(Family::V4).or_else(|| default.then(|| everything(Family::V4))).filter(|_| !v4_only_v6);
        let vpc_id = spot.get("vpc_id");
        let target = vpc.map(|vpc| self.vpcs[vpc].target.clone());
        let table = self.tables.of_subnet(aws, index, target.as_ref(), &vpc_id);
        let acl = self.acls.of_subnet(index, target.as_ref(), &vpc_id);
        self.by_target.insert(Target::Instance(index), self.subnets.len());
        self.subnets.push(Subnet {
            target: Target::Instance(index),
            vpc,
            v4,
            v6: of_family(Family::V6),
            public_on_launch: truth(aws, &spot.get("map_public_ip_on_launch"), default),
            v6_on_creation: truth(aws, &spot.get("assign_ipv6_address_on_creation"), v4_only_v6),
            zone: spot.get("availability_zone").text().map(Cow::into_owned),
            table,
            acl,
        });
    }

    /// Peering has to be accepted: by `auto_accept` on either side, in one account and region on the connection itself
    /// ("Resource: aws_vpc_peering_connection"; "VPC peering connections", Amazon VPC Peering Guide). Groups of the peer may
    /// be named within a Region ("Update your security groups to reference peer security groups").
    fn read_peerings(&mut self, aws: &Aws<'a>) {
        for index in aws.of_type("aws_vpc_peering_connection") {
            let spot = Spot::instance(aws.inventory, index);
            let ends = ["vpc_id", "peer_vpc_id"].map(|name| self.vpc(aws, &spot.get(name)));
            let status = spot.get("accept_status").text();
            let mut accepted = truth(aws, &spot.get("auto_accept"), false);
            for other in aws.of_type("aws_vpc_peering_connection_accepter") {
                let other = Spot::instance(aws.inventory, other);
                let id = other.get("vpc_peering_connection_id").value;
                if id.and_then(|id| aws.ids().target(id, PEERINGS)) == Some(Target::Instance(index)) {
                    accepted = accepted.or(|| truth(aws, &other.get("auto_accept"), false));
                }
            }
            if status.as_deref() == Some("active") {
                accepted = Sure::Yes;
            }
            let owner = spot.get("peer_owner_id");
            if matches!(accepted, Sure::No) && !owner.is_unset(aws.inventory) {
                accepted = Sure::Perhaps(owner);
            }
            let references = self.same_region(aws, &spot, ends);
            self.peerings.push(Peering { instance: index, ends, accepted, references });
        }
    }

    fn same_region(&self, aws: &Aws<'a>, peering: &Spot<'a>, ends: [Option<usize>; 2]) -> Sure<'a> {
        let peer = peering.get("peer_region");
        match peer.setting(aws.inventory) {
            Setting::Unset => Sure::Yes,
            Setting::Unknown => Sure::Perhaps(peer),
            Setting::Known(_) => {
                let text = peer.text().unwrap_or_default();
                match (text.is_empty(), self.region(ends[0])) {
                    (true, _) => Sure::Yes,
                    (false, Some(own)) => (own == text).into(),
                    (false, None) => Sure::Perhaps(peer),
                }
            }
        }
    }

    /// The region of a VPC, as its subnets' zones say.
    fn region(&self, vpc: Option<usize>) -> Option<String> {
        let mut zones =
            self.subnets.iter().filter(|subnet| vpc.is_some() && subnet.vpc == vpc).map(|subnet| &subnet.zone);
        let zone = zones.find_map(|zone| zone.clone())?;
        Some(zone.trim_end_matches(|letter: char| letter.is_ascii_lowercase()).to_owned())
    }

    fn read_gateways(&mut self, aws: &Aws<'a>) {
        for (type_name, attachment, id) in [
            ("aws_internet_gateway", "aws_internet_gateway_attachment", "internet_gateway_id"),
            ("aws_vpn_gateway", "aws_vpn_gateway_attachment", "vpn_gateway_id"),
        ] {
            let mut gateways = Vec::new();
            for index in aws.of_type(type_name) {
                gateways.extend(self.attached(aws, index, &Spot::instance(aws.inventory, index).get("vpc_id")));
            }
            for index in aws.of_type(attachment) {
                let spot = Spot::instance(aws.inventory, index);
                let kinds: &[(&str, &str)] = match type_name {
                    "aws_internet_gateway" => &[("aws_internet_gateway", "id")],
                    _ => &[("aws_vpn_gateway", "id")],
                };
                match spot.get(id).value.and_then(|value| aws.ids().target(value, kinds)) {
                    Some(Target::Instance(gateway)) => {
                        gateways.extend(self.attached(aws, gateway, &spot.get("vpc_id")))
                    }
                    // One that is made elsewhere: the attachment stands for it.
                    Some(Target::Id(_) | Target::Attribute(_)) | None => {
                        gateways.extend(self.attached(aws, index, &spot.get("vpc_id")));
                    }
                }
            }
            match type_name {
                "aws_internet_gateway" => self.internet = gateways,
                _ => self.private = gateways,
            }
        }
    }

    fn attached(&self, aws: &Aws<'a>, instance: usize, vpc_id: &Spot<'a>) -> Option<Gateway<'a>> {
        if vpc_id.is_unset(aws.inventory) || vpc_id.text().is_some_and(|text| text.is_empty()) {
            return None;
        }
        let vpc = self.vpc(aws, vpc_id);
        let unknown = vpc.is_none() && vpc_id.value.and_then(Value::identity).is_none() && vpc_id.text().is_none();
        let absent = vpc.map(|vpc| &self.vpcs[vpc].target);
        let doubt = (unknown || aws.may_be_absent(instance, absent)).then(|| vpc_id.clone());
        Some(Gateway { instance, vpc, doubt })
    }

    /// The gateway of a VPC among some: the one attached for certain, else one that may be.
    pub(in crate::network) fn gateway_of<'g>(gateways: &'g [Gateway<'a>], vpc: usize) -> Option<&'g Gateway<'a>> {
        let certain = gateways.iter().find(|gateway| gateway.vpc == Some(vpc) && gateway.doubt.is_none());
        certain.or_else(|| {
            gateways.iter().find(|gateway| gateway.doubt.is_some() && gateway.vpc.is_none_or(|it| it == vpc))
        })
    }
}

/// Whether an attribute is true; `missing` where it is not set.
pub(in crate::network) fn truth<'a>(aws: &Aws<'a>, spot: &Spot<'a>, missing: bool) -> Sure<'a> {
    match spot.setting(aws.inventory) {
        Setting::Unset => missing.into(),
        Setting::Unknown => Sure::Perhaps(spot.clone()),
        Setting::Known(_) => spot.truth().unwrap_or(missing).into(),
    }
}

/// Every address of a family.
pub(in crate::network) fn everything(family: Family) -> AddressSet {
    AddressSet::of_family(family, Ranges::range(0, family.last()))
}

/// A subnet's addresses but the first four and the last, which AWS keeps ("Subnet CIDR blocks", Amazon VPC User Guide).
fn usable(family: Family, first: u128, last: u128) -> AddressSet {
    AddressSet::of_family(family, Ranges::range(first.saturating_add(4), last.saturating_sub(1)))
}
