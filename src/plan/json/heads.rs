//! The heads of resource instances: where their parts stand in their text, by the names that were noted when it was gone over.

use std::borrow::Cow;
use std::ops::Range;

use crate::inventory::Wanted;

use super::scan::{self, Name, Scan};
use super::stream::What;
use super::types::Layout;

/// An object in a text, in which the names are known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Object<'t> {
    pub(super) text: &'t str,
    /// The names in it and in what it holds, in order.
    names: &'t [Name],
    /// Whether one may be written with escapes.
    has_escapes: bool,
}

/// A member of an object.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'t> {
    /// Where its name begins.
    at: usize,
    object: Object<'t>,
    /// The names in its value.
    names: &'t [Name],
}

impl<'t> Object<'t> {
    /// The one that a text is which was gone over.
    pub(super) fn of(text: &'t str, names: &'t [Name], has_escapes: bool) -> Option<Self> {
        text.starts_with('{').then_some(Self { text, names, has_escapes })
    }

    /// The one that a text is, which is gone over for the names in it.
    pub(super) fn scanned(text: &'t str, scan: &'t mut Scan) -> Option<Self> {
        scan.begin(1);
        scan.run(text.as_bytes(), 0).ok()?.ok()?;
        Self::of(text, &scan.names, scan.has_escapes)
    }

    /// Where the text of a value in it stands that begins here.
    pub(super) fn place(self, start: usize) -> Range<usize> {
        // It was gone over, so that it is there as a whole.
        start..scan::value(self.text.as_bytes(), start).unwrap_or(start)
    }

    /// Its members, as far as their names were noted.
    pub(super) fn members(self) -> impl Iterator<Item = Member<'t>> {
        let depth = self.names.first().map_or(0, |name| name.depth);
        let mut rest = self.names;
        std::iter::from_fn(move || {
            let (name, behind) = rest.split_first()?;
            let inside = behind.iter().position(|name| name.depth <= depth).unwrap_or(behind.len());
            let names;
            (names, rest) = behind.split_at(inside);
            Some(Member { at: name.at as usize, object: self, names })
        })
    }

    /// Where the names stand of its members that are asked for.
    pub(super) fn wanted(self, wanted: &Wanted, layout: &mut Layout) -> impl Iterator<Item = usize> {
        let text = self.text.as_bytes();
        let takes = move |(place, member): &(usize, Member<'_>)| match wanted {
            Wanted::Nothing => false,
            Wanted::Only(names) => layout.takes(*place, &text[member.at..], || {
                let (name, end) = scan::string(text, member.at).ok()?;
                Some((end - member.at, names.iter().any(|known| *known.as_bytes() == *name)))
            }),
            Wanted::Everything => true,
        };
        self.members().enumerate().filter(takes).map(|(_, member)| member.at)
    }

    /// Where a name stands that is no text, for all its escapes.
    pub(super) fn bad_name(self) -> Option<usize> {
        let mut names = self.names.iter().map(|name| name.at as usize).filter(|_| self.has_escapes);
        names.find(|&at| scan::string(self.text.as_bytes(), at).is_err())
    }
}

impl<'t> Member<'t> {
    /// Where the value begins, if this is its name.
    #[inline]
    pub(super) fn value_of(&self, name: &str) -> Option<usize> {
        let text = self.object.text.as_bytes();
        let end = self.at + 1 + name.len();
        // The quotation mark mostly tells.
        let end = if text.get(end) == Some(&b'"') && text[self.at + 1..end] == *name.as_bytes() {
            end + 1
        } else if self.object.has_escapes {
            let (found, end) = scan::string(text, self.at).ok()?;
            (*found == *name.as_bytes()).then_some(end)?
        } else {
            return None;
        };
        Some(scan::space(text, scan::punctuation(text, end, b':').ok()?))
    }

    /// The object that begins where its value does, if it is one.
    fn object(&self, value: usize) -> Option<Object<'t>> {
        (self.object.text.as_bytes().get(value) == Some(&b'{')).then_some(Object { names: self.names, ..self.object })
    }
}

/// The members that are looked for in an object.
struct Fields<'t, const N: usize> {
    names: [&'static str; N],
    object: Object<'t>,
    /// Where the value of each begins, and the object that it is.
    found: [Option<(usize, Option<Object<'t>>)>; N],
}

impl<'t, const N: usize> Fields<'t, N> {
    /// Looks for them.
    ///
    /// # Errors
    /// Where one stands there twice.
    fn find(object: Object<'t>, names: [&'static str; N]) -> Result<Self, What> {
        let mut found = [const { None }; N];
        for member in object.members() {
            let known = names.iter().enumerate().find_map(|(index, name)| Some((index, member.value_of(name)?)));
            if let Some((index, value)) = known
                && found[index].replace((value, member.object(value))).is_some()
            {
                return Err(What::Form(format!("duplicate field `{}`", names[index])));
            }
        }
        Ok(Self { names, object, found })
    }

    /// Where the text of a member stands.
    fn place(&self, index: usize) -> Option<Range<usize>> {
        self.found[index].map(|(start, _)| self.object.place(start))
    }

    /// The text of a member; `None` where it is `null` or not there.
    fn get(&self, index: usize) -> Option<&'t str> {
        let value = &self.object.text[self.place(index)?];
        (value != "null").then_some(value)
    }

    /// Whether a member is there, and not `null`.
    fn is_there(&self, index: usize) -> bool {
        self.found[index].is_some_and(|(start, _)| !self.object.text[start..].starts_with("null"))
    }

    fn required(&self, index: usize) -> Result<Range<usize>, What> {
        self.place(index).ok_or_else(|| self.missing(index))
    }

    fn missing(&self, index: usize) -> What {
        What::Form(format!("missing field `{}`", self.names[index]))
    }

    fn string(&self, index: usize) -> Result<Option<Cow<'t, str>>, What> {
        self.get(index).map(string).transpose()
    }

    fn values(&self, index: usize) -> Values<'t> {
        match self.found[index] {
            Some((_, Some(object))) => Values::Object(object),
            Some((start, None)) if self.is_there(index) => Values::Other(&self.object.text[start..]),
            Some(_) | None => Values::None,
        }
    }
}

/// The string that a JSON text is.
pub(super) fn string(text: &str) -> Result<Cow<'_, str>, What> {
    match text.strip_prefix('"').and_then(|text| text.strip_suffix('"')) {
        Some(inside) if !inside.contains('\\') => Ok(Cow::Borrowed(inside)),
        _ => serde_json::from_str(text).map(Cow::Owned).map_err(|error| What::of(&error)),
    }
}

/// The values of an instance, or what is said of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Values<'t> {
    /// There are none.
    None,
    /// No object, but what the text begins with.
    Other(&'t str),
    Object(Object<'t>),
}

/// A resource change: what is read of any.
#[derive(Debug)]
pub(super) struct ChangeHead<'t> {
    /// As it stands in the plan, and where.
    pub(super) address: &'t str,
    pub(super) place: Range<usize>,
    pub(super) previous_address: Option<Cow<'t, str>>,
    pub(super) deposed: Option<Cow<'t, str>>,
    pub(super) provider: Cow<'t, str>,
    /// The list of actions.
    pub(super) actions: &'t str,
    pub(super) before: Values<'t>,
    pub(super) after: Values<'t>,
    pub(super) after_unknown: Values<'t>,
    pub(super) before_sensitive: Values<'t>,
    pub(super) after_sensitive: Values<'t>,
    pub(super) is_imported: bool,
    pub(super) is_generated: bool,
}

impl<'t> ChangeHead<'t> {
    pub(super) fn read(object: Object<'t>) -> Result<Self, What> {
        let outer = Fields::find(object, ["address", "previous_address", "deposed", "provider_name", "change"])?;
        let body = match outer.found[4] {
            Some((_, body)) => body.ok_or_else(|| What::Type("what changes".to_owned()))?,
            None => return Err(outer.missing(4)),
        };
        let body = Fields::find(
            body,
            [
                "actions",
                "before",
                "after",
                "after_unknown",
                "before_sensitive",
                "after_sensitive",
                "importing",
                "generated_config",
            ],
        )?;
        let place = outer.required(0)?;
        Ok(Self {
            address: &object.text[place.clone()],
            place,
            previous_address: outer.string(1)?,
            deposed: outer.string(2)?,
            provider: outer.string(3)?.unwrap_or_default(),
            actions: &object.text[body.required(0)?],
            before: body.values(1),
            after: body.values(2),
            after_unknown: body.values(3),
            before_sensitive: body.values(4),
            after_sensitive: body.values(5),
            is_imported: body.is_there(6),
            is_generated: body.is_there(7),
        })
    }
}

/// A resource instance in a state.
#[derive(Debug)]
pub(super) struct StateHead<'t> {
    /// As it stands in the state, and where.
    pub(super) address: &'t str,
    pub(super) place: Range<usize>,
    pub(super) deposed: Option<Cow<'t, str>>,
    pub(super) provider: Cow<'t, str>,
    pub(super) values: Values<'t>,
    pub(super) sensitive: Values<'t>,
}

impl<'t> StateHead<'t> {
    pub(super) fn read(object: Object<'t>) -> Result<Self, What> {
        let names = ["address", "deposed_key", "provider_name", "values", "sensitive_values"];
        let outer = Fields::find(object, names)?;
        let place = outer.required(0)?;
        Ok(Self {
            address: &object.text[place.clone()],
            place,
            deposed: outer.string(1)?,
            provider: outer.string(2)?.unwrap_or_default(),
            values: outer.values(3),
            sensitive: outer.values(4),
        })
    }
}
