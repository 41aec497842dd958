//! Function calls, and the functions that take expressions rather than values.

use std::sync::Arc;

use crate::address::Step;
use crate::syntax::{FLAG_EXPAND, NodeId};

use super::super::Number;
use super::super::certain::{Certain, What};
use super::super::functions;
use super::super::types::Type;
use super::super::value::{Data, Unknown, Value};
use super::traversal::part_of;
use super::{Env, Failure, Outcome};

impl Env<'_> {
    #[inline(never)]
    pub(super) fn call(&self, node: NodeId) -> Outcome {
        let name_node = self.child(node, 0)?;
        // Blanks may stand after `::`.
        let spelled = self.tree.text(name_node);
        let without_blanks = spelled
            .bytes()
            .any(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r'))
            .then(|| spelled.split_whitespace().collect::<String>());
        let name = without_blanks.as_deref().unwrap_or(spelled);
        let core = name.strip_prefix("core::").unwrap_or(name);
        match core {
            "try" => return self.call_try(node),
            "can" => return self.call_can(node),
            _ => {}
        }
        let mut arguments = Vec::with_capacity(self.tree.children(node).count().saturating_sub(1));
        let expand = self.tree.node(node).flag(FLAG_EXPAND);
        let mut children = self.tree.children(node).skip(1).peekable();
        while let Some(child) = children.next() {
            let value = self.evaluate(child)?;
            if expand && children.peek().is_none() {
                let Some(elements) = self.expanded(child, &value)? else {
                    return Ok(Value::unknown(Type::Dynamic).with_marks(value.marks).with_origin(value.origin));
                };
                self.work.elements(elements.len()).map_err(|message| self.fatal(node, message))?;
                arguments.extend(elements.iter().map(|element| element.clone().with_marks(value.marks)));
            } else {
                arguments.push(value);
            }
        }
        if let Some(result) = self.scope.call(name, &arguments, self.span(node)) {
            return result.map_err(Failure::Error);
        }
        match core {
            "slice"
                if !self.scope.as_terraform()
                    && let Some(elements) = slice_of_unknown(&arguments) =>
            {
                Ok(elements)
            }
            "templatefile" | "templatestring" => self.call_template(node, core, &arguments),
            _ => self.call_function(node, name_node, core, &arguments),
        }
    }

    fn call_function(&self, node: NodeId, name_node: NodeId, name: &str, arguments: &[Value]) -> Outcome {
        match functions::call(name, arguments, self.files) {
            Ok(value) => {
                let size =
                    value.elements().map(<[Value]>::len).or_else(|| value.entries().map(|entries| entries.len()));
                let charged = match &value.data {
                    Data::String(text) => self.work.text(text.len()),
                    _ => self.work.elements(size.unwrap_or(0)),
                };
                charged.map_err(|message| self.fatal(node, message))?;
                Ok(value)
            }
            // Only the provider itself knows what its functions make of their arguments.
            Err(_) if name.starts_with("provider::") && !functions::exists(name) => Ok(Value::unknown(Type::Dynamic)),
            Err(_) if !functions::exists(name) => {
                Err(self.error(name_node, format!("There is no function named {name:?}")))
            }
            Err(error) => {
                let at = error.argument.map_or(node, |index| self.argument(node, index));
                Err(self.error(at, error.message))
            }
        }
    }

    /// Where an argument stands: the last one stands for all that `...` makes of it.
    pub(super) fn argument(&self, call: NodeId, index: usize) -> NodeId {
        self.tree.children(call).skip(1).take(index + 1).last().unwrap_or(call)
    }

    /// The elements of an argument with `...` after it; `None` where it is not known.
    fn expanded<'v>(&self, node: NodeId, value: &'v Value) -> Outcome<Option<&'v [Value]>> {
        match &value.data {
            Data::List(_, elements) | Data::Set(_, elements) | Data::Tuple(elements) => Ok(Some(elements)),
            Data::Null(Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)) => {
                Err(self.error(node, "The expanding argument (indicated by ...) must not be null"))
            }
            Data::Unknown(unknown)
                if matches!(unknown.ty, Type::Dynamic | Type::List(_) | Type::Set(_) | Type::Tuple(_)) =>
            {
                Ok(None)
            }
            Data::Null(_)
            | Data::Unknown(_)
            | Data::Bool(_)
            | Data::Number(_)
            | Data::String(_)
            | Data::Map(..)
            | Data::Object(_) => {
                let message = "The expanding argument (indicated by ...) must be of a tuple, list, or set type";
                Err(self.error(node, message))
            }
        }
    }

    /// What `try` and `can` are given: expressions, and values that `...` makes of the last one. `None` where their number
    /// is not known.
    fn unevaluated(&self, node: NodeId) -> Outcome<Option<Vec<Unevaluated>>> {
        let mut arguments: Vec<_> = self.tree.children(node).skip(1).map(Unevaluated::Expression).collect();
        if self.tree.node(node).flag(FLAG_EXPAND)
            && let Some(Unevaluated::Expression(last)) = arguments.pop()
        {
            let value = self.evaluate(last)?;
            let Some(elements) = self.expanded(last, &value)? else { return Ok(None) };
            let values = elements.iter().map(|element| element.clone().with_marks(value.marks));
            arguments.extend(values.map(Unevaluated::Value));
        }
        Ok(Some(arguments))
    }

    fn late(&self, argument: Unevaluated) -> Outcome {
        match argument {
            Unevaluated::Expression(expression) => self.evaluate(expression),
            Unevaluated::Value(value) => Ok(value),
        }
    }

    /// The first argument that has a value. In Terraform the result is of unknown type where anything in it is unknown;
    /// here what is known of a collection is handed on, as what its elements stand for (resources' attributes) is what
    /// facts are after.
    fn call_try(&self, node: NodeId) -> Outcome {
        let mut problems = Vec::new();
        let Some(arguments) = self.unevaluated(node)? else { return Ok(Value::unknown(Type::Dynamic)) };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            match self.late(argument) {
                Err(Failure::Error(problem)) => problems.push(problem.message),
                Err(fatal) => return Err(fatal),
                // Terraform loses the marks too.
                Ok(value) if self.scope.as_terraform() && !value.is_wholly_known() => {
                    return Ok(Value::unknown(Type::Dynamic));
                }
                Ok(value) => {
                    let Some(unknown) = value.as_unknown() else { return Ok(value) };
                    let reference = unknown.reference.clone();
                    let certain = match value.certain() {
                        Some(What::OneOf(_)) => self.or_else(&value, arguments).map(Arc::new),
                        Some(_) | None => unknown.certain.clone(),
                    };
                    let unknown = Unknown { reference, certain, ..Unknown::new(Type::Dynamic) };
                    let unknown = Data::Unknown(Arc::new(unknown));
                    return Ok(Value { data: unknown, ..value });
                }
            }
        }
        let reason = if problems.is_empty() {
            "at least one argument is required".into()
        } else {
            format!("no expression succeeded: {}", problems.join("; "))
        };
        Err(self.error(node, format!("Call to function \"try\" failed: {reason}")))
    }

    /// One of several, or what comes after it: none of them may be there yet.
    fn or_else(&self, value: &Value, others: impl Iterator<Item = Unevaluated>) -> Option<Certain> {
        let mut choices = vec![value.clone()];
        for other in others {
            // What is wrong with what Terraform does not look at is not said.
            let Ok(other) = self.late(other) else { continue };
            let last = !other.is_unknown();
            choices.push(other);
            if last {
                break;
            }
        }
        Certain::one_of(&choices)
    }

    fn call_can(&self, node: NodeId) -> Outcome {
        let Some(arguments) = self.unevaluated(node)? else { return Ok(Value::unknown(Type::Dynamic)) };
        if arguments.len() > 1 {
            return Err(self.error(self.argument(node, 1), "Function \"can\" expects only 1 argument(s)"));
        }
        let Some(argument) = arguments.into_iter().next() else {
            let message = "Function \"can\" expects 1 argument(s). Missing value for \"expression\"";
            return Err(self.error(node, message));
        };
        match self.late(argument) {
            Err(Failure::Error(_)) => Ok(Value::bool(false)),
            Err(fatal) => Err(fatal),
            Ok(value) if value.is_wholly_known() => Ok(Value::bool(true)),
            // Terraform loses the marks too, and does not say that it is not null.
            Ok(_) if self.scope.as_terraform() => Ok(Value::unknown(Type::Bool)),
            Ok(value) => Ok(super::super::operators::unknown(Type::Bool, &[&value])),
        }
    }
}

/// An argument of a function that takes expressions.
enum Unevaluated {
    Expression(NodeId),
    Value(Value),
}

/// So many elements at most are made of an unknown list.
const MAX_SLICE: i64 = 1000;

/// A slice of a resource's unknown list, whose elements are not known but whose number is: a shorter list would be an
/// error. In Terraform all of it is unknown; here the instances made of it (`slice(data.aws_availability_zones.…, 0, 3)`)
/// are what facts are after.
fn slice_of_unknown(arguments: &[Value]) -> Option<Value> {
    let [list, start, end] = arguments else { return None };
    let unknown = list.as_unknown().filter(|unknown| unknown.reference.is_some())?;
    let Type::List(element) = &unknown.ty else { return None };
    let bound = |value: &Value| value.as_number().and_then(Number::to_i64).filter(|bound| *bound >= 0);
    let (start, end) = (bound(start)?, bound(end)?);
    if end < start || end - start > MAX_SLICE {
        return None;
    }
    let part = |index: i64| part_of(list, unknown, (**element).clone(), Some(|| Step::Index(index.unsigned_abs())));
    Some(Value::list((**element).clone(), (start..end).map(part).collect()).with_marks(list.marks))
}
