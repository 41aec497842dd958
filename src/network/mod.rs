//! Networks as exact sets, AWS network facts over the inventory, and what rules see of them.
//!
//! `sets` is pure algebra; `aws` reads the inventory; `facts` shows both to rule files as values.

pub mod aws;
pub mod cidr;
mod demand;
mod facts;
pub mod intent;
pub mod reach;
pub mod registry;
pub mod sets;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::finding::Related;
use crate::inventory::{Inventory, Place, locate};
use crate::lang::eval::Evaluated;
use crate::lang::{Origin, Str, Value};
use crate::source::{FileId, Span};
use crate::syntax::Trees;

use aws::Aws;
use aws::network_acls::{Admission, admissions, borders};
use aws::openness::{Limits, OpenSources};
use aws::security_groups::Direction;
use aws::spot::Spot;
use facts::exposures;
use intent::Intent;
use reach::Reach;

/// The network that an inventory makes, and what rules see of it.
#[derive(Debug)]
pub struct Network<'a> {
    /// The instances.
    pub inventory: &'a Inventory,
    /// Their expressions.
    pub trees: &'a Trees,
    /// The files that the configuration was read from.
    files: &'a [FileId],
    aws: Rc<Aws<'a>>,
    reach: OnceCell<Reach<'a>>,
    /// What is meant to flow.
    intent: &'a Intent,
    places: RefCell<Vec<Mark<'a>>>,
    collections: RefCell<BTreeMap<&'static str, Value>>,
    open: RefCell<BTreeMap<(Direction, Limits), Rc<OpenSources>>>,
    admissions: RefCell<BTreeMap<(usize, u16, Limits), Rc<Admissions<'a>>>>,
    /// By ACL, the ports at which what it does may change.
    borders: RefCell<BTreeMap<usize, Rc<BTreeSet<u32>>>>,
    /// Addresses as messages name them, by instance.
    addresses: RefCell<Vec<Option<Str>>>,
    exposed: OnceCell<Vec<exposures::Group<'a>>>,
    opened: RefCell<exposures::Cache>,
    ports: RefCell<facts::PortLists>,
}

/// What each source of an ACL's entries lets in, by entry and source.
type Admissions<'a> = BTreeMap<(usize, usize), Admission<'a>>;

/// What an origin of a fact stands for; resolved only for findings.
#[derive(Debug)]
enum Mark<'a> {
    Spot {
        spot: Spot<'a>,
        /// Whether it matters where the value at the spot was typed.
        typed: bool,
        /// Other places that have to do with it, which most have none of.
        others: Option<Box<Others<'a>>>,
    },
    /// A spot, and packets whose way belongs to a finding there.
    Along(Spot<'a>, Along),
    /// A line outside of all resources, and what is said of it.
    Line(Span, String),
}

/// Places that have to do with another one.
#[derive(Debug)]
enum Others<'a> {
    Spots(Vec<(Spot<'a>, String)>),
    /// Lines that are known already.
    Lines(Vec<Related>),
}

/// Packets that get somewhere from the internet.
#[derive(Clone, Copy, Debug)]
struct Along {
    /// In [`Reach::exposures`].
    exposure: usize,
    protocol: u8,
    port: u16,
}

impl<'a> Network<'a> {
    /// Reads the network facts of an inventory. Linear in its size; each collection is made when first asked for.
    #[must_use]
    pub fn new(inventory: &'a Inventory, trees: &'a Trees) -> Self {
        Self {
            inventory,
            trees,
            files: &[],
            aws: Rc::new(Aws::new(inventory, trees)),
            reach: OnceCell::new(),
            intent: &intent::NOTHING,
            places: RefCell::default(),
            collections: RefCell::default(),
            open: RefCell::default(),
            admissions: RefCell::default(),
            borders: RefCell::default(),
            addresses: RefCell::default(),
            exposed: OnceCell::new(),
            opened: RefCell::default(),
            ports: RefCell::default(),
        }
    }

    /// The same, held against what is meant to flow.
    #[must_use]
    pub const fn with(mut self, intent: &'a Intent) -> Self {
        self.intent = intent;
        self
    }

    /// The same, read from these files: what nothing in them names is used by nobody.
    #[must_use]
    pub const fn of_files(mut self, files: &'a [FileId]) -> Self {
        self.files = files;
        self
    }

    /// `network.NAME` in a rule file: a tuple of objects, one per fact; their leaves have [`crate::lang::Origin::place`]
    /// origins that [`Network::place`] resolves.
    #[must_use]
    pub fn collection(&self, name: &str) -> Option<Value> {
        let (name, maker) = facts::COLLECTIONS.iter().find(|(known, _)| *known == name)?;
        let made = self.collections.borrow().get(name).cloned();
        Some(made.unwrap_or_else(|| {
            let mut facts = Vec::new();
            maker.make(self, &mut |fact| facts.push(fact));
            let value = Value::tuple(facts);
            self.collections.borrow_mut().insert(name, value.clone());
            value
        }))
    }

    /// Gives the facts of [`Network::collection`] one after another, without keeping them. Their places are given back as soon
    /// as `give` returns.
    pub fn each(&self, name: &str, give: &mut dyn FnMut(Value)) {
        let Some((_, maker)) = facts::COLLECTIONS.iter().find(|(known, _)| *known == name) else { return };
        let mut kept = self.places.borrow().len();
        maker.make(self, &mut |fact| {
            let collections = self.collections.borrow().len();
            give(fact);
            let mut places = self.places.borrow_mut();
            if maker.is_one_by_one() && self.collections.borrow().len() == collections {
                places.truncate(kept);
            } else {
                kept = places.len();
            }
        });
    }

    /// Gives back the collections that were made, with their places.
    pub fn forget(&self) {
        self.collections.borrow_mut().clear();
        self.places.borrow_mut().clear();
    }

    /// What reaches what, read when first asked for.
    pub fn reach(&self) -> &Reach<'a> {
        self.reach.get_or_init(|| Reach::over(Rc::clone(&self.aws)).with(self.intent))
    }

    /// The names of the collections, for "did you mean".
    pub fn collection_names() -> impl Iterator<Item = &'static str> {
        facts::COLLECTIONS.iter().map(|(name, _)| *name)
    }

    /// A function that rule files may call on facts (`opens(…)`); `None` where there is none of that name.
    #[must_use]
    pub fn call(&self, name: &str, arguments: &[Value], at: Span) -> Option<Evaluated> {
        let (_, function) = facts::FUNCTIONS.iter().find(|(known, _)| *known == name)?;
        Some(function(self, &facts::Arguments { name, values: arguments, at }))
    }

    /// The names of the functions, for "did you mean".
    pub fn function_names() -> impl Iterator<Item = &'static str> {
        facts::FUNCTIONS.iter().map(|(name, _)| *name)
    }

    /// The place that an origin of a fact stands for.
    #[must_use]
    pub fn place(&self, index: u32) -> Option<Place> {
        let places = self.places.borrow();
        let (spot, typed, others) = match places.get(index as usize)? {
            Mark::Spot { spot, typed, others } => (spot, typed, others.as_deref()),
            Mark::Along(spot, along) => {
                let mut place = self.locate(spot)?;
                place.perhaps = spot.within.is_some();
                place.related.extend(self.steps(*along, spot.instance, place.span));
                return Some(place);
            }
            Mark::Line(span, name) => {
                let (path, related) = (name.clone(), Vec::new());
                return Some(Place { instance: None, span: *span, related, path, perhaps: false });
            }
        };
        let mut place = self.locate(spot)?;
        place.perhaps = spot.within.is_some();
        if !typed {
            place.related.clear();
        }
        match others {
            None => {}
            Some(Others::Spots(others)) => {
                for (spot, message) in others {
                    let span = self.locate(spot).map(|place| place.span).filter(|span| *span != place.span);
                    place.related.extend(span.map(|span| Related { span, message: message.clone() }));
                }
            }
            Some(Others::Lines(lines)) => {
                place.related.extend(lines.iter().filter(|line| line.span != place.span).cloned());
            }
        }
        Some(place)
    }

    /// The lines on the way of packets; left out are that at which a finding stands, and its own rule's.
    fn steps(&self, along: Along, of: usize, at: Span) -> Vec<Related> {
        let mut steps: Vec<Related> = Vec::new();
        let own = self.inventory.instance(of).address.to_string();
        let exposure = &self.reach().exposures()[along.exposure];
        for hop in self.reach().hops(exposure, along.protocol, along.port) {
            let Some(span) = hop.place.filter(|&span| span != at) else { continue };
            if hop.kind == "security-group-rule" && hop.address.as_deref() == Some(&own) {
                continue;
            }
            let subject = hop.address.map(|address| format!("`{address}`: ")).unwrap_or_default();
            if !steps.iter().any(|known| known.span == span) {
                steps.push(Related { span, message: format!("{subject}{}", hop.why) });
            }
        }
        steps
    }

    fn locate(&self, spot: &Spot<'a>) -> Option<Place> {
        locate(self.trees, self.inventory, spot.instance, &spot.way(), spot.value)
    }

    /// An origin that stands for a spot, with other places that have to do with it.
    fn mark_with(&self, spot: &Spot<'a>, related: Vec<(Spot<'a>, String)>) -> Origin {
        self.mark(spot, true, related)
    }

    /// Likewise; `typed`: whether it matters where the value there was typed.
    fn mark(&self, spot: &Spot<'a>, typed: bool, related: Vec<(Spot<'a>, String)>) -> Origin {
        let others = (!related.is_empty()).then(|| Box::new(Others::Spots(related)));
        self.place_of(Mark::Spot { spot: spot.at_fault().clone(), typed, others })
    }

    /// Likewise, with related lines that are known already.
    fn mark_also(&self, spot: &Spot<'a>, also: Vec<Related>) -> Origin {
        let others = (!also.is_empty()).then(|| Box::new(Others::Lines(also)));
        self.place_of(Mark::Spot { spot: spot.at_fault().clone(), typed: true, others })
    }

    /// Likewise, with the way of packets.
    fn mark_along(&self, spot: &Spot<'a>, along: Along) -> Origin {
        self.place_of(Mark::Along(spot.at_fault().clone(), along))
    }

    /// An origin that stands for a line outside of all resources.
    fn mark_line(&self, span: Span, name: &str) -> Origin {
        self.place_of(Mark::Line(span, name.to_owned()))
    }

    fn place_of(&self, mark: Mark<'a>) -> Origin {
        let mut places = self.places.borrow_mut();
        places.push(mark);
        Origin::place(places.len() as u32 - 1)
    }

    /// What the internet reaches, by what lets it in.
    fn exposed(&self) -> &[exposures::Group<'a>] {
        self.exposed.get_or_init(|| exposures::group(self))
    }

    /// What the openings of an exposure leave open; worked out once.
    fn opened(&self, exposure: usize, about: exposures::About, limits: Limits) -> Rc<Vec<exposures::Opened>> {
        let found = self.opened.borrow().get(&(exposure, about, limits)).cloned();
        found.unwrap_or_else(|| {
            let opened = Rc::new(exposures::opened(&self.reach().exposures()[exposure], about, limits));
            self.opened.borrow_mut().insert((exposure, about, limits), opened.clone());
            opened
        })
    }

    /// What the sources of all rules of one direction leave open; worked out once for each direction and limits.
    fn open_sources(&self, direction: Direction, limits: Limits) -> Rc<OpenSources> {
        let found = self.open.borrow().get(&(direction, limits)).cloned();
        found.unwrap_or_else(|| {
            let open = Rc::new(OpenSources::find(self.aws.security_groups(), direction, limits));
            self.open.borrow_mut().insert((direction, limits), open.clone());
            open
        })
    }

    /// The ports at which what an ACL does may change; worked out once.
    fn borders(&self, acl: usize) -> Rc<BTreeSet<u32>> {
        let found = self.borders.borrow().get(&acl).cloned();
        found.unwrap_or_else(|| {
            let borders = Rc::new(borders(&self.aws.network_acls().acls[acl]));
            self.borders.borrow_mut().insert(acl, borders.clone());
            borders
        })
    }

    /// What an ACL lets in from the open internet on a TCP port; worked out once for each port and limits.
    fn admissions(&self, acl: usize, port: u16, limits: Limits) -> Rc<Admissions<'a>> {
        let found = self.admissions.borrow().get(&(acl, port, limits)).cloned();
        found.unwrap_or_else(|| {
            let admissions = Rc::new(admissions(&self.aws.network_acls().acls[acl], port, limits));
            self.admissions.borrow_mut().insert((acl, port, limits), admissions.clone());
            admissions
        })
    }
}
