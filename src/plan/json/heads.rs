//! The heads of resource instances: where their parts stand in their text, which is gone over once.

use std::borrow::Cow;
use std::ops::Range;

use super::scan::{self, Members, Stop};
use super::stream::What;

/// Where the values of members stand in the text of an object.
#[derive(Debug)]
pub(super) struct Fields<const N: usize> {
    names: [&'static str; N],
    places: [Option<Range<usize>>; N],
    /// A name that stands there twice.
    twice: Option<&'static str>,
}

impl<const N: usize> Fields<N> {
    const fn new(names: [&'static str; N]) -> Self {
        Self { names, places: [const { None }; N], twice: None }
    }

    /// Goes over an object, noting members; `value` goes over the value of each.
    fn note(
        &mut self,
        text: &[u8],
        at: usize,
        mut value: impl FnMut(&[u8], usize) -> Result<usize, Stop>,
    ) -> Result<usize, Stop> {
        scan::members(text, at, |_, name, from| {
            let end = value(name, from)?;
            if let Some(index) = self.names.iter().position(|known| known.as_bytes() == &**name)
                && self.places[index].replace(from..end).is_some()
            {
                self.twice = Some(self.names[index]);
            }
            Ok(end)
        })
    }

    /// The text of a member; `None` where it is `null` or not there.
    fn get<'t>(&self, text: &'t str, index: usize) -> Option<&'t str> {
        let value = text.get(self.places[index].clone()?)?;
        (value != "null").then_some(value)
    }

    fn required<'t>(&self, text: &'t str, index: usize) -> Result<&'t str, What> {
        let place = self.places[index].clone().and_then(|place| text.get(place));
        place.ok_or_else(|| What::Form(format!("missing field `{}`", self.names[index])))
    }

    fn string<'t>(&self, text: &'t str, index: usize) -> Result<Option<Cow<'t, str>>, What> {
        self.get(text, index).map(string).transpose()
    }

    /// Nothing stands in it twice.
    fn check(&self) -> Result<(), What> {
        self.twice.map_or(Ok(()), |name| Err(What::Form(format!("duplicate field `{name}`"))))
    }
}

/// The string that a JSON text is.
pub(super) fn string(text: &str) -> Result<Cow<'_, str>, What> {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inside) if !inside.contains('\\') => Ok(Cow::Borrowed(inside)),
        _ => serde_json::from_str(text).map(Cow::Owned).map_err(|error| What::of(&error)),
    }
}

/// Where the parts of a resource change stand.
#[derive(Debug)]
pub(super) struct ChangePlaces {
    outer: Fields<5>,
    body: Fields<8>,
    before: Option<Members>,
    after: Option<Members>,
}

/// The values of an instance.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values<'t> {
    /// There are none.
    None,
    /// No object.
    Other,
    /// An object, in the text of what holds it.
    Object(&'t str, &'t Members),
}

impl<'t> Values<'t> {
    fn of(text: &'t str, value: Option<&str>, members: Option<&'t Members>) -> Self {
        match (value, members) {
            (None, _) => Self::None,
            (Some(_), None) => Self::Other,
            (Some(_), Some(members)) => Self::Object(text, members),
        }
    }
}

/// A resource change: what is read of any.
#[derive(Debug)]
pub(super) struct ChangeHead<'t> {
    pub(super) address: &'t str,
    pub(super) previous_address: Option<Cow<'t, str>>,
    pub(super) deposed: Option<Cow<'t, str>>,
    pub(super) provider: Cow<'t, str>,
    pub(super) actions: Vec<Cow<'t, str>>,
    pub(super) before: Values<'t>,
    pub(super) after: Values<'t>,
    pub(super) after_unknown: Option<&'t str>,
    pub(super) before_sensitive: Option<&'t str>,
    pub(super) after_sensitive: Option<&'t str>,
    pub(super) is_imported: bool,
    pub(super) is_generated: bool,
}

impl ChangePlaces {
    /// Finds them; `None` where it is no object. With the end.
    pub(super) fn find(text: &[u8]) -> Result<(Option<Self>, usize), Stop> {
        if text.first() != Some(&b'{') {
            return Ok((None, scan::value(text, 0)?));
        }
        let mut outer = Fields::new(["address", "previous_address", "deposed", "provider_name", "change"]);
        let mut body = Fields::new([
            "actions",
            "before",
            "after",
            "after_unknown",
            "before_sensitive",
            "after_sensitive",
            "importing",
            "generated_config",
        ]);
        let (mut before, mut after) = (None, None);
        let end = outer.note(text, 0, |name, from| match name {
            b"change" if text.get(from) == Some(&b'{') => body.note(text, from, |name, from| {
                let members = match name {
                    b"before" => &mut before,
                    b"after" => &mut after,
                    _ => return scan::value(text, from),
                };
                let end;
                (*members, end) = Members::find(text, from)?;
                Ok(end)
            }),
            _ => scan::value(text, from),
        })?;
        Ok((Some(Self { outer, body, before, after }), end))
    }

    /// Where the address stands.
    pub(super) fn address(&self) -> Range<usize> {
        self.outer.places[0].clone().unwrap_or_default()
    }

    /// What stands there.
    pub(super) fn read<'t>(&'t self, text: &'t str) -> Result<ChangeHead<'t>, What> {
        let (outer, body) = (&self.outer, &self.body);
        outer.check()?;
        body.check()?;
        if !outer.required(text, 4)?.starts_with('{') {
            return Err(What::Type("what changes".to_owned()));
        }
        let actions = body.required(text, 0)?;
        let words: Vec<&serde_json::value::RawValue> =
            serde_json::from_str(actions).map_err(|error| What::of(&error))?;
        Ok(ChangeHead {
            address: outer.required(text, 0)?,
            previous_address: outer.string(text, 1)?,
            deposed: outer.string(text, 2)?,
            provider: outer.string(text, 3)?.unwrap_or_default(),
            actions: words.into_iter().map(|word| string(word.get())).collect::<Result<_, _>>()?,
            before: Values::of(text, body.get(text, 1), self.before.as_ref()),
            after: Values::of(text, body.get(text, 2), self.after.as_ref()),
            after_unknown: body.get(text, 3),
            before_sensitive: body.get(text, 4),
            after_sensitive: body.get(text, 5),
            is_imported: body.get(text, 6).is_some(),
            is_generated: body.get(text, 7).is_some(),
        })
    }
}

/// Where the parts of a resource instance in a state stand.
#[derive(Debug)]
pub(super) struct StatePlaces {
    outer: Fields<5>,
    values: Option<Members>,
}

/// A resource instance in a state.
#[derive(Debug)]
pub(super) struct StateHead<'t> {
    pub(super) address: &'t str,
    pub(super) deposed: Option<Cow<'t, str>>,
    pub(super) provider: Cow<'t, str>,
    pub(super) values: Values<'t>,
    pub(super) sensitive: Option<&'t str>,
}

impl StatePlaces {
    /// Finds them; `None` where it is no object. With the end.
    pub(super) fn find(text: &[u8]) -> Result<(Option<Self>, usize), Stop> {
        if text.first() != Some(&b'{') {
            return Ok((None, scan::value(text, 0)?));
        }
        let mut outer = Fields::new(["address", "deposed_key", "provider_name", "values", "sensitive_values"]);
        let mut values = None;
        let end = outer.note(text, 0, |name, from| match name {
            b"values" => {
                let end;
                (values, end) = Members::find(text, from)?;
                Ok(end)
            }
            _ => scan::value(text, from),
        })?;
        Ok((Some(Self { outer, values }), end))
    }

    /// Where the address stands.
    pub(super) fn address(&self) -> Range<usize> {
        self.outer.places[0].clone().unwrap_or_default()
    }

    /// What stands there.
    pub(super) fn read<'t>(&'t self, text: &'t str) -> Result<StateHead<'t>, What> {
        self.outer.check()?;
        Ok(StateHead {
            address: self.outer.required(text, 0)?,
            deposed: self.outer.string(text, 1)?,
            provider: self.outer.string(text, 2)?.unwrap_or_default(),
            values: Values::of(text, self.outer.get(text, 3), self.values.as_ref()),
            sensitive: self.outer.get(text, 4),
        })
    }
}
