//! What is meant to flow: tiers, and the flows between them. Everything else is denied.

use crate::source::{Span, pattern};

use super::sets::{AddressSet, Protocols};

/// Tiers and flows, as a user declares them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intent {
    /// The tiers, in the order in which they are written.
    pub tiers: Vec<Tier>,
    /// The flows, likewise.
    pub flows: Vec<Flow>,
}

/// Nothing is declared.
pub static NOTHING: Intent = Intent { tiers: Vec::new(), flows: Vec::new() };

/// A set of things with network interfaces. A thing is in it if one of the arguments takes it in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub span: Span,
    /// Tags of the thing itself, all of which it has to have.
    pub tags: Tags,
    /// Tags of subnets: those of all its interfaces have to have all of them.
    pub subnet_tags: Tags,
    /// Patterns of addresses of resource instances.
    pub addresses: Vec<String>,
}

/// Keys, each with patterns of which the value has to match one.
pub type Tags = Vec<(String, Vec<String>)>;

/// Packets that are meant to get from one end to another, and their answers back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The header of its block.
    pub span: Span,
    /// From each of these.
    pub from: Vec<FlowEnd>,
    /// To each of these.
    pub to: Vec<FlowEnd>,
    /// Which packets: each of these.
    pub traffic: Vec<Traffic>,
    /// What it is for.
    pub description: String,
}

/// An end of a flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowEnd {
    /// The internet. What may come from there may come from anywhere.
    Internet,
    /// Networks behind VPN connections and Direct Connect.
    OnPremises,
    /// A tier, in [`Intent::tiers`].
    Tier(usize),
    /// Addresses, and the text that they are written as.
    Addresses(AddressSet, String),
}

/// Protocols and ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Protocols by number, from the first to the last.
    pub protocols: (u8, u8),
    /// Ports at the destination; all of them where the protocol has none.
    pub ports: (u16, u16),
}

impl Intent {
    /// Whether nothing is declared.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.tiers.is_empty()
    }

    /// An end, as messages name it.
    #[must_use]
    pub fn name(&self, end: &FlowEnd) -> String {
        match end {
            FlowEnd::Internet => "the internet".to_owned(),
            FlowEnd::OnPremises => "networks on premises".to_owned(),
            FlowEnd::Tier(tier) => format!("tier `{}`", self.tiers[*tier].name),
            FlowEnd::Addresses(_, text) => format!("`{text}`"),
        }
    }
}

impl Traffic {
    /// In words: `tcp 443`, `udp 8000-8100`, `icmp`, `every protocol`.
    #[must_use]
    pub fn text(&self) -> String {
        let (first, last) = self.protocols;
        if first != last {
            return if (first, last) == (0, u8::MAX) {
                "every protocol".to_owned()
            } else {
                format!("protocols {first}-{last}")
            };
        }
        let word = Protocols::One(first).word();
        match self.ports {
            (0, u16::MAX) => word,
            (from, to) if from == to => format!("{word} {from}"),
            (from, to) => format!("{word} {from}-{to}"),
        }
    }
}

/// Whether text matches one of the patterns, in which `*` is any text.
#[must_use]
pub fn matches(patterns: &[String], text: &str) -> bool {
    patterns.iter().any(|wanted| pattern::matches(wanted, text))
}
