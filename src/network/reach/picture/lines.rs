//! The flows between tiers.

use std::collections::{BTreeMap, BTreeSet};

use crate::network::reach::ends::{Resolved, premises};
use crate::network::reach::flows::{self, Far};
use crate::network::reach::matrix::Looks;
use crate::network::registry::public_addresses;
use crate::picture::{Element, Flow, Link};

use super::Drawing;
use super::tiers::distinct;

/// The most tiers of a VPC, and of all VPCs that are joined, between which flows are looked for: a picture of more is none.
const MAX_TIERS: usize = 100;
/// The most pairs of tiers that are looked at in all.
const MAX_PAIRS: usize = 100_000;

impl<'a> Drawing<'_, 'a> {
    pub(super) fn flows(&mut self) {
        let reach = self.reach;
        let ends: Vec<Resolved<'a>> =
            self.tiers.iter().map(|things| Resolved { things: distinct(things), ..Resolved::default() }).collect();
        let looks = Looks::new(reach);
        let internet = Resolved { internet: Some(public_addresses().clone()), ..Resolved::default() };
        let mut outside = vec![(Element::Internet, internet)];
        let private = |link: &Link| link.to == Element::OnPremises;
        if self.picture.links.iter().any(private) {
            let premises = Resolved { premises: Some(premises(&reach.model)), ..Resolved::default() };
            outside.push((Element::OnPremises, premises));
        }
        let mut flows = Vec::new();
        let drawn = |tier: usize| !self.picture.tiers[tier].nat;
        for (element, end) in &outside {
            for tier in (0..ends.len()).filter(|tier| drawn(*tier)) {
                let secret = self.is_secret([tier]);
                self.flow((*element, end), (Element::Tier(tier), &ends[tier]), &looks, secret, &mut flows);
                self.flow((Element::Tier(tier), &ends[tier]), (*element, end), &looks, secret, &mut flows);
            }
        }
        let mut pairs = 0;
        let (inside, across) = self.regions();
        let mut notes = Vec::new();
        let mut left_out = false;
        for region in &inside {
            pairs += region.len() * region.len();
            if region.len() > MAX_TIERS || pairs > MAX_PAIRS {
                left_out = true;
                continue;
            }
            for &from in region {
                for &to in region {
                    let alone = from == to && self.tiers[from].len() < 2 && self.tiers[from][0].places.len() < 2;
                    if !alone {
                        let secret = self.is_secret([from, to]);
                        let (from, to) = ((Element::Tier(from), &ends[from]), (Element::Tier(to), &ends[to]));
                        self.flow(from, to, &looks, secret, &mut flows);
                    }
                }
            }
        }
        if left_out {
            notes.push(format!("flows within VPCs of more than {MAX_TIERS} tiers are left out"));
        }
        if across.len() > MAX_TIERS {
            notes.push(format!("flows between VPCs are left out: there are more than {MAX_TIERS} tiers"));
        } else {
            for (&from, &to) in across.iter().flat_map(|from| across.iter().map(move |to| (from, to))) {
                if self.picture.tiers[from].vpc != self.picture.tiers[to].vpc {
                    let secret = self.is_secret([from, to]);
                    let (from, to) = ((Element::Tier(from), &ends[from]), (Element::Tier(to), &ends[to]));
                    self.flow(from, to, &looks, secret, &mut flows);
                }
            }
        }
        self.picture.flows = flows;
        self.picture.notes.extend(notes);
    }

    /// The tiers of each VPC, and all of those that are joined with others.
    fn regions(&self) -> (Vec<Vec<usize>>, Vec<usize>) {
        let mut inside: BTreeMap<Option<usize>, Vec<usize>> = BTreeMap::new();
        for (index, tier) in self.picture.tiers.iter().enumerate().filter(|(_, tier)| !tier.nat) {
            inside.entry(tier.vpc).or_default().push(index);
        }
        let ends = self.picture.links.iter().flat_map(|link| [link.from, link.to]);
        let joined: BTreeSet<Option<usize>> = ends
            .filter_map(|element| match element {
                Element::Vpc(vpc) => Some(Some(vpc)),
                Element::Internet
                | Element::OnPremises
                | Element::Subnet(_)
                | Element::Gateway(_)
                | Element::Tier(_) => None,
            })
            // What is in no known VPC may be in any.
            .chain([None])
            .collect();
        let across =
            inside.iter().filter(|(vpc, _)| joined.contains(vpc)).flat_map(|(_, tiers)| tiers.clone()).collect();
        (inside.into_values().collect(), across)
    }

    fn flow(
        &self,
        (from, source): (Element, &Resolved<'a>),
        (to, destination): (Element, &Resolved<'a>),
        looks: &Looks,
        secret: bool,
        flows: &mut Vec<Flow>,
    ) {
        let far = match (from, to) {
            (Element::Internet | Element::OnPremises, _) => Far::Source,
            (_, Element::Internet | Element::OnPremises) => Far::Destination,
            (_, _) => Far::Neither,
        };
        let outside = if far == Far::Source { source } else { destination };
        let whole = outside.internet.as_ref().or(outside.premises.as_ref());
        for found in flows::between(self.reach, looks, source, destination, far) {
            let part = whole.and_then(|whole| found.part_of(whole));
            let (certain, open) = (found.certain, from == Element::Internet && found.is_open());
            let (far, services) = if secret { (None, Vec::new()) } else { (part, found.services) };
            let flow = Flow { from, to, certain, services, far, open };
            // Without ports and addresses, some are alike.
            if !secret || flows.last() != Some(&flow) {
                flows.push(flow);
            }
        }
    }

    /// Whether packets of these tiers tell what is not to be printed.
    fn is_secret<const N: usize>(&self, tiers: [usize; N]) -> bool {
        self.reach.is_secret(tiers.iter().flat_map(|&tier| &self.tiers[tier]).copied())
    }
}
