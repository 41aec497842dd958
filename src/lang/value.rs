//! Values: what expressions mean, with what is unknown, sensitive, and where each was typed.
//!
//! A [`Value`] is cheap to clone (shared behind [`Arc`]); collections hold `Value`s, so every leaf has its own origin
//! and marks. Marks stand on the very value that was marked (as in Terraform); operations join the marks of what they
//! use.

use std::cmp::Ordering;
use std::sync::{Arc, LazyLock};

use super::certain::Certain;
use super::fields::Fields;
use super::number::Number;
use super::refine::Range;
use super::types::Type;
use crate::address::Reference;
use crate::source::{FileId, Span};

/// Shared text. Values hold NFC-normalised text only ([`Value::string`] normalises).
pub type Str = Arc<str>;

/// Marks of a value, joined through all operations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Marks(u8);

impl Marks {
    /// No mark.
    pub const NONE: Self = Self(0);
    /// Must not be printed.
    pub const SENSITIVE: Self = Self(1);
    /// Of an ephemeral resource, variable or output.
    pub const EPHEMERAL: Self = Self(2);
    /// What an output of a child module calls sensitive: Terraform 1.11 shows it to the caller, and no report of ours prints it.
    pub const HIDDEN: Self = Self(4);
    /// What messages must not hold.
    pub const UNPRINTED: Self = Self(Self::SENSITIVE.0 | Self::HIDDEN.0);

    /// Both sets of marks.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These marks less the others.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether any of `other` is among these.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether there is no mark.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    file: u32,
    start: u32,
    end: u32,
}

impl Origin {
    /// Not typed anywhere (an environment variable, a computed value).
    pub const NONE: Self = Self { file: u32::MAX, start: 0, end: 0 };

    /// The text that the value was typed as: the literal, or for a collection its constructor.
    #[must_use]
    pub const fn span(span: Span) -> Self {
        Self { file: span.file.0, start: span.start, end: span.end }
    }

    /// An entry of a table of places that whoever made the value keeps (facts do: a place in a resource, and where
    /// the value was typed). Goes through operations as a span does.
    #[must_use]
    pub const fn place(index: u32) -> Self {
        Self { file: u32::MAX - 1, start: index, end: 0 }
    }

    /// The span, if it is one.
    #[must_use]
    pub const fn as_span(self) -> Option<Span> {
        if self.file < u32::MAX - 1 { Some(Span::new(FileId(self.file), self.start, self.end)) } else { None }
    }

    /// The index into the table of places, if it is one.
    #[must_use]
    pub const fn as_place(self) -> Option<u32> {
        if self.file == u32::MAX - 1 { Some(self.start) } else { None }
    }

    /// This origin, or the other where there is none.
    #[must_use]
    pub const fn or(self, other: Self) -> Self {
        if self.file == u32::MAX { other } else { self }
    }
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.as_span(), self.as_place()) {
            (Some(span), _) => write!(formatter, "{}:{}..{}", span.file.0, span.start, span.end),
            (None, Some(index)) => write!(formatter, "place {index}"),
            (None, None) => formatter.write_str("-"),
        }
    }
}

/// A value that is not known until apply.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Its type, as far as known.
    pub ty: Type,
    /// Certainly not null (a refinement).
    pub not_null: bool,
    /// Certainly begins with this text (a refinement of strings).
    pub prefix: Option<Str>,
    /// Bounds on the length (refinements of collections): at least, at most.
    pub length: (u64, Option<u64>),
    /// Bounds of a number (a refinement of numbers).
    pub range: Option<Box<Range>>,
    /// The resource attribute that it stands for: how facts join resources before ids exist. Kept by whatever hands the
    /// value on unchanged, lost by whatever changes it.
    pub reference: Option<Reference>,
    /// What else is certain of it, for facts alone.
    pub certain: Option<Arc<Certain>>,
}

impl Unknown {
    /// An unknown value of a type.
    #[must_use]
    pub const fn new(ty: Type) -> Self {
        Self { ty, not_null: false, prefix: None, length: (0, None), range: None, reference: None, certain: None }
    }
}

/// The content of a [`Value`].
#[derive(Clone, Debug)]
pub enum Data {
    /// `null` of a type.
    Null(Type),
    /// Not known until apply.
    Unknown(Arc<Unknown>),
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// Text (NFC).
    String(Str),
    /// A list: element type, elements.
    List(Type, Arc<Vec<Value>>),
    /// A set: element type, elements without duplicates in Terraform's order ([`Value::set`] sees to both).
    Set(Type, Arc<Vec<Value>>),
    /// A map: element type, entries.
    Map(Type, Arc<Entries>),
    /// A tuple.
    Tuple(Arc<Vec<Value>>),
    /// An object.
    Object(Arc<Entries>),
}

/// Entries of a map or object.
pub type Entries = Fields<Value>;

/// A value of the language.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub data: Data,
    /// Marks on this very value (not those of its elements: see [`Value::deep_marks`]).
    pub marks: Marks,
    /// Where it was typed.
    pub origin: Origin,
}

/// Elements as values hold them: the empty ones, of which plans are full, are all the same.
pub(super) fn shared(elements: Vec<Value>) -> Arc<Vec<Value>> {
    static NONE: LazyLock<Arc<Vec<Value>>> = LazyLock::new(Arc::default);
    if elements.is_empty() { NONE.clone() } else { Arc::new(elements) }
}

impl From<Data> for Value {
    fn from(data: Data) -> Self {
        Self { data, marks: Marks::NONE, origin: Origin::NONE }
    }
}

impl Value {
    /// `null` of a type.
    #[must_use]
    pub fn null(ty: Type) -> Self {
        Data::Null(ty).into()
    }

    /// Unknown, of a type.
    #[must_use]
    pub fn unknown(ty: Type) -> Self {
        Data::Unknown(Arc::new(Unknown::new(ty))).into()
    }

    /// A truth value.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        Data::Bool(value).into()
    }

    /// A number.
    #[must_use]
    pub fn number(value: Number) -> Self {
        Data::Number(value).into()
    }

    /// Text, NFC-normalised.
    #[must_use]
    pub fn string(text: &str) -> Self {
        use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};
        if text.is_ascii() || is_nfc_quick(text.chars()) == IsNormalized::Yes {
            Data::String(text.into()).into()
        } else {
            Data::String(text.nfc().collect::<String>().into()).into()
        }
    }

    /// Text that is known to be NFC (of another value, or ASCII).
    #[must_use]
    pub fn normalized(text: Str) -> Self {
        Data::String(text).into()
    }

    /// A tuple.
    #[must_use]
    pub fn tuple(elements: Vec<Self>) -> Self {
        Data::Tuple(shared(elements)).into()
    }

    /// A list; the elements are of the type.
    #[must_use]
    pub fn list(element: Type, elements: Vec<Self>) -> Self {
        Data::List(element, shared(elements)).into()
    }

    /// A map; the entries are of the type.
    #[must_use]
    pub fn map(element: Type, entries: Entries) -> Self {
        Data::Map(element, Arc::new(entries)).into()
    }

    /// An object.
    #[must_use]
    pub fn object(entries: Entries) -> Self {
        Data::Object(Arc::new(entries)).into()
    }

    /// The same value with an origin.
    #[must_use]
    pub fn with_origin(mut self, origin: Origin) -> Self {
        self.origin = origin;
        self
    }

    /// The same value with an origin, if it has none yet.
    #[must_use]
    pub fn or_origin(mut self, origin: Origin) -> Self {
        self.origin = self.origin.or(origin);
        self
    }

    /// The same value with marks added.
    #[must_use]
    pub fn with_marks(mut self, marks: Marks) -> Self {
        self.marks = self.marks.with(marks);
        self
    }

    /// Whether it is `null`.
    #[must_use]
    pub const fn is_null(&self) -> bool {
        matches!(self.data, Data::Null(_))
    }

    /// Whether the value itself is unknown (a collection with unknown elements is not: see
    /// [`Value::is_wholly_known`]).
    #[must_use]
    pub const fn is_unknown(&self) -> bool {
        matches!(self.data, Data::Unknown(_))
    }

    /// What is known of an unknown value.
    #[must_use]
    pub fn as_unknown(&self) -> Option<&Unknown> {
        if let Data::Unknown(unknown) = &self.data { Some(unknown) } else { None }
    }

    /// The resource attribute that an unknown value stands for.
    #[must_use]
    pub fn reference(&self) -> Option<&Reference> {
        self.as_unknown().and_then(|unknown| unknown.reference.as_ref())
    }

    /// The truth value, if it is a known one.
    #[must_use]
    pub const fn as_bool(&self) -> Option<bool> {
        if let Data::Bool(value) = self.data { Some(value) } else { None }
    }

    /// The text, if it is known text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        if let Data::String(text) = &self.data { Some(text) } else { None }
    }

    /// The number, if it is a known one.
    #[must_use]
    pub const fn as_number(&self) -> Option<&Number> {
        if let Data::Number(number) = &self.data { Some(number) } else { None }
    }

    /// The elements of a known list, set or tuple.
    #[must_use]
    pub fn elements(&self) -> Option<&[Self]> {
        match &self.data {
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => Some(elements),
            Data::Null(_)
            | Data::Unknown(_)
            | Data::Bool(_)
            | Data::Number(_)
            | Data::String(_)
            | Data::Map(..)
            | Data::Object(_) => None,
        }
    }

    /// The entries of a known map or object.
    #[must_use]
    pub fn entries(&self) -> Option<&Entries> {
        if let Data::Map(_, entries) | Data::Object(entries) = &self.data { Some(entries) } else { None }
    }

    /// The value of an attribute or key of a known object or map.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Self> {
        self.entries()?.get(name)
    }

    /// The type. Costs a walk over tuples and objects.
    #[must_use]
    pub fn ty(&self) -> Type {
        match &self.data {
            Data::Null(ty) => ty.clone(),
            Data::Unknown(unknown) => unknown.ty.clone(),
            Data::Bool(_) => Type::Bool,
            Data::Number(_) => Type::Number,
            Data::String(_) => Type::String,
            Data::List(element, _) => Type::list(element.clone()),
            Data::Set(element, _) => Type::set(element.clone()),
            Data::Map(element, _) => Type::map(element.clone()),
            Data::Tuple(elements) => Type::tuple(elements.iter().map(Self::ty).collect()),
            Data::Object(entries) => Type::of_attributes(entries.map(Self::ty)),
        }
    }

    /// Whether there are at most so many values in it, itself included. Parts that are shared in memory count each time:
    /// most operations look at them each time.
    #[must_use]
    pub fn has_at_most(&self, limit: usize) -> bool {
        let mut count = 0;
        self.walk(|_| {
            count += 1;
            count <= limit
        });
        count <= limit
    }

    /// Calls `visit` on this value and all below it, parents first, without recursion. `visit` says whether to go into
    /// the value it was given.
    pub fn walk<'v>(&'v self, mut visit: impl FnMut(&'v Self) -> bool) {
        // Most values have nothing below them: they need no allocation.
        let mut stack = Vec::new();
        let mut next = Some(self);
        while let Some(value) = next.take().or_else(|| stack.pop()) {
            if !visit(value) {
                continue;
            }
            if let Some(elements) = value.elements() {
                stack.extend(elements.iter().rev());
            } else if let Some(entries) = value.entries() {
                stack.extend(entries.values().iter().rev());
            }
        }
    }

    /// Whether neither it nor anything below it is unknown.
    #[must_use]
    pub fn is_wholly_known(&self) -> bool {
        let mut known = true;
        self.walk(|value| {
            known &= !value.is_unknown();
            known
        });
        known
    }

    /// The marks on it and on everything below it.
    #[must_use]
    pub fn deep_marks(&self) -> Marks {
        let mut marks = Marks::NONE;
        self.walk(|value| {
            marks = marks.with(value.marks);
            true
        });
        marks
    }

    /// Terraform's order of the elements of a set of known primitives: numbers by value, `false` before `true`, text by
    /// bytes.
    #[must_use]
    pub fn primitive_order(&self, other: &Self) -> Option<Ordering> {
        match (&self.data, &other.data) {
            (Data::String(left), Data::String(right)) => Some(left.cmp(right)),
            (Data::Number(left), Data::Number(right)) => Some(left.cmp(right)),
            (Data::Bool(left), Data::Bool(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }
}
