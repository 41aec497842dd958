//! Route tables, which one each subnet has, and whether it sends public addresses to an internet gateway.
//!
//! Any public destination counts, however small: an address that is routed to an internet gateway can be reached from
//! there. A more specific route to somewhere else takes its destination away, as it does in AWS ("Route priority",
//! Amazon VPC User Guide).

use std::collections::BTreeMap;

use ipnet::IpNet;

use crate::lang::Value;
use crate::network::registry::public_part;
use crate::network::sets::AddressSet;

use super::Aws;
use super::join::{Target, filtered};
use super::sources::{Rest, Source};
use super::spot::Spot;
use super::vpcs::{SUBNETS, VPCS, vpc_attribute, vpc_with};

/// The attributes that refer to a route table.
const ROUTE_TABLES: &[(&str, &str)] = &[
    ("aws_route_table", "id"),
    ("aws_default_route_table", "id"),
    ("aws_default_route_table", "route_table_id"),
    ("aws_default_route_table", "default_route_table_id"),
];

/// The attributes of a VPC that hold its main route table.
const MAIN: &[&str] = &["default_route_table_id", "main_route_table_id"];

/// Which table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::network) enum Table {
    /// One by itself.
    Own(Target),
    /// The one that a VPC was made with.
    DefaultOf(Target),
}

/// Whether something sends public addresses to an internet gateway.
#[derive(Clone, Debug)]
pub enum Internet<'a> {
    /// It does not.
    No,
    /// That hangs on this expression.
    Perhaps(Spot<'a>),
    /// It does: through this route. `None`: through the route that AWS makes in a default VPC.
    Yes(Option<Spot<'a>>),
}

/// A route, as far as it matters here.
#[derive(Clone, Debug)]
struct Route<'a> {
    /// The destination's blocks, most often one.
    blocks: Vec<IpNet>,
    /// The expression of a destination that is not known in whole.
    destination_doubt: Option<Spot<'a>>,
    gateway: Gateway<'a>,
    spot: Spot<'a>,
}

/// Where a route leads.
#[derive(Clone, Debug)]
enum Gateway<'a> {
    Internet,
    Other,
    Unknown(Spot<'a>),
}

/// Route tables and their subnets.
#[derive(Debug, Default)]
pub struct Routes<'a> {
    tables: BTreeMap<Table, Vec<Route<'a>>>,
    by_subnet: BTreeMap<usize, Association<'a>>,
    /// Associations that may not be there, of subnets that are.
    perhaps: BTreeMap<usize, Association<'a>>,
    /// Associations of a subnet that is not known: with which table, and the expression.
    stray: Vec<(Association<'a>, Spot<'a>)>,
    main: BTreeMap<Target, Association<'a>>,
    /// Routes of a table that is not known, which may be any, with the expression.
    stray_routes: Vec<(Route<'a>, Spot<'a>)>,
}

/// What an association names.
#[derive(Clone, Debug)]
pub(in crate::network) struct Association<'a> {
    /// The table; `None` where that is not known.
    pub(in crate::network) table: Option<Table>,
    /// The expression.
    pub(in crate::network) spot: Spot<'a>,
}

impl Association<'_> {
    /// What the table belongs to.
    pub(in crate::network) const fn owner(&self) -> Option<&Target> {
        match &self.table {
            Some(Table::Own(target) | Table::DefaultOf(target)) => Some(target),
            None => None,
        }
    }
}

impl Route<'_> {
    /// The route as one that may not be there.
    fn or_none(self) -> Self {
        let gateway = match self.gateway {
            Gateway::Internet => Gateway::Unknown(self.spot.clone()),
            other => other,
        };
        let absent = match &gateway {
            // It takes nothing away from others.
            Gateway::Other => Vec::new(),
            Gateway::Internet | Gateway::Unknown(_) => self.blocks,
        };
        Self { blocks: absent, gateway, ..self }
    }
}

impl<'a> Routes<'a> {
    pub(super) fn read(aws: &Aws<'a>) -> Self {
        let mut routes = Self::default();
        for type_name in ["aws_route_table", "aws_default_route_table"] {
            for index in aws.of_type(type_name) {
                routes.read_table(aws, index);
            }
        }
        for index in aws.of_type("aws_route") {
            let spot = Spot::instance(aws.inventory, index);
            let blocks = ["destination_cidr_block", "destination_ipv6_cidr_block"];
            let route = read_route(aws, &spot, &blocks, "destination_prefix_list_id");
            let association = table_of(aws, &spot.get("route_table_id"));
            let route = if aws.may_be_absent(index, association.owner()) { route.or_none() } else { route };
            match association.table {
                Some(table) => routes.tables.entry(table).or_default().push(route),
                None => routes.stray_routes.push((route, association.spot)),
            }
        }
        for index in aws.of_type("aws_route_table_association") {
            let spot = Spot::instance(aws.inventory, index);
            let subnet = spot.get("subnet_id");
            let table = table_of(aws, &spot.get("route_table_id"));
            match subnet.value.and_then(|value| aws.ids().target(value, SUBNETS)) {
                Some(Target::Instance(number)) if aws.may_be_absent(index, Some(&Target::Instance(number))) => {
                    routes.perhaps.insert(number, table);
                }
                Some(Target::Instance(subnet)) => drop(routes.by_subnet.insert(subnet, table)),
                None if subnet.is_unknown(aws.inventory) => routes.stray.push((table, subnet)),
                Some(Target::Id(_) | Target::Attribute(_)) | None => {}
            }
        }
        for index in aws.of_type("aws_main_route_table_association") {
            let spot = Spot::instance(aws.inventory, index);
            let vpc = spot.get("vpc_id").value.and_then(|value| aws.ids().target(value, VPCS));
            if let Some(vpc) = vpc {
                routes.main.insert(vpc, table_of(aws, &spot.get("route_table_id")));
            }
        }
        routes
    }

    fn read_table(&mut self, aws: &Aws<'a>, index: usize) {
        let spot = Spot::instance(aws.inventory, index);
        let table = own_table(aws, index);
        let route = spot.get("route");
        let read_one = |route: &Spot<'a>| {
            let read = read_route(aws, route, &["cidr_block", "ipv6_cidr_block"], "destination_prefix_list_id");
            if route.within.is_some() { read.or_none() } else { read }
        };
        let mut read: Vec<Route<'a>> = route.each().iter().map(read_one).collect();
        if route.is_unknown(aws.inventory) {
            read.push(unknown_route(route));
        }
        self.tables.entry(table).or_default().extend(read);
    }

    /// Whether a subnet sends public addresses to an internet gateway: by its own table, else by its VPC's main one.
    #[must_use]
    pub fn of_subnet(&self, aws: &Aws<'a>, subnet: usize) -> Internet<'a> {
        let own = self.by_subnet.get(&subnet).map(|table| self.of_association(table));
        let vpc_id = Spot::instance(aws.inventory, subnet).get("vpc_id");
        let settled = own.unwrap_or_else(|| self.of_main_table(aws, subnet, &vpc_id));
        if self.by_subnet.contains_key(&subnet) || matches!(settled, Internet::Perhaps(_)) {
            return settled;
        }
        let perhaps = self.perhaps.get(&subnet).map(|association| (association, &association.spot));
        // An association of a subnet that is not known may be of this one.
        let same =
            |internet: &Internet<'_>| matches!(internet, Internet::Yes(_)) == matches!(settled, Internet::Yes(_));
        let stray = self.stray.iter().map(|(association, spot)| (association, spot));
        let other = perhaps.into_iter().chain(stray).find(|(table, _)| {
            let internet = self.of_association(table);
            matches!(internet, Internet::Perhaps(_)) || !same(&internet)
        });
        other.map_or(settled.clone(), |(_, doubt)| Internet::Perhaps(doubt.clone()))
    }

    /// A table of another configuration has routes that nobody here knows.
    fn of_association(&self, association: &Association<'a>) -> Internet<'a> {
        let here = association.table.as_ref().map_or(Internet::No, |table| self.of_table(table));
        let known = association.table.as_ref().is_some_and(|table| match table {
            Table::Own(target) | Table::DefaultOf(target) => matches!(target, Target::Instance(_)),
        });
        match here {
            Internet::No if !known => Internet::Perhaps(association.spot.clone()),
            here => here,
        }
    }

    fn of_main_table(&self, aws: &Aws<'a>, subnet: usize, vpc_id: &Spot<'a>) -> Internet<'a> {
        let default_subnet = aws.inventory.instance(subnet).type_name() == "aws_default_subnet";
        let vpc = if default_subnet {
            aws.of_type("aws_default_vpc").next().map(Target::Instance)
        } else {
            vpc_id.value.and_then(|value| aws.ids().target(value, VPCS))
        };
        let Some(vpc) = vpc else {
            return if default_subnet { Internet::Yes(None) } else { Internet::Perhaps(vpc_id.clone()) };
        };
        if let Some(table) = self.main.get(&vpc) {
            return self.of_association(table);
        }
        let Target::Instance(index) = vpc else {
            // Its main table is somewhere else, with routes that nobody here knows; those added here are known.
            let here = self.of_table(&Table::DefaultOf(vpc));
            return if matches!(here, Internet::Yes(_)) { here } else { Internet::Perhaps(vpc_id.clone()) };
        };
        let adopted = self.tables.contains_key(&Table::DefaultOf(vpc.clone()));
        if !adopted && aws.inventory.instance(index).type_name() == "aws_default_vpc" {
            // "The main route table sends all internet-bound traffic to the internet gateway" (Default VPCs).
            return Internet::Yes(None);
        }
        self.of_table(&Table::DefaultOf(vpc))
    }

    /// A new table has the local route alone.
    fn of_table(&self, table: &Table) -> Internet<'a> {
        let known = self.tables.get(table).map_or(Internet::No, |routes| lead(routes));
        let mut stray = self.stray_routes.iter();
        match (&known, stray.find(|(route, _)| !matches!(lead(std::slice::from_ref(route)), Internet::No))) {
            (Internet::No, Some((_, doubt))) => Internet::Perhaps(doubt.clone()),
            _ => known,
        }
    }
}

/// Where routes lead, the more specific ones first.
fn lead<'a>(routes: &[Route<'a>]) -> Internet<'a> {
    let mut by_length: Vec<(&Route<'a>, IpNet)> =
        routes.iter().flat_map(|route| route.blocks.iter().map(move |&block| (route, block))).collect();
    by_length.sort_by_key(|(_, block)| std::cmp::Reverse(block.prefix_len()));
    let mut taken = AddressSet::EMPTY;
    let mut perhaps = None;
    for (route, block) in by_length {
        let block = AddressSet::from(block);
        let left = public_part(&block.difference(&taken));
        if !left.is_empty() {
            match &route.gateway {
                Gateway::Internet => return Internet::Yes(Some(route.spot.clone())),
                Gateway::Unknown(doubt) => drop(perhaps.get_or_insert_with(|| doubt.clone())),
                Gateway::Other => {}
            }
        }
        taken = taken.union(&block);
    }
    let doubtful = || {
        let routes = routes.iter().filter(|route| !matches!(route.gateway, Gateway::Other));
        routes.filter_map(|route| route.destination_doubt.clone()).next()
    };
    perhaps.or_else(doubtful).map_or(Internet::No, Internet::Perhaps)
}

fn unknown_route(spot: Spot<'_>) -> Route<'_> {
    let (blocks, gateway) = (Vec::new(), Gateway::Unknown(spot.clone()));
    Route { blocks, destination_doubt: Some(spot.clone()), gateway, spot }
}

/// `list` names the attribute that holds a prefix list.
fn read_route<'a>(aws: &Aws<'a>, spot: &Spot<'a>, blocks: &[&'static str], list: &'static str) -> Route<'a> {
    if spot.is_unknown(aws.inventory) {
        return unknown_route(spot.clone());
    }
    let destinations = Source::read(aws, spot, blocks, &[list]);
    let blocks = destinations.iter().flat_map(|destination| destination.addresses.to_cidrs()).collect();
    let doubtful = destinations.into_iter().find(|destination| destination.rest != Rest::None);
    let destination_doubt = doubtful.map(|destination| destination.spot);
    Route { blocks, destination_doubt, gateway: gateway(aws, &spot.get("gateway_id")), spot: spot.clone() }
}

/// `gateway_id` holds internet gateways and virtual private gateways; only the former lead to the internet. NAT and
/// egress-only gateways, which let nothing in, have attributes of their own.
fn gateway<'a>(aws: &Aws<'a>, spot: &Spot<'a>) -> Gateway<'a> {
    let (Some(value), false) = (spot.value, spot.is_unset(aws.inventory)) else { return Gateway::Other };
    if let Some(reference) = value.reference() {
        return match &*reference.address.type_name {
            "aws_internet_gateway" | "aws_internet_gateway_attachment" => Gateway::Internet,
            // Its id is that of the gateway it holds, or it is no gateway at all.
            _ if reference.attribute() == Some("internet_gateway_id") => Gateway::Internet,
            "aws_vpn_gateway" | "aws_vpn_gateway_attachment" | "aws_nat_gateway" | "aws_vpc_endpoint" => Gateway::Other,
            "aws_egress_only_internet_gateway" | "aws_ec2_transit_gateway" | "aws_ec2_carrier_gateway" => {
                Gateway::Other
            }
            _ => Gateway::Unknown(spot.clone()),
        };
    }
    match value.as_str() {
        Some(text) if text.starts_with("igw-") => Gateway::Internet,
        Some(_) => Gateway::Other,
        None => Gateway::Unknown(spot.clone()),
    }
}

/// The table that a value names; nobody knows which where a data source may have found one of those that are made here.
pub(in crate::network) fn table_of<'a>(aws: &Aws<'a>, spot: &Spot<'a>) -> Association<'a> {
    let of_vpc = spot.value.and_then(|value| vpc_attribute(aws, value, MAIN));
    let table = of_vpc.map(Table::DefaultOf).or_else(|| {
        Some(match aws.ids().target(spot.value?, ROUTE_TABLES)? {
            Target::Instance(index) => own_table(aws, index),
            target => match found_main(aws, &target).or_else(|| vpc_with(aws, spot.value?, MAIN)) {
                Some(vpc) => Table::DefaultOf(vpc),
                None if aws.ids().may_find_made(&target) => return None,
                None => Table::Own(target),
            },
        })
    });
    Association { table, spot: spot.clone() }
}

/// The VPC whose main table a data source looks for.
fn found_main(aws: &Aws<'_>, target: &Target) -> Option<Target> {
    let data = Spot::instance(aws.inventory, aws.ids().data_source(target)?);
    let is_main = filtered(&data, "association.main", "true");
    is_main.then(|| aws.ids().target(data.get("vpc_id").value?, VPCS))?
}

/// The table that an instance is.
pub(in crate::network) fn own_table(aws: &Aws<'_>, index: usize) -> Table {
    let adopted = aws.inventory.instance(index).get("default_route_table_id");
    let vpc = adopted.and_then(|value: &Value| vpc_attribute(aws, value, MAIN).or_else(|| vpc_with(aws, value, MAIN)));
    match vpc {
        Some(vpc) if aws.inventory.instance(index).type_name() == "aws_default_route_table" => Table::DefaultOf(vpc),
        Some(_) | None => Table::Own(Target::Instance(index)),
    }
}
