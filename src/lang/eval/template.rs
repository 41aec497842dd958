//! Templates: `"…${…}…"`, heredocs and their directives.

use std::sync::Arc;

use crate::syntax::{Kind, NodeId};

use super::super::convert::convert;
use super::super::refine::safe_prefix;
use super::super::types::Type;
use super::super::value::{Data, Marks, Origin, Unknown, Value};
use super::{Env, Failure, Outcome};

/// Longer prefixes of unknown text are not kept.
const MAX_PREFIX: usize = 128;

/// A template's text as far as it is made.
#[derive(Default)]
struct Text {
    text: String,
    marks: Marks,
    /// Something unknown came: what is in `text` is what stands before it.
    unknown: bool,
    unknown_origin: Option<Origin>,
}

impl Env<'_> {
    #[inline(never)]
    pub(super) fn template(&self, node: NodeId) -> Outcome {
        if matches!(self.tree.kind(node), Kind::Template | Kind::Heredoc) {
            let mut parts = self.tree.children(node);
            match (parts.next(), parts.next()) {
                (None, _) => return Ok(Value::string("").with_origin(self.origin(node))),
                (Some(only), None) if self.tree.kind(only) == Kind::Text => {
                    return Ok(Value::string(&self.tree.literal(only)).with_origin(self.origin(node)));
                }
                (Some(only), None) if self.tree.kind(only) == Kind::Interpolation => return self.only_child(only),
                _ => {}
            }
        }
        let mut text = Text::default();
        match self.tree.kind(node) {
            Kind::TemplateIf | Kind::TemplateFor => self.part(node, &mut text)?,
            _ => self.parts(node, &mut text)?,
        }
        Ok(text.value(self.origin(node)))
    }

    fn parts(&self, node: NodeId, text: &mut Text) -> Outcome<()> {
        self.tree.children(node).try_for_each(|part| self.part(part, text))
    }

    fn part(&self, node: NodeId, text: &mut Text) -> Outcome<()> {
        match self.tree.kind(node) {
            Kind::Text => {
                text.push(&self.tree.literal(node));
                self.work.text(text.text.len()).map_err(|message| self.fatal(node, message))
            }
            Kind::TemplateIf => self.template_if(node, text),
            Kind::TemplateFor => self.template_for(node, text),
            Kind::Interpolation => {
                let value = self.only_child(node)?;
                let null = "The expression result is null. Cannot include a null value in a string template";
                self.append(node, &value, null, text)
            }
            _ => {
                let value = self.evaluate(node)?;
                self.append(node, &value, "Cannot include a null value in a string template", text)
            }
        }
    }

    fn append(&self, node: NodeId, value: &Value, null: &str, text: &mut Text) -> Outcome<()> {
        text.marks = text.marks.with(value.marks);
        match &value.data {
            Data::String(part) => text.push(part),
            Data::Null(_) => return Err(self.error(node, null)),
            Data::Unknown(_) => text.push_unknown(value.origin),
            _ => {
                let part = convert(value, &Type::String).map_err(|reason| {
                    self.error(node, format!("Cannot include the given value in a string template: {reason}"))
                })?;
                text.push(part.as_str().unwrap_or_default());
            }
        }
        self.work.text(text.text.len()).map_err(|message| self.fatal(node, message))
    }

    /// The directive is a conditional over two templates: it has the marks of both.
    #[inline(never)]
    fn template_if(&self, node: NodeId, text: &mut Text) -> Outcome<()> {
        let condition_node = self.child(node, 0)?;
        let condition = self.evaluate(condition_node)?;
        let truth = self.condition(condition_node, &condition)?;
        let arms = [Some(self.child(node, 1)?), self.tree.child(node, 2)];
        let taken = truth.map(|truth| self.arm(arms[usize::from(!truth)])).transpose()?;
        text.marks = text.marks.with(condition.marks);
        for (arm, of) in arms.into_iter().zip([true, false]) {
            if truth == Some(of) {
                continue;
            }
            match self.arm(arm) {
                Ok(value) => text.marks = text.marks.with(value.marks),
                Err(Failure::Error(_)) => {}
                Err(fatal) => return Err(fatal),
            }
        }
        match taken {
            Some(value) => self.append(node, &value, "", text),
            None => {
                text.push_unknown(condition.origin);
                Ok(())
            }
        }
    }

    /// The text between directives; that of an `else` that is not there is empty.
    fn arm(&self, node: Option<NodeId>) -> Outcome {
        let Some(node) = node else { return Ok(Value::string("")) };
        let mut text = Text::default();
        self.parts(node, &mut text)?;
        Ok(text.value(self.origin(node)))
    }

    #[inline(never)]
    fn template_for(&self, node: NodeId, text: &mut Text) -> Outcome<()> {
        let parts = self.for_parts(node, None)?;
        let body = self
            .tree
            .children(node)
            .find(|&child| self.tree.kind(child) == Kind::Sequence)
            .ok_or_else(|| self.error(node, "The body of the template directive is missing"))?;
        let collection = self.evaluate(parts.collection())?;
        let turns = self.for_tuple(&parts, &collection, body)?;
        text.marks = text.marks.with(turns.marks);
        let before = text.marks;
        let Some(turns) = turns.elements() else {
            text.push_unknown(turns.origin);
            return Ok(());
        };
        for turn in turns {
            // As in Terraform, where an unknown turn ends it, without the marks of those around.
            if turn.is_unknown() {
                text.marks = before;
                text.push_unknown(turn.origin);
                return Ok(());
            }
            self.append(
                node,
                turn,
                "An iteration result is null. Cannot include a null value in a string template",
                text,
            )?;
        }
        Ok(())
    }
}

impl Text {
    fn push(&mut self, part: &str) {
        if !self.unknown {
            self.text.push_str(part);
        }
    }

    fn push_unknown(&mut self, origin: Origin) {
        self.unknown = true;
        self.unknown_origin.get_or_insert(origin);
    }

    fn value(self, origin: Origin) -> Value {
        if !self.unknown {
            return Value::string(&self.text).with_marks(self.marks).with_origin(origin);
        }
        let mut unknown = Unknown::new(Type::String);
        unknown.not_null = true;
        let mut length = self.text.len().min(MAX_PREFIX);
        while !self.text.is_char_boundary(length) {
            length -= 1;
        }
        let prefix = safe_prefix(&self.text[..length]);
        if !prefix.is_empty() {
            unknown.prefix = Value::string(prefix).as_str().map(Into::into);
        }
        let origin = self.unknown_origin.unwrap_or(Origin::NONE).or(origin);
        Value::from(Data::Unknown(Arc::new(unknown))).with_marks(self.marks).with_origin(origin)
    }
}
