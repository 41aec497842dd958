//! Paths of sensitive values, as a tree that is walked beside the value.

use std::collections::BTreeMap;

use crate::lang::Data;

use super::Damage;
use super::message::{Path, Step};
use super::value;
use crate::plan::Shape;

/// What is sensitive in a value.
#[derive(Debug, Default)]
pub(super) struct Sensitive {
    /// The value itself.
    here: bool,
    /// Attributes and entries of maps.
    names: BTreeMap<String, Sensitive>,
    /// Elements of lists.
    indices: BTreeMap<usize, Sensitive>,
    /// All elements: what is sensitive in one element of a set is taken to be so in all.
    elements: Option<Box<Sensitive>>,
}

impl Sensitive {
    /// The tree of some paths.
    ///
    /// # Errors
    /// A key in a path is damaged.
    pub(super) fn of(paths: &[Path]) -> Result<Self, Damage> {
        let mut root = Self::default();
        for path in paths {
            let mut node = &mut root;
            for step in &path.steps {
                node = node.child_of(step)?;
            }
            node.here = true;
        }
        Ok(root)
    }

    fn child_of(&mut self, step: &Step) -> Result<&mut Self, Damage> {
        if let Some(name) = &step.attribute_name {
            return Ok(self.names.entry(name.clone()).or_default());
        }
        let key = step.element_key.as_ref().map(|key| value::decode(&key.msgpack, Shape::Any)).transpose()?;
        Ok(match key.map(|key| key.data) {
            Some(Data::String(name)) => self.names.entry(name.to_string()).or_default(),
            Some(Data::Number(index)) => match index.to_usize() {
                Some(index) => self.indices.entry(index).or_default(),
                None => self.elements.get_or_insert_default(),
            },
            Some(_) | None => self.elements.get_or_insert_default(),
        })
    }

    /// Whether the value itself is.
    pub(super) const fn is_here(&self) -> bool {
        self.here
    }

    /// Whether the value itself is, or anything in it.
    pub(super) fn is_anywhere(&self) -> bool {
        self.here || !self.names.is_empty() || !self.indices.is_empty() || self.elements.is_some()
    }

    /// What is sensitive in an attribute or entry.
    pub(super) fn name(&self, name: &str) -> Option<&Self> {
        self.names.get(name).or(self.elements.as_deref())
    }

    /// What is sensitive in an element.
    pub(super) fn element(&self, index: usize) -> Option<&Self> {
        self.indices.get(&index).or(self.elements.as_deref())
    }
}
