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

/// An attribute of a resource instance: what an unknown value stands for (`aws_subnet.db[0].id`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference {
    /// The resource instance.
    pub address: Arc<Address>,
    /// The way to the attribute.
    pub path: Vec<Step>,
}

impl Reference {
    /// The attribute's name where the path is a single attribute. Of a symbolic instance, an index or key before it says
    /// only which of the instances is meant.
    #[must_use]
    pub fn attribute(&self) -> Option<&str> {
        match (self.path.as_slice(), &self.address.key) {
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
    }
}
