//! VPCs, and whether flow logs record what goes through them.

use std::collections::{BTreeMap, BTreeSet};

use crate::lang::{Type, Value};
use crate::network::Network;
use crate::network::aws::join::Target;
use crate::network::aws::spot::Spot;
use crate::network::aws::vpcs::{SUBNETS, VPCS};
use crate::network::reach::bound::Sure;

use super::object;

/// One fact per VPC that the configuration makes.
///
/// "Logging IP traffic using VPC Flow Logs" (Amazon VPC User Guide): a log is of a VPC, of a subnet or of an interface; one of
/// every subnet is as good as one of the VPC.
pub(super) fn flow_logs(network: &Network<'_>) -> Vec<Value> {
    if network.aws.of_type("aws_vpc").next().is_none() {
        return Vec::new();
    }
    let logs = Logs::read(network);
    let mut subnets: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for subnet in &network.aws.vpcs().subnets {
        if let Some(vpc) = subnet.vpc {
            subnets.entry(vpc).or_default().push(subnet.instance);
        }
    }
    let mut facts = Vec::new();
    for index in network.aws.of_type("aws_vpc") {
        let spot = Spot::instance(network.inventory, index);
        let of_vpc = network.aws.vpcs().find(&Target::Instance(index));
        let own = of_vpc.and_then(|vpc| subnets.get(&vpc)).map(Vec::as_slice).unwrap_or_default();
        let by_subnets = || (!own.is_empty() && own.iter().all(|subnet| logs.subnets.contains(subnet))).into();
        let found = logs.vpcs.get(&index).cloned().unwrap_or_default().or(by_subnets);
        let logged = match found.or(|| logs.stray.clone().map_or(Sure::No, Sure::Perhaps)) {
            Sure::Yes => Value::bool(true),
            Sure::No => Value::bool(false),
            Sure::Perhaps(doubt) => {
                let related = vec![(doubt.clone(), "not known until apply".to_owned())];
                network.unknown_with(Type::Bool, &spot, &doubt, related)
            }
        };
        facts.push(object([
            ("address", network.address_text(index)),
            ("logged", logged),
            ("site", network.leaf(&spot)),
        ]));
    }
    facts
}

/// Flow logs, by what they are of.
#[derive(Default)]
struct Logs<'a> {
    vpcs: BTreeMap<usize, Sure<'a>>,
    subnets: BTreeSet<usize>,
    /// The VPC of one, where that is not known.
    stray: Option<Spot<'a>>,
}

impl<'a> Logs<'a> {
    fn read(network: &Network<'a>) -> Self {
        let mut logs = Self::default();
        for index in network.aws.of_type("aws_flow_log") {
            let log = Spot::instance(network.inventory, index);
            let (vpc, subnet) = (log.get("vpc_id"), log.get("subnet_id"));
            match vpc.value.and_then(|value| network.aws.ids().target(value, VPCS)) {
                Some(Target::Instance(of)) => {
                    let absent = network.aws.may_be_absent(index, Some(&Target::Instance(of)));
                    let sure = if absent { Sure::Perhaps(log.clone()) } else { Sure::Yes };
                    let known = logs.vpcs.remove(&of).unwrap_or_default();
                    logs.vpcs.insert(of, known.or(|| sure));
                }
                None if vpc.is_unknown(network.inventory) => drop(logs.stray.get_or_insert(vpc)),
                Some(Target::Id(_) | Target::Attribute(_)) | None => {}
            }
            if let Some(Target::Instance(of)) = subnet.value.and_then(|value| network.aws.ids().target(value, SUBNETS))
            {
                logs.subnets.insert(of);
            }
        }
        logs
    }
}
