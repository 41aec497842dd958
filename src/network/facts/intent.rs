//! What is declared to flow, held against what gets through.

use std::collections::BTreeSet;

use crate::finding::Related;
use crate::lang::{Marks, Type, Value};
use crate::network::Network;
use crate::network::aws::spot::Spot;
use crate::network::intent::FlowEnd;
use crate::network::reach::{Hop, Verdict};

use crate::source::Span;

use super::{object, text};

/// One fact per line that lets packets through between two tiers that no flow allows.
pub(super) fn unintended_flows(network: &Network<'_>) -> Vec<Value> {
    if network.intent.tiers.is_empty() {
        return Vec::new();
    }
    let openings = network.reach().unintended();
    let facts = openings.iter().map(|opening| {
        // What lets it through is where the finding stands.
        let own = network.inventory.instance(opening.site.instance).address.to_string();
        let others = opening.path.iter().filter(|hop| hop.address.as_ref() != Some(&own));
        let mut lines = BTreeSet::new();
        let related = others.filter_map(related).filter(|related| lines.insert(related.span)).collect();
        object([
            ("address", network.address_text(opening.site.instance)),
            ("allowed", network.holds(opening.verdict != Verdict::Reachable, &opening.site)),
            ("example", text(&opening.example, Marks::NONE)),
            ("from", text(&opening.from, Marks::NONE)),
            ("packets", text(&opening.packets, Marks::NONE)),
            ("site", network.leaf_also(&opening.site, related)),
            ("to", text(&opening.to, Marks::NONE)),
        ])
    });
    facts.collect()
}

/// One fact per part of a flow that cannot work.
pub(super) fn missing_flows(network: &Network<'_>) -> Vec<Value> {
    if network.intent.flows.is_empty() {
        return Vec::new();
    }
    let missing = network.reach().missing();
    let facts = missing.iter().map(|missing| {
        let flow = &network.intent.flows[missing.flow];
        let declared = Related { span: flow.span, message: "the flow is declared here".to_owned() };
        let site = match &missing.site {
            Some(spot) => network.leaf_also(spot, vec![declared]),
            None => network.line(flow.span, &missing.to),
        };
        let works = match &missing.site {
            Some(spot) => network.holds(missing.verdict == Verdict::Undetermined, spot),
            None => Value::bool(false),
        };
        object([
            (
                "address",
                missing.site.as_ref().map_or_else(|| text("", Marks::NONE), |it| network.address_text(it.instance)),
            ),
            ("from", text(&missing.from, Marks::NONE)),
            ("packets", text(&missing.packets, Marks::NONE)),
            ("site", site),
            ("to", text(&missing.to, Marks::NONE)),
            ("why", text(&missing.why, Marks::NONE)),
            ("works", works),
        ])
    });
    facts.collect()
}

/// One fact per tier, where something is in one of them.
pub(super) fn tiers(network: &Network<'_>) -> Vec<Value> {
    let intent = network.intent;
    if intent.tiers.is_empty() {
        return Vec::new();
    }
    let members = network.reach().tiers();
    if members.iter().all(|tier| tier.certain.is_empty()) {
        return Vec::new();
    }
    let facts = intent.tiers.iter().zip(&members).map(|(tier, members)| {
        let is_empty = match (members.certain.as_slice(), members.possible.as_slice()) {
            ([], []) => Value::bool(true),
            ([], _) => network.unknown_line(tier.span, &tier.name),
            (_, _) => Value::bool(false),
        };
        object([
            ("is_empty", is_empty),
            ("site", network.line(tier.span, &tier.name)),
            ("text", text(&tier.name, Marks::NONE)),
        ])
    });
    facts.collect()
}

/// One fact per pair of tiers that something is in both of.
pub(super) fn tier_overlaps(network: &Network<'_>) -> Vec<Value> {
    let intent = network.intent;
    if intent.tiers.is_empty() {
        return Vec::new();
    }
    let mut facts = Vec::new();
    let mut seen = Vec::new();
    let mut overlaps = network.reach().tier_overlaps();
    overlaps.sort_by_key(|overlap| !overlap.certain);
    for overlap in overlaps {
        let (Some(&first), Some(&last)) = (overlap.tiers.first(), overlap.tiers.last()) else { continue };
        if seen.contains(&(first, last)) {
            continue;
        }
        seen.push((first, last));
        let span = intent.tiers[last].span;
        let other = &intent.tiers[first].name;
        let name = |tier: usize| text(&intent.name(&FlowEnd::Tier(tier)), Marks::NONE);
        facts.push(object([
            ("address", network.address_text(overlap.instance)),
            ("other", name(first)),
            ("overlaps", if overlap.certain { Value::bool(true) } else { network.unknown_line(span, other) }),
            ("site", network.line(span, other)),
            ("text", name(last)),
        ]));
    }
    facts
}

/// A hop, as what has to do with a finding.
fn related(hop: &Hop) -> Option<Related> {
    let name = hop.address.as_deref().unwrap_or(hop.kind);
    Some(Related { span: hop.place?, message: format!("{name}: {}", hop.why) })
}

impl<'a> Network<'a> {
    /// Something that is not known, and is reported at a line of the intent.
    fn unknown_line(&self, span: Span, name: &str) -> Value {
        Value::unknown(Type::Bool).with_origin(self.mark_line(span, name))
    }

    /// Unknown, at the expression that it hangs on; or false.
    fn holds(&self, perhaps: bool, spot: &Spot<'a>) -> Value {
        if perhaps { self.unknown_at(Type::Bool, spot) } else { Value::bool(false) }
    }
}
