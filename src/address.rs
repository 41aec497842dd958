//! Addresses of modules, resources and resource instances, printed exactly as Terraform prints them
//! ("Terraform CLI: Resource Addressing").

use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

/// The key of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum InstanceKey {
    /// Neither `count` nor `for_each`.
    None,
    /// The symbolic instance that stands for all instances where `count` or `for_each` is not known. Prints as no key.
    Unknown,
    /// Of `count`.
    Number(u64),
    /// Of `for_each`.
    String(Arc<str>),
}

impl Display for InstanceKey {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::None | Self::Unknown => Ok(()),
            Self::Number(number) => write!(formatter, "[{number}]"),
            Self::String(text) => write!(formatter, "[{}]", quoted(text)),
        }
    }
}

/// A string as Terraform quotes it in an address.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '$' | '%' if characters.peek() == Some(&'{') => {
                quoted.push(character);
                quoted.push(character);
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// One step of a module path: `module.name["key"]`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModuleStep {
    /// The call's name.
    pub name: Arc<str>,
    /// The instance.
    pub key: InstanceKey,
}

/// A module instance: the steps from the root module, which is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ModulePath(pub Arc<Vec<ModuleStep>>);

impl ModulePath {
    /// The instance of a call in this module.
    #[must_use]
    pub fn child(&self, name: Arc<str>, key: InstanceKey) -> Self {
        let mut steps = (*self.0).clone();
        steps.push(ModuleStep { name, key });
        Self(Arc::new(steps))
    }

    /// Whether it is not known if there is any such instance.
    #[must_use]
    pub fn is_symbolic(&self) -> bool {
        self.0.iter().any(|step| step.key == InstanceKey::Unknown)
    }

    /// Whether it is the root module.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl Display for ModulePath {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        for (index, step) in self.0.iter().enumerate() {
            let dot = if index == 0 { "" } else { "." };
            write!(formatter, "{dot}module.{}{}", step.name, step.key)?;
        }
        Ok(())
    }
}

/// What kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mode {
    /// A `resource` block.
    Managed,
    /// A `data` block.
    Data,
    /// An `ephemeral` block.
    Ephemeral,
}

/// A resource instance, or a whole resource where `key` is [`InstanceKey::None`] or [`InstanceKey::Unknown`] and it has
/// `count` or `for_each`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Address {
    /// The module instance.
    pub module: ModulePath,
    /// Managed, data or ephemeral.
    pub mode: Mode,
    /// The resource type.
    pub type_name: Arc<str>,
    /// The resource's name.
    pub name: Arc<str>,
    /// The instance.
    pub key: InstanceKey,
}

impl Address {
    /// The address that a text is; `None` where it is none. Takes what Terraform prints, in plans and states.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = text;
        let mut steps = Vec::new();
        while let Some(after) = rest.strip_prefix("module.") {
            if steps.len() == MAX_MODULES {
                return None;
            }
            let (name, after) = word(after)?;
            let (key, after) = instance_key(after)?;
            steps.push(ModuleStep { name, key });
            rest = after.strip_prefix('.')?;
        }
        let (mode, rest) = match (rest.strip_prefix("data."), rest.strip_prefix("ephemeral.")) {
            (Some(rest), _) => (Mode::Data, rest),
            (None, Some(rest)) => (Mode::Ephemeral, rest),
            (None, None) => (Mode::Managed, rest),
        };
        let (type_name, rest) = word(rest)?;
        let (name, rest) = word(rest.strip_prefix('.')?)?;
        let (key, rest) = instance_key(rest)?;
        let module = ModulePath(Arc::new(steps));
        rest.is_empty().then_some(Self { module, mode, type_name, name, key })
    }
}

/// Modules in addresses lie at most so deep in one another.
const MAX_MODULES: usize = 100;

/// A name at the beginning of a text, and what follows it.
fn word(text: &str) -> Option<(Arc<str>, &str)> {
    let end =
        text.find(|letter: char| !(letter.is_alphanumeric() || matches!(letter, '_' | '-'))).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].into(), &text[end..]))
}

/// An instance key at the beginning of a text, if there is one, and what follows it.
fn instance_key(text: &str) -> Option<(InstanceKey, &str)> {
    let Some(inside) = text.strip_prefix('[') else { return Some((InstanceKey::None, text)) };
    if let Some(quoted) = inside.strip_prefix('"') {
        let (key, after) = unquoted(quoted)?;
        return Some((InstanceKey::String(key.into()), after.strip_prefix(']')?));
    }
    let end = inside.find(']')?;
    let digits = inside[..end].bytes().all(|byte| byte.is_ascii_digit());
    let number = inside[..end].parse().ok().filter(|_| digits)?;
    Some((InstanceKey::Number(number), &inside[end + 1..]))
}

/// The text up to the closing quotation mark, as [`quoted`] writes it, and what follows the mark.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut key = String::new();
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((key, &text[at + 1..])),
            '$' | '%' if text[at + 1..].starts_with(&[letter, '{'].iter().collect::<String>()) => {
                key.push(letter);
                letters.next();
            }
            '\\' => match letters.next()?.1 {
                'n' => key.push('\n'),
                'r' => key.push('\r'),
                't' => key.push('\t'),
                short @ ('u' | 'U') => {
                    let digits: String =
                        letters.by_ref().take(if short == 'u' { 4 } else { 8 }).map(|(_, digit)| digit).collect();
                    key.push(char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?);
                }
                other => key.push(other),
            },
            _ => key.push(letter),
        }
    }
    None
}

impl Display for Address {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        if !self.module.is_root() {
            write!(formatter, "{}.", self.module)?;
        }
        match self.mode {
            Mode::Managed => {}
            Mode::Data => formatter.write_str("data.")?,
            Mode::Ephemeral => formatter.write_str("ephemeral.")?,
        }
        write!(formatter, "{}.{}{}", self.type_name, self.name, self.key)
    }
}

/// A step from a resource instance to a value inside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// `.name`
    Attribute(Arc<str>),
    /// `[0]`
    Index(u64),
    /// `["key"]`
    Key(Arc<str>),
}

/// An attribute of a resource instance: what an unknown value stands for (`aws_subnet.db[0].id`). Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// The resource instance.
    pub address: Arc<Address>,
    /// The way to the attribute.
    pub path: Arc<[Step]>,
}

impl Reference {
    /// Whether it stands for all instances of a resource of which nobody knows how many there are.
    #[must_use]
    pub fn is_symbolic(&self) -> bool {
        self.path.is_empty() && self.address.key == InstanceKey::Unknown
    }

    /// The attribute's name where the path is a single attribute. Of a symbolic instance, an index or key before it says
    /// only which of the instances is meant.
    #[must_use]
    pub fn attribute(&self) -> Option<&str> {
        match (&*self.path, &self.address.key) {
            ([Step::Attribute(name)], _)
            | ([Step::Index(_) | Step::Key(_), Step::Attribute(name)], InstanceKey::Unknown) => Some(name),
            _ => None,
        }
    }
}

impl Display for Reference {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.address)?;
        write_steps(formatter, &self.path)
    }
}

/// Writes a path: `.ingress[0].tags["Name"]`.
///
/// # Errors
/// The writer's.
pub fn write_steps(out: &mut impl fmt::Write, steps: &[Step]) -> fmt::Result {
    for step in steps {
        match step {
            Step::Attribute(name) => write!(out, ".{name}")?,
            Step::Index(index) => write!(out, "[{index}]")?,
            Step::Key(key) => write!(out, "[{}]", quoted(key))?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_print_as_terraform_prints_them() {
        let module = ModulePath::default()
            .child("net".into(), InstanceKey::String("a\"b${c}".into()))
            .child("db".into(), InstanceKey::Number(0));
        let address = Address {
            module,
            mode: Mode::Data,
            type_name: "aws_subnet".into(),
            name: "this".into(),
            key: InstanceKey::String("é\n".into()),
        };
        assert_eq!(address.to_string(), r#"module.net["a\"b$${c}"].module.db[0].data.aws_subnet.this["é\n"]"#);
        assert_eq!(Address::parse(&address.to_string()), Some(address));
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "a",
            "a.",
            ".a",
            "a.b[",
            "a.b[x]",
            "a.b[-1]",
            "a.b[\"x]",
            "a.b[0",
            "module.a",
            "module.a.b",
            "a.b.c",
            "a.b[0]x",
            &format!("{}a.b", "module.m.".repeat(101)),
        ] {
            assert_eq!(Address::parse(text), None, "{text}");
        }
        assert_eq!(Address::parse(r#"a.b["\u00e9%{x"]"#).unwrap().key, InstanceKey::String("é%{x".into()));
    }
}
