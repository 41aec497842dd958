//! `list[*].name` and `list.*.name`.

use std::sync::Arc;

use crate::syntax::{Kind, NodeId};

use super::super::certain::{Certain, What};
use super::super::types::Type;
use super::super::value::{Data, Marks, Unknown, Value};
use super::{Env, Outcome};

impl Env<'_> {
    /// A splat over all instances of something costs as much as there are; in each of as many others it is kept instead.
    #[inline(never)]
    pub(super) fn splat(&self, node: NodeId) -> Outcome {
        if !self.is_over_a_name(node) {
            return self.new_splat(node);
        }
        let at = self.span(node);
        if let Some(kept) = self.scope.kept_splat(at) {
            return Ok(kept);
        }
        let value = self.new_splat(node)?;
        self.scope.keep_splat(at, &value);
        Ok(value)
    }

    /// Whether a splat takes attributes of attributes of a name of the scope, and nothing else; one that means the same in
    /// every instance.
    fn is_over_a_name(&self, node: NodeId) -> bool {
        let head = |mut node: Option<NodeId>| {
            while let Some(inner) = node.filter(|&node| self.tree.kind(node) == Kind::GetAttribute) {
                node = self.tree.child(inner, 0);
            }
            node
        };
        let is_name = |head: NodeId| {
            self.tree.kind(head) == Kind::Variable && !matches!(self.tree.text(head), "each" | "count" | "self")
        };
        self.locals.is_none()
            && self.item.is_none()
            && head(self.tree.child(node, 0)).is_some_and(is_name)
            && head(self.tree.child(node, 1)).is_some_and(|item| self.tree.kind(item) == Kind::SplatItem)
    }

    fn new_splat(&self, node: NodeId) -> Outcome {
        let source_node = self.child(node, 0)?;
        let each = self.child(node, 1)?;
        let source = self.evaluate(source_node)?;
        let sequence = matches!(&source.data, Data::List(..) | Data::Set(..) | Data::Tuple(_))
            || matches!(&source.data, Data::Null(ty) if is_sequence(ty))
            || source.as_unknown().is_some_and(|unknown| is_sequence(&unknown.ty));
        let result = match &source.data {
            Data::Null(_) if sequence => {
                let message = "Splat expressions (with the * symbol) cannot be applied to null sequences";
                return Err(self.error(source_node, message));
            }
            Data::Null(_) => Value::tuple(Vec::new()),
            Data::Unknown(unknown) if sequence => {
                let value = self.unknown_splat(unknown, each)?;
                return Ok(value.with_marks(source.marks).with_origin(source.origin));
            }
            Data::Unknown(unknown) => {
                let item = Value { marks: Marks::NONE, ..source.clone() };
                let may_be_sequence = unknown.ty == Type::Dynamic && source.written().is_none();
                let value = if may_be_sequence { None } else { Some(self.each(each, &item)?) };
                // Null would give an empty tuple.
                match value {
                    Some(value) if unknown.not_null => Value::tuple(vec![value]),
                    _ => Value::unknown(Type::Dynamic)
                        .with_certain(self.certain_splat(unknown, each))
                        .with_origin(source.origin),
                }
            }
            Data::List(element, elements) | Data::Set(element, elements) => {
                let values = self.each_of(node, each, elements)?;
                if values.is_empty() {
                    Value::list(self.each_type(each, element)?, values)
                } else {
                    let ty = values[0].ty();
                    // Elements of one type may give values of several (null of any type, say).
                    if values.iter().all(|value| value.ty() == ty) {
                        Value::list(ty, values)
                    } else {
                        Value::tuple(values)
                    }
                }
            }
            Data::Tuple(elements) => Value::tuple(self.each_of(node, each, elements)?),
            Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Map(..) | Data::Object(_) => {
                let item = Value { marks: Marks::NONE, ..source.clone() };
                Value::tuple(vec![self.each(each, &item)?])
            }
        };
        Ok(result.with_marks(source.marks).or_origin(self.origin(node)))
    }

    fn each(&self, each: NodeId, item: &Value) -> Outcome {
        Env { item: Some(item), ..*self }.evaluate(each)
    }

    fn each_of(&self, node: NodeId, each: NodeId, elements: &[Value]) -> Outcome<Vec<Value>> {
        self.work.elements(elements.len()).map_err(|message| self.fatal(node, message))?;
        elements.iter().map(|element| self.each(each, element)).collect()
    }

    fn each_type(&self, each: NodeId, element: &Type) -> Outcome<Type> {
        Ok(self.each(each, &Value::unknown(element.clone()))?.ty())
    }

    /// Of elements that are all alike, so are their parts.
    fn certain_splat(&self, unknown: &Unknown, each: NodeId) -> Option<Certain> {
        let Some(What::Each(element)) = unknown.certain.as_deref().map(Certain::what) else { return None };
        Certain::each(self.each(each, element).ok()?)
    }

    fn unknown_splat(&self, unknown: &Unknown, each: NodeId) -> Outcome {
        let (ty, length) = match &unknown.ty {
            Type::Tuple(elements) => {
                let types = elements.iter().map(|element| self.each_type(each, element));
                (Type::tuple(types.collect::<Outcome<_>>()?), (0, None))
            }
            ty => (Type::list(self.each_type(each, ty.element().unwrap_or(&Type::Dynamic))?), unknown.length),
        };
        let unchanged = self.tree.kind(each) == Kind::SplatItem;
        let reference = if unchanged { unknown.reference.clone() } else { None };
        let certain = match unknown.certain.as_deref().map(Certain::what) {
            // What is wrong with an element that Terraform does not look at yet is not said.
            Some(What::Elements(elements)) => {
                let parts = elements.iter().filter_map(|element| self.each(each, element).ok());
                Certain::elements(parts.collect()).map(Arc::new)
            }
            Some(_) | None => self.certain_splat(unknown, each).map(Arc::new),
        };
        let not_null = true;
        Ok(Data::Unknown(Arc::new(Unknown { not_null, length, reference, certain, ..Unknown::new(ty) })).into())
    }
}

const fn is_sequence(ty: &Type) -> bool {
    matches!(ty, Type::List(_) | Type::Set(_) | Type::Tuple(_))
}
