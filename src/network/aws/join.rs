//! Joining resources: by reference where an id is not known yet, by the id where it is.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use crate::address::{Address, InstanceKey, Mode, Reference};
use crate::inventory::Inventory;
use crate::lang::{Str, Value};

use super::spot::Spot;

/// What a value that should identify a resource stands for. Equal targets are the same resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A managed instance of the inventory: what data sources have found, others make.
    Instance(usize),
    /// A resource outside the inventory, by its id.
    Id(Str),
    /// An attribute of some resource: of a data source, say.
    Attribute(Reference),
}

impl Target {
    /// The instance that it is, if the configuration makes it.
    #[must_use]
    pub const fn instance(&self) -> Option<usize> {
        match self {
            Self::Instance(index) => Some(*index),
            Self::Id(_) | Self::Attribute(_) => None,
        }
    }
}

/// Whether a data source has a filter that takes this one value alone.
#[must_use]
pub fn filtered(data: &Spot<'_>, name: &str, value: &str) -> bool {
    data.get("filter").each().iter().any(|filter| {
        let values = filter.get("values").each();
        let only = if let [only] = values.as_slice() { only.text() } else { None };
        filter.get("name").text().as_deref() == Some(name) && only.as_deref() == Some(value)
    })
}

/// So many instances may hand on one value.
const MAX_HANDS: u8 = 8;

/// Instances by known text of one attribute.
type Index = Rc<BTreeMap<Str, usize>>;

/// Finds instances by what refers to them.
#[derive(Debug)]
pub struct Ids<'a> {
    inventory: &'a Inventory,
    by_attribute: RefCell<BTreeMap<(&'static str, &'static str), Index>>,
}

impl<'a> Ids<'a> {
    /// Over an inventory. Nothing is indexed yet.
    #[must_use]
    pub const fn new(inventory: &'a Inventory) -> Self {
        Self { inventory, by_attribute: RefCell::new(BTreeMap::new()) }
    }

    /// What a value stands for, where it should hold one of these attributes of one of these resource types. `None`
    /// where it is null, or not known and no reference.
    #[must_use]
    pub fn target(&self, value: &Value, kinds: &[(&'static str, &'static str)]) -> Option<Target> {
        self.target_within(value, kinds, MAX_HANDS)
    }

    fn target_within(&self, value: &Value, kinds: &[(&'static str, &'static str)], hands: u8) -> Option<Target> {
        if let Some(reference) = value.identity() {
            let managed = self.managed(reference);
            let found = managed.filter(|&index| {
                let type_name = self.inventory.instance(index).type_name();
                kinds.iter().any(|kind| kind.0 == type_name && Some(kind.1) == reference.attribute())
            });
            if let (None, Some(handed_on)) = (found, managed.and_then(|index| self.held(index, reference)))
                && hands > 0
            {
                return self.target_within(handed_on, kinds, hands - 1);
            }
            return Some(found.map_or_else(|| Target::Attribute(reference.clone()), Target::Instance));
        }
        let text = value.as_str().filter(|text| !text.is_empty())?;
        let found = kinds.iter().find_map(|&(type_name, attribute)| self.with_text(type_name, attribute, text));
        Some(found.map_or_else(|| Target::Id(text.into()), Target::Instance))
    }

    /// What an attribute of an instance holds, where that is known or the attribute of another one: plan JSON without its
    /// configuration tells what each expression names, and not what that holds.
    fn held(&self, index: usize, reference: &Reference) -> Option<&Value> {
        let held = self.inventory.instance(index).get(reference.attribute()?)?;
        let is_other = held.reference().is_some_and(|other| other != reference);
        (is_other || held.as_str().is_some()).then_some(held)
    }

    /// The managed instance that a reference goes to.
    #[must_use]
    pub fn managed(&self, reference: &Reference) -> Option<usize> {
        self.referenced(reference).filter(|&index| self.inventory.instance(index).address.mode == Mode::Managed)
    }

    /// The data source that a target is an attribute of.
    #[must_use]
    pub fn data_source(&self, target: &Target) -> Option<usize> {
        let Target::Attribute(reference) = target else { return None };
        self.referenced(reference).filter(|&index| self.inventory.instance(index).address.mode == Mode::Data)
    }

    /// Whether a data source may have found something that is made here: it looks among what belongs to that.
    #[must_use]
    pub fn may_find_made(&self, target: &Target) -> bool {
        let Some(data) = self.data_source(target) else { return false };
        let mut left = vec![&self.inventory.instance(data).values];
        while let Some(value) = left.pop() {
            if value.identity().is_some_and(|reference| self.managed(reference).is_some()) {
                return true;
            }
            left.extend(value.entries().into_iter().flatten().map(|(_, value)| value));
            left.extend(value.elements().unwrap_or_default());
        }
        false
    }

    /// The instance that a reference goes to. Where its number is not known, the symbolic one.
    #[must_use]
    pub fn referenced(&self, reference: &Reference) -> Option<usize> {
        self.inventory.find(&reference.address).or_else(|| {
            let address = Address { key: InstanceKey::Unknown, ..(*reference.address).clone() };
            self.inventory.find(&address)
        })
    }

    /// The instance of a type whose attribute is known to be this text.
    fn with_text(&self, type_name: &'static str, attribute: &'static str, text: &str) -> Option<usize> {
        let index = self.by_attribute.borrow().get(&(type_name, attribute)).cloned();
        let index = index.unwrap_or_else(|| {
            let mut index = BTreeMap::new();
            for instance in super::of_type(self.inventory, type_name) {
                let text = self.inventory.instance(instance).get(attribute).and_then(Value::as_str);
                if let Some(text) = text {
                    index.entry(text.into()).or_insert(instance);
                }
            }
            let index = Rc::new(index);
            self.by_attribute.borrow_mut().insert((type_name, attribute), index.clone());
            index
        });
        index.get(text).copied()
    }
}
