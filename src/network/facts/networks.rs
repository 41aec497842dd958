//! Blocks of VPCs and subnets: size, place, overlaps.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use ipnet::IpNet;

use crate::address::Reference;
use crate::lang::{Marks, Network as Whole, Subnet, Type, Value};
use crate::network::Network;
use crate::network::aws::join::Target;
use crate::network::aws::overlaps::overlapping;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::{self, Block, Joint, Member, Vpc, Vpcs};
use crate::network::cidr;
use crate::network::registry::public_part;
use crate::network::sets::{AddressSet, Family};

use super::found_subnets::found_overlaps;
use super::routed_overlaps::{Meetings, routed_overlaps};
use super::{Give, object, text, words};

/// One fact per block of a VPC or subnet that the configuration sets, or asks AWS for.
pub(super) fn blocks(network: &Network<'_>, give: Give<'_>) {
    let vpcs = network.aws.vpcs();
    let of_vpcs = vpcs.own_blocks(&network.aws).map(|block| (block, "VPC"));
    let of_subnets = vpcs.subnets.iter().flat_map(|subnet| &subnet.blocks).map(|block| (block, "subnet"));
    of_vpcs.chain(of_subnets).filter_map(|(block, owner)| sized(network, block, owner)).for_each(give);
}

/// Sizes that AWS takes: IPv4 /16 to /28; IPv6 in steps of four, /44 to /60 for a VPC and /44 to /64 for a subnet ("VPC
/// CIDR blocks" and "Subnet CIDR blocks", Amazon VPC User Guide).
fn sized<'a>(network: &Network<'a>, block: &Block<'a>, owner: &str) -> Option<Value> {
    let (shortest, longest, step) = match (block.net.map_or(block.family, crate::network::cidr::family), owner) {
        (Family::V4, _) => (16, 28, 1),
        (Family::V6, "VPC") => (44, 60, 4),
        (Family::V6, _) => (44, 64, 4),
    };
    let site = size_spot(network, block);
    let fits_one = |prefix: u8| (shortest..=longest).contains(&prefix) && prefix.is_multiple_of(step);
    let fits = match block.prefix.or_else(|| part_prefix(network, block)) {
        Some(prefix) => Value::bool(fits_one(prefix)),
        None if choices(&block.spot).is_some_and(|nets| nets.iter().all(|net| fits_one(net.prefix_len()))) => {
            Value::bool(true)
        }
        // Text that is no block is another rule's business; what Amazon gives is of the right size.
        None if block.written || block.spot.truth() == Some(true) => return None,
        None => network.unknown_at(Type::Bool, &site),
    };
    let steps = if step == 1 { String::new() } else { format!(", in steps of {step}") };
    Some(object([
        ("address", network.address_text(block.spot.instance)),
        ("fits", fits),
        ("limits", text(&format!("/{shortest} to /{longest}{steps}"), Marks::NONE)),
        ("owner", text(owner, Marks::NONE)),
        ("site", network.leaf(&site)),
        ("text", shown(block)),
    ]))
}

fn is_private(net: IpNet) -> bool {
    public_part(&AddressSet::from(net)).is_empty()
}

/// The blocks that may be written at a spot; `None` where it may be any text.
fn choices(spot: &Spot<'_>) -> Option<Vec<IpNet>> {
    spot.choices()?.iter().map(|choice| cidr::read(&choice.text()?)).collect()
}

/// The prefix length of a part of a network whose block AWS chooses: a /56 where Amazon does ("VPC CIDR blocks", Amazon
/// VPC User Guide), else the length that a pool is asked for.
fn part_prefix(network: &Network<'_>, block: &Block<'_>) -> Option<u8> {
    let part = block.spot.subnet()?;
    let of = match &part.of {
        Whole::Known(text) => return u8::try_from(u32::from(cidr::read(text)?.prefix_len()) + part.bits).ok(),
        Whole::Of(reference) => reference,
    };
    let holder = Spot::instance(network.inventory, network.aws.ids().referenced(of)?);
    let name = if block.family == Family::V4 { "ipv4_netmask_length" } else { "ipv6_netmask_length" };
    let written = choices(&holder.get(if block.family == Family::V4 { "cidr_block" } else { "ipv6_cidr_block" }));
    let mut lengths = written.iter().flatten().map(IpNet::prefix_len);
    if let Some(first) = lengths.next().filter(|first| lengths.all(|length| length == *first)) {
        return u8::try_from(u32::from(first) + part.bits).ok();
    }
    let amazon = block.family == Family::V6 && holder.get("assign_generated_ipv6_cidr_block").truth() == Some(true);
    let base = if amazon { 56 } else { holder.get(name).integer()? };
    u8::try_from(base.checked_add(part.bits.into())?).ok()
}

/// What says how large a block is: its text, or the length that is asked for.
fn size_spot<'a>(network: &Network<'a>, block: &Block<'a>) -> Spot<'a> {
    let name = match block.family {
        Family::V4 => "ipv4_netmask_length",
        Family::V6 => "ipv6_netmask_length",
    };
    let length = Spot::instance(network.inventory, block.spot.instance).get(name);
    if block.written || length.is_unset(network.inventory) { block.spot.clone() } else { length }
}

/// The block as a message names it.
pub(super) fn shown(block: &Block<'_>) -> Value {
    let written = block.spot.text().filter(|_| block.written).map(|text| format!("`{}`", text.trim()));
    let computed = || match (block.net, block.prefix) {
        (Some(net), _) => format!("`{net}`"),
        (None, Some(prefix)) => format!("a block of /{prefix}"),
        (None, None) => "its block".to_owned(),
    };
    text(&written.unwrap_or_else(computed), block.spot.marks)
}

/// One fact per IPv4 block of a VPC.
pub(super) fn vpc_blocks(network: &Network<'_>, give: Give<'_>) {
    let v4 = network.aws.vpcs().own_blocks(&network.aws).filter(|block| block.family == Family::V4);
    let facts = v4.map(|block| {
        let public = block.net.map(|net| public_part(&AddressSet::from(net)));
        let is_public = match &public {
            Some(public) => Value::bool(!public.is_empty()),
            None if block.written => Value::bool(false),
            None if choices(&block.spot).is_some_and(|nets| nets.into_iter().all(is_private)) => Value::bool(false),
            None => network.unknown_at(Type::Bool, &block.spot),
        };
        object([
            ("address", network.address_text(block.spot.instance)),
            ("public", is_public),
            ("public_size", text(&public.map(|public| words::size(&public, "")).unwrap_or_default(), block.spot.marks)),
            ("site", network.leaf(&block.spot)),
            ("text", shown(block)),
        ])
    });
    facts.for_each(give);
}

/// One fact per block of a subnet.
pub(super) fn subnet_blocks(network: &Network<'_>) -> Vec<Value> {
    let vpcs = network.aws.vpcs();
    let mut facts = Vec::new();
    for subnet in &vpcs.subnets {
        let vpc = subnet.vpc.map(|vpc| &vpcs.vpcs[vpc]);
        for block in &subnet.blocks {
            let Some(inside) = inside(network, vpcs, subnet, vpc, block) else { continue };
            let same_family = |other: &&Block<'_>| other.family == block.family;
            let vpc_blocks = vpc.into_iter().flat_map(|vpc| vpc.blocks.iter().filter(same_family));
            let related = vpc_blocks.clone().map(|block| (block.spot.clone(), "a block of its VPC".to_owned()));
            let listed: Vec<String> = vpc_blocks.filter_map(|block| Some(format!("`{}`", block.net?))).collect();
            let of_vpc = match listed.as_slice() {
                [] => format!("which has no {} block", block.family.name()),
                listed => format!("which has {}", words::listed(listed)),
            };
            let marks =
                vpc.map_or(Marks::NONE, |vpc| vpc.blocks.iter().fold(Marks::NONE, |all, it| all.with(it.spot.marks)));
            facts.push(object([
                ("address", network.address_text(subnet.instance)),
                ("inside_vpc", inside),
                ("site", network.leaf_with(&block.spot, related.collect())),
                ("text", shown(block)),
                ("vpc", text(&vpc.map(|vpc| vpc_name(network, vpc)).unwrap_or_default(), Marks::NONE)),
                ("vpc_blocks", text(&of_vpc, marks)),
            ]));
        }
    }
    facts
}

/// Whether a subnet's block lies in one block of its VPC. `None` where the text is no block.
fn inside<'a>(
    network: &Network<'a>,
    vpcs: &Vpcs<'a>,
    subnet: &vpcs::Subnet<'a>,
    vpc: Option<&Vpc<'a>>,
    block: &Block<'a>,
) -> Option<Value> {
    let Some((family, first, last)) = block.range() else {
        // What a pool gives is inside, and so is a part of one of the VPC's blocks.
        let is_part = vpc.is_some_and(|vpc| vpc.blocks.iter().any(|whole| is_part(network, block, whole)));
        let hangs = !block.written && !is_part && block.spot.is_unknown(network.inventory);
        return hangs.then(|| network.unknown_at(Type::Bool, &block.spot));
    };
    let Some(vpc) = vpc else {
        return Some(network.unknown_at(Type::Bool, &subnet.vpc_id));
    };
    if vpc.is_mistaken() {
        return None;
    }
    let holds = |(of, from, to): (Family, u128, u128)| of == family && from <= first && last <= to;
    let mut holding = vpc.blocks.iter().filter(|block| block.range().is_some_and(holds)).peekable();
    Some(if holding.peek().is_some() {
        // A secondary block may be absent.
        match holding.all(|block| network.aws.may_be_absent(block.spot.instance, Some(&vpc.target))) {
            true => network.unknown_at(Type::Bool, &block.spot),
            false => Value::bool(true),
        }
    } else if vpc.is_uncertain(family) {
        network.unknown_at(Type::Bool, if vpc.whole { &block.spot } else { &subnet.vpc_id })
    } else if vpcs.stray_block {
        network.unknown_at(Type::Bool, &block.spot)
    } else {
        Value::bool(false)
    })
}

/// Whether a block that is not known is certainly one of a VPC's, or a part of it.
fn is_part<'a>(network: &Network<'a>, block: &Block<'a>, whole: &Block<'a>) -> bool {
    let of_vpc = |reference: &Reference| {
        let same = whole.spot.value.and_then(Value::reference).is_some_and(|held| *held == *reference);
        same || network.aws.ids().referenced(reference) == Some(whole.spot.instance)
    };
    match block.spot.subnet() {
        Some(Subnet { of: Whole::Of(reference), .. }) => of_vpc(reference),
        Some(Subnet { of: Whole::Known(text), .. }) => {
            let (part, whole) = (cidr::read(text), whole.net);
            part.zip(whole).is_some_and(|(part, whole)| whole.contains(&part))
        }
        None => block.spot.value.and_then(Value::reference).is_some_and(of_vpc),
    }
}

/// Whether two blocks, one of which is not known, certainly share no addresses.
fn are_apart(block: &Block<'_>, other: &Block<'_>) -> bool {
    let extent = |block: &Block<'_>| match block.spot.subnet() {
        Some(Subnet { of: Whole::Known(text), .. }) => cidr::read(text),
        Some(Subnet { of: Whole::Of(_), .. }) | None => block.net,
    };
    let parts = block.spot.subnet().zip(other.spot.subnet());
    let disjoint = |(one, other): (IpNet, IpNet)| !one.contains(&other) && !other.contains(&one);
    parts.is_some_and(|(part, other)| part.is_apart_from(other))
        || extent(block).zip(extent(other)).is_some_and(disjoint)
}

/// A VPC as a message names it.
pub(super) fn vpc_name<'a>(network: &Network<'a>, vpc: &Vpc<'a>) -> String {
    match &vpc.target {
        Target::Instance(index) => network.address(*index),
        Target::Id(id) => format!("`{id}`"),
        Target::Attribute(reference) => format!("`{}`", reference.address),
    }
}

/// One fact per pair of subnets of one VPC that share addresses, at the later one, and one per subnet whose block is not
/// known beside others.
pub(super) fn subnet_overlaps<'a>(network: &Network<'a>) -> Vec<Value> {
    let vpcs = network.aws.vpcs();
    let mut by_vpc: BTreeMap<Option<usize>, Vec<(usize, &Block<'a>)>> = BTreeMap::new();
    let all: Vec<(usize, &Block<'a>)> = vpcs
        .subnets
        .iter()
        .enumerate()
        .flat_map(|(index, subnet)| subnet.blocks.iter().map(move |block| (index, block)))
        .collect();
    for &(index, block) in &all {
        by_vpc.entry(vpcs.subnets[index].vpc).or_default().push((index, block));
    }
    let mut facts = Vec::new();
    let mut overlap = |blocks: &[(usize, &Block<'a>)], pair: (usize, usize), doubt: Option<usize>| {
        let ((earlier, first), (later, second)) = (blocks[pair.0], blocks[pair.1]);
        let shares = match doubt {
            // The later one, where a finding stands, says so itself.
            None if network.inventory.instance(vpcs.subnets[earlier].instance).symbolic => {
                network.unknown_at(Type::Bool, &second.spot)
            }
            None => Value::bool(true),
            Some(subnet) => network.unknown_at(Type::Bool, &vpcs.subnets[subnet].vpc_id),
        };
        let name = network.address(vpcs.subnets[earlier].instance);
        facts.push(object([
            ("address", network.address_text(vpcs.subnets[later].instance)),
            ("other", text(&name, Marks::NONE)),
            ("other_text", shown(first)),
            ("overlaps", shares),
            (
                "site",
                network.leaf_with(&second.spot, vec![(first.spot.clone(), format!("{name} has the same addresses"))]),
            ),
            ("text", shown(second)),
        ]));
    };
    for (vpc, blocks) in &by_vpc {
        if vpc.is_some() {
            overlapping(blocks).into_iter().for_each(|pair| overlap(blocks, pair, None));
        }
    }
    if by_vpc.contains_key(&None) {
        // A subnet whose VPC is not known may be in any.
        for pair in overlapping(&all) {
            let unknown = [all[pair.1].0, all[pair.0].0].into_iter().find(|&subnet| vpcs.subnets[subnet].vpc.is_none());
            if unknown.is_some() {
                overlap(&all, pair, unknown);
            }
        }
    }
    let is_found = |vpc: Option<usize>, block: &Block<'a>| {
        let mut others = vpcs.found.iter().filter(|other| vpc.is_some() && other.vpc == vpc);
        others.any(|other| other.blocks.iter().any(|it| it.family == block.family && !are_apart(block, it)))
    };
    for (vpc, blocks) in &by_vpc {
        for (index, block) in blocks {
            let is_unknown = block.net.is_none() && block.spot.is_unknown(network.inventory);
            // Asked of unknown ones only: it goes through all others.
            let others = || {
                let is_other = |other: &usize| other != index;
                blocks.iter().any(|(other, it)| is_other(other) && it.family == block.family && !are_apart(block, it))
                    || is_found(*vpc, block)
            };
            if is_repeated(network, block, is_unknown) || is_unknown && (vpc.is_none() || others()) {
                facts.push(object([
                    ("address", network.address_text(block.spot.instance)),
                    ("other", text("", Marks::NONE)),
                    ("other_text", text("", Marks::NONE)),
                    ("overlaps", network.unknown_at(Type::Bool, &block.spot)),
                    ("site", network.leaf(&block.spot)),
                    ("text", shown(block)),
                ]));
            }
        }
    }
    facts.extend(found_overlaps(network));
    facts
}

/// Whether a block is that of several instances, as far as anybody knows. One that `cidrsubnet` makes of an unknown number
/// is another one in each.
fn is_repeated(network: &Network<'_>, block: &Block<'_>, is_unknown: bool) -> bool {
    let same = match block.spot.subnet() {
        Some(part) => part.number.is_some(),
        None => block.net.is_some() || is_unknown,
    };
    same && network.inventory.instance(block.spot.instance).several
}

/// One fact per pair of joined VPCs that share addresses, at the later one, one per VPC of a joint whose blocks are
/// not known, and those of [`routed_overlaps`].
pub(super) fn network_overlaps(network: &Network<'_>) -> Vec<Value> {
    let mut facts = Vec::new();
    let mut told = BTreeSet::new();
    for joint in &network.aws.vpcs().joints {
        known_overlaps(network, joint, &mut told, &mut facts);
        unknown_members(network, joint, &mut facts);
    }
    facts.extend(routed_overlaps(network, &mut told));
    facts
}

fn known_overlaps<'a>(
    network: &Network<'a>,
    joint: &Joint<'a>,
    told: &mut BTreeSet<(usize, usize)>,
    facts: &mut Vec<Value>,
) {
    let vpcs = &network.aws.vpcs().vpcs;
    let members: BTreeMap<usize, &Member<'a>> =
        joint.members.iter().filter_map(|member| Some((member.vpc?, member))).collect();
    let blocks: Vec<(usize, &Block<'a>)> =
        members.keys().flat_map(|&vpc| vpcs[vpc].blocks.iter().map(move |block| (vpc, block))).collect();
    let meetings = OnceCell::new();
    for (first, second) in overlapping(&blocks) {
        let ((earlier, first), (later, second)) = (blocks[first], blocks[second]);
        let apart = || {
            let meetings = meetings.get_or_init(|| Meetings::read(&network.reach().model().transit));
            meetings.keep_apart(earlier, later)
        };
        if joint.has_tables && apart() || !told.insert((earlier, later)) {
            continue;
        }
        let doubt = members[&later].doubt.as_ref().or(members[&earlier].doubt.as_ref());
        let name = vpc_name(network, &vpcs[earlier]);
        let related = vec![
            (first.spot.clone(), format!("{name} has the same addresses")),
            (members[&later].spot.clone(), format!("{} here", joint.how)),
        ];
        let overlaps = doubt.map_or_else(|| Value::bool(true), |doubt| network.unknown_at(Type::Bool, doubt));
        facts.push(joined(
            network,
            &second.spot,
            joint.how,
            overlaps,
            [shown(second), text(&name, Marks::NONE), shown(first)],
            related,
        ));
    }
}

/// A VPC that is not in the configuration, or has a block that is not known, may share addresses with any other.
fn unknown_members<'a>(network: &Network<'a>, joint: &Joint<'a>, facts: &mut Vec<Value>) {
    let vpcs = &network.aws.vpcs().vpcs;
    if joint.members.len() < 2 {
        return;
    }
    for member in &joint.members {
        let uncertain = member.vpc.is_none_or(|vpc| vpcs[vpc].is_uncertain(Family::V4));
        if uncertain && !member.spot.is_unset(network.inventory) {
            let overlaps = network.unknown_at(Type::Bool, &member.spot);
            let nothing = || text("", Marks::NONE);
            facts.push(joined(
                network,
                &member.spot,
                joint.how,
                overlaps,
                [nothing(), nothing(), nothing()],
                Vec::new(),
            ));
        }
    }
}

pub(super) fn joined<'a>(
    network: &Network<'a>,
    site: &Spot<'a>,
    how: &'static str,
    overlaps: Value,
    [own, other, other_text]: [Value; 3],
    related: Vec<(Spot<'a>, String)>,
) -> Value {
    object([
        ("address", network.address_text(site.instance)),
        ("how", text(how, Marks::NONE)),
        ("other", other),
        ("other_text", other_text),
        ("overlaps", overlaps),
        ("site", network.leaf_with(site, related)),
        ("text", own),
    ])
}
