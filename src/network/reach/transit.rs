//! Transit gateways: attachments, the table that each is associated with, and what that table holds.
//!
//! "How transit gateways work", "Transit gateway route tables" and "Route evaluation order" (AWS Transit Gateway User Guide):
//! an attachment is associated with one table, the longest prefix wins, written routes come before propagated ones.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::address::Step;
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::sources::{Rest, Source};
use crate::network::aws::spot::{Setting, Spot};
use crate::network::sets::AddressSet;

use super::bound::{Bound, Sure};
use super::tables::TRANSIT_GATEWAYS;
use super::topology::{Topology, truth};

/// What is attached to a transit gateway.
#[derive(Debug)]
pub(in crate::network) struct Attachment<'a> {
    pub(in crate::network) instance: usize,
    /// The gateway.
    pub(in crate::network) gateway: Option<Target>,
    pub(in crate::network) end: End,
    /// The table that it is associated with.
    pub(in crate::network) table: Association<'a>,
    /// Whether groups of other attached VPCs may be named.
    pub(in crate::network) references: Sure<'a>,
    /// Set where it may not be there.
    pub(in crate::network) absent: Option<Spot<'a>>,
}

/// What an attachment leads to.
#[derive(Clone, Debug)]
pub(in crate::network) enum End {
    /// A VPC, through interfaces in these subnets.
    Vpc(Option<usize>, Vec<usize>),
    /// Another transit gateway: the attachment on its side.
    Gateway(usize),
    OnPremises,
}

/// The table of an attachment.
#[derive(Clone, Debug)]
pub(in crate::network) enum Association<'a> {
    One(usize),
    None,
    Unknown(Spot<'a>),
}

/// A route table.
#[derive(Debug, Default)]
pub(in crate::network) struct TransitTable<'a> {
    routes: Vec<TransitRoute<'a>>,
    /// Set where it may have other routes.
    doubt: Option<Spot<'a>>,
}

/// A route.
#[derive(Clone, Debug)]
pub(in crate::network) struct TransitRoute<'a> {
    pub(in crate::network) blocks: Vec<IpNet>,
    pub(in crate::network) unknown: Option<Spot<'a>>,
    pub(in crate::network) to: To<'a>,
    pub(in crate::network) spot: Spot<'a>,
    pub(in crate::network) absent: Option<Spot<'a>>,
    pub(in crate::network) propagated: bool,
}

/// Where it leads.
#[derive(Clone, Debug)]
pub(in crate::network) enum To<'a> {
    Attachment(usize),
    Blackhole,
    Unknown(Spot<'a>),
}

/// Which table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    Own(Target),
    DefaultOf(Target),
}

/// All of them.
#[derive(Debug, Default)]
pub(in crate::network) struct Transit<'a> {
    pub(in crate::network) attachments: Vec<Attachment<'a>>,
    tables: Vec<TransitTable<'a>>,
    by_key: BTreeMap<Key, usize>,
    by_target: BTreeMap<Target, Vec<usize>>,
}

const ATTACHMENTS: &[(&str, &str)] = &[
    ("aws_ec2_transit_gateway_vpc_attachment", "id"),
    ("aws_ec2_transit_gateway_vpc_attachment_accepter", "id"),
    ("aws_ec2_transit_gateway_vpc_attachment_accepter", "transit_gateway_attachment_id"),
    ("aws_ec2_transit_gateway_peering_attachment", "id"),
    ("aws_ec2_transit_gateway_peering_attachment_accepter", "id"),
    ("aws_ec2_transit_gateway_peering_attachment_accepter", "transit_gateway_attachment_id"),
    ("aws_vpn_connection", "transit_gateway_attachment_id"),
    ("aws_ec2_transit_gateway_connect", "id"),
    ("aws_dx_gateway_association", "transit_gateway_attachment_id"),
];
const TABLES: &[(&str, &str)] = &[("aws_ec2_transit_gateway_route_table", "id")];
const DEFAULTS: &[&str] = &["association_default_route_table_id", "propagation_default_route_table_id"];
const DEFAULT_TABLES: &[(&str, &str)] = &[
    ("aws_ec2_transit_gateway", "association_default_route_table_id"),
    ("aws_ec2_transit_gateway", "propagation_default_route_table_id"),
];

impl<'a> Transit<'a> {
    pub(in crate::network) fn read(aws: &Aws<'a>, topology: &mut Topology<'a>) -> Self {
        let mut transit = Self::default();
        for index in aws.of_type("aws_ec2_transit_gateway_vpc_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            let vpc = topology.vpc(aws, &spot.get("vpc_id"));
            let subnets = spot.get("subnet_ids").each();
            let subnets = subnets.iter().filter_map(|subnet| topology.subnet(aws, subnet)).collect();
            transit.attach(aws, index, &spot.get("transit_gateway_id"), End::Vpc(vpc, subnets));
        }
        for index in aws.of_type("aws_vpn_connection") {
            let gateway = Spot::instance(aws.inventory, index).get("transit_gateway_id");
            if !gateway.is_unset(aws.inventory) {
                transit.attach(aws, index, &gateway, End::OnPremises);
            }
        }
        for index in aws.of_type("aws_dx_gateway_association") {
            let gateway = Spot::instance(aws.inventory, index).get("associated_gateway_id");
            let target = gateway.value.and_then(|value| aws.ids().target(value, TRANSIT_GATEWAYS));
            if matches!(target, Some(Target::Instance(_))) {
                transit.attach(aws, index, &gateway, End::OnPremises);
            }
        }
        for index in aws.of_type("aws_ec2_transit_gateway_peering_attachment") {
            let spot = Spot::instance(aws.inventory, index);
            let next = transit.attachments.len();
            transit.attach(aws, index, &spot.get("transit_gateway_id"), End::Gateway(next + 1));
            transit.attach(aws, index, &spot.get("peer_transit_gateway_id"), End::Gateway(next));
        }
        // An accepter stands for what it accepts.
        for (type_name, kinds) in [
            ("aws_ec2_transit_gateway_vpc_attachment_accepter", ATTACHMENTS),
            ("aws_ec2_transit_gateway_peering_attachment_accepter", ATTACHMENTS),
        ] {
            for index in aws.of_type(type_name) {
                let of = Spot::instance(aws.inventory, index).get("transit_gateway_attachment_id");
                let of = of.value.and_then(|value| aws.ids().target(value, kinds));
                if let Some(known) = of.and_then(|of| transit.by_target.get(&of).cloned()) {
                    transit.by_target.insert(Target::Instance(index), known);
                }
            }
        }
        transit.read_tables(aws, topology);
        transit
    }

    fn attach(&mut self, aws: &Aws<'a>, instance: usize, gateway: &Spot<'a>, end: End) {
        let target = gateway.value.and_then(|value| aws.ids().target(value, TRANSIT_GATEWAYS));
        let spot = Spot::instance(aws.inventory, instance);
        let own = match (&end, &target) {
            (End::Vpc(..), Some(Target::Instance(gateway))) => {
                let of_gateway = Spot::instance(aws.inventory, *gateway).get("security_group_referencing_support");
                enabled(aws, &of_gateway, false).and(&enabled(
                    aws,
                    &spot.get("security_group_referencing_support"),
                    true,
                ))
            }
            (End::Vpc(..), _) => Sure::Perhaps(gateway.clone()),
            (End::Gateway(_) | End::OnPremises, _) => Sure::No,
        };
        let absent = target.is_none().then(|| gateway.clone());
        let absent = absent.or_else(|| aws.may_be_absent(instance, target.as_ref()).then(|| spot.clone()));
        self.by_target.entry(Target::Instance(instance)).or_default().push(self.attachments.len());
        let (table, references) = (Association::None, own);
        self.attachments.push(Attachment { instance, gateway: target, end, table, references, absent });
    }

    fn of_key(&mut self, key: Key) -> usize {
        if let Some(&known) = self.by_key.get(&key) {
            return known;
        }
        self.by_key.insert(key, self.tables.len());
        self.tables.push(TransitTable::default());
        self.tables.len() - 1
    }

    /// The table that an expression names.
    fn table(&mut self, aws: &Aws<'a>, spot: &Spot<'a>) -> Option<usize> {
        let target = aws.ids().target(spot.value?, TABLES)?;
        let default = match &target {
            Target::Attribute(reference) => {
                let named = matches!(&*reference.path, [Step::Attribute(name)] if DEFAULTS.contains(&&**name));
                aws.ids().referenced(&reference.clone()).filter(|_| named).map(Target::Instance)
            }
            Target::Id(_) => {
                let gateways = aws.ids().target(spot.value?, DEFAULT_TABLES);
                gateways.filter(|found| matches!(found, Target::Instance(_)))
            }
            Target::Instance(_) => None,
        };
        let foreign = default.is_none() && !matches!(target, Target::Instance(_));
        let number = self.of_key(default.map_or(Key::Own(target), Key::DefaultOf));
        if foreign {
            self.tables[number].doubt.get_or_insert_with(|| spot.clone());
        }
        Some(number)
    }

    /// The gateway that a table is of.
    fn gateway_of(&self, aws: &Aws<'a>, table: usize) -> Option<Target> {
        let (key, _) = self.by_key.iter().find(|(_, number)| **number == table)?;
        match key {
            Key::DefaultOf(gateway) => Some(gateway.clone()),
            Key::Own(Target::Instance(index)) => {
                let id = Spot::instance(aws.inventory, *index).get("transit_gateway_id");
                aws.ids().target(id.value?, TRANSIT_GATEWAYS)
            }
            Key::Own(Target::Id(_) | Target::Attribute(_)) => None,
        }
    }

    /// The attachment that an expression names, on the side of the table's gateway.
    fn named(&self, aws: &Aws<'a>, spot: &Spot<'a>, table: usize) -> Option<usize> {
        let found = self.by_target.get(&aws.ids().target(spot.value?, ATTACHMENTS)?)?;
        let gateway = self.gateway_of(aws, table);
        let same = |&&number: &&usize| gateway.is_none() || self.attachments[number].gateway == gateway;
        found.iter().find(same).or_else(|| found.first()).copied()
    }

    fn read_tables(&mut self, aws: &Aws<'a>, topology: &Topology<'a>) {
        let on = |index: usize, name: &'static str| enabled(aws, &Spot::instance(aws.inventory, index).get(name), true);
        for number in 0..self.attachments.len() {
            let attachment = &self.attachments[number];
            let Some(Target::Instance(gateway)) = attachment.gateway else {
                let gateway = Spot::instance(aws.inventory, attachment.instance).get("transit_gateway_id");
                self.attachments[number].table = Association::Unknown(gateway);
                continue;
            };
            // Peering attachments take no part in what happens by default.
            if matches!(attachment.end, End::Gateway(_)) {
                continue;
            }
            let spot = Spot::instance(aws.inventory, attachment.instance);
            let own = |name: &'static str| truth(aws, &spot.get(name), true);
            let associated = on(gateway, "default_route_table_association")
                .and(&own("transit_gateway_default_route_table_association"));
            let propagated = on(gateway, "default_route_table_propagation")
                .and(&own("transit_gateway_default_route_table_propagation"));
            let table = self.of_key(Key::DefaultOf(Target::Instance(gateway)));
            self.attachments[number].table = match associated {
                Sure::Yes => Association::One(table),
                Sure::No => Association::None,
                Sure::Perhaps(doubt) => Association::Unknown(doubt),
            };
            match propagated {
                Sure::Yes => self.propagate(aws, topology, number, table, spot, None),
                Sure::No => {}
                Sure::Perhaps(doubt) => self.propagate(aws, topology, number, table, spot, Some(doubt)),
            }
        }
        for index in aws.of_type("aws_ec2_transit_gateway_route_table_association") {
            let spot = Spot::instance(aws.inventory, index);
            let table_id = spot.get("transit_gateway_route_table_id");
            let table = self.table(aws, &table_id);
            let attachment = self.named(aws, &spot.get("transit_gateway_attachment_id"), table.unwrap_or(usize::MAX));
            let Some(attachment) = attachment else { continue };
            let of = Target::Instance(self.attachments[attachment].instance);
            self.attachments[attachment].table = match table {
                Some(_) if aws.may_be_absent(index, Some(&of)) => Association::Unknown(spot),
                Some(table) => Association::One(table),
                None => Association::Unknown(table_id),
            };
        }
        for index in aws.of_type("aws_ec2_transit_gateway_route_table_propagation") {
            let spot = Spot::instance(aws.inventory, index);
            let table_id = spot.get("transit_gateway_route_table_id");
            let id = spot.get("transit_gateway_attachment_id");
            match self.table(aws, &table_id) {
                Some(table) => match self.named(aws, &id, table) {
                    Some(attachment) => {
                        let of = Target::Instance(self.attachments[attachment].instance);
                        let absent = aws.may_be_absent(index, Some(&of)).then(|| spot.clone());
                        self.propagate(aws, topology, attachment, table, spot, absent);
                    }
                    None => drop(self.tables[table].doubt.get_or_insert(id)),
                },
                None => self.doubt_all(&table_id),
            }
        }
        self.read_routes(aws);
    }

    fn doubt_all(&mut self, spot: &Spot<'a>) {
        for table in &mut self.tables {
            table.doubt.get_or_insert_with(|| spot.clone());
        }
    }

    fn read_routes(&mut self, aws: &Aws<'a>) {
        for (type_name, blocks, lists) in [
            ("aws_ec2_transit_gateway_route", &["destination_cidr_block"][..], &[][..]),
            ("aws_ec2_transit_gateway_prefix_list_reference", &[][..], &["prefix_list_id"][..]),
        ] {
            for index in aws.of_type(type_name) {
                let spot = Spot::instance(aws.inventory, index);
                let table_id = spot.get("transit_gateway_route_table_id");
                let Some(table) = self.table(aws, &table_id) else {
                    self.doubt_all(&table_id);
                    continue;
                };
                let destinations = Source::read(aws, &spot, blocks, lists);
                let attachment = spot.get("transit_gateway_attachment_id");
                let blackhole = spot.get("blackhole");
                let to = if blackhole.truth() == Some(true) {
                    To::Blackhole
                } else if blackhole.is_unknown(aws.inventory) {
                    To::Unknown(blackhole)
                } else {
                    self.named(aws, &attachment, table).map_or(To::Unknown(attachment), To::Attachment)
                };
                let unknown = destinations.iter().find(|it| it.rest != Rest::None).map(|it| it.spot.clone());
                let absent = aws.may_be_absent(index, None).then(|| spot.clone());
                let blocks = destinations.iter().flat_map(|it| it.addresses.to_cidrs()).collect();
                let route = TransitRoute { blocks, unknown, to, spot, absent, propagated: false };
                self.tables[table].routes.push(route);
            }
        }
    }

    /// What an attachment announces to a table: a VPC its blocks, a VPN connection what lies behind it.
    fn propagate(
        &mut self,
        aws: &Aws<'a>,
        topology: &Topology<'a>,
        attachment: usize,
        table: usize,
        spot: Spot<'a>,
        absent: Option<Spot<'a>>,
    ) {
        let own = Spot::instance(aws.inventory, self.attachments[attachment].instance);
        let (blocks, unknown) = match &self.attachments[attachment].end {
            End::Vpc(Some(vpc), _) => {
                let vpc = &topology.vpcs[*vpc];
                (vpc.blocks.to_cidrs(), vpc.uncertain.then(|| own.get("vpc_id")))
            }
            End::Vpc(None, _) => (Vec::new(), Some(own.get("vpc_id"))),
            End::OnPremises => (Vec::new(), Some(own)),
            End::Gateway(_) => return,
        };
        let to = To::Attachment(attachment);
        self.tables[table].routes.push(TransitRoute { blocks, unknown, to, spot, absent, propagated: true });
    }

    /// Which routes of a table take these addresses, and what is left.
    pub(in crate::network) fn lookup(
        &self,
        table: usize,
        addresses: &AddressSet,
        bound: Bound,
    ) -> (Vec<(&TransitRoute<'a>, AddressSet)>, AddressSet) {
        let table = &self.tables[table];
        let mut pieces: Vec<(&TransitRoute<'a>, IpNet)> = Vec::new();
        let mut taken = Vec::new();
        let mut left = addresses.clone();
        for route in &table.routes {
            pieces.extend(route.blocks.iter().map(|&block| (route, block)));
            if route.unknown.is_some() {
                match bound {
                    Bound::Certain if route.propagated => {}
                    Bound::Certain => left = AddressSet::EMPTY,
                    Bound::Possible => taken.push((route, addresses.clone())),
                }
            }
        }
        pieces.sort_by_key(|(route, block)| (std::cmp::Reverse(block.prefix_len()), route.propagated));
        for (route, block) in pieces {
            let block = AddressSet::from(block);
            let here = left.intersection(&block);
            if here.is_empty() {
                continue;
            }
            if route.absent.is_none() || bound == Bound::Possible {
                taken.push((route, here));
            }
            if route.absent.is_none() || bound == Bound::Certain {
                left = left.difference(&block);
            }
        }
        if table.doubt.is_some() && bound == Bound::Certain { (Vec::new(), AddressSet::EMPTY) } else { (taken, left) }
    }

    /// How many tables there are.
    pub(in crate::network) fn tables(&self) -> usize {
        self.tables.len()
    }

    /// The routes of a table.
    pub(in crate::network) fn routes(&self, table: usize) -> &[TransitRoute<'a>] {
        &self.tables[table].routes
    }

    /// Where a table may have other routes: the expression.
    pub(in crate::network) fn doubt(&self, table: usize) -> Option<&Spot<'a>> {
        self.tables[table].doubt.as_ref()
    }

    /// The attachments of a VPC to a gateway.
    pub(in crate::network) fn attachments_of(&self, vpc: usize, gateway: Option<&Target>) -> Vec<usize> {
        let of = |attachment: &Attachment<'a>| {
            let vpcs = match attachment.end {
                End::Vpc(own, _) => own.is_none_or(|own| own == vpc),
                End::Gateway(_) | End::OnPremises => false,
            };
            vpcs && (attachment.gateway.is_none() || gateway.is_none() || attachment.gateway.as_ref() == gateway)
        };
        (0..self.attachments.len()).filter(|&number| of(&self.attachments[number])).collect()
    }
}

impl<'a> TransitRoute<'a> {
    /// What it hangs on.
    pub(in crate::network) fn doubts(&self) -> impl Iterator<Item = &Spot<'a>> {
        self.unknown.iter().chain(&self.absent)
    }
}

/// Whether an attribute says `enable`.
fn enabled<'a>(aws: &Aws<'a>, spot: &Spot<'a>, missing: bool) -> Sure<'a> {
    match spot.setting(aws.inventory) {
        Setting::Unset => missing.into(),
        Setting::Unknown => Sure::Perhaps(spot.clone()),
        Setting::Known(_) => {
            spot.text().map_or(missing, |text| if text.is_empty() { missing } else { text == "enable" }).into()
        }
    }
}

impl Transit<'_> {
    /// The VPCs that are attached to any gateway.
    pub(in crate::network) fn attached(&self) -> impl Iterator<Item = usize> {
        self.attachments.iter().filter_map(|attachment| match attachment.end {
            End::Vpc(vpc, _) => vpc,
            End::Gateway(_) | End::OnPremises => None,
        })
    }

    /// The blocks that written routes lead to networks on premises.
    pub(in crate::network) fn premises(&self) -> Vec<IpNet> {
        let leads = |to: &To<'_>| match to {
            To::Attachment(number) => matches!(self.attachments[*number].end, End::OnPremises),
            To::Blackhole | To::Unknown(_) => false,
        };
        let routes = self.tables.iter().flat_map(|table| &table.routes).filter(|route| leads(&route.to));
        routes.flat_map(|route| route.blocks.iter().copied()).collect()
    }
}
