//! A value in an instance, with the way to it.

use std::borrow::Cow;
use std::rc::Rc;

use crate::inventory::{Inventory, Way};
use crate::lang::{Data, Marks, Subnet, Value, What};

/// A value in an instance (or what is missing there), with the way to it: what a fact is made of, and where a finding
/// about it stands.
#[derive(Clone, Debug)]
pub struct Spot<'a> {
    /// The instance.
    pub instance: usize,
    /// The last step of the way from the instance.
    last: Option<Rc<Link<'a>>>,
    /// The value at the end of the way, if there is one.
    pub value: Option<&'a Value>,
    /// Marks on the value and on what holds it.
    pub marks: Marks,
    /// The marker of the blocks that it is in, where there may be none of them: a `dynamic` block makes them of what is
    /// not known.
    pub within: Option<Rc<Self>>,
}

/// A step of a way, and those before it: ways that begin alike share that part.
#[derive(Debug)]
struct Link<'a> {
    step: Way<'a>,
    before: Option<Rc<Link<'a>>>,
}

/// What an attribute is set to.
#[derive(Clone, Copy, Debug)]
pub enum Setting<'a> {
    /// Not set: absent, null, or left to the provider.
    Unset,
    /// Set to something not known until apply.
    Unknown,
    /// Set.
    Known(&'a Value),
}

impl<'a> Spot<'a> {
    /// A whole instance.
    #[must_use]
    pub fn instance(inventory: &'a Inventory, index: usize) -> Self {
        let values = &inventory.instance(index).values;
        Self { instance: index, last: None, value: Some(values), marks: values.marks, within: None }
    }

    /// An attribute of it, or all its nested blocks of a type.
    #[must_use]
    pub fn get(&self, name: &'static str) -> Self {
        self.step(Way::Name(name), self.value.and_then(|value| value.get(name)))
    }

    /// The elements of a known collection, or a single nested block; nothing otherwise.
    #[must_use]
    pub fn each(&self) -> Vec<Self> {
        let Some(value) = self.value else { return Vec::new() };
        if value.entries().is_some() {
            return vec![self.clone()];
        }
        let mut spots = Vec::new();
        for (index, element) in value.elements().unwrap_or_default().iter().enumerate() {
            let spot = self.step(Way::Element(index, element), Some(element));
            match element.certain() {
                Some(What::Blocks { certain, perhaps }) => {
                    spots.extend(certain.iter().map(|block| self.block(index, block, &spot)));
                    let within = Some(Rc::new(spot.clone()));
                    let perhaps = perhaps.iter().map(|block| self.block(index, block, &spot));
                    spots.extend(perhaps.map(|block| Self { within: within.clone(), ..block }));
                }
                Some(_) | None => spots.push(spot),
            }
        }
        spots
    }

    /// A block that the marker stands for.
    fn block(&self, index: usize, block: &'a Value, marker: &Self) -> Self {
        let spot = self.step(Way::Element(index, block), Some(block));
        Self { marks: spot.marks.with(marker.marks), ..spot }
    }

    /// The elements that a list or set certainly holds of which more is not known.
    #[must_use]
    pub fn held(&self) -> Vec<Self> {
        let held = self.value.map(Value::held).unwrap_or_default();
        held.into_iter().enumerate().map(|(index, it)| self.step(Way::Element(index, it), Some(it))).collect()
    }

    /// Here with each of the values that it may have; `None` where it may have any.
    #[must_use]
    pub fn choices(&self) -> Option<Vec<Self>> {
        Some(self.value?.choices()?.iter().map(|value| self.with(value)).collect())
    }

    /// Here with each of the values some of which a collection holds, at least one of them; nobody knows which.
    #[must_use]
    pub fn some(&self) -> Option<Vec<Self>> {
        let What::Each(one) = self.value?.certain()? else { return None };
        let What::OneOf(choices) = one.certain()? else { return None };
        Some(choices.iter().map(|value| self.with(value)).collect())
    }

    /// Here with another value.
    #[must_use]
    pub fn with(&self, value: &'a Value) -> Self {
        Self { value: Some(value), ..self.clone() }
    }

    /// What a finding stands at that hangs on what is not known here. In a block that a `dynamic` block makes of what is
    /// not known, what comes from there is not known for the same reason.
    #[must_use]
    pub fn at_fault(&self) -> &Self {
        let made = |value: &Value| value.is_unknown() && value.reference().is_none() && value.certain().is_none();
        match &self.within {
            Some(marker) if self.value.is_some_and(made) => marker,
            Some(_) | None => self,
        }
    }

    /// The entries of a known map or object.
    #[must_use]
    pub fn entries(&self) -> Vec<(&'a str, Self)> {
        let entries = self.value.and_then(Value::entries);
        entries.into_iter().flatten().map(|(key, value)| (&**key, self.step(Way::Key(key), Some(value)))).collect()
    }

    fn step(&self, step: Way<'a>, value: Option<&'a Value>) -> Self {
        let last = Some(Rc::new(Link { step, before: self.last.clone() }));
        let marks = value.map_or(self.marks, |it| self.marks.with(it.marks));
        let value = value.map(Value::in_fact);
        Self { instance: self.instance, last, value, marks, within: self.within.clone() }
    }

    /// The way from the instance.
    #[must_use]
    pub fn way(&self) -> Vec<Way<'a>> {
        let mut steps: Vec<Way<'a>> =
            std::iter::successors(self.last.as_deref(), |link| link.before.as_deref()).map(|link| link.step).collect();
        steps.reverse();
        steps
    }

    /// The way from the instance, as text that tells places apart.
    #[must_use]
    pub fn path(&self) -> String {
        let step = |step: &Way<'a>| match step {
            Way::Name(name) => format!(".{name}"),
            Way::Key(key) => format!("[{key:?}]"),
            Way::Element(index, _) => format!("[{index}]"),
        };
        self.way().iter().map(step).collect()
    }

    /// Whether it is a whole instance.
    #[must_use]
    pub const fn is_instance(&self) -> bool {
        self.last.is_none()
    }

    /// What it is set to.
    #[must_use]
    pub fn setting(&self, inventory: &Inventory) -> Setting<'a> {
        self.setting_of(self.value, inventory)
    }

    /// What an attribute of it is set to.
    #[must_use]
    pub fn attribute(&self, name: &str, inventory: &Inventory) -> Setting<'a> {
        self.setting_of(self.value.and_then(|value| value.get(name)), inventory)
    }

    /// An unknown value that stands for an attribute of its own instance is one that the provider computes because it
    /// is not set: no expression in a resource can refer to the resource itself.
    fn setting_of(&self, value: Option<&'a Value>, inventory: &Inventory) -> Setting<'a> {
        match value {
            None => Setting::Unset,
            Some(value) if value.is_null() => Setting::Unset,
            Some(value) if value.is_unknown() => {
                let own = value.reference().is_some_and(|it| it.address == inventory.instance(self.instance).address);
                if own { Setting::Unset } else { Setting::Unknown }
            }
            Some(value) => Setting::Known(value),
        }
    }

    /// Whether it is not set.
    #[must_use]
    pub fn is_unset(&self, inventory: &Inventory) -> bool {
        matches!(self.setting(inventory), Setting::Unset)
    }

    /// Whether it is set to something not known.
    #[must_use]
    pub fn is_unknown(&self, inventory: &Inventory) -> bool {
        matches!(self.setting(inventory), Setting::Unknown)
    }

    /// Which part of an unknown network it is, where that is known.
    #[must_use]
    pub fn subnet(&self) -> Option<&'a Subnet> {
        match self.value?.certain()? {
            What::Subnet(subnet) => Some(subnet),
            _ => None,
        }
    }

    /// The text, if it is known text (or a known number or truth value, as text).
    #[must_use]
    pub fn text(&self) -> Option<Cow<'a, str>> {
        let value = self.value?;
        let number = || value.as_number()?.to_i64().map(|number| number.to_string().into());
        let truth = || value.as_bool().map(|truth| if truth { "true" } else { "false" }.into());
        value.as_str().map(Cow::from).or_else(number).or_else(truth)
    }

    /// The same text as a value of its own.
    #[must_use]
    pub fn text_value(&self) -> Option<Value> {
        match &self.value?.data {
            Data::String(text) => Some(Value::normalized(text.clone())),
            _ => self.text().as_deref().map(Value::string),
        }
    }

    /// The integer, if it is a known one (or text that is one).
    #[must_use]
    pub fn integer(&self) -> Option<i64> {
        let value = self.value?;
        value.as_number().and_then(|number| number.to_i64()).or_else(|| value.as_str()?.trim().parse().ok())
    }

    /// The truth value, if it is a known one (or text that is one).
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        let value = self.value?;
        value.as_bool().or_else(|| value.as_str()?.parse().ok())
    }
}
