//! Subnets that are made beside those that data sources have found.

use std::collections::BTreeSet;

use crate::lang::{Marks, Type, Value};
use crate::network::Network;
use crate::network::aws::overlaps::overlapping;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::{Block, Subnet};

use super::networks::shown;
use super::{object, text};

/// One fact per pair of a subnet that is made and one that a data source has found in its VPC, if they share addresses.
/// Subnets that are there already cannot: AWS does not let two of them.
pub(super) fn found_overlaps(network: &Network<'_>) -> Vec<Value> {
    let vpcs = network.aws.vpcs();
    let is_new = |subnet: &&Subnet<'_>| Spot::instance(network.inventory, subnet.instance).get("id").text().is_none();
    let made: Vec<_> = vpcs.subnets.iter().filter(is_new).collect();
    let all: Vec<_> = made.iter().copied().chain(&vpcs.found).collect();
    let blocks = |vpc: Option<usize>| -> Vec<(usize, &Block<'_>)> {
        let of_vpc = all.iter().enumerate().filter(|(_, subnet)| subnet.vpc == vpc || vpc.is_none());
        of_vpc.flat_map(|(index, subnet)| subnet.blocks.iter().map(move |block| (index, block))).collect()
    };
    let mut facts = Vec::new();
    let of_made: BTreeSet<Option<usize>> = made.iter().map(|subnet| subnet.vpc).collect();
    for vpc in of_made.into_iter().filter(|_| !vpcs.found.is_empty()) {
        let blocks = blocks(vpc);
        for (one, other) in overlapping(&blocks) {
            let ((index, block), (found, of_other)) = (blocks[one], blocks[other]);
            let subnet = all[index];
            if index >= made.len() || found < made.len() || subnet.vpc != vpc {
                continue;
            }
            let overlaps = match vpc {
                Some(_) => Value::bool(true),
                None => network.unknown_at(Type::Bool, &subnet.vpc_id),
            };
            facts.push(object([
                ("address", network.address_text(subnet.instance)),
                ("other", text(&network.address(all[found].instance), Marks::NONE)),
                ("other_text", shown(of_other)),
                ("overlaps", overlaps),
                ("site", network.leaf(&block.spot)),
                ("text", shown(block)),
            ]));
        }
    }
    facts
}
