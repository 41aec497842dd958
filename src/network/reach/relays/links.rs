//! AWS PrivateLink: from an interface endpoint to the load balancers of a service ("What is AWS PrivateLink?").

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::network::aws::spot::Spot;
use crate::network::reach::bound::Sure;
use crate::network::reach::kinds::Targets;

use super::choice::{Reader, Shared};
use super::doors::{Door, Doors};
use super::{Back, Front, Kind, Port, Relays};

const SERVICES: Targets = &[("aws_vpc_endpoint_service", "service_name")];

/// Adds the ways through endpoints: the service sees the load balancer's address.
pub(super) fn read<'a>(reader: &Reader<'_, 'a>, doors: &Doors<'_, '_, 'a>, relays: &mut Relays<'a>) {
    let names = reader.names(SERVICES);
    let mut known: BTreeMap<usize, Vec<Line<'a>>> = BTreeMap::new();
    let mut several: BTreeMap<Shared, Vec<Line<'a>>> = BTreeMap::new();
    let doors = doors.by_balancer();
    for endpoint in reader.instances(&["aws_vpc_endpoint"]) {
        let Some(thing) = reader.things.of_instance(endpoint.instance) else { continue };
        let named = endpoint.get("service_name");
        let Some(services) = reader.which(&named, &names) else { continue };
        for &service in services.among.iter() {
            known.entry(service).or_insert_with(|| lines(reader, service, &doors));
        }
        let lines = if services.doubt.is_none() {
            &known[&services.among[0]]
        } else {
            let all = || merged(services.among.iter().flat_map(|service| &known[service]).cloned(), true);
            several.entry(Shared(Rc::clone(&services.among))).or_insert_with(all)
        };
        let balancers: Rc<[usize]> = Rc::new([thing]);
        for line in lines {
            let backs = relays.share(vec![line.back.clone()]);
            relays.fronts.push(Front {
                balancers: Rc::clone(&balancers),
                kind: Kind::PrivateLink,
                listener: named.clone(),
                port: line.port,
                protocols: line.protocols,
                said: line.said.clone(),
                target_port: Some(line.port),
                doubt: services.doubt.clone(),
                backs,
            });
        }
    }
}

/// A port of a service.
#[derive(Clone, Debug)]
struct Line<'a> {
    port: Port,
    protocols: &'static [u8],
    /// What says the port.
    said: Spot<'a>,
    /// The load balancers that have it.
    back: Back<'a>,
}

/// The ports of a service.
fn lines<'a>(reader: &Reader<'_, 'a>, service: usize, doors: &BTreeMap<usize, Vec<&Door<'a>>>) -> Vec<Line<'a>> {
    let service = Spot::instance(reader.aws.inventory, service);
    let mut found = Vec::new();
    for arn in service.get("network_load_balancer_arns").each() {
        let Some(named) = reader.which(&arn, &reader.balancers) else { continue };
        for &balancer in reader.targets(&named).iter() {
            for door in doors.get(&balancer).into_iter().flatten() {
                let doubt = named.doubt.clone().or_else(|| door.doubt.clone()).or_else(|| groups(reader, balancer));
                let (targets, attachment) = (Rc::new([balancer]), service.clone());
                let back = Back { targets, port: None, preserves: Sure::No, attachment, doubt };
                found.push(Line { port: door.port, protocols: door.protocols, said: door.said.clone(), back });
            }
        }
    }
    merged(found.into_iter(), false)
}

/// Groups of the load balancer may be asked, or not.
fn groups<'a>(reader: &Reader<'_, 'a>, balancer: usize) -> Option<Spot<'a>> {
    let thing = &reader.things.things[balancer];
    (!thing.groups.open).then(|| Spot::instance(reader.aws.inventory, thing.instance).get("security_groups"))
}

/// Lines that are alike are one, where they are not certain, or `all` of them.
fn merged<'a>(lines: impl Iterator<Item = Line<'a>>, all: bool) -> Vec<Line<'a>> {
    let mut found: Vec<Line<'a>> = Vec::new();
    let mut alike: BTreeMap<_, usize> = BTreeMap::new();
    let mut targets: Vec<BTreeSet<usize>> = Vec::new();
    for line in lines {
        let certain = (line.back.doubt.is_none() && !all).then_some(found.len());
        let own = Rc::clone(&line.back.targets);
        let number = *alike.entry((line.port, line.protocols, certain)).or_insert_with(|| {
            found.push(line);
            targets.push(BTreeSet::new());
            found.len() - 1
        });
        targets[number].extend(own.iter());
    }
    for (line, targets) in found.iter_mut().zip(targets) {
        line.back.targets = targets.into_iter().collect();
    }
    found
}
