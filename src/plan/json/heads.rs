//! The heads of resource instances: where their parts stand in their text, which is gone over once.

use std::borrow::Cow;
use std::ops::Range;

use super::scan::{self, Stop};
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
        scan::members(text, at, |name, from| {
            let end = value(name, from)?;
            if let Some(index) = self.names.iter().position(|known| known.as_bytes() == name) {
                if self.places[index].replace(from..end).is_some() {
                    self.twice = Some(self.names[index]);
                }
            }
            Ok(end)
        })
    }

    fn read(&mut self, text: &[u8], at: usize) -> Result<usize, Stop> {
        self.note(text, at, |_, from| scan::value(text, from))
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
}

/// A resource change: what is read of any.
#[derive(Debug)]
pub(super) struct ChangeHead<'t> {
    pub(super) address: &'t str,
    pub(super) previous_address: Option<Cow<'t, str>>,
    pub(super) deposed: Option<Cow<'t, str>>,
    pub(super) provider: Cow<'t, str>,
    pub(super) actions: Vec<Cow<'t, str>>,
    pub(super) before: Option<&'t str>,
    pub(super) after: Option<&'t str>,
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
        let end = outer.note(text, 0, |name, from| match name {
            b"change" if text.get(from) == Some(&b'{') => body.read(text, from),
            _ => scan::value(text, from),
        })?;
        Ok((Some(Self { outer, body }), end))
    }

    /// Where the address stands.
    pub(super) fn address(&self) -> Range<usize> {
        self.outer.places[0].clone().unwrap_or_default()
    }

    /// What stands there.
    pub(super) fn read<'t>(&self, text: &'t str) -> Result<ChangeHead<'t>, What> {
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
            before: body.get(text, 1),
            after: body.get(text, 2),
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
pub(super) struct StatePlaces(Fields<5>);

/// A resource instance in a state.
#[derive(Debug)]
pub(super) struct StateHead<'t> {
    pub(super) address: &'t str,
    pub(super) deposed: Option<Cow<'t, str>>,
    pub(super) provider: Cow<'t, str>,
    pub(super) values: Option<&'t str>,
    pub(super) sensitive: Option<&'t str>,
}

impl StatePlaces {
    /// Finds them; `None` where it is no object. With the end.
    pub(super) fn find(text: &[u8]) -> Result<(Option<Self>, usize), Stop> {
        if text.first() != Some(&b'{') {
            return Ok((None, scan::value(text, 0)?));
        }
        let mut fields = Fields::new(["address", "deposed_key", "provider_name", "values", "sensitive_values"]);
        let end = fields.read(text, 0)?;
        Ok((Some(Self(fields)), end))
    }

    /// Where the address stands.
    pub(super) fn address(&self) -> Range<usize> {
        self.0.places[0].clone().unwrap_or_default()
    }

    /// What stands there.
    pub(super) fn read<'t>(&self, text: &'t str) -> Result<StateHead<'t>, What> {
        self.0.check()?;
        Ok(StateHead {
            address: self.0.required(text, 0)?,
            deposed: self.0.string(text, 1)?,
            provider: self.0.string(text, 2)?.unwrap_or_default(),
            values: self.0.get(text, 3),
            sensitive: self.0.get(text, 4),
        })
    }
}
