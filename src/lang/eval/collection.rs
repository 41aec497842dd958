//! Tuple and object constructors.

use std::collections::HashSet;

use crate::syntax::{Kind, NodeId, Syntax};

use super::super::convert::convert;
use super::super::types::Type;
use super::super::value::{Data, Entries, Marks, Str, Value};
use super::{Env, Outcome};

impl Env<'_> {
    #[inline(never)]
    pub(super) fn tuple(&self, node: NodeId) -> Outcome {
        let mut elements = Vec::new();
        for child in self.tree.children(node) {
            elements.push(self.evaluate(child)?);
        }
        self.work.elements(elements.len()).map_err(|message| self.fatal(node, message))?;
        Ok(Value::tuple(elements).with_origin(self.origin(node)))
    }

    #[inline(never)]
    pub(super) fn object(&self, node: NodeId) -> Outcome {
        let mut entries = Vec::new();
        let mut marks = Marks::NONE;
        let mut known = true;
        let is_json = self.tree.syntax == Syntax::Json;
        let mut seen = HashSet::new();
        for item in self.tree.children(node) {
            let (key_node, value_node) = (self.child(item, 0)?, self.child(item, 1)?);
            let key = self.object_key(key_node)?;
            let value = self.evaluate(value_node)?;
            marks = marks.with(key.marks);
            match key.data {
                Data::String(key) => {
                    // In native syntax the last one counts.
                    if is_json && !seen.insert(key.clone()) {
                        return Err(
                            self.error(key_node, format!("Duplicate object attribute: {key:?} is there already"))
                        );
                    }
                    entries.push((key, value));
                }
                _ => known = false,
            }
        }
        self.work.elements(entries.len()).map_err(|message| self.fatal(node, message))?;
        let object = if known { Value::object(Entries::new(entries)) } else { Value::unknown(Type::Dynamic) };
        Ok(object.with_marks(marks).with_origin(self.origin(node)))
    }

    /// The key as text, or unknown.
    pub(super) fn object_key(&self, node: NodeId) -> Outcome {
        let key = match self.tree.kind(node) {
            // Keywords are names here.
            Kind::Name | Kind::Variable | Kind::Bool | Kind::Null => {
                return Ok(Value::string(self.tree.text(node)).with_origin(self.origin(node)));
            }
            Kind::GetAttribute | Kind::Index | Kind::LegacyIndex if self.is_traversal(node) => {
                return Err(self.error(
                    node,
                    "Ambiguous attribute key: wrap a reference in parentheses, or a name that contains periods in quotes",
                ));
            }
            _ => self.evaluate(node)?,
        };
        self.text_key(node, &key, "Can't use a null value as a key", "Can't use this value as a key")
    }

    /// A key converted to text, or unknown.
    pub(super) fn text_key(&self, node: NodeId, key: &Value, null: &str, unsuitable: &str) -> Outcome {
        if let Data::String(text) = &key.data {
            return Ok(Value::normalized(Str::clone(text)).with_marks(key.marks));
        }
        if key.is_null() {
            return Err(self.error(node, null));
        }
        convert(key, &Type::String).map_err(|reason| self.error(node, format!("{unsuitable}: {reason}")))
    }

    /// Whether it is a root name with attributes and literal indices only.
    fn is_traversal(&self, mut node: NodeId) -> bool {
        loop {
            match self.tree.kind(node) {
                Kind::Variable => return true,
                Kind::GetAttribute | Kind::LegacyIndex => {}
                Kind::Index => {
                    let literal = self.tree.child(node, 1).is_some_and(|key| {
                        self.tree.kind(key) == Kind::Number || self.tree.constant_text(key).is_some()
                    });
                    if !literal {
                        return false;
                    }
                }
                _ => return false,
            }
            let Some(child) = self.tree.child(node, 0) else { return false };
            node = child;
        }
    }
}
