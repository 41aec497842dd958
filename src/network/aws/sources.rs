//! What a rule, entry or route names as its far end: addresses, as far as they are known.

use std::collections::HashMap;
use std::rc::Rc;

use crate::address::{Reference, Step};
use crate::inventory::{Way, locate};
use crate::lang::Value;
use crate::lang::equality::equal;
use crate::network::cidr;
use crate::network::registry::public_part;
use crate::network::sets::{AddressSet, Family};
use crate::source::Span;
use crate::syntax::{Kind, NodeId, Tree};

use super::Aws;
use super::spot::{Setting, Spot};

/// The addresses behind one expression (an element of `cidr_blocks`, a prefix list's id).
#[derive(Clone, Debug)]
pub struct Source<'a> {
    /// The expression.
    pub spot: Spot<'a>,
    /// The addresses that are certainly among them.
    pub addresses: AddressSet,
    /// Those of them that are public.
    pub public: AddressSet,
    /// What else may be.
    pub rest: Rest,
    /// All that may be, of [`Rest::Within`].
    within: Option<Rc<Within>>,
}

/// What may be among the addresses of a source.
#[derive(Debug)]
struct Within {
    all: AddressSet,
    public: AddressSet,
}

/// What is not known of a set of addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// Nothing: all are known.
    None,
    /// No more than so many of this family.
    AtMost(Family, u128),
    /// Some of a set ([`Source::possible`]).
    Within,
    /// Anything.
    Anything,
}

/// The addresses of CIDR text that was read, and those of them that are public: of thousands of rules, most name the same few
/// blocks.
pub(super) type Blocks = HashMap<String, (AddressSet, AddressSet)>;

impl<'a> Source<'a> {
    /// The sources of attributes that hold CIDR text, or lists of it, and of attributes that hold ids of prefix lists, or
    /// lists of them. An attribute that is not known in whole is one source.
    pub(in crate::network) fn read(
        aws: &Aws<'a>,
        block: &Spot<'a>,
        cidrs: &[&'static str],
        lists: &[&'static str],
    ) -> Vec<Self> {
        let mut sources = Vec::new();
        for (names, read) in [(cidrs, of_cidr as fn(&Aws<'a>, Spot<'a>) -> Self), (lists, of_prefix_list)] {
            for name in names {
                match block.attribute(name, aws.inventory) {
                    Setting::Unset => {}
                    Setting::Unknown => {
                        let spot = block.get(name);
                        let held = spot.held();
                        let others = others(aws, &spot, read);
                        sources.reserve_exact(held.len() + 1);
                        sources.extend(held.into_iter().map(|spot| read(aws, spot)));
                        sources.extend(others.unwrap_or_else(|| Some(read(aws, spot))));
                    }
                    Setting::Known(value) if value.elements().is_some() => {
                        let set: Vec<_> = block.get(name).each();
                        sources.reserve_exact(set.len());
                        sources.extend(
                            set.into_iter().filter(|spot| !spot.is_unset(aws.inventory)).map(|spot| read(aws, spot)),
                        );
                    }
                    Setting::Known(_) => {
                        sources.reserve_exact(1);
                        sources.push(read(aws, block.get(name)));
                    }
                }
            }
        }
        sources
    }

    /// A source of which nothing is known.
    #[must_use]
    pub fn unknown(spot: Spot<'a>) -> Self {
        Self::new(spot, AddressSet::EMPTY, Rest::Anything)
    }

    /// All addresses.
    #[must_use]
    pub fn everything(spot: Spot<'a>) -> Self {
        Self::new(spot, AddressSet::everything(), Rest::None)
    }

    fn new(spot: Spot<'a>, addresses: AddressSet, rest: Rest) -> Self {
        let public = public_part(&addresses);
        Self { spot, addresses, public, rest, within: None }
    }

    /// One of these, or some of them: `addresses` in any case.
    fn among(spot: Spot<'a>, addresses: AddressSet, choices: &[Self]) -> Self {
        let all: AddressSet = choices.iter().map(|choice| &choice.addresses).collect();
        let public = public_part(&all);
        Self { within: Some(Rc::new(Within { all, public })), ..Self::new(spot, addresses, Rest::Within) }
    }

    /// Whether it holds public addresses, or may.
    #[must_use]
    pub fn is_of_interest(&self) -> bool {
        match self.rest {
            Rest::None | Rest::Within => !self.possible_public().is_empty(),
            Rest::AtMost(..) | Rest::Anything => true,
        }
    }

    /// The addresses that may be among them; `None`: any.
    #[must_use]
    pub fn possible(&self) -> Option<&AddressSet> {
        match self.rest {
            Rest::None => Some(&self.addresses),
            Rest::Within => Some(self.within.as_deref().map_or(&self.addresses, |within| &within.all)),
            Rest::AtMost(..) | Rest::Anything => None,
        }
    }

    /// The public addresses that are known to be among them, or to be among those that may be.
    #[must_use]
    pub fn possible_public(&self) -> &AddressSet {
        self.within.as_deref().map_or(&self.public, |within| &within.public)
    }
}

/// What a list that is not known may hold beside the elements that it certainly holds, where it is known what it may
/// hold at all; the inner `None`: nothing.
fn others<'a>(
    aws: &Aws<'a>,
    spot: &Spot<'a>,
    read: fn(&Aws<'a>, Spot<'a>) -> Source<'a>,
) -> Option<Option<Source<'a>>> {
    let value = spot.value?;
    let choices = value.choices()?;
    if !choices.iter().all(|choice| choice.elements().is_some() || choice.is_null()) {
        return None;
    }
    let held = value.held();
    let is_held = |value: &&Value| held.iter().any(|it| equal(it, value) == Some(true));
    let read_one = |value| read(aws, spot.with(value));
    let read: Vec<Source<'a>> = value.possible()?.into_iter().filter(|it| !is_held(it)).map(read_one).collect();
    if read.is_empty() {
        return Some(None);
    }
    let known = read.iter().all(|source| source.rest == Rest::None);
    known.then(|| Some(Source::among(spot.clone(), AddressSet::EMPTY, &read)))
}

fn of_cidr<'a>(aws: &Aws<'a>, spot: Spot<'a>) -> Source<'a> {
    if let Some(unknown) = spot.value.and_then(Value::as_unknown) {
        if let Some(choices) = spot.choices().filter(|choices| choices.iter().all(|choice| choice.text().is_some())) {
            let read: Vec<Source<'a>> = choices.into_iter().map(|choice| of_cidr(aws, choice)).collect();
            let common = read.iter().map(|source| source.addresses.clone()).reduce(|all, next| all.intersection(&next));
            return Source::among(spot, common.unwrap_or_default(), &read);
        }
        let empty = unknown.length.1 == Some(0);
        let limit = || unknown.reference.as_ref().and_then(limit).or_else(|| written_limit(aws, &spot));
        let rest = if empty { Rest::None } else { limit().unwrap_or(Rest::Anything) };
        return Source::new(spot, AddressSet::EMPTY, rest);
    }
    let Some(text) = spot.text() else { return Source::new(spot, AddressSet::EMPTY, Rest::None) };
    let mut blocks = aws.blocks.borrow_mut();
    let (addresses, public) = match blocks.get(&*text) {
        Some(known) => known.clone(),
        None => {
            let addresses = cidr::read(&text).map(AddressSet::from).unwrap_or_default();
            let public = public_part(&addresses);
            blocks.insert(text.into(), (addresses.clone(), public.clone()));
            (addresses, public)
        }
    };
    Source { spot, addresses, public, rest: Rest::None, within: None }
}

/// AWS-managed lists, and those of other configurations, hold what nobody can tell before apply.
fn of_prefix_list<'a>(aws: &Aws<'a>, spot: Spot<'a>) -> Source<'a> {
    let Some(list) = spot.value.and_then(|value| aws.prefix_lists().find(aws, value)) else {
        return Source::unknown(spot);
    };
    let rest = if list.doubt.is_some() { Rest::Anything } else { Rest::None };
    Source::new(spot, list.addresses.clone(), rest)
}

/// How large the block can be that a template makes whose last part is a prefix length.
fn written_limit(aws: &Aws<'_>, spot: &Spot<'_>) -> Option<Rest> {
    let way = spot.way();
    let place = locate(aws.trees, aws.inventory, spot.instance, &way, spot.value)?;
    let parts = aws.template(place.span)?;
    let prefix: u8 = parts.last()?.as_deref()?.rsplit_once('/')?.1.parse().ok()?;
    let v6 = way.iter().any(|step| matches!(step, Way::Name(name) if name.contains("ipv6")));
    let family = if v6 { Family::V6 } else { Family::V4 };
    let size = 1u128.checked_shl(family.bits().checked_sub(prefix)?.into())?;
    Some(Rest::AtMost(family, size))
}

/// The templates of a file that are not literal text alone, by their places.
pub(super) fn templates(tree: &Tree) -> HashMap<Span, NodeId> {
    let nodes = tree.nodes.iter().enumerate().filter(|(_, node)| node.kind == Kind::Template);
    let templates = nodes.map(|(index, _)| NodeId(index as u32));
    let open = templates.filter(|&template| tree.children(template).any(|part| tree.kind(part) != Kind::Text));
    open.map(|template| (tree.span(template), template)).collect()
}

/// The parts of a template: literal text, and `None` for what is worked out.
pub(super) fn parts(tree: &Tree, template: NodeId) -> Vec<Option<String>> {
    let text = |part| (tree.kind(part) == Kind::Text).then(|| tree.literal(part).into_owned());
    tree.children(template).map(text).collect()
}

/// How large the block can be that a resource's attribute holds: AWS makes no VPC larger than an IPv4 /16 or an IPv6 /44
/// ("VPC CIDR blocks", Amazon VPC User Guide), and no subnet larger than its VPC.
fn limit(reference: &Reference) -> Option<Rest> {
    const NETWORKS: &[&str] = &[
        "aws_vpc",
        "aws_default_vpc",
        "aws_subnet",
        "aws_default_subnet",
        "aws_vpc_ipv4_cidr_block_association",
        "aws_vpc_ipv6_cidr_block_association",
    ];
    let Some(Step::Attribute(name)) = reference.path.last() else { return None };
    if !NETWORKS.contains(&&*reference.address.type_name) {
        return None;
    }
    match &**name {
        "cidr_block" => Some(Rest::AtMost(Family::V4, 1 << 16)),
        "ipv6_cidr_block" => Some(Rest::AtMost(Family::V6, 1 << 84)),
        _ => None,
    }
}
