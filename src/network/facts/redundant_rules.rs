//! Security-group rules that let through nothing that other rules of the group do not.

use crate::lang::{Marks, Value};
use crate::network::Network;
use crate::network::aws::redundant::{Redundant, redundant};
use crate::network::aws::security_groups::{Direction, SecurityGroupRule, Style};

use super::{Give, object, text};

/// One fact per rule, or per far end of a rule, that other rules of its group cover.
pub(super) fn redundant_rules(network: &Network<'_>, give: Give<'_>) {
    redundant(&network.aws).iter().for_each(|found| give(fact(network, found)));
}

fn fact<'a>(network: &Network<'a>, found: &Redundant<'a>) -> Value {
    let rules = &network.aws.security_groups().rules;
    let rule = &rules[found.rule];
    let address = network.address(rule.block.instance);
    let direction = match rule.direction {
        Direction::Ingress => "an ingress",
        Direction::Egress => "an egress",
    };
    let (subject, marks) = match (found.whole, rule.style) {
        (true, Style::Separate) => (address, Marks::NONE),
        (true, Style::Inline) => (format!("{direction} rule of {address}"), Marks::NONE),
        (false, _) => match found.spot.text().filter(|_| found.spot.way().len() > 1 || rule.style == Style::Separate) {
            Some(written) if written != "true" => (format!("`{}` in {address}", written.trim()), found.spot.marks),
            Some(_) | None => (format!("a part of {direction} rule of {address}"), Marks::NONE),
        },
    };
    let related = found.by.as_ref().map(|(_, spot)| (spot.clone(), "this lets it through already".to_owned()));
    let by = found.by.as_ref().map(|(by, _)| (*by, &rules[*by]));
    object([
        ("address", network.address_text(rule.block.instance)),
        ("by", text(&covering(network, found, rule, by), Marks::NONE)),
        ("redundant", Value::bool(true)),
        ("site", network.leaf_with(&found.spot, related.into_iter().collect())),
        ("text", text(&subject, marks)),
    ])
}

/// What covers it, as the subject of a sentence, with its verb.
fn covering<'a>(
    network: &Network<'a>,
    found: &Redundant<'a>,
    rule: &SecurityGroupRule<'a>,
    by: Option<(usize, &SecurityGroupRule<'a>)>,
) -> String {
    match by {
        None => "other rules of the group together let".to_owned(),
        Some((by, _)) if by == found.rule => "the rest of the rule lets".to_owned(),
        Some((_, by)) if by.block.instance == rule.block.instance => "another rule of the group lets".to_owned(),
        Some((_, by)) => format!("{} lets", network.address(by.block.instance)),
    }
}
