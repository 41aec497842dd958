//! Named things in the order of their names: the entries of maps and objects, the attributes of object types.

use std::iter::Zip;
use std::slice::Iter;
use std::sync::{Arc, OnceLock};

use super::value::{Str, Value};

/// Fields by name, in the order of the names' bytes, each name once.
///
/// Names are held apart from what they name, so that all objects of one shape share them, and their type does too.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fields<T> {
    names: Arc<[Str]>,
    values: Vec<T>,
}

impl<T> Default for Fields<T> {
    fn default() -> Self {
        Self { names: Arc::default(), values: Vec::new() }
    }
}

impl<T> Fields<T> {
    /// Sorts by name; of equal names the last one stays.
    #[must_use]
    pub fn new(mut fields: Vec<(Str, T)>) -> Self {
        if !fields.is_sorted_by(|left, right| left.0 < right.0) {
            fields.reverse();
            fields.sort_by(|left, right| left.0.cmp(&right.0));
            fields.dedup_by(|later, kept| later.0 == kept.0);
        }
        // `unzip` makes room for four at least, and most objects of plans are smaller.
        let (mut names, mut values) = (Vec::with_capacity(fields.len()), Vec::with_capacity(fields.len()));
        for (name, value) in fields {
            names.push(name);
            values.push(value);
        }
        Self { names: names.into(), values }
    }

    /// A value for each of these names, which are in order.
    #[must_use]
    pub fn of_shape(names: Arc<[Str]>, values: Vec<T>) -> Self {
        debug_assert!(names.is_sorted_by(|left, right| left < right) && names.len() == values.len());
        Self { names, values }
    }

    /// What has this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.position(name).map(|index| &self.values[index])
    }

    /// What has this name, and the name as it is held here.
    #[must_use]
    pub fn get_with_name(&self, name: &str) -> Option<(&Str, &T)> {
        self.position(name).map(|index| (&self.names[index], &self.values[index]))
    }

    /// What has this name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.position(name).map(|index| &mut self.values[index])
    }

    fn position(&self, name: &str) -> Option<usize> {
        /// Among so many, comparing lengths one after another is faster than comparing text a few times.
        const FEW: usize = 24;
        if self.names.len() <= FEW {
            return self.names.iter().position(|known| **known == *name);
        }
        self.names.binary_search_by(|known| (**known).cmp(name)).ok()
    }

    /// Names, and what has them.
    pub fn iter(&self) -> Zip<Iter<'_, Str>, Iter<'_, T>> {
        self.names.iter().zip(&self.values)
    }

    /// The names.
    #[must_use]
    pub const fn names(&self) -> &Arc<[Str]> {
        &self.names
    }

    /// What has names, in the order of these.
    #[must_use]
    pub fn values(&self) -> &[T] {
        &self.values
    }

    /// Something else under the same names.
    pub fn map<'f, U>(&'f self, mut change: impl FnMut(&'f T) -> U) -> Fields<U> {
        self.map_named(|_, value| change(value))
    }

    /// Something else under the same names, made of name and value.
    pub fn map_named<'f, U>(&'f self, mut change: impl FnMut(&'f Str, &'f T) -> U) -> Fields<U> {
        Fields { names: self.names.clone(), values: self.iter().map(|(name, value)| change(name, value)).collect() }
    }

    /// Their number.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

impl<T: Clone> Fields<T> {
    /// Names and what has them, apart from these fields.
    pub fn cloned(&self) -> impl Iterator<Item = (Str, T)> {
        self.iter().map(|(name, value)| (name.clone(), value.clone()))
    }
}

impl<'f, T> IntoIterator for &'f Fields<T> {
    type Item = (&'f Str, &'f T);
    type IntoIter = Zip<Iter<'f, Str>, Iter<'f, T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T> FromIterator<(Str, T)> for Fields<T> {
    fn from_iter<I: IntoIterator<Item = (Str, T)>>(fields: I) -> Self {
        Self::new(fields.into_iter().collect())
    }
}

/// The names of objects that are made alike many times: as a `static`, made shared text once.
#[derive(Debug)]
pub struct Shape<const N: usize> {
    names: [&'static str; N],
    shared: OnceLock<Arc<[Str]>>,
}

impl<const N: usize> Shape<N> {
    /// Of these names, in order.
    #[must_use]
    pub const fn new(names: [&'static str; N]) -> Self {
        Self { names, shared: OnceLock::new() }
    }

    /// An object with a value for each name.
    pub fn object(&self, values: [Value; N]) -> Value {
        let names = self.shared.get_or_init(|| self.names.iter().map(|name| Str::from(*name)).collect());
        Value::object(Fields::of_shape(names.clone(), values.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_in_order_and_the_last_of_a_name_counts() {
        let fields: Fields<u8> =
            [("b", 1), ("a", 2), ("b", 3)].map(|(name, value)| (name.into(), value)).into_iter().collect();
        let listed: Vec<(&str, u8)> = fields.iter().map(|(name, value)| (&**name, *value)).collect();
        assert_eq!(listed, [("a", 2), ("b", 3)]);
        assert_eq!((fields.get("b"), fields.get("c")), (Some(&3), None));
        assert!(Arc::ptr_eq(fields.names(), fields.map(|value| value + 1).names()));
    }
}
