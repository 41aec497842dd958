//! Route tables: which routes there are, where they lead, and which one a destination takes.
//!
//! "Route tables", "Route priority" and "Middlebox routing" (Amazon VPC User Guide): the longest prefix that matches wins; a
//! local route for each block of the VPC; a table by itself has nothing else.

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::lang::Value;
use crate::network::aws::Aws;
use crate::network::aws::join::Target;
use crate::network::aws::routes::{Table as Key, own_table, table_of};
use crate::network::aws::sources::{Rest, Source};
use crate::network::aws::spot::{Setting, Spot};
use crate::network::aws::vpcs::{SUBNETS, VPCS};
use crate::network::sets::AddressSet;

use super::bound::Bound;
use super::kinds::Targets;

/// A route table.
#[derive(Debug, Default)]
pub(in crate::network) struct Table<'a> {
    /// Where it is written.
    pub(in crate::network) spot: Option<Spot<'a>>,
    pub(in crate::network) routes: Vec<Route<'a>>,
    /// Set where it may have other routes.
    pub(in crate::network) doubt: Option<Spot<'a>>,
}

/// A route.
#[derive(Clone, Debug)]
pub(in crate::network) struct Route<'a> {
    /// The blocks of its destination.
    pub(in crate::network) blocks: Vec<IpNet>,
    /// The expression of a destination that is not known in whole.
    pub(in crate::network) unknown: Option<Spot<'a>>,
    pub(in crate::network) via: Via<'a>,
    pub(in crate::network) spot: Spot<'a>,
    /// Set where it may not be there.
    pub(in crate::network) absent: Option<Spot<'a>>,
    /// Whether a gateway announces it: written routes to the same block come first.
    pub(in crate::network) propagated: bool,
}

/// Where a route leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::network) enum Kind {
    /// Stays in the VPC.
    Local,
    Internet,
    EgressOnly,
    Nat,
    Peering,
    Transit,
    /// A virtual private gateway.
    Private,
    /// A network interface, or an instance.
    Interface,
    /// A VPC endpoint: of a gateway load balancer or a firewall, or for a service.
    Endpoint,
    /// To nowhere.
    Blackhole,
    /// To something that is not known.
    Unknown,
}

/// Where a route leads, and to which one.
#[derive(Clone, Debug)]
pub(in crate::network) struct Via<'a> {
    pub(in crate::network) kind: Kind,
    pub(in crate::network) target: Option<Target>,
    /// The expression.
    pub(in crate::network) spot: Spot<'a>,
}

/// The tables that a subnet, or a gateway, may have.
#[derive(Clone, Debug)]
pub(in crate::network) enum TableOf<'a> {
    One(usize),
    Unknown(Spot<'a>),
}

/// All route tables.
#[derive(Debug, Default)]
pub(in crate::network) struct Tables<'a> {
    pub(in crate::network) tables: Vec<Table<'a>>,
    /// Which table each is.
    pub(in crate::network) keys: Vec<Key>,
    by_key: BTreeMap<Key, usize>,
    of_subnet: BTreeMap<usize, TableOf<'a>>,
    main: BTreeMap<Target, TableOf<'a>>,
    /// Edge tables, by the gateway's instance.
    of_gateway: BTreeMap<usize, TableOf<'a>>,
    /// An association with a subnet that is not known.
    stray: Option<Spot<'a>>,
    /// A main table of a VPC that is not known.
    stray_main: Option<Spot<'a>>,
    /// Routes of a table that is not known: they may be in any.
    stray_routes: Vec<Route<'a>>,
    /// Set where there are more of them.
    stray_doubt: Option<Spot<'a>>,
}

/// The most routes of tables that are not known that are told apart.
const MAX_STRAY: usize = 64;

/// Attributes that say where a route leads.
const TARGETS: &[(&str, Kind, Targets)] = &[
    ("nat_gateway_id", Kind::Nat, &[("aws_nat_gateway", "id")]),
    ("egress_only_gateway_id", Kind::EgressOnly, &[("aws_egress_only_internet_gateway", "id")]),
    ("transit_gateway_id", Kind::Transit, TRANSIT_GATEWAYS),
    ("vpc_peering_connection_id", Kind::Peering, PEERINGS),
    (
        "network_interface_id",
        Kind::Interface,
        &[("aws_network_interface", "id"), ("aws_instance", "primary_network_interface_id")],
    ),
    ("instance_id", Kind::Interface, &[("aws_instance", "id")]),
    ("vpc_endpoint_id", Kind::Endpoint, &[("aws_vpc_endpoint", "id")]),
    ("carrier_gateway_id", Kind::Unknown, &[]),
    ("core_network_arn", Kind::Unknown, &[]),
    ("local_gateway_id", Kind::Unknown, &[]),
];

/// What `gateway_id` names.
const GATEWAYS: &[(&str, &str)] = &[
    ("aws_internet_gateway", "id"),
    ("aws_internet_gateway_attachment", "internet_gateway_id"),
    ("aws_vpn_gateway", "id"),
    ("aws_vpn_gateway_attachment", "vpn_gateway_id"),
    ("aws_vpc_endpoint", "id"),
];

pub(in crate::network) const TRANSIT_GATEWAYS: &[(&str, &str)] =
    &[("aws_ec2_transit_gateway", "id"), ("aws_ec2_transit_gateway_vpc_attachment", "transit_gateway_id")];
pub(in crate::network) const PEERINGS: &[(&str, &str)] = &[
    ("aws_vpc_peering_connection", "id"),
    ("aws_vpc_peering_connection_accepter", "id"),
    ("aws_vpc_peering_connection_accepter", "vpc_peering_connection_id"),
];

impl<'a> Tables<'a> {
    pub(in crate::network) fn read(aws: &Aws<'a>) -> Self {
        let mut tables = Self::default();
        for type_name in ["aws_route_table", "aws_default_route_table"] {
            for index in aws.of_type(type_name) {
                tables.read_table(aws, index);
            }
        }
        for index in aws.of_type("aws_route") {
            let spot = Spot::instance(aws.inventory, index);
            let association = table_of(aws, &spot.get("route_table_id"));
            let mut route = read_route(
                aws,
                &spot,
                &["destination_cidr_block", "destination_ipv6_cidr_block"],
                "destination_prefix_list_id",
            );
            if aws.may_be_absent(index, association.owner()) {
                route.absent = Some(spot);
            }
            tables.add(association.table, route, &association.spot);
        }
        tables.read_associations(aws);
        tables
    }

    fn of_key(&mut self, key: Key) -> usize {
        if let Some(&known) = self.by_key.get(&key) {
            return known;
        }
        let number = self.tables.len();
        self.keys.push(key.clone());
        self.by_key.insert(key, number);
        let (routes, doubt) = (self.stray_routes.clone(), self.stray_doubt.clone());
        self.tables.push(Table { spot: None, routes, doubt });
        number
    }

    /// Adds a route to a table; to all of them, as one that may not be there, where the table is not known.
    fn add(&mut self, key: Option<Key>, mut route: Route<'a>, named: &Spot<'a>) {
        match key {
            Some(key) => {
                let number = self.of_key(key);
                self.tables[number].routes.push(route);
            }
            None if self.stray_routes.len() < MAX_STRAY => {
                route.absent = Some(named.clone());
                self.tables.iter_mut().for_each(|table| table.routes.push(route.clone()));
                self.stray_routes.push(route);
            }
            None => {
                self.stray_doubt = Some(named.clone());
                for table in &mut self.tables {
                    table.doubt.get_or_insert_with(|| named.clone());
                }
            }
        }
    }

    fn read_table(&mut self, aws: &Aws<'a>, index: usize) {
        let spot = Spot::instance(aws.inventory, index);
        let number = self.of_key(own_table(aws, index));
        let blocks = spot.get("route");
        if blocks.is_unknown(aws.inventory) {
            self.tables[number].doubt = Some(blocks.clone());
        }
        for block in blocks.each() {
            let absent = block.within.is_some().then(|| block.clone());
            let route = read_route(aws, &block, &["cidr_block", "ipv6_cidr_block"], "destination_prefix_list_id");
            self.tables[number].routes.push(Route { absent, ..route });
        }
        let gateways = spot.get("propagating_vgws");
        for gateway in gateways.each() {
            let route = propagated(aws, gateway);
            self.tables[number].routes.push(route);
        }
        self.tables[number].spot = Some(spot);
    }

    fn read_associations(&mut self, aws: &Aws<'a>) {
        for index in aws.of_type("aws_vpn_gateway_route_propagation") {
            let spot = Spot::instance(aws.inventory, index);
            let association = table_of(aws, &spot.get("route_table_id"));
            let route = propagated(aws, spot.get("vpn_gateway_id"));
            self.add(association.table, route, &association.spot);
        }
        for index in aws.of_type("aws_route_table_association") {
            let spot = Spot::instance(aws.inventory, index);
            let table = self.named(aws, &spot.get("route_table_id"));
            let (subnet, gateway) = (spot.get("subnet_id"), spot.get("gateway_id"));
            let own = |target: &Target| aws.may_be_absent(index, Some(target));
            match subnet.value.and_then(|value| aws.ids().target(value, SUBNETS)) {
                Some(target @ Target::Instance(number)) => {
                    let table = if own(&target) { TableOf::Unknown(spot.clone()) } else { table };
                    self.of_subnet.insert(number, table);
                    continue;
                }
                None if subnet.is_unknown(aws.inventory) => self.stray = Some(subnet),
                Some(Target::Id(_) | Target::Attribute(_)) | None => {}
            }
            if let Some(Target::Instance(number)) = gateway.value.and_then(|value| aws.ids().target(value, GATEWAYS)) {
                self.of_gateway.insert(number, table);
            }
        }
        for index in aws.of_type("aws_main_route_table_association") {
            let spot = Spot::instance(aws.inventory, index);
            let table = self.named(aws, &spot.get("route_table_id"));
            let vpc_id = spot.get("vpc_id");
            match vpc_id.value.and_then(|value| aws.ids().target(value, VPCS)) {
                Some(vpc) => {
                    let absent = aws.may_be_absent(index, Some(&vpc));
                    self.main.insert(vpc, if absent { TableOf::Unknown(spot) } else { table });
                }
                None => self.stray_main = Some(vpc_id),
            }
        }
    }

    /// The table that an expression names. One that another configuration makes has routes that nobody here knows.
    fn named(&mut self, aws: &Aws<'a>, spot: &Spot<'a>) -> TableOf<'a> {
        let Some(key) = table_of(aws, spot).table else { return TableOf::Unknown(spot.clone()) };
        let (Key::Own(target) | Key::DefaultOf(target)) = &key;
        let here = matches!(target, Target::Instance(_));
        let number = self.of_key(key);
        if !here {
            self.tables[number].doubt.get_or_insert_with(|| spot.clone());
        }
        TableOf::One(number)
    }

    /// The table of a subnet: its own, else its VPC's main one. `default`: whether the VPC is a default one, whose main
    /// table leads to the internet ("Default VPC components", Amazon VPC User Guide).
    pub(in crate::network) fn of_subnet(
        &mut self,
        aws: &Aws<'a>,
        subnet: usize,
        vpc: Option<&Target>,
        vpc_id: &Spot<'a>,
    ) -> TableOf<'a> {
        if let Some(own) = self.of_subnet.get(&subnet) {
            return own.clone();
        }
        if let Some(stray) = &self.stray {
            return TableOf::Unknown(stray.clone());
        }
        let Some(vpc) = vpc else { return TableOf::Unknown(vpc_id.clone()) };
        if let Some(main) = self.main.get(vpc) {
            return main.clone();
        }
        if let Some(stray) = &self.stray_main {
            return TableOf::Unknown(stray.clone());
        }
        let key = Key::DefaultOf(vpc.clone());
        let known = self.by_key.contains_key(&key);
        let number = self.of_key(key);
        let Target::Instance(index) = *vpc else {
            self.tables[number].doubt.get_or_insert_with(|| vpc_id.clone());
            return TableOf::One(number);
        };
        if !known && aws.inventory.instance(index).type_name() == "aws_default_vpc" {
            let spot = Spot::instance(aws.inventory, index);
            let via = Via { kind: Kind::Internet, target: None, spot: spot.clone() };
            let blocks = "0.0.0.0/0".parse().into_iter().collect();
            self.tables[number].routes.push(Route {
                blocks,
                unknown: None,
                via,
                spot,
                absent: None,
                propagated: false,
            });
        }
        TableOf::One(number)
    }

    /// Routes that may be in any table; and, where there are more of them, what names the table of one.
    pub(in crate::network) const fn stray(&self) -> (&Vec<Route<'a>>, Option<&Spot<'a>>) {
        (&self.stray_routes, self.stray_doubt.as_ref())
    }

    /// The edge table of a gateway, if it has one.
    pub(in crate::network) fn of_gateway(&self, gateway: usize) -> Option<&TableOf<'a>> {
        self.of_gateway.get(&gateway)
    }
}

impl<'a> Table<'a> {
    /// Which routes take these addresses: each with those that it takes, and the addresses that no route takes. `wanted`
    /// says which routes count at all.
    pub(in crate::network) fn lookup(
        &self,
        addresses: &AddressSet,
        bound: Bound,
        wanted: &dyn Fn(&Route<'a>) -> bool,
    ) -> (Vec<(&Route<'a>, AddressSet)>, AddressSet) {
        let mut pieces: Vec<(&Route<'a>, IpNet)> = Vec::new();
        let mut taken = Vec::new();
        let mut left = addresses.clone();
        for route in self.routes.iter().filter(|route| wanted(route)) {
            pieces.extend(route.blocks.iter().map(|&block| (route, block)));
            if route.unknown.is_some() && !route.propagated {
                match bound {
                    Bound::Certain => left = AddressSet::EMPTY,
                    Bound::Possible => taken.push((route, addresses.clone())),
                }
            } else if route.unknown.is_some() && bound == Bound::Possible {
                taken.push((route, addresses.clone()));
            }
        }
        // A table holds no two written routes to one block: what may be there is not where another one is.
        pieces.sort_by_key(|(route, block)| {
            (std::cmp::Reverse(block.prefix_len()), route.propagated, route.absent.is_some())
        });
        for (route, block) in pieces {
            let block = AddressSet::from(block);
            let here = left.intersection(&block);
            if here.is_empty() {
                continue;
            }
            let sure = route.absent.is_none();
            if sure || bound == Bound::Possible {
                taken.push((route, here));
            }
            if sure || bound == Bound::Certain {
                left = left.difference(&block);
            }
        }
        if self.doubt.is_some() && bound == Bound::Certain {
            // Any of them may be taken by a route that is not known.
            return (Vec::new(), AddressSet::EMPTY);
        }
        (taken, left)
    }
}

/// The routes that a virtual private gateway announces: the static ones of its VPN connections where these have no others.
fn propagated<'a>(aws: &Aws<'a>, gateway: Spot<'a>) -> Route<'a> {
    let target = gateway.value.and_then(|value| aws.ids().target(value, &[("aws_vpn_gateway", "id")]));
    let (mut blocks, mut unknown) = (Vec::new(), None);
    let mut connections = 0;
    for index in aws.of_type("aws_vpn_connection") {
        let connection = Spot::instance(aws.inventory, index);
        let of = connection
            .get("vpn_gateway_id")
            .value
            .and_then(|value| aws.ids().target(value, &[("aws_vpn_gateway", "id")]));
        if of != target {
            continue;
        }
        connections += 1;
        if connection.get("static_routes_only").truth() != Some(true) {
            unknown = Some(connection);
            continue;
        }
        for route in aws.of_type("aws_vpn_connection_route") {
            let route = Spot::instance(aws.inventory, route);
            let id = route.get("vpn_connection_id").value;
            if id.and_then(|id| aws.ids().target(id, &[("aws_vpn_connection", "id")])) == Some(Target::Instance(index))
            {
                for source in Source::read(aws, &route, &["destination_cidr_block"], &[]) {
                    blocks.extend(source.addresses.to_cidrs());
                    unknown = unknown.or((source.rest != Rest::None).then_some(source.spot));
                }
            }
        }
    }
    if connections == 0 {
        unknown = Some(gateway.clone());
    }
    let via = Via { kind: Kind::Private, target, spot: gateway.clone() };
    Route { blocks, unknown, via, spot: gateway, absent: None, propagated: true }
}

fn read_route<'a>(aws: &Aws<'a>, spot: &Spot<'a>, blocks: &[&'static str], list: &'static str) -> Route<'a> {
    if spot.is_unknown(aws.inventory) {
        let via = Via { kind: Kind::Unknown, target: None, spot: spot.clone() };
        let unknown = Some(spot.clone());
        return Route { blocks: Vec::new(), unknown, via, spot: spot.clone(), absent: None, propagated: false };
    }
    let destinations = Source::read(aws, spot, blocks, &[list]);
    let cidrs = destinations.iter().flat_map(|destination| destination.addresses.to_cidrs()).collect();
    let via = via(aws, spot);
    // Prefix lists of AWS hold addresses of its services, which nothing here is.
    let service = via.kind == Kind::Endpoint && !spot.get(list).is_unset(aws.inventory);
    let unknown = destinations.into_iter().find(|destination| destination.rest != Rest::None && !service);
    let unknown = unknown.map(|destination| destination.spot);
    Route { blocks: cidrs, unknown, via, spot: spot.clone(), absent: None, propagated: false }
}

fn via<'a>(aws: &Aws<'a>, route: &Spot<'a>) -> Via<'a> {
    let is_set = |spot: &Spot<'a>| !spot.is_unset(aws.inventory) && spot.text().is_none_or(|text| !text.is_empty());
    let gateway = route.get("gateway_id");
    if is_set(&gateway) {
        let (kind, target) = gateway_kind(aws, &gateway);
        return Via { kind, target, spot: gateway };
    }
    for (name, kind, kinds) in TARGETS {
        let spot = route.get(name);
        if is_set(&spot) {
            let named = spot.value.and_then(Value::identity).is_some() || spot.text().is_some();
            let target = spot.value.and_then(|value| aws.ids().target(value, kinds));
            let kind = if named { kind.clone() } else { Kind::Unknown };
            return Via { kind, target, spot };
        }
    }
    Via { kind: Kind::Blackhole, target: None, spot: route.clone() }
}

fn gateway_kind<'a>(aws: &Aws<'a>, spot: &Spot<'a>) -> (Kind, Option<Target>) {
    let target = spot.value.and_then(|value| aws.ids().target(value, GATEWAYS));
    let type_name = match &target {
        Some(Target::Instance(index)) => Some(aws.inventory.instance(*index).type_name().to_owned()),
        Some(Target::Attribute(reference)) => Some(reference.address.type_name.to_string()),
        Some(Target::Id(_)) | None => None,
    };
    let kind = match (type_name.as_deref(), spot.setting(aws.inventory)) {
        (Some("aws_internet_gateway" | "aws_internet_gateway_attachment"), _) => Kind::Internet,
        (Some("aws_vpn_gateway" | "aws_vpn_gateway_attachment"), _) => Kind::Private,
        (Some("aws_vpc_endpoint"), _) => Kind::Endpoint,
        (_, Setting::Known(value)) => match value.as_str().unwrap_or_default() {
            "local" => Kind::Local,
            text if text.starts_with("igw-") => Kind::Internet,
            text if text.starts_with("vgw-") => Kind::Private,
            text if text.starts_with("vpce-") => Kind::Endpoint,
            _ => Kind::Unknown,
        },
        _ => Kind::Unknown,
    };
    (kind, target)
}
