//! The `configuration` section of plan JSON: what each expression refers to ("JSON Output Format", Configuration
//! Representation). Expressions themselves are not in it, nor are local values and `dynamic` blocks.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// The section.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Configuration<'t> {
    #[serde(borrow, default)]
    pub(super) root_module: Module<'t>,
    /// By key: `aws`, `aws.west`, `module.x:aws`.
    #[serde(borrow, default)]
    pub(super) provider_config: BTreeMap<Cow<'t, str>, ProviderConfiguration<'t>>,
}

/// A provider configuration.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ProviderConfiguration<'t> {
    #[serde(borrow, default)]
    pub(super) expressions: BTreeMap<Cow<'t, str>, Node<'t>>,
}

/// A module.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Module<'t> {
    #[serde(borrow, default)]
    pub(super) resources: Vec<Resource<'t>>,
    #[serde(borrow, default)]
    pub(super) module_calls: BTreeMap<Cow<'t, str>, Call<'t>>,
    #[serde(borrow, default)]
    pub(super) outputs: BTreeMap<Cow<'t, str>, Output<'t>>,
    #[serde(borrow, default)]
    pub(super) variables: BTreeMap<Cow<'t, str>, Variable>,
}

/// A variable.
#[derive(Debug, Deserialize)]
pub(super) struct Variable {
    #[serde(default)]
    pub(super) sensitive: bool,
}

/// A resource, with all its instances.
#[derive(Debug, Deserialize)]
pub(super) struct Resource<'t> {
    /// Its address in its module.
    #[serde(borrow)]
    pub(super) address: Cow<'t, str>,
    #[serde(borrow)]
    pub(super) provider_config_key: Option<Cow<'t, str>>,
    #[serde(borrow, default)]
    pub(super) expressions: BTreeMap<Cow<'t, str>, Node<'t>>,
    #[serde(borrow)]
    pub(super) for_each_expression: Option<Node<'t>>,
    #[serde(borrow)]
    pub(super) count_expression: Option<Node<'t>>,
}

/// A module call.
#[derive(Debug, Deserialize)]
pub(super) struct Call<'t> {
    #[serde(borrow, default)]
    pub(super) expressions: BTreeMap<Cow<'t, str>, Node<'t>>,
    #[serde(borrow)]
    pub(super) for_each_expression: Option<Node<'t>>,
    #[serde(borrow)]
    pub(super) count_expression: Option<Node<'t>>,
    #[serde(borrow, default)]
    pub(super) module: Module<'t>,
}

/// An output.
#[derive(Debug, Deserialize)]
pub(super) struct Output<'t> {
    #[serde(borrow)]
    pub(super) expression: Option<Node<'t>>,
}

/// An expression, or blocks with expressions in them.
#[derive(Debug, Default)]
pub(super) struct Node<'t> {
    /// What an expression refers to.
    pub(super) references: Vec<Cow<'t, str>>,
    /// The value of one that refers to nothing.
    pub(super) constant: Option<&'t RawValue>,
    /// Of a block: its expressions and blocks.
    pub(super) members: BTreeMap<Cow<'t, str>, Node<'t>>,
    /// Blocks of one type.
    pub(super) elements: Vec<Node<'t>>,
    /// Text, where something refers to it.
    text: Option<Cow<'t, str>>,
}

impl<'de: 't, 't> Deserialize<'de> for Node<'t> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

impl Node<'_> {
    /// Whether nothing in it refers to anything.
    pub(super) fn is_constant(&self) -> bool {
        self.all_references(&|_| false)
    }

    /// Whether something holds of all that is referred to in it.
    pub(super) fn all_references(&self, holds: &impl Fn(&Cow<'_, str>) -> bool) -> bool {
        self.references.iter().all(holds)
            && self.members.values().all(|member| member.all_references(holds))
            && self.elements.iter().all(|element| element.all_references(holds))
    }

    /// Whether it is the constant `null`, which is as good as nothing.
    pub(super) fn is_nothing(&self) -> bool {
        let constant = self.constant.is_none_or(|constant| constant.get() == "null");
        constant && self.references.is_empty() && self.members.is_empty() && self.elements.is_empty()
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an expression")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut node = Node::default();
        while let Some(key) = map.next_key::<Cow<'de, str>>()? {
            match &*key {
                "constant_value" => node.constant = Some(map.next_value()?),
                "references" => {
                    let references: Node<'de> = map.next_value()?;
                    node.references = references.elements.into_iter().filter_map(|element| element.text).collect();
                }
                _ => {
                    let member = map.next_value()?;
                    node.members.insert(key, member);
                }
            }
        }
        Ok(node)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut node = Node::default();
        while let Some(element) = sequence.next_element()? {
            node.elements.push(element);
        }
        Ok(node)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Node { text: Some(Cow::Borrowed(text)), ..Node::default() })
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Node { text: Some(Cow::Owned(text.to_owned())), ..Node::default() })
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Node::default())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Node::default())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Node::default())
    }
}

/// Reads the section.
pub(super) fn read(text: &str) -> Result<Configuration<'_>, serde_json::Error> {
    serde_json::from_str(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_and_blocks_are_read() {
        let configuration = read(
            r#"{"root_module": {"resources": [{"address": "aws_lb.a", "expressions": {
                "subnets": {"references": ["aws_subnet.a.id", "aws_subnet.a"]},
                "internal": {"constant_value": false},
                "access_logs": [{"bucket": {"references": ["each.key"]}, "timeouts": {"create": {}}}]
            }}]}}"#,
        )
        .unwrap();
        let expressions = &configuration.root_module.resources[0].expressions;
        assert_eq!(expressions["subnets"].references, ["aws_subnet.a.id", "aws_subnet.a"]);
        assert_eq!(expressions["internal"].constant.map(RawValue::get), Some("false"));
        assert_eq!(expressions["access_logs"].elements[0].members["bucket"].references, ["each.key"]);
    }
}
