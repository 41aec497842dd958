//! Networks as exact sets, AWS network facts over the inventory, and what rules see of them.
//!
//! `sets` is pure algebra; `aws` reads the inventory; `facts` shows both to rule files as values.

pub mod cidr;
pub mod registry;
pub mod sets;

use crate::inventory::{Inventory, Place};
use crate::lang::Value;
use crate::lang::eval::Evaluated;
use crate::source::Span;
use crate::syntax::Trees;

/// The network that an inventory makes, and what rules see of it.
#[derive(Debug)]
pub struct Network<'a> {
    /// The instances.
    pub inventory: &'a Inventory,
    /// Their expressions.
    pub trees: &'a Trees,
}

impl<'a> Network<'a> {
    /// Reads the network facts of an inventory. Linear in its size; each collection is made when first asked for.
    #[must_use]
    pub const fn new(inventory: &'a Inventory, trees: &'a Trees) -> Self {
        Self { inventory, trees }
    }

    /// `network.NAME` in a rule file: a tuple of objects, one per fact; their leaves have [`crate::lang::Origin::place`]
    /// origins that [`Network::place`] resolves.
    #[must_use]
    pub fn collection(&self, name: &str) -> Option<Value> {
        let _ = name;
        None
    }

    /// A function that rule files may call on facts (`overlaps(…)`); `None` where there is none of that name.
    #[must_use]
    pub fn call(&self, name: &str, arguments: &[Value], at: Span) -> Option<Evaluated> {
        let _ = (name, arguments, at);
        None
    }

    /// The place that an origin of a fact stands for.
    #[must_use]
    pub fn place(&self, index: u32) -> Option<Place> {
        let _ = index;
        None
    }
}
