//! What is declared held against what gets through: flows that nobody declared, and declared ones that cannot work.
//!
//! Packets are those that go directly: what a load balancer carries on is a flow to it and another one from it.

mod declared;
mod listening;
mod missing;
mod openers;
mod shape;
mod tiers;
mod unintended;
mod words;

use crate::network::aws::spot::Spot;
use crate::network::intent::{FlowEnd, Intent};
use crate::network::sets::AddressSet;

use super::answer::{Hop, Verdict};
use super::bound::Both;
use super::boxes::Boxed;
use super::pair::Side;
use super::things::Thing;
use super::{Reach, answer::Sides, ends};

pub use tiers::{Members, Overlap};
pub(super) use tiers::{declared_tier, members};

/// Packets that get through and that no flow allows.
#[derive(Clone, Debug)]
pub(in crate::network) struct Opening<'a> {
    /// What lets them through; where it hangs on what is not known, that.
    pub(in crate::network) site: Spot<'a>,
    /// Reachable, or undetermined.
    pub(in crate::network) verdict: Verdict,
    /// Where they come from, in words.
    pub(in crate::network) from: String,
    /// Where they go.
    pub(in crate::network) to: String,
    /// Protocols and ports, in words.
    pub(in crate::network) packets: String,
    /// One of them.
    pub(in crate::network) example: String,
    /// How it gets there.
    pub(in crate::network) path: Vec<Hop>,
}

/// A flow, or a part of it, that cannot work.
#[derive(Clone, Debug)]
pub(in crate::network) struct Missing<'a> {
    /// The flow, in [`Intent::flows`].
    pub(in crate::network) flow: usize,
    /// What stops it; what it hangs on, where it is undetermined.
    pub(in crate::network) site: Option<Spot<'a>>,
    /// Unreachable, or undetermined.
    pub(in crate::network) verdict: Verdict,
    /// Where packets come from, in words.
    pub(in crate::network) from: String,
    /// Where they go.
    pub(in crate::network) to: String,
    /// Protocols and ports, in words.
    pub(in crate::network) packets: String,
    /// Why they do not get there.
    pub(in crate::network) why: String,
}

impl<'a> Reach<'a> {
    /// Who is in which tier.
    #[must_use]
    pub fn tiers(&self) -> Vec<Members> {
        members(self, self.intent)
    }

    /// Things that are in several tiers.
    pub(in crate::network) fn tier_overlaps(&self) -> Vec<Overlap> {
        tiers::overlaps(self, self.intent)
    }

    /// What gets through and is not declared.
    pub(in crate::network) fn unintended(&self) -> Vec<Opening<'a>> {
        unintended::find(self, self.intent)
    }

    /// What is declared and does not get through.
    pub(in crate::network) fn missing(&self) -> Vec<Missing<'a>> {
        missing::find(self, self.intent)
    }
}

/// Things that are alike as far as flows are concerned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Party {
    /// Things in the same tiers: those that they are certainly in, and those that they may be in.
    Things(Vec<usize>, Vec<usize>),
    Internet,
    OnPremises,
}

impl Party {
    /// Whether it is in some tier, or may be.
    fn is_in_tier(&self) -> bool {
        matches!(self, Self::Things(certain, possible) if !certain.is_empty() || !possible.is_empty())
    }

    /// Whether it is things, and not what is outside.
    const fn is_things(&self) -> bool {
        matches!(self, Self::Things(..))
    }

    /// Whether it certainly is.
    fn is_certainly_in_tier(&self) -> bool {
        matches!(self, Self::Things(certain, _) if !certain.is_empty())
    }

    /// As messages name it; empty for things in no tier.
    fn name(&self, intent: &Intent) -> String {
        match self {
            Self::Things(certain, possible) => {
                let first = certain.first().or_else(|| possible.first());
                first.map(|&tier| intent.name(&FlowEnd::Tier(tier))).unwrap_or_default()
            }
            Self::Internet => intent.name(&FlowEnd::Internet),
            Self::OnPremises => intent.name(&FlowEnd::OnPremises),
        }
    }
}

/// The sides of a thing.
fn sides<'m, 'a>(thing: &'m Thing<'a>) -> Sides<'m, 'a> {
    (thing.each, thing.places.iter().map(|place| Side::Place(thing, place)).collect())
}

/// The addresses that count as the internet: public ones, and those set aside for documentation, which stand for such.
fn internet() -> AddressSet {
    let blocks = DOCUMENTATION.iter().filter_map(|block| block.parse::<ipnet::IpNet>().ok());
    let blocks: Vec<AddressSet> = blocks.map(AddressSet::from).collect();
    blocks.iter().chain([crate::network::registry::public_addresses()]).collect()
}

/// RFC 5737, RFC 3849 and RFC 9637.
const DOCUMENTATION: &[&str] = &["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32", "3fff::/20"];

/// Whether the thing is one that is looked at.
fn counts(thing: &Thing<'_>) -> bool {
    thing.word != "NAT gateway"
}

/// The addresses on premises.
fn premises(reach: &Reach<'_>) -> AddressSet {
    ends::premises(&reach.model).difference(&internet())
}

/// Declared packets, by what is certainly so and what may be.
type Declared = Both<Vec<Boxed>>;
