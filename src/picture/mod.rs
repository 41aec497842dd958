//! A picture of a network: what there is to draw, and one file per format that draws it.
//!
//! A [`Picture`] knows neither Terraform nor AWS: `network::reach` makes it of its model, [`json`] prints it as it is, and the other formats
//! are pure functions of it. `docs/graph.md` is the contract of the JSON.

pub mod dot;
pub mod json;
pub mod mermaid;
pub mod svg;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::io::{self, Write};

use crate::finding::{Severity, Verdict};

/// Something that is drawn. Its text is its name in JSON, Mermaid and DOT.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// The internet.
    Internet,
    /// Networks on premises.
    OnPremises,
    /// One of [`Picture::vpcs`].
    Vpc(usize),
    /// One of [`Picture::subnets`].
    Subnet(usize),
    /// One of [`Picture::gateways`].
    Gateway(usize),
    /// One of [`Picture::tiers`].
    Tier(usize),
}

impl Display for Element {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Internet => formatter.write_str("internet"),
            Self::OnPremises => formatter.write_str("on-premises"),
            Self::Vpc(index) => write!(formatter, "vpc-{}", index + 1),
            Self::Subnet(index) => write!(formatter, "subnet-{}", index + 1),
            Self::Gateway(index) => write!(formatter, "gateway-{}", index + 1),
            Self::Tier(index) => write!(formatter, "tier-{}", index + 1),
        }
    }
}

/// A name: in short, and in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// What a label says.
    pub short: String,
    /// The address of its resource instance, or whatever else it is known by.
    pub full: String,
}

/// A VPC.
#[derive(Clone, Debug)]
pub struct Vpc {
    /// What it is called.
    pub name: Name,
    /// Its blocks, as far as they are known and may be printed.
    pub blocks: Vec<String>,
    /// Whether another configuration makes it.
    pub elsewhere: bool,
}

/// What a subnet's route table makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// It has a route to an internet gateway.
    Public,
    /// It has a way out, to something else.
    Private,
    /// It has no way out of its VPC.
    Isolated,
    /// That hangs on what is not known until apply.
    Unknown,
}

impl Kind {
    /// The word for it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Private => "private",
            Self::Isolated => "isolated",
            Self::Unknown => "unknown",
        }
    }
}

/// A subnet.
#[derive(Clone, Debug)]
pub struct Subnet {
    /// What it is called.
    pub name: Name,
    /// Its VPC; `None` where that is not known.
    pub vpc: Option<usize>,
    /// Its availability zone, or what stands for it where only that is known; `None` where nothing is.
    pub zone: Option<String>,
    /// What its routes make of it.
    pub kind: Kind,
    /// What it is for: subnets of one role stand side by side.
    pub role: String,
    /// Its blocks, as far as they are known and may be printed.
    pub blocks: Vec<String>,
}

/// What a gateway is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GatewayKind {
    /// An internet gateway.
    Internet,
    /// An egress-only internet gateway.
    EgressOnly,
    /// A virtual private gateway.
    Private,
    /// A gateway endpoint: of S3 or DynamoDB.
    Endpoint,
    /// A transit gateway.
    Transit,
}

impl GatewayKind {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Internet => "internet",
            Self::EgressOnly => "egress-only",
            Self::Private => "virtual-private",
            Self::Endpoint => "endpoint",
            Self::Transit => "transit",
        }
    }

    /// Whether it leads to the internet.
    #[must_use]
    pub const fn is_outward(self) -> bool {
        matches!(self, Self::Internet | Self::EgressOnly)
    }

    /// What to call it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Internet => "Internet gateway",
            Self::EgressOnly => "Egress-only gateway",
            Self::Private => "Virtual private gateway",
            Self::Endpoint => "Gateway endpoint",
            Self::Transit => "Transit gateway",
        }
    }
}

/// A gateway. NAT gateways are [`Tier`]s: they stand in subnets.
#[derive(Clone, Debug)]
pub struct Gateway {
    /// What it is called.
    pub name: Name,
    /// What it is.
    pub kind: GatewayKind,
    /// The VPC at whose border it is.
    pub vpc: Option<usize>,
    /// Whether it is certainly there.
    pub certain: bool,
}

/// Things that belong together: of one tier in one VPC, or of one resource.
#[derive(Clone, Debug)]
pub struct Tier {
    /// What it is called.
    pub name: Name,
    /// What is in it, and how many of each: `instance`, 3.
    pub words: Vec<(&'static str, usize)>,
    /// The addresses of its resource instances.
    pub members: Vec<String>,
    /// Its VPC; `None` where that is not known.
    pub vpc: Option<usize>,
    /// The subnets that it has interfaces in.
    pub subnets: Vec<usize>,
    /// Whether it is NAT gateways.
    pub nat: bool,
    /// Whether it is known how many there are, and where.
    pub certain: bool,
}

impl Tier {
    /// What is in it, in words.
    #[must_use]
    pub fn summary(&self) -> String {
        let one =
            |(word, count): &(&str, usize)| if *count > 1 { format!("{word} ×{count}") } else { (*word).to_owned() };
        self.words.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// What joins two elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkKind {
    /// A gateway leads to the internet or on premises.
    Way,
    /// A VPC, or something on premises, is attached to a transit gateway.
    Attachment,
    /// VPCs or transit gateways are peered.
    Peering,
}

impl LinkKind {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Way => "way",
            Self::Attachment => "attachment",
            Self::Peering => "peering",
        }
    }
}

/// A wire between two elements.
#[derive(Clone, Debug)]
pub struct Link {
    /// One of them.
    pub from: Element,
    /// The other.
    pub to: Element,
    /// What joins them.
    pub kind: LinkKind,
    /// What it is called, where it is a resource of its own.
    pub name: Option<Name>,
    /// Whether it is certainly there, and in use.
    pub certain: bool,
}

/// A protocol and its ports.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Service {
    /// `tcp`, `udp`, `icmp`, a number, a range of numbers, or `all`.
    pub protocol: String,
    /// Ports at the destination; empty where the protocol has none, or all of them are meant.
    pub ports: String,
}

/// Packets that get from one element to another, and their answers back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// From here: [`Element::Internet`], [`Element::OnPremises`] or a tier.
    pub from: Element,
    /// To here; likewise.
    pub to: Element,
    /// Whether that is certain.
    pub certain: bool,
    /// Which packets; empty where that may not be printed.
    pub services: Vec<Service>,
    /// The addresses at the far end, where that is the internet or on premises and not all of it is meant.
    pub far: Option<String>,
    /// Whether it comes from the internet at large, and not from a few known addresses.
    pub open: bool,
}

impl Flow {
    /// Protocols and ports in a few words.
    #[must_use]
    pub fn label(&self) -> String {
        let mut tcp = Vec::new();
        let mut rest = Vec::new();
        for Service { protocol, ports } in &self.services {
            match (protocol.as_str(), ports.as_str()) {
                ("all", "") => rest.push("all".to_owned()),
                ("tcp", ports) if !ports.is_empty() => tcp.push(ports.to_owned()),
                (protocol, "") => rest.push(protocol.to_owned()),
                ("icmp" | "icmpv6", types) => rest.push(format!("{protocol} type {types}")),
                (protocol, ports) => rest.push(format!("{protocol} {ports}")),
            }
        }
        let parts: Vec<String> = tcp.into_iter().chain(rest).collect();
        match (parts.is_empty(), self.certain) {
            (true, _) => "(sensitive)".to_owned(),
            (false, true) => parts.join(", "),
            (false, false) => format!("{} ?", parts.join(", ")),
        }
    }
}

/// How far the internet gets to something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exposure {
    /// Not at all.
    None,
    /// A few known addresses get there.
    Limited,
    /// Perhaps it does at large.
    Perhaps,
    /// It does at large.
    Open,
}

impl Exposure {
    /// The word in JSON.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Limited => "limited",
            Self::Perhaps => "undetermined",
            Self::Open => "internet",
        }
    }

    /// What a flow from the internet makes of its destination.
    #[must_use]
    pub const fn of(flow: &Flow) -> Self {
        match (&flow.from, flow.open, flow.certain) {
            (Element::Internet, true, true) => Self::Open,
            (Element::Internet, true, false) => Self::Perhaps,
            (Element::Internet, false, _) => Self::Limited,
            (_, _, _) => Self::None,
        }
    }
}

/// A rule that found something.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// The bad thing, in one sentence.
    pub title: String,
}

/// Something that a rule found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// In [`Picture::rules`].
    pub rule: usize,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is certain.
    pub verdict: Verdict,
    /// One sentence.
    pub message: String,
    /// The resource instance at fault.
    pub address: Option<String>,
    /// File and line.
    pub place: Option<(String, u32)>,
    /// Where it is marked; nothing where what it is about is not drawn.
    pub elements: Vec<Element>,
}

/// A picture.
#[derive(Clone, Debug, Default)]
pub struct Picture {
    /// What it shows.
    pub title: String,
    /// VPCs.
    pub vpcs: Vec<Vpc>,
    /// Subnets.
    pub subnets: Vec<Subnet>,
    /// Gateways.
    pub gateways: Vec<Gateway>,
    /// What is in the subnets.
    pub tiers: Vec<Tier>,
    /// What joins them.
    pub links: Vec<Link>,
    /// What gets where.
    pub flows: Vec<Flow>,
    /// Rules that found something, in name order.
    pub rules: Vec<Rule>,
    /// What they found.
    pub findings: Vec<Finding>,
    /// What is not in the picture, and why.
    pub notes: Vec<String>,
    /// By the address of a resource instance: what is drawn of it, or what it is about. No part of the picture itself.
    pub concerned: BTreeMap<String, Vec<Element>>,
}

impl Picture {
    /// How far the internet gets to each tier.
    #[must_use]
    pub fn exposures(&self) -> Vec<Exposure> {
        let mut found = vec![Exposure::None; self.tiers.len()];
        for flow in &self.flows {
            if let Element::Tier(tier) = flow.to {
                found[tier] = found[tier].max(Exposure::of(flow));
            }
        }
        found
    }

    /// Whether anything begins or ends at an element.
    #[must_use]
    pub fn uses(&self, element: Element) -> bool {
        self.flows.iter().any(|flow| flow.from == element || flow.to == element)
            || self.links.iter().any(|link| link.from == element || link.to == element)
    }

    /// The subnets and the tiers in each VPC; in the last place those of no known VPC.
    #[must_use]
    pub fn by_vpc(&self) -> Vec<(Vec<usize>, Vec<usize>)> {
        let mut found = vec![(Vec::new(), Vec::new()); self.vpcs.len() + 1];
        for (index, subnet) in self.subnets.iter().enumerate() {
            found[subnet.vpc.unwrap_or(self.vpcs.len())].0.push(index);
        }
        for (index, tier) in self.tiers.iter().enumerate() {
            found[tier.vpc.unwrap_or(self.vpcs.len())].1.push(index);
        }
        found
    }

    /// The findings at each element, by rule: the worst of each.
    #[must_use]
    pub fn marks(&self) -> BTreeMap<Element, BTreeMap<usize, (Severity, Verdict)>> {
        let mut marks: BTreeMap<Element, BTreeMap<usize, (Severity, Verdict)>> = BTreeMap::new();
        for finding in &self.findings {
            for element in &finding.elements {
                let mark = marks
                    .entry(*element)
                    .or_default()
                    .entry(finding.rule)
                    .or_insert((finding.severity, finding.verdict));
                // A violation weighs more than what may be one.
                *mark = (mark.0.max(finding.severity), mark.1.min(finding.verdict));
            }
        }
        marks
    }
}

/// An output format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A picture to look at ([`svg`]).
    Svg,
    /// Mermaid, which GitHub and GitLab draw ([`mermaid`]).
    Mermaid,
    /// Graphviz ([`dot`]).
    Dot,
    /// The contract for programs ([`json`]).
    Json,
}

impl Format {
    /// All formats, in the order in which help lists them, each with the endings of its files.
    const ALL: [(Self, &'static str, &'static [&'static str]); 4] = [
        (Self::Svg, "svg", &["svg"]),
        (Self::Mermaid, "mermaid", &["mmd", "mermaid"]),
        (Self::Dot, "dot", &["dot", "gv"]),
        (Self::Json, "json", &["json"]),
    ];

    /// The format that a word names.
    ///
    /// # Errors
    /// A message that lists the formats, if it names none.
    pub fn parse(word: &str) -> Result<Self, String> {
        Self::ALL.iter().find(|(_, known, _)| *known == word).map(|(format, ..)| *format).ok_or_else(|| {
            let known: Vec<&str> = Self::ALL.iter().map(|(_, word, _)| *word).collect();
            format!("there is no format `{word}`; the formats are {}", known.join(", "))
        })
    }

    /// The format of a file with this ending.
    #[must_use]
    pub fn of_ending(ending: &str) -> Option<Self> {
        let ending = ending.to_ascii_lowercase();
        Self::ALL.iter().find(|(_, _, endings)| endings.contains(&ending.as_str())).map(|(format, ..)| *format)
    }
}

/// Draws a picture.
///
/// # Errors
/// The writer's.
pub fn write(format: Format, picture: &Picture, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Svg => svg::write(picture, out),
        Format::Mermaid => mermaid::write(picture, out),
        Format::Dot => dot::write(picture, out),
        Format::Json => json::write(picture, out),
    }
}

/// A text on one line, without control characters and without what turns the direction of the text around it.
fn line(text: &str) -> String {
    let turns =
        |letter: char| matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |letter: char| match letter {
        '\u{2028}' | '\u{2029}' => ' ',
        letter if letter.is_whitespace() || letter.is_control() => ' ',
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        letter => letter,
    };
    text.chars().filter(|letter| !turns(*letter)).map(shown).collect()
}
