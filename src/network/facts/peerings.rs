//! Peering connections, and whether both sides route over them.

use std::collections::BTreeMap;

use crate::lang::{Marks, Type, Value};
use crate::network::Network;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::reach::bound::Sure;
use crate::network::reach::model::Model;
use crate::network::reach::tables::{Kind, PEERINGS, Route};
use crate::network::reach::topology::Peering;
use crate::network::sets::AddressSet;

use super::{object, text, words};

/// One fact per peering connection between two VPCs of the configuration.
///
/// "Update your route tables for a VPC peering connection" (Amazon VPC Peering Guide): each side needs a route to the other's
/// blocks, or to a part of them.
pub(super) fn peerings(network: &Network<'_>) -> Vec<Value> {
    if network.aws.of_type("aws_vpc_peering_connection").next().is_none() {
        return Vec::new();
    }
    let model = network.reach().model();
    let routes = Routes::read(network, model);
    let mut facts = Vec::new();
    for peering in &model.topology.peerings {
        let (Some(first), Some(second)) = (made_here(model, peering.ends[0]), made_here(model, peering.ends[1])) else {
            continue;
        };
        if first == second {
            continue;
        }
        let symbolic = network.inventory.instance(peering.instance).symbolic;
        let side = |vpc, other| routes.lead(model, peering, symbolic, [vpc, other]);
        let sides = [(first, side(first, second)), (second, side(second, first))];
        facts.push(fact(network, model, peering, &sides));
    }
    facts
}

fn fact<'a>(network: &Network<'a>, model: &Model<'a>, peering: &Peering<'a>, sides: &[(usize, Sure<'a>)]) -> Value {
    let spot = Spot::instance(network.inventory, peering.instance);
    let name = |vpc: usize| match &model.topology.vpcs[vpc].target {
        Target::Instance(index) => network.address(*index),
        Target::Id(id) => format!("`{id}`"),
        Target::Attribute(reference) => format!("`{}`", reference.address),
    };
    let without: Vec<usize> = sides.iter().filter(|(_, side)| matches!(side, Sure::No)).map(|(vpc, _)| *vpc).collect();
    let doubt = sides.iter().find_map(|(_, side)| side.doubt());
    let routed = match (without.is_empty(), doubt) {
        (false, _) => Value::bool(false),
        (true, None) => Value::bool(true),
        (true, Some(doubt)) => {
            let related = vec![(doubt.clone(), "not known until apply".to_owned())];
            network.unknown_with(Type::Bool, &spot, doubt, related)
        }
    };
    let without = match without.as_slice() {
        [] => String::new(),
        [one] => format!("{} has", name(*one)),
        several => format!("{} have", words::listed(&several.iter().map(|vpc| name(*vpc)).collect::<Vec<_>>())),
    };
    object([
        ("address", network.address_text(peering.instance)),
        ("routed", routed),
        ("site", network.leaf(&spot)),
        ("without_route", text(&without, Marks::NONE)),
    ])
}

/// The VPC, if the configuration makes it: of others nobody here knows the route tables.
pub(super) fn made_here(model: &Model<'_>, vpc: Option<usize>) -> Option<usize> {
    vpc.filter(|&vpc| model.topology.vpcs[vpc].target.instance().is_some())
}

/// A route over a peering connection, and the VPC of its table where that is known.
type Over<'n, 'a> = (Option<usize>, &'n Route<'a>);

/// Routes over peering connections.
#[derive(Default)]
struct Routes<'n, 'a> {
    /// By the connection's instance.
    over: BTreeMap<usize, Vec<Over<'n, 'a>>>,
    /// Of which nobody knows whether they lead over one, and over which.
    unsure: Vec<Over<'n, 'a>>,
    /// By VPC: where one of its tables may have other routes.
    doubts: BTreeMap<usize, Spot<'a>>,
    /// Where there may be others in any table.
    more: Option<&'n Spot<'a>>,
}

/// So many routes are looked at that lead nobody knows where.
const MAX_UNSURE: usize = 50;

impl<'n, 'a> Routes<'n, 'a> {
    fn read(network: &Network<'a>, model: &'n Model<'a>) -> Self {
        let mut routes = Self::default();
        let vpcs = model.topology.vpcs_of_tables(&network.aws);
        let (stray, more) = model.topology.tables.stray();
        routes.more = more;
        let tables = model.topology.tables.tables.iter().zip(vpcs);
        let tables = tables.map(|(table, vpc)| (&table.routes, table.doubt.as_ref(), vpc));
        for (own, doubt, vpc) in tables.chain([(stray, None, None)]) {
            if let (Some(vpc), Some(doubt)) = (vpc, doubt) {
                routes.doubts.entry(vpc).or_insert_with(|| doubt.clone());
            }
            for route in own {
                let connection = match route.via.kind {
                    Kind::Peering => connection(network, route),
                    Kind::Unknown => None,
                    Kind::Local | Kind::Internet | Kind::EgressOnly | Kind::Nat | Kind::Transit => continue,
                    Kind::Private | Kind::Interface | Kind::Endpoint | Kind::Blackhole => continue,
                };
                match connection {
                    Some(connection) => routes.over.entry(connection).or_default().push((vpc, route)),
                    None if routes.unsure.len() < MAX_UNSURE => routes.unsure.push((vpc, route)),
                    None => {}
                }
            }
        }
        routes
    }

    /// Whether a VPC has a route over the peering connection that leads to some of the other one's addresses.
    fn lead(&self, model: &Model<'a>, peering: &Peering<'a>, symbolic: bool, [vpc, other]: [usize; 2]) -> Sure<'a> {
        let other = &model.topology.vpcs[other];
        let leads = |route: &Route<'a>| {
            let mut blocks = route.blocks.iter().map(|&block| AddressSet::from(block));
            route.unknown.is_some() || other.uncertain || blocks.any(|block| block.overlaps(&other.blocks))
        };
        // A table that another configuration makes is this VPC's where it leads to the other one: it is one of the two's.
        let own_table = |of: Option<usize>, route: &Route<'a>| match of {
            Some(of) => of == vpc,
            None => route.unknown.is_none() && !other.uncertain,
        };
        let over = || self.over.get(&peering.instance).into_iter().flatten().filter(|(_, route)| leads(route));
        let own = over().filter(|(of, route)| own_table(*of, route)).fold(Sure::No, |found, (_, route)| {
            found.or(|| match &route.absent {
                // Where there may be no peering connection, its routes come with it.
                Some(doubt) if !symbolic => Sure::Perhaps(doubt.clone()),
                Some(_) | None => Sure::Yes,
            })
        });
        let foreign = || over().filter(|(of, _)| of.is_none()).map(|(_, route)| &route.spot);
        let unsure = self.unsure.iter().filter(|(of, route)| of.is_none_or(|of| of == vpc) && leads(route));
        let doubts = unsure.map(|(_, route)| &route.via.spot).chain(self.doubts.get(&vpc)).chain(self.more);
        own.or(|| foreign().chain(doubts).next().cloned().map_or(Sure::No, Sure::Perhaps))
    }
}

/// The peering connection that a route leads over: an accepter stands for the one that it accepts.
pub(super) fn connection(network: &Network<'_>, route: &Route<'_>) -> Option<usize> {
    let mut target = route.via.target.clone();
    if let Some(Target::Instance(index)) = target
        && network.inventory.instance(index).type_name() == "aws_vpc_peering_connection_accepter"
    {
        let id = Spot::instance(network.inventory, index).get("vpc_peering_connection_id");
        target = id.value.and_then(|value| network.aws.ids().target(value, PEERINGS));
    }
    match target? {
        Target::Instance(index) => Some(index),
        Target::Id(_) | Target::Attribute(_) => None,
    }
}
