//! `condition ? a : b`.

use std::sync::Arc;

use crate::syntax::NodeId;

use super::super::certain::Certain;
use super::super::convert::{convert, unify};
use super::super::refine::{Range, settled};
use super::super::types::Type;
use super::super::value::{Data, Unknown, Value};
use super::{Env, Failure, Outcome};

impl Env<'_> {
    #[inline(never)]
    pub(super) fn conditional(&self, node: NodeId) -> Outcome {
        let condition_node = self.child(node, 0)?;
        let (then, otherwise) = (self.child(node, 1)?, self.child(node, 2)?);
        let condition = self.evaluate(condition_node)?;
        let truth = self.condition(condition_node, &condition)?;
        self.choose(node, truth, &condition, [then, otherwise])
    }

    /// The condition's truth, if it is known.
    pub(super) fn condition(&self, node: NodeId, condition: &Value) -> Outcome<Option<bool>> {
        if condition.is_null() {
            return Err(self.error(node, "The condition value is null. Conditions must either be true or false"));
        }
        if condition.is_unknown() {
            return Ok(None);
        }
        match convert(condition, &Type::Bool) {
            Ok(converted) => Ok(converted.as_bool()),
            Err(_) => Err(self.error(node, "The condition expression must be of type bool")),
        }
    }

    fn choose(&self, node: NodeId, truth: Option<bool>, condition: &Value, arms: [NodeId; 2]) -> Outcome {
        let (then, otherwise) = match truth {
            Some(true) => (self.evaluate(arms[0])?, self.evaluate_untaken(arms[1])?),
            Some(false) => {
                let otherwise = self.evaluate(arms[1])?;
                (self.evaluate_untaken(arms[0])?, otherwise)
            }
            None => (self.evaluate_untaken(arms[0])?, self.evaluate_untaken(arms[1])?),
        };
        let ty = self.common_type(node, &then, &otherwise)?;
        let Some(truth) = truth else {
            return Ok(unknown_choice(condition, &then, &otherwise, ty));
        };
        let marks = condition.marks.with(then.marks).with(otherwise.marks);
        let (chosen, arm, name) = if truth { (then, arms[0], "true") } else { (otherwise, arms[1], "false") };
        let chosen = match ty {
            Some(ty) => agreeing(&chosen, &ty)
                .and_then(|()| convert(&chosen, &ty))
                .map_err(|reason| self.error(arm, format!("The {name} result value has the wrong type: {reason}")))?,
            None => chosen,
        };
        Ok(chosen.with_marks(marks))
    }

    /// The type that both arms convert to; `None` where the chosen one stays as it is.
    pub(super) fn common_type(&self, node: NodeId, then: &Value, otherwise: &Value) -> Outcome<Option<Type>> {
        let untyped_null = |value: &Value| matches!(value.data, Data::Null(Type::Dynamic)) && value.marks.is_empty();
        match (&then.data, &otherwise.data) {
            (Data::String(_), Data::String(_))
            | (Data::Bool(_), Data::Bool(_))
            | (Data::Number(_), Data::Number(_)) => {
                return Ok(None);
            }
            _ if untyped_null(then) => return Ok(Some(otherwise.ty())),
            _ if untyped_null(otherwise) => return Ok(Some(then.ty())),
            _ => {}
        }
        let types = [then.ty(), otherwise.ty()];
        if types.contains(&Type::Dynamic) || types[0] == types[1] {
            return Ok(None);
        }
        unify(&types).map(Some).ok_or_else(|| {
            let reason = mismatch(&types[0], &types[1]);
            self.error(node, format!("The true and false result expressions must have consistent types. {reason}"))
        })
    }

    /// The arm that is not taken: only its type matters, and an error in it does not.
    fn evaluate_untaken(&self, node: NodeId) -> Outcome {
        match self.evaluate(node) {
            Err(Failure::Error(_)) => Ok(Value::unknown(self.failed_type(node))),
            outcome => outcome,
        }
    }
}

/// Where the other arm leaves the type of elements open (`tolist([])`), those of a tuple or object have to be of one type:
/// unlike `tolist`, a conditional finds no common one for them.
fn agreeing(chosen: &Value, ty: &Type) -> Result<(), String> {
    let (element, kind) = match ty {
        Type::List(element) => (element, "list"),
        Type::Map(element) => (element, "map"),
        _ => return Ok(()),
    };
    if !element.has_dynamic() {
        return Ok(());
    }
    let elements: Vec<Type> = match &chosen.data {
        Data::Tuple(elements) => elements.iter().map(Value::ty).collect(),
        Data::Object(entries) => entries.iter().map(|(_, value)| value.ty()).collect(),
        _ => return Ok(()),
    };
    let mut typed = elements.iter().filter(|ty| **ty != Type::Dynamic);
    let first = typed.next();
    if typed.all(|ty| Some(ty) == first) {
        return Ok(());
    }
    Err(format!("element types must all match for conversion to {kind}"))
}

/// What is known of the result where the condition is not.
fn unknown_choice(condition: &Value, then: &Value, otherwise: &Value, ty: Option<Type>) -> Value {
    let marks = condition.marks.with(then.marks).with(otherwise.marks);
    let ty = ty.unwrap_or_else(|| {
        let (then, otherwise) = (then.ty(), otherwise.ty());
        if then == otherwise { then } else { Type::Dynamic }
    });
    if then.is_null() && otherwise.is_null() {
        return Value::null(ty).with_marks(marks).with_origin(condition.origin);
    }
    let mut unknown = Unknown::new(ty);
    unknown.not_null = not_null(then) && not_null(otherwise);
    if unknown.ty == Type::Number && then.ty() == otherwise.ty() {
        unknown.range = Some(Box::new(Range::of(then).either(Range::of(otherwise))));
    } else if let (Some(then_length), Some(other_length)) = (length(then), length(otherwise))
        && then.ty() == otherwise.ty()
    {
        let most = then_length.1.zip(other_length.1).map(|(then, otherwise)| then.max(otherwise));
        unknown.length = (then_length.0.min(other_length.0), most);
    }
    let mut origin = condition.origin;
    if let Some(reference) = then.reference()
        && otherwise.reference() == Some(reference)
    {
        unknown.reference = Some(reference.clone());
        origin = then.origin;
    }
    let arms = [then, otherwise].map(|arm| convert(arm, &unknown.ty).ok());
    let certain =
        arms[0].as_ref().zip(arms[1].as_ref()).and_then(|(then, otherwise)| Certain::one_of([then, otherwise]));
    unknown.certain = certain.map(Arc::new);
    Value { data: settled(unknown), marks, origin }
}

fn not_null(value: &Value) -> bool {
    value.as_unknown().map_or_else(|| !value.is_null(), |unknown| unknown.not_null)
}

/// Bounds of a collection's length; `None` of anything else.
fn length(value: &Value) -> Option<(u64, Option<u64>)> {
    let known = match &value.data {
        Data::List(_, elements) | Data::Set(_, elements) => elements.len() as u64,
        Data::Map(_, entries) => entries.len() as u64,
        Data::Unknown(unknown) if unknown.ty.is_collection() => return Some(unknown.length),
        Data::Null(_)
        | Data::Unknown(_)
        | Data::Bool(_)
        | Data::Number(_)
        | Data::String(_)
        | Data::Tuple(_)
        | Data::Object(_) => return None,
    };
    Some(if value.has_known_length() { (known, Some(known)) } else { (1, Some(known)) })
}

/// How the types of the two results differ, as Terraform words it.
fn mismatch(then: &Type, otherwise: &Type) -> String {
    let elements = |noun: &str, then: &Type, otherwise: &Type| match (then, otherwise) {
        (Type::Object(_), Type::Object(_)) | (Type::Tuple(_), Type::Tuple(_)) => {
            Some(format!("Mismatched {noun} element types: {}", mismatch(then, otherwise)))
        }
        _ => None,
    };
    let structural = match (then, otherwise) {
        (Type::Object(then), Type::Object(otherwise)) => then
            .attributes
            .iter()
            .find_map(|(name, ty)| match otherwise.attributes.get(name) {
                None => Some(format!(
                    "The 'true' value includes object attribute {name:?}, which is absent in the 'false' value"
                )),
                Some(other) if other != ty => {
                    Some(format!("Type mismatch for object attribute {name:?}: {}", mismatch(ty, other)))
                }
                Some(_) => None,
            })
            .or_else(|| {
                let extra = otherwise.attributes.names().iter().find(|name| then.attributes.get(name).is_none())?;
                Some(format!(
                    "The 'false' value includes object attribute {extra:?}, which is absent in the 'true' value"
                ))
            }),
        (Type::Tuple(then), Type::Tuple(otherwise)) => {
            if then.len() == otherwise.len() {
                let mut pairs = then.iter().zip(otherwise.iter()).enumerate();
                pairs.find(|(_, (then, otherwise))| then != otherwise).map(|(index, (then, otherwise))| {
                    format!("Type mismatch for tuple element {index}: {}", mismatch(then, otherwise))
                })
            } else {
                Some(format!(
                    "The 'true' tuple has length {}, but the 'false' tuple has length {}",
                    then.len(),
                    otherwise.len()
                ))
            }
        }
        (Type::List(then), Type::List(otherwise)) => elements("list", then, otherwise),
        (Type::Set(then), Type::Set(otherwise)) => elements("set", then, otherwise),
        (Type::Map(then), Type::Map(otherwise)) => elements("map", then, otherwise),
        _ => None,
    };
    structural.unwrap_or_else(|| {
        let (then, otherwise) = (then.to_string(), otherwise.to_string());
        if then == otherwise {
            "At least one deeply-nested attribute or element is not compatible across both the 'true' and the 'false' value"
                .into()
        } else {
            format!("The 'true' value is {then}, but the 'false' value is {otherwise}")
        }
    })
}
