//! What findings say: messages with what may be shown, and what undetermined ones hang on.

use crate::lang::{Marks, Type, Value, convert};
use crate::syntax::{Kind, NodeId, NodeRef, TreeId};

use super::asking::Asking;
use super::rule::descendants;

impl Asking<'_, '_, '_> {
    /// A message; what is unknown or sensitive in it is not shown.
    pub(super) fn render(&mut self, message: NodeRef) -> String {
        let tree = self.trees.get(message.tree);
        let is_template = matches!(tree.kind(message.node), Kind::Template | Kind::Heredoc);
        match self.evaluate(message) {
            Ok(value) if shows(&value) => shown(&value),
            Ok(_) if is_template => {
                let parts: Vec<String> =
                    tree.children(message.node).map(|part| self.part(message.tree, part)).collect();
                parts.concat()
            }
            Ok(value) => hidden(&value).to_owned(),
            Err(problem) => {
                self.fail(*problem);
                self.policy.rules[self.rule].title.clone()
            }
        }
    }

    fn part(&self, tree_id: TreeId, part: NodeId) -> String {
        let tree = self.trees.get(tree_id);
        match tree.kind(part) {
            Kind::Text => tree.literal(part).into_owned(),
            Kind::Interpolation => {
                let value = tree.child(part, 0).and_then(|node| self.evaluate(NodeRef { tree: tree_id, node }).ok());
                value.map_or_else(
                    String::new,
                    |value| if shows(&value) { shown(&value) } else { hidden(&value).to_owned() },
                )
            }
            _ => "(not known yet)".to_owned(),
        }
    }

    /// The resource attribute that the highlighted value, or else something in the condition, stands for.
    pub(super) fn hangs_on(&self, highlighted: Option<&Value>) -> Option<String> {
        if let Some(reference) = highlighted.and_then(reference_in) {
            return Some(reference);
        }
        let condition = self.policy.rules[self.rule].condition;
        let tree = self.trees.get(condition.tree);
        descendants(self.trees, condition)
            .filter(|&node| tree.kind(node) == Kind::GetAttribute)
            .filter_map(|node| self.evaluate(NodeRef { tree: condition.tree, node }).ok())
            .filter(|value| value.is_unknown())
            .find_map(|value| reference_in(&value))
    }
}

fn shows(value: &Value) -> bool {
    value.is_wholly_known() && !value.deep_marks().has(Marks::UNPRINTED)
}

fn shown(value: &Value) -> String {
    match convert::convert(value, &Type::String) {
        Ok(text) => text.as_str().unwrap_or("null").to_owned(),
        Err(_) => "(a collection)".to_owned(),
    }
}

const fn hidden(value: &Value) -> &'static str {
    if value.marks.has(Marks::UNPRINTED) || !value.is_unknown() { "(sensitive)" } else { "(not known yet)" }
}

/// What an attribute names by its id or name, where that is known and only what it stands for is not. Of an id that is known,
/// nothing in this configuration has it; what is here may have a name that is known, and hold what is not.
pub(super) fn outside(attribute: &str, id: &Value) -> Option<String> {
    let named = match attribute.rsplit_once('_')?.1 {
        "id" => "what it names, which is not in this configuration",
        "name" => "what it names, of which not all is known here",
        _ => return None,
    };
    id.as_str().is_some().then(|| named.to_owned())
}

fn reference_in(value: &Value) -> Option<String> {
    let mut found = None;
    value.walk(|value| {
        if found.is_none() {
            found = value.reference().map(|reference| match &*reference.address.type_name {
                "var" => format!("`{reference}`, which has no value here"),
                "module" => format!("`{reference}`, whose module is not on this machine"),
                _ => format!("`{reference}`, known only after apply"),
            });
        }
        found.is_none()
    });
    found
}
