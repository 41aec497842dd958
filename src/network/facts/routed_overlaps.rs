//! Addresses that networks share which route to each other beyond one gateway: over peered transit gateways and VPN connections.

use std::collections::BTreeSet;

use ipnet::IpNet;

use crate::lang::{Marks, Value};
use crate::network::Network;
use crate::network::aws::join::Target;
use crate::network::aws::overlaps::overlapping;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::Block;
use crate::network::cidr;
use crate::network::reach::transit::{Association, End, To, Transit, TransitRoute};
use crate::network::sets::{AddressSet, Family};

use super::networks::{joined, shown, vpc_name};
use super::text;

/// The VPCs that meet in a table of a transit gateway.
#[derive(Debug, Default)]
struct Meeting {
    /// Those to which it has routes.
    routed: BTreeSet<usize>,
    /// Those that are associated with it, whose packets it routes.
    associated: BTreeSet<usize>,
}

/// Which VPCs meet in which tables of transit gateways.
pub(super) struct Meetings {
    tables: Vec<Meeting>,
    /// Whether there may be others.
    doubtful: bool,
}

impl Meetings {
    /// "How transit gateways work" (AWS Transit Gateway): an attachment's packets go by the table that it is associated with, to
    /// the attachments to which that has routes.
    pub(super) fn read(transit: &Transit<'_>) -> Self {
        let mut tables: Vec<Meeting> = Vec::new();
        tables.resize_with(transit.tables(), Meeting::default);
        let mut doubtful = false;
        let vpc = |attachment: usize| match transit.attachments[attachment].end {
            End::Vpc(vpc, _) => vpc,
            End::Gateway(_) | End::OnPremises => None,
        };
        for (number, attachment) in transit.attachments.iter().enumerate() {
            match &attachment.table {
                Association::One(table) => tables[*table].associated.extend(vpc(number)),
                Association::None => {}
                Association::Unknown(_) => doubtful = true,
            }
        }
        for (number, table) in tables.iter_mut().enumerate() {
            doubtful |= transit.doubt(number).is_some();
            for route in transit.routes(number) {
                match &route.to {
                    To::Attachment(attachment) => table.routed.extend(vpc(*attachment)),
                    To::Blackhole => {}
                    To::Unknown(_) => doubtful = true,
                }
            }
        }
        Self { tables, doubtful }
    }

    /// Whether no table lets two VPCs of one gateway meet.
    pub(super) fn keep_apart(&self, one: usize, other: usize) -> bool {
        let meet = |table: &Meeting| {
            let (first, second) = (table.routed.contains(&one), table.routed.contains(&other));
            first && (second || table.associated.contains(&other)) || second && table.associated.contains(&one)
        };
        !self.doubtful && !self.tables.iter().any(meet)
    }
}

/// One fact per pair of VPCs of peered transit gateways that share addresses of which one routes to the other, and per static
/// route to a network on premises into the addresses of a VPC.
pub(super) fn routed_overlaps(network: &Network<'_>, told: &mut BTreeSet<(usize, usize)>) -> Vec<Value> {
    let types = ["aws_ec2_transit_gateway_peering_attachment", "aws_vpn_connection", "aws_dx_gateway_association"];
    if types.iter().all(|type_name| network.aws.of_type(type_name).next().is_none()) {
        return Vec::new();
    }
    let transit = &network.reach().model().transit;
    let meetings = Meetings::read(transit);
    let mut facts = Vec::new();
    for (number, meeting) in meetings.tables.iter().enumerate() {
        let here: BTreeSet<usize> = meeting.routed.union(&meeting.associated).copied().collect();
        for route in transit.routes(number) {
            let To::Attachment(attachment) = route.to else { continue };
            if route.absent.is_some() || route.propagated {
                continue;
            }
            match transit.attachments[attachment].end {
                End::Gateway(other) => {
                    let gateway = transit.attachments[other].gateway.as_ref();
                    let beyond = attached(transit, gateway);
                    facts.extend(over_peering(network, route, [&here, &beyond], told));
                }
                End::OnPremises => {
                    let spot = route.spot.get("destination_cidr_block");
                    facts.extend(route.blocks.iter().filter_map(|&block| on_premises(network, &spot, block, &here)));
                }
                End::Vpc(..) => {}
            }
        }
    }
    facts.extend(over_vpn(network));
    facts
}

/// The VPCs that are attached to a gateway.
fn attached(transit: &Transit<'_>, gateway: Option<&Target>) -> BTreeSet<usize> {
    let of =
        transit.attachments.iter().filter(|attachment| gateway.is_some() && attachment.gateway.as_ref() == gateway);
    of.filter_map(|attachment| if let End::Vpc(vpc, _) = attachment.end { vpc } else { None }).collect()
}

/// Pairs of VPCs on both sides of a route to a peered gateway.
fn over_peering<'a>(
    network: &Network<'a>,
    route: &TransitRoute<'a>,
    [here, beyond]: [&BTreeSet<usize>; 2],
    told: &mut BTreeSet<(usize, usize)>,
) -> Vec<Value> {
    let vpcs = &network.aws.vpcs().vpcs;
    let led: AddressSet =
        route.blocks.iter().map(|&block| AddressSet::from(block)).collect::<Vec<_>>().iter().collect();
    let blocks: Vec<(usize, &Block<'a>)> =
        here.union(beyond).flat_map(|&vpc| vpcs[vpc].blocks.iter().map(move |block| (vpc, block))).collect();
    let mut facts = Vec::new();
    for (first, second) in overlapping(&blocks) {
        let ((earlier, first), (later, second)) = (blocks[first], blocks[second]);
        let on_both =
            here.contains(&earlier) && beyond.contains(&later) || here.contains(&later) && beyond.contains(&earlier);
        let is_led =
            [first, second].iter().all(|block| block.net.is_some_and(|net| AddressSet::from(net).overlaps(&led)));
        if !on_both || !is_led || !told.insert((earlier, later)) {
            continue;
        }
        let name = vpc_name(network, &vpcs[earlier]);
        let related = vec![
            (first.spot.clone(), format!("{name} has the same addresses")),
            (route.spot.clone(), "this route leads from one to the other".to_owned()),
        ];
        let own = [shown(second), text(&name, Marks::NONE), shown(first)];
        let how = "attached to peered transit gateways";
        facts.push(joined(network, &second.spot, how, Value::bool(true), own, related));
    }
    facts
}

/// A route to a network on premises into the block of one of these VPCs. One to a block around it is a summary, of which the
/// more specific routes take the VPC's part.
fn on_premises<'a>(network: &Network<'a>, spot: &Spot<'a>, led: IpNet, vpcs: &BTreeSet<usize>) -> Option<Value> {
    let all = &network.aws.vpcs().vpcs;
    let mut blocks = vpcs.iter().flat_map(|&vpc| all[vpc].blocks.iter().map(move |block| (vpc, block)));
    let (vpc, block) = blocks.find(|(_, block)| block.net.is_some_and(|net| net.contains(&led)))?;
    let name = vpc_name(network, &all[vpc]);
    let related = vec![(block.spot.clone(), format!("{name} has the same addresses"))];
    let own = [text(&format!("`{led}`"), spot.marks), text(&name, Marks::NONE), shown(block)];
    Some(joined(network, spot, "joined by a VPN connection", Value::bool(true), own, related))
}

/// Static routes of VPN connections of virtual private gateways.
fn over_vpn(network: &Network<'_>) -> Vec<Value> {
    let aws = &network.aws;
    let named = |spot: &Spot<'_>, kinds: &[(&'static str, &'static str)]| match aws.ids().target(spot.value?, kinds)? {
        Target::Instance(index) => Some(index),
        Target::Id(_) | Target::Attribute(_) => None,
    };
    let mut facts = Vec::new();
    for index in aws.of_type("aws_vpn_connection_route") {
        let route = Spot::instance(network.inventory, index);
        let connection = named(&route.get("vpn_connection_id"), &[("aws_vpn_connection", "id")]);
        let gateway = connection.and_then(|connection| {
            named(&Spot::instance(network.inventory, connection).get("vpn_gateway_id"), &[("aws_vpn_gateway", "id")])
        });
        let private = &network.reach().model().topology.private;
        let attached = private.iter().filter(|it| Some(it.instance) == gateway && it.doubt.is_none());
        let vpcs: BTreeSet<usize> = attached.filter_map(|it| it.vpc).collect();
        let spot = route.get("destination_cidr_block");
        let led = spot.text().and_then(|text| cidr::read(&text)).filter(|led| cidr::family(*led) == Family::V4);
        if let Some(led) = led.filter(|_| !aws.may_be_absent(index, connection.map(Target::Instance).as_ref())) {
            facts.extend(on_premises(network, &spot, led, &vpcs));
        }
    }
    facts
}
