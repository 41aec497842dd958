//! Flows bundled to nets: those of the same packets that go to one place, or come from one, are one line with branches.
//!
//! A net stands for every pair of its sources and its targets, so that bundling says neither more nor less than the flows do;
//! that something reaches itself is said only where it is drawn as a pair of its own.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Element, Exposure, Flow, Picture};

/// How a net is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Tone {
    /// From the internet at large.
    Red,
    /// From a few known addresses.
    Few,
    /// Inside.
    Plain,
    /// To the internet, or on premises.
    Out,
}

/// Flows that are drawn as one.
#[derive(Clone, Debug)]
pub(super) struct Net {
    pub(super) tone: Tone,
    pub(super) certain: bool,
    pub(super) label: String,
    pub(super) sources: BTreeSet<Element>,
    pub(super) targets: BTreeSet<Element>,
    /// The one VPC that it is in, the internet and on-premises networks aside.
    pub(super) vpc: Option<Option<usize>>,
}

impl Net {
    /// Whether it begins or ends there.
    pub(super) fn touches(&self, element: Element) -> bool {
        self.sources.contains(&element) || self.targets.contains(&element)
    }
}

/// What flows have in common that may be bundled.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    tone: Tone,
    uncertain: bool,
    label: String,
    /// Flows with the outside are kept apart, by VPC.
    outside: Option<(Element, bool, Option<usize>)>,
}

/// The sources and the targets of a net.
type Ends = (BTreeSet<Element>, BTreeSet<Element>);

/// Bundles the flows of a picture.
pub(super) fn bundle(picture: &Picture) -> Vec<Net> {
    let mut sources_of: BTreeMap<(Key, Element), BTreeSet<Element>> = BTreeMap::new();
    for flow in &picture.flows {
        sources_of.entry((key(picture, flow), flow.to)).or_default().insert(flow.from);
    }
    let mut alike: BTreeMap<(Key, BTreeSet<Element>), BTreeSet<Element>> = BTreeMap::new();
    for ((key, target), sources) in sources_of {
        alike.entry((key, sources)).or_default().insert(target);
    }
    // Where all reach each other, each target has other sources: all but itself.
    let mut meshes: BTreeMap<(Key, BTreeSet<Element>), Vec<Ends>> = BTreeMap::new();
    for ((key, sources), targets) in alike {
        let whole = if targets.len() == 1 { &sources | &targets } else { sources.clone() };
        meshes.entry((key, whole)).or_default().push((sources, targets));
    }
    let mut nets = Vec::new();
    for ((key, whole), parts) in meshes {
        if parts.len() > 1 && parts.iter().all(|(_, targets)| targets.len() == 1 && targets.is_subset(&whole)) {
            let targets = parts.into_iter().flat_map(|(_, targets)| targets).collect();
            nets.push(net(picture, &key, whole, targets));
        } else {
            nets.extend(parts.into_iter().map(|(sources, targets)| net(picture, &key, sources, targets)));
        }
    }
    nets
}

fn net(picture: &Picture, key: &Key, sources: BTreeSet<Element>, targets: BTreeSet<Element>) -> Net {
    let mut vpcs = sources.iter().chain(&targets).filter_map(|element| vpc_of(picture, *element));
    let first = vpcs.next();
    let vpc = first.filter(|first| vpcs.all(|vpc| vpc == *first));
    Net { tone: key.tone, certain: !key.uncertain, label: key.label.clone(), sources, targets, vpc }
}

/// The VPC of a tier.
fn vpc_of(picture: &Picture, element: Element) -> Option<Option<usize>> {
    match element {
        Element::Tier(tier) => Some(picture.tiers[tier].vpc),
        Element::Internet | Element::OnPremises | Element::Vpc(_) | Element::Subnet(_) | Element::Gateway(_) => None,
    }
}

fn key(picture: &Picture, flow: &Flow) -> Key {
    let is_outside = |element: Element| matches!(element, Element::Internet | Element::OnPremises);
    let tone = match Exposure::of(flow) {
        Exposure::Open | Exposure::Perhaps => Tone::Red,
        Exposure::Limited => Tone::Few,
        Exposure::None if is_outside(flow.to) => Tone::Out,
        Exposure::None => Tone::Plain,
    };
    let outside = if is_outside(flow.from) {
        Some((flow.from, true, vpc_of(picture, flow.to).flatten()))
    } else if is_outside(flow.to) {
        Some((flow.to, false, vpc_of(picture, flow.from).flatten()))
    } else {
        None
    };
    let far = match (&flow.far, is_outside(flow.from)) {
        (Some(far), true) => format!(" from {}", in_short(far)),
        (Some(far), false) => format!(" to {}", in_short(far)),
        (None, _) => String::new(),
    };
    Key { tone, uncertain: !flow.certain, label: format!("{}{far}", flow.label()), outside }
}

/// One block of addresses, or that there are several.
fn in_short(far: &str) -> &str {
    if far.len() <= 20 && !far.contains(", ") { far } else { "some addresses" }
}
