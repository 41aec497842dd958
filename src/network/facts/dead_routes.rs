//! Routes that lead nowhere, and routes that nothing takes.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use crate::lang::{Marks, Type, Value};
use crate::network::Network;
use crate::network::aws::join::Target;
use crate::network::aws::security_groups::is_managed;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::SUBNETS;
use crate::network::cidr;
use crate::network::reach::bound::Sure;
use crate::network::reach::model::Model;
use crate::network::reach::tables::{Kind, Route, Table};
use crate::network::reach::topology::Gateway;
use crate::network::sets::{AddressSet, Family};

use super::peerings::{connection, made_here};
use super::{object, text};

/// One fact per route whose target takes nothing from the VPC of its table, or may not.
pub(super) fn dead_routes(network: &Network<'_>) -> Vec<Value> {
    let mut facts = Vec::new();
    let mut gone = None;
    each_table(network, |model, table, vpc| {
        let gone = gone.get_or_insert_with(|| gone_ids(network));
        for route in own_routes(network, table) {
            let Some((dead, why)) = Dead { network, model, vpc }.of(route, gone) else { continue };
            let dead = dead.map_or_else(
                || Value::bool(true),
                |doubt| {
                    network.unknown_with(
                        Type::Bool,
                        &route.via.spot,
                        &doubt,
                        vec![(doubt.clone(), "not known until apply".to_owned())],
                    )
                },
            );
            facts.push(object([
                ("address", network.address_text(route.spot.instance)),
                ("dead", dead),
                ("site", network.link(&route.via.spot, Vec::new())),
                ("text", text(&destination(route), Marks::NONE)),
                ("why", text(&why, Marks::NONE)),
            ]));
        }
    });
    facts
}

/// One fact per route whose whole destination more specific routes take, or another one to the same destination.
///
/// "Route priority" (Amazon VPC User Guide): the most specific route that matches is taken.
pub(super) fn unused_routes(network: &Network<'_>) -> Vec<Value> {
    let mut facts = Vec::new();
    each_table(network, |model, table, vpc| {
        for (route, by) in unused(network, model, table, vpc) {
            let related = by.map(|by| (by.spot.clone(), "this route takes all of it".to_owned()));
            let taken_by = if by.is_some() {
                "another route of the table takes"
            } else {
                "more specific routes of the table take"
            };
            facts.push(object([
                ("address", network.address_text(route.spot.instance)),
                ("site", network.leaf_with(&route.spot, related.into_iter().collect())),
                ("taken_by", text(taken_by, Marks::NONE)),
                ("text", text(&destination(route), Marks::NONE)),
                ("used", Value::bool(false)),
            ]));
        }
    });
    facts
}

/// Every route table with the VPC that it is of.
fn each_table<'n, 'a>(network: &'n Network<'a>, mut ask: impl FnMut(&'n Model<'a>, &'n Table<'a>, Option<usize>)) {
    let types = ["aws_route", "aws_route_table", "aws_default_route_table"];
    if types.iter().all(|type_name| network.aws.of_type(type_name).next().is_none()) {
        return;
    }
    let model = network.reach().model();
    let vpcs = model.topology.vpcs_of_tables(&network.aws);
    model.topology.tables.tables.iter().zip(vpcs).for_each(|(table, vpc)| ask(model, table, vpc));
}

/// The routes that are written and certainly there. A table that does not manage its routes itself only repeats, in plans and
/// states, those that other resources make.
fn own_routes<'t, 'a>(network: &Network<'a>, table: &'t Table<'a>) -> Vec<&'t Route<'a>> {
    let written =
        |route: &&Route<'a>| route.absent.is_none() && !route.propagated && !route.spot.is_unknown(network.inventory);
    let (separate, inline): (Vec<_>, Vec<_>) =
        table.routes.iter().filter(written).partition(|route| route.spot.is_instance());
    let managed = |route: &&Route<'a>| {
        let table = network.inventory.instance(route.spot.instance);
        is_managed(table, "route") && (separate.is_empty() || table.sites.is_some())
    };
    let inline: Vec<_> = inline.into_iter().filter(managed).collect();
    separate.into_iter().chain(inline).collect()
}

/// The destination as a message names it.
fn destination(route: &Route<'_>) -> String {
    let names = ["destination_cidr_block", "destination_ipv6_cidr_block", "cidr_block", "ipv6_cidr_block"];
    let written = names.iter().find_map(|name| route.spot.get(name).text().filter(|text| !text.is_empty()));
    written.map_or_else(|| "its destination".to_owned(), |written| format!("`{}`", written.trim()))
}

/// The ids of what the plan destroys.
fn gone_ids(network: &Network<'_>) -> BTreeSet<String> {
    let id = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    network.inventory.gone().iter().filter_map(|instance| id(instance.get("id"))).collect()
}

/// Asks where routes of a VPC lead.
struct Dead<'n, 'a> {
    network: &'n Network<'a>,
    model: &'n Model<'a>,
    vpc: Option<usize>,
}

/// The expression on which it hangs that a route leads nowhere, if it is not certain; and why it does.
type Why<'a> = (Option<Spot<'a>>, String);

impl<'a> Dead<'_, 'a> {
    /// "Route table concepts" and "Gateway route tables" (Amazon VPC User Guide): a gateway takes what comes from the VPC that it
    /// is attached to; a NAT gateway is used in its own VPC. "Update your route tables for a VPC peering connection" (Amazon VPC
    /// Peering Guide): a route over a connection that is not accepted is a blackhole. "Transit gateway VPC attachments" (AWS
    /// Transit Gateway): a VPC routes to a gateway that it is attached to.
    fn of(&self, route: &Route<'a>, gone: &BTreeSet<String>) -> Option<Why<'a>> {
        if let Some(id) = route.via.spot.text().filter(|text| gone.contains(&**text)) {
            return Some((None, format!("the plan destroys `{id}`")));
        }
        let target = route.via.target.as_ref()?.instance()?;
        let topology = &self.model.topology;
        let name = self.network.address(target);
        match route.via.kind {
            Kind::Internet => self.gateway(target, &topology.internet, "aws_internet_gateway_attachment"),
            Kind::Private => self.gateway(target, &topology.private, "aws_vpn_gateway_attachment"),
            Kind::Nat => {
                let subnet = self.spot(target, "subnet_id");
                let subnet = subnet.value.and_then(|value| self.network.aws.ids().target(value, SUBNETS))?;
                let subnet = subnet.instance()?;
                let vpc = topology.subnets[topology.subnet_of(subnet)?].vpc;
                self.elsewhere(vpc).then(|| (None, format!("{name} is in another VPC")))
            }
            Kind::EgressOnly => {
                let vpc = topology.vpc(&self.network.aws, &self.spot(target, "vpc_id"));
                self.elsewhere(vpc).then(|| (None, format!("{name} is of another VPC")))
            }
            Kind::Peering => self.peering(connection(self.network, route)?),
            Kind::Transit => {
                let here = made_here(self.model, self.vpc)?;
                let is_gateway = self.network.inventory.instance(target).type_name() == "aws_ec2_transit_gateway";
                let attachments = self.model.transit.attachments_of(here, Some(&Target::Instance(target)));
                (is_gateway && attachments.is_empty()).then(|| (None, format!("the VPC is not attached to {name}")))
            }
            Kind::Local | Kind::Interface | Kind::Endpoint | Kind::Blackhole | Kind::Unknown => None,
        }
    }

    fn spot(&self, instance: usize, name: &'static str) -> Spot<'a> {
        Spot::instance(self.network.inventory, instance).get(name)
    }

    /// Whether something is certainly of another VPC than the table. Both have to be made here: of others an id may stand for a
    /// VPC that something else names otherwise.
    fn elsewhere(&self, vpc: Option<usize>) -> bool {
        let only = |vpc: &usize| {
            let made = self.model.topology.vpcs[*vpc].target.instance();
            made.is_some_and(|index| !self.network.inventory.instance(index).several)
        };
        let (own, other) = (self.vpc.filter(only), vpc.filter(only));
        own.is_some() && other.is_some() && own != other
    }

    fn gateway(&self, target: usize, gateways: &[Gateway<'a>], attachment: &'static str) -> Option<Why<'a>> {
        let name = self.network.address(target);
        let mut attached = gateways.iter().filter(|gateway| gateway.instance == target).peekable();
        if attached.peek().is_none() {
            let vpc_id = self.spot(target, "vpc_id");
            // An attachment of a gateway that is not known may be of this one.
            let stray =
                gateways.iter().any(|it| self.network.inventory.instance(it.instance).type_name() == attachment);
            return (!stray
                && (vpc_id.is_unset(self.network.inventory) || vpc_id.text().is_some_and(|text| text.is_empty())))
            .then(|| (None, format!("{name} is attached to no VPC")));
        }
        let other = attached.all(|gateway| gateway.doubt.is_none() && self.elsewhere(gateway.vpc));
        other.then(|| (None, format!("{name} is attached to another VPC")))
    }

    fn peering(&self, connection: usize) -> Option<Why<'a>> {
        let topology = &self.model.topology;
        let peering = topology.peerings.iter().find(|peering| peering.instance == connection)?;
        let name = self.network.address(connection);
        if peering.ends.iter().all(|end| self.elsewhere(*end)) {
            return Some((None, format!("{name} is of other VPCs")));
        }
        // Of a VPC that others make, others accept.
        let here = |end: &Option<usize>| made_here(self.model, *end).is_some();
        let owner = self.spot(connection, "peer_owner_id");
        if !peering.ends.iter().all(here) || !owner.is_unset(self.network.inventory) {
            return None;
        }
        match &peering.accepted {
            Sure::Yes => None,
            Sure::No => Some((None, format!("nothing accepts {name}"))),
            Sure::Perhaps(doubt) => Some((Some(doubt.clone()), format!("nothing may accept {name}"))),
        }
    }
}

/// A destination on the stack of those that are open where another one begins.
struct Open<'t, 'a> {
    family: Family,
    first: u128,
    last: u128,
    /// Its route; `None` for a local one.
    route: Option<&'t Route<'a>>,
    /// How many of its addresses more specific ones take.
    taken: u128,
    /// Whether there are more specific ones.
    inner: bool,
}

/// Routes that nothing takes, each with the other one to the same destination, if there is one.
fn unused<'t, 'a>(
    network: &Network<'a>,
    model: &'t Model<'a>,
    table: &'t Table<'a>,
    vpc: Option<usize>,
) -> Vec<(&'t Route<'a>, Option<&'t Route<'a>>)> {
    let range = |block: ipnet::IpNet| {
        let family = cidr::family(block);
        let &(first, last) = AddressSet::from(block).family(family).ranges().first()?;
        Some((family, first, Reverse(last)))
    };
    let mut found = Vec::new();
    let mut sorted = Vec::new();
    let routes = own_routes(network, table);
    for (order, &route) in routes.iter().enumerate() {
        // What prefix lists hold is not compared.
        if let ([block], None) = (route.blocks.as_slice(), &route.unknown) {
            sorted.extend(range(*block).map(|range| (range, Some(order))));
        }
    }
    let local = vpc.map(|vpc| model.topology.vpcs[vpc].blocks.to_cidrs()).unwrap_or_default();
    sorted.extend(local.into_iter().filter_map(range).map(|range| (range, None)));
    // Routes before a local one to the same destination, which they replace.
    sorted.sort_by_key(|&(range, order)| (range, order.is_none(), order));
    let mut open: Vec<Open<'t, 'a>> = Vec::new();
    let close = |open: &mut Vec<Open<'t, 'a>>, found: &mut Vec<_>| {
        let Some(closed) = open.pop() else { return };
        let size = (closed.last - closed.first).wrapping_add(1);
        if let Some(route) = closed.route.filter(|_| closed.inner && closed.taken == size) {
            found.push((route, None));
        }
        if let Some(around) = open.last_mut() {
            around.taken = around.taken.wrapping_add(size);
            around.inner = true;
        }
    };
    for ((family, first, Reverse(last)), order) in sorted {
        while open.last().is_some_and(|top| top.family != family || top.last < first) {
            close(&mut open, &mut found);
        }
        let route = order.map(|order| routes[order]);
        match open.last() {
            Some(same) if (same.first, same.last) == (first, last) => {
                // A route inside the table and one beside it may be one and the same, as a plan repeats it.
                if let (Some(route), Some(other)) = (route, same.route)
                    && route.spot.is_instance() == other.spot.is_instance()
                {
                    found.push((route, Some(other)));
                }
            }
            Some(_) | None => open.push(Open { family, first, last, route, taken: 0, inner: false }),
        }
    }
    while !open.is_empty() {
        close(&mut open, &mut found);
    }
    found.sort_by_key(|(route, _)| (route.spot.instance, route.spot.way().len()));
    found
}
