//! NAT gateways, and whether what they send gets anywhere.

use crate::lang::{Marks, Type, Value};
use crate::network::Network;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::aws::vpcs::SUBNETS;
use crate::network::reach::bound::Sure;
use crate::network::reach::model::Model;
use crate::network::reach::tables::{Kind, Route, Table, TableOf};

use super::{object, text};

/// One fact per public NAT gateway in a subnet of the configuration. Where the subnet is made elsewhere, whoever makes it
/// knows whether it is public.
pub(super) fn nat_gateways(network: &Network<'_>) -> Vec<Value> {
    let mut facts = Vec::new();
    for index in network.aws.of_type("aws_nat_gateway") {
        let spot = Spot::instance(network.inventory, index);
        let connectivity = spot.get("connectivity_type");
        let private = match connectivity.setting(network.inventory) {
            Setting::Unset => Sure::No,
            Setting::Unknown => Sure::Perhaps(connectivity),
            Setting::Known(_) => (connectivity.text().as_deref() == Some("private")).into(),
        };
        let subnet_id = spot.get("subnet_id");
        let named = subnet_id.value.and_then(|value| network.aws.ids().target(value, SUBNETS));
        let subnet = named.and_then(|target| target.instance());
        let (Sure::No | Sure::Perhaps(_), Some(subnet)) = (&private, subnet) else { continue };
        let (way_out, table) = way_out(network.reach().model(), subnet);
        let routed = match way_out.or(|| private) {
            Sure::Yes => Value::bool(true),
            Sure::No => Value::bool(false),
            Sure::Perhaps(doubt) => {
                let related = vec![(doubt.clone(), "not known until apply".to_owned())];
                network.unknown_with(Type::Bool, &subnet_id, &doubt, related)
            }
        };
        let table = table.and_then(|table| table.spot.clone());
        let related = table.map(|table| (table, "the route table of that subnet".to_owned()));
        facts.push(object([
            ("address", network.address_text(index)),
            ("routed_out", routed),
            ("site", network.link(&subnet_id, related.into_iter().collect())),
            ("subnet", text(&network.address(subnet), Marks::NONE)),
        ]));
    }
    facts
}

/// Whether the table of a subnet leads what a public NAT gateway sends out of the VPC, and the table.
fn way_out<'n, 'a>(model: &'n Model<'a>, subnet: usize) -> (Sure<'a>, Option<&'n Table<'a>>) {
    let topology = &model.topology;
    let Some(subnet) = topology.subnet_of(subnet).map(|subnet| &topology.subnets[subnet]) else {
        return (Sure::Yes, None);
    };
    let table = match &subnet.table {
        TableOf::One(table) => &topology.tables.tables[*table],
        TableOf::Unknown(doubt) => return (Sure::Perhaps(doubt.clone()), None),
    };
    let of_route = |route: &Route<'a>| match &route.absent {
        _ if !leads_out(&route.via.kind) => Sure::No,
        Some(doubt) => Sure::Perhaps(doubt.clone()),
        None => Sure::Yes,
    };
    let by_routes = table.routes.iter().fold(Sure::No, |found, route| found.or(|| of_route(route)));
    (by_routes.or(|| table.doubt.clone().map_or(Sure::No, Sure::Perhaps)), Some(table))
}

/// "NAT gateways" (Amazon VPC User Guide): traffic of a public one goes to an internet gateway, or through a transit gateway
/// or virtual private gateway to other networks. Firewalls and appliances may stand before the internet gateway
/// ("Middlebox routing"). It does not go through another NAT gateway, nor over peering ("VPC peering limitations"), and
/// egress-only gateways carry IPv6 alone.
const fn leads_out(kind: &Kind) -> bool {
    match kind {
        Kind::Internet | Kind::Transit | Kind::Private | Kind::Interface | Kind::Endpoint | Kind::Unknown => true,
        Kind::Local | Kind::EgressOnly | Kind::Nat | Kind::Peering | Kind::Blackhole => false,
    }
}
