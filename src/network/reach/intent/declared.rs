//! What flows allow between two parties, as boxes.

use crate::network::intent::{Flow, FlowEnd, Intent, Traffic};
use crate::network::reach::bound::{Both, Bound};
use crate::network::reach::boxes::Boxed;
use crate::network::sets::{AddressSet, PacketSet};

use super::{Declared, Party};

/// What is allowed from one party to another.
pub(super) fn between(intent: &Intent, from: &Party, to: &Party) -> Declared {
    let of = |bound| intent.flows.iter().flat_map(|flow| allowed(flow, from, to, bound)).collect();
    Both { certain: of(Bound::Certain), possible: of(Bound::Possible) }
}

/// What a flow allows. What may come from the internet may come from anywhere: it is open to everybody.
fn allowed(flow: &Flow, from: &Party, to: &Party, bound: Bound) -> Vec<Boxed> {
    let mut boxes = Vec::new();
    for source in &flow.from {
        let sources = match source {
            FlowEnd::Internet => Some(AddressSet::everything()),
            FlowEnd::OnPremises | FlowEnd::Tier(_) | FlowEnd::Addresses(..) => addresses(source, from, bound),
        };
        let Some(sources) = sources else { continue };
        for destinations in flow.to.iter().filter_map(|end| addresses(end, to, bound)) {
            let one = |traffic: &Traffic| boxed(*traffic, sources.clone(), destinations.clone());
            boxes.extend(flow.traffic.iter().map(one));
        }
    }
    boxes
}

/// The addresses of a party that an end stands for; `None` where it stands for none.
fn addresses(end: &FlowEnd, party: &Party, bound: Bound) -> Option<AddressSet> {
    let all = |is: bool| is.then(AddressSet::everything);
    match (end, party) {
        (FlowEnd::Internet, _) => all(*party == Party::Internet),
        (FlowEnd::OnPremises, _) => all(*party == Party::OnPremises),
        (FlowEnd::Tier(tier), Party::Things(certain, possible)) => {
            all(certain.contains(tier) || (bound == Bound::Possible && possible.contains(tier)))
        }
        (FlowEnd::Tier(_), Party::Internet | Party::OnPremises) => None,
        (FlowEnd::Addresses(set, _), _) => Some(set.clone()),
    }
}

/// Traffic between addresses.
pub(super) const fn boxed(traffic: Traffic, sources: AddressSet, destinations: AddressSet) -> Boxed {
    Boxed { protocols: traffic.protocols, ports: traffic.ports, sources, destinations }
}

/// What boxes hold whatever the other address is: by source, or by destination.
pub(super) fn whatever(boxes: &[Boxed], by_source: bool) -> PacketSet {
    let all = AddressSet::everything();
    let whole = boxes.iter().filter(|it| if by_source { it.destinations == all } else { it.sources == all });
    whole.fold(PacketSet::EMPTY, |packets, it| {
        let addresses = if by_source { &it.sources } else { &it.destinations };
        packets.union(&it.packets(addresses))
    })
}
