//! Reachability: which packets get from one end to another and have their answers get back, before anything is applied.
//!
//! Symbolic, never by sampling: sets of packets go the ways that route tables and gateways give them, through network ACLs
//! and security groups. What is not known until apply is taken for nothing and for everything; what both agree on is
//! certain, the rest is undetermined and names what it hangs on. `docs/reach.md` says what is modelled, after which pages.

pub(super) mod acls;
mod answer;
pub(super) mod bound;
mod boxes;
mod ends;
mod explain;
mod exposure;
mod flows;
mod groups;
mod intent;
mod kinds;
mod matrix;
pub(super) mod model;
mod pair;
mod picture;
mod relayed;
mod relays;
mod secrets;
mod services;
pub(super) mod tables;
mod things;
pub(super) mod topology;
pub(super) mod transit;
mod unanswered;
mod walk;

use std::cell::OnceCell;
use std::rc::Rc;

use crate::inventory::Inventory;
use crate::picture::Picture;
use crate::syntax::Trees;

use super::aws::Aws;
use super::intent::{Intent, NOTHING};
use model::Model;
use relays::Relays;

pub use answer::{Answer, Hop, Packets, Verdict};
pub use boxes::Wanted;
pub use ends::End;
pub(super) use exposure::is_worth_looking;
pub use exposure::{Exposure, Opening};
pub use intent::{Members, Overlap};
pub use matrix::Cell;
pub use unanswered::Unanswered;

/// A question: which packets get from one end to another?
#[derive(Clone, Debug)]
pub struct Question {
    /// From here.
    pub from: End,
    /// To here.
    pub to: End,
    /// Which packets.
    pub wanted: Wanted,
    /// Whether load balancers carry them on.
    pub relay: bool,
}

/// The network of an inventory, ready for questions.
#[derive(Debug)]
pub struct Reach<'a> {
    aws: Rc<Aws<'a>>,
    model: Model<'a>,
    relays: OnceCell<Relays<'a>>,
    exposures: OnceCell<Vec<Exposure<'a>>>,
    /// Whether what packets meet between things holds what is not to be printed.
    secret: OnceCell<bool>,
    /// The tiers that are declared.
    intent: &'a Intent,
}

impl<'a> Reach<'a> {
    /// Reads the network of an inventory.
    #[must_use]
    pub fn new(inventory: &'a Inventory, trees: &'a Trees) -> Self {
        Self::over(Rc::new(Aws::new(inventory, trees)))
    }

    /// The same over what was read of AWS for other facts.
    pub(super) fn over(aws: Rc<Aws<'a>>) -> Self {
        let model = Model::read(&aws);
        let (relays, exposures, secret) = (OnceCell::new(), OnceCell::new(), OnceCell::new());
        Self { aws, model, relays, exposures, secret, intent: &NOTHING }
    }

    /// The same, with the tiers that are declared.
    #[must_use]
    pub const fn with(mut self, intent: &'a Intent) -> Self {
        self.intent = intent;
        self
    }

    /// Answers a question.
    ///
    /// # Errors
    /// An end that stands for nothing here.
    pub fn answer(&self, question: &Question) -> Result<Answer, String> {
        let from = ends::resolve(self, &question.from)?;
        let to = ends::resolve(self, &question.to)?;
        Ok(answer::answer(self, &from, &to, question))
    }

    /// All tiers (those that are declared, else the tag `Tier`; other things by themselves) and the internet against each
    /// other.
    #[must_use]
    pub fn matrix(&self, wanted: &Wanted, relay: bool) -> Vec<Cell> {
        matrix::matrix(self, wanted, relay)
    }

    /// A picture of the network, without findings.
    #[must_use]
    pub fn picture(&self, title: &str) -> Picture {
        picture::picture(self, title)
    }

    /// What packets meet.
    pub(super) const fn model(&self) -> &Model<'a> {
        &self.model
    }

    /// What packets from the internet get to, or may get to, each thing by itself.
    pub fn exposures(&self) -> &[Exposure<'a>] {
        self.exposures.get_or_init(|| exposure::read(self))
    }

    /// What gets there, and whose answers certainly do not get back: each thing that drops answers once.
    #[must_use]
    pub fn unanswered(&self) -> Vec<Unanswered<'a>> {
        unanswered::read(self)
    }

    /// How packets of a protocol get from the internet to a port of such a thing, hop by hop.
    #[must_use]
    pub fn hops(&self, exposure: &Exposure<'a>, protocol: u8, port: u16) -> Vec<Hop> {
        exposure::hops(self, exposure, protocol, port)
    }

    fn relays(&self) -> &Relays<'a> {
        self.relays.get_or_init(|| Relays::read(&self.aws, &self.model))
    }
}
