//! Subnets, and whether what is certainly put into them fits.

use std::collections::BTreeMap;

use crate::lang::{Type, Value};
use crate::network::Network;
use crate::network::aws::join::Target;
use crate::network::aws::spot::{Setting, Spot};
use crate::network::aws::vpcs::SUBNETS;
use crate::network::sets::Family;

use super::{object, text};

/// What takes addresses of subnets.
struct Taker {
    type_name: &'static str,
    /// Where it names its subnets: an attribute, or one in a block.
    subnets: &'static [&'static str],
    takes: Takes,
}

/// How many addresses it takes.
enum Takes {
    /// So many in each of its subnets: the number that an attribute holds, or of what it lists, and these more.
    Each(&'static [&'static str], i64),
    /// The largest of these numbers, over all of its subnets.
    Together(&'static [&'static str]),
    /// One in each, and it asks for more to be free.
    Balancer,
}

/// The arguments of each resource's page in the AWS provider's documentation. Functions share interfaces, and databases
/// choose one of their subnets: of them nothing is certain of any one subnet.
const TAKERS: &[Taker] = &[
    Taker { type_name: "aws_alb", subnets: &["subnets", "subnet_mapping.subnet_id"], takes: Takes::Balancer },
    Taker {
        type_name: "aws_autoscaling_group",
        subnets: &["vpc_zone_identifier"],
        takes: Takes::Together(&["desired_capacity", "min_size"]),
    },
    Taker {
        type_name: "aws_ecs_service",
        subnets: &["network_configuration.subnets"],
        takes: Takes::Together(&["desired_count"]),
    },
    Taker { type_name: "aws_efs_mount_target", subnets: &["subnet_id"], takes: Takes::Each(&[], 1) },
    Taker {
        type_name: "aws_eks_node_group",
        subnets: &["subnet_ids"],
        takes: Takes::Together(&["scaling_config.desired_size", "scaling_config.min_size"]),
    },
    Taker { type_name: "aws_elb", subnets: &["subnets"], takes: Takes::Balancer },
    Taker { type_name: "aws_instance", subnets: &["subnet_id"], takes: Takes::Each(&["secondary_private_ips"], 1) },
    Taker { type_name: "aws_lb", subnets: &["subnets", "subnet_mapping.subnet_id"], takes: Takes::Balancer },
    Taker {
        type_name: "aws_msk_cluster",
        subnets: &["broker_node_group_info.client_subnets"],
        takes: Takes::Together(&["number_of_broker_nodes"]),
    },
    Taker {
        type_name: "aws_nat_gateway",
        subnets: &["subnet_id"],
        takes: Takes::Each(&["secondary_private_ip_address_count"], 1),
    },
    Taker {
        type_name: "aws_network_interface",
        subnets: &["subnet_id"],
        takes: Takes::Each(&["private_ips_count"], 1),
    },
    Taker { type_name: "aws_vpc_endpoint", subnets: &["subnet_ids"], takes: Takes::Each(&[], 1) },
];

/// The addresses of a subnet that AWS keeps: the first four and the last ("Subnet CIDR blocks", Amazon VPC User Guide).
const KEPT: i64 = 5;
/// What an application or classic load balancer asks of each of its subnets: a block of /27, and eight free addresses
/// ("Subnets for your load balancer", Application Load Balancers; "Prepare your VPC and EC2 instances", Classic Load Balancers).
const BALANCER_PREFIX: u8 = 27;
const BALANCER_FREE: i64 = 8;
/// The smallest subnet ("Subnet CIDR blocks"): where one is full is worth asking although it is not known what is in it.
const SMALLEST: u8 = 28;

/// What is put into one subnet.
#[derive(Default)]
struct Load<'a> {
    /// Addresses that are certainly taken.
    taken: i64,
    /// What takes them, for the message's related places.
    by: Vec<Spot<'a>>,
    /// A load balancer that asks for free ones.
    balancer: Option<Spot<'a>>,
    /// An expression on which it hangs how many more are taken.
    doubt: Option<Spot<'a>>,
}

/// What is spread over several subnets.
struct Spread<'a> {
    number: i64,
    subnets: Vec<usize>,
    spot: Spot<'a>,
}

/// One fact per subnet of known size that something is put into, and per thing that is spread over several such.
pub(super) fn loads(network: &Network<'_>) -> Vec<Value> {
    let (loads, spreads) = read(network);
    let mut facts = Vec::new();
    for (&subnet, load) in &loads {
        let Some((prefix, size)) = size(network, subnet) else { continue };
        facts.push(of_subnet(network, subnet, prefix, size, load));
    }
    for spread in &spreads {
        let free = |subnet: &usize| {
            let taken = loads.get(subnet).map_or(0, |load| load.taken);
            Some((size(network, *subnet)?.1 - taken).max(0))
        };
        let Some(free) = spread.subnets.iter().map(free).sum::<Option<i64>>() else { continue };
        let words = format!("needs {} addresses in subnets that have {free} left", spread.number);
        facts.push(object([
            ("address", network.address_text(spread.spot.instance)),
            ("fits", Value::bool(spread.number <= free)),
            ("overflows", Value::bool(spread.number > free)),
            ("site", network.link(&spread.spot, Vec::new())),
            ("text", text(&words, spread.spot.marks)),
        ]));
    }
    facts
}

fn of_subnet<'a>(network: &Network<'a>, subnet: usize, prefix: u8, size: i64, load: &Load<'a>) -> Value {
    let spot = Spot::instance(network.inventory, subnet);
    let written = spot.get("cidr_block");
    let site = if written.is_unset(network.inventory) { &spot } else { &written };
    let asked = load.balancer.as_ref().map_or(load.taken, |_| load.taken - 1 + BALANCER_FREE);
    let too_small = load.balancer.is_some() && prefix > BALANCER_PREFIX;
    let words = if load.taken > size || !too_small && load.balancer.is_none() {
        format!("has {size} addresses for what takes {}", load.taken)
    } else if too_small {
        format!("is a /{prefix}, and AWS asks for a /{BALANCER_PREFIX} in each subnet of a load balancer")
    } else {
        format!(
            "has {size} addresses, {} of them taken by others, and AWS asks for {BALANCER_FREE} free ones for a load balancer",
            load.taken - 1
        )
    };
    let fits = match &load.doubt {
        _ if asked > size || too_small => Value::bool(false),
        Some(doubt) if prefix >= SMALLEST => {
            network.unknown_with(Type::Bool, site, doubt, vec![(doubt.clone(), "not known until apply".to_owned())])
        }
        Some(_) | None => Value::bool(true),
    };
    let by = load.balancer.iter().chain(&load.by).take(3);
    let related = by.map(|by| (by.clone(), "this is put into it".to_owned())).collect();
    object([
        ("address", network.address_text(subnet)),
        ("fits", fits),
        ("overflows", Value::bool(load.taken > size)),
        ("site", network.leaf_with(site, related)),
        ("text", text(&words, site.marks)),
    ])
}

/// The prefix length of a subnet's IPv4 block, and how many addresses it has for others.
fn size(network: &Network<'_>, subnet: usize) -> Option<(u8, i64)> {
    let vpcs = network.aws.vpcs();
    let subnet = &vpcs.subnets[vpcs.subnet(subnet)?];
    let block = subnet.blocks.iter().find(|block| block.family == Family::V4)?;
    let prefix = block.prefix.filter(|prefix| (16..=SMALLEST).contains(prefix))?;
    Some((prefix, (1i64 << (32 - prefix)) - KEPT))
}

fn read<'a>(network: &Network<'a>) -> (BTreeMap<usize, Load<'a>>, Vec<Spread<'a>>) {
    let mut loads: BTreeMap<usize, Load<'a>> = BTreeMap::new();
    let mut spreads = Vec::new();
    for taker in TAKERS {
        for index in network.aws.of_type(taker.type_name) {
            let spot = Spot::instance(network.inventory, index);
            if !takes_addresses(network, &spot) {
                continue;
            }
            let Some((named, subnets)) = subnets(network, &spot, taker) else { continue };
            let several = network.inventory.instance(index).symbolic;
            let (number, doubt) = number(network, &spot, &taker.takes);
            let doubt = if several { Some(spot.clone()) } else { doubt };
            let number = if several { 0 } else { number };
            match (&taker.takes, subnets.as_slice()) {
                (Takes::Together(_), [_, _, ..]) => {
                    if doubt.is_none() && subnets.iter().all(Option::is_some) {
                        let subnets = subnets.into_iter().flatten().collect();
                        spreads.push(Spread { number, subnets, spot: named });
                    }
                    continue;
                }
                (Takes::Together(_) | Takes::Each(..) | Takes::Balancer, _) => {}
            }
            for subnet in subnets.into_iter().flatten() {
                let load = loads.entry(subnet).or_default();
                load.taken = load.taken.saturating_add(number);
                load.doubt = load.doubt.take().or_else(|| doubt.clone());
                if number > 0 && load.by.len() < 3 {
                    load.by.push(named.clone());
                }
                if matches!(taker.takes, Takes::Balancer) && number > 0 && asks_for_more(&spot, taker) {
                    load.balancer.get_or_insert_with(|| named.clone());
                }
            }
        }
    }
    (loads, spreads)
}

/// Whether it has addresses of its own: an instance may be given interfaces that are resources of their own, and gateway
/// endpoints have none.
fn takes_addresses(network: &Network<'_>, spot: &Spot<'_>) -> bool {
    match network.inventory.instance(spot.instance).type_name() {
        "aws_instance" => spot.get("network_interface").each().is_empty(),
        "aws_vpc_endpoint" => {
            let kind = spot.get("vpc_endpoint_type").text();
            kind.is_some_and(|kind| ["Interface", "GatewayLoadBalancer"].contains(&&*kind))
        }
        _ => true,
    }
}

/// Network and gateway load balancers ask for nothing more.
fn asks_for_more(spot: &Spot<'_>, taker: &Taker) -> bool {
    let kind = spot.get("load_balancer_type");
    taker.type_name == "aws_elb"
        || kind.value.is_none_or(Value::is_null)
        || kind.text().as_deref() == Some("application")
}

/// Its subnets, `None` for one that is made elsewhere, and the expression that names them; nothing where it is not known how
/// many they are.
fn subnets<'a>(network: &Network<'a>, spot: &Spot<'a>, taker: &Taker) -> Option<(Spot<'a>, Vec<Option<usize>>)> {
    let instance = |id: &Spot<'a>| match network.aws.ids().target(id.value?, SUBNETS)? {
        Target::Instance(subnet) if !network.inventory.instance(subnet).several => Some(subnet),
        Target::Instance(_) | Target::Id(_) | Target::Attribute(_) => None,
    };
    taker.subnets.iter().find_map(|path| {
        let named = at(spot, path);
        let first = named.first()?.clone();
        let mut ids = Vec::new();
        for spot in named {
            match spot.setting(network.inventory) {
                Setting::Unset => {}
                Setting::Known(value) if value.elements().is_some() => ids.extend(spot.each()),
                // One id, or a list of which nothing is known.
                Setting::Known(_) | Setting::Unknown => ids.push(spot),
            }
        }
        let listed: Vec<Option<usize>> = ids.iter().map(instance).collect();
        (!listed.is_empty()).then_some((first, listed))
    })
}

/// What stands at a path of an attribute, or of one in every block of a type.
fn at<'a>(spot: &Spot<'a>, path: &'static str) -> Vec<Spot<'a>> {
    match path.split_once('.') {
        Some((block, name)) => spot.get(block).each().iter().map(|block| block.get(name)).collect(),
        None => vec![spot.get(path)],
    }
}

/// How many addresses it takes, and the expression of what is not known of that.
fn number<'a>(network: &Network<'a>, spot: &Spot<'a>, takes: &Takes) -> (i64, Option<Spot<'a>>) {
    let (paths, least) = match takes {
        Takes::Balancer => return (1, None),
        Takes::Each(paths, least) => (paths, *least),
        Takes::Together(paths) => (paths, 0),
    };
    let (mut number, mut doubt) = (0, None);
    for spot in paths.iter().flat_map(|path| at(spot, path)) {
        match spot.setting(network.inventory) {
            Setting::Unset => {}
            Setting::Unknown => doubt = doubt.or(Some(spot)),
            Setting::Known(value) => {
                let listed = value.elements().map(|elements| elements.len() as i64);
                number = number.max(listed.or_else(|| spot.integer()).unwrap_or(0));
            }
        }
    }
    (least.saturating_add(number.clamp(0, i64::from(u32::MAX))), doubt)
}
