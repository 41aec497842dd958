//! Unary and binary operators, with unknowns and marks.

use std::sync::Arc;

use super::convert::convert;
use super::equality::equal;
use super::number::Number;
use super::refine::Range;
use super::types::Type;
use super::value::{Data, Marks, Origin, Unknown, Value};
use crate::syntax::Op;

/// Why an operator failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperatorError {
    /// The operand at fault (0 or 1), where it is one.
    pub operand: Option<usize>,
    /// One sentence as Terraform words it.
    pub message: String,
}

impl OperatorError {
    fn operand(index: usize, name: &str, reason: &str) -> Self {
        Self { operand: Some(index), message: format!("Unsuitable value for {name} operand: {reason}") }
    }

    fn failed(reason: &str) -> Self {
        Self { operand: None, message: format!("Error during operation: {reason}") }
    }
}

/// The type of what an operator gives.
#[must_use]
pub const fn result_type(op: Op) -> Type {
    match op {
        Op::Negate | Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Modulo => Type::Number,
        Op::Not
        | Op::Or
        | Op::And
        | Op::Equal
        | Op::NotEqual
        | Op::Greater
        | Op::GreaterOrEqual
        | Op::Less
        | Op::LessOrEqual => Type::Bool,
        Op::None => Type::Dynamic,
    }
}

/// `!operand`, `-operand`.
///
/// # Errors
/// Where the operand is null or cannot be converted.
pub fn unary(op: Op, operand: &Value) -> Result<Value, OperatorError> {
    let ty = result_type(op);
    let value = convert(operand, &ty).map_err(|reason| OperatorError::operand(0, "unary", &reason))?;
    let result = match (op, &value.data) {
        (_, Data::Null(_)) => return Err(OperatorError::failed("argument must not be null")),
        (Op::Not, Data::Bool(truth)) => Value::bool(!truth),
        (_, Data::Number(number)) => Value::number(number.negate()),
        // As in Terraform, which loses the marks here.
        _ => return Ok(unknown(ty, &[operand])),
    };
    Ok(result.with_marks(operand.marks))
}

/// `left op right`.
///
/// # Errors
/// Where an operand is null or cannot be converted, and where the result is no number (`0 / 0`).
pub fn binary(op: Op, left: &Value, right: &Value) -> Result<Value, OperatorError> {
    let result = match op {
        Op::Equal => equality(left, right, true),
        Op::NotEqual => equality(left, right, false),
        Op::And | Op::Or => return logical(op, left, right),
        Op::Add
        | Op::Subtract
        | Op::Multiply
        | Op::Divide
        | Op::Modulo
        | Op::Greater
        | Op::GreaterOrEqual
        | Op::Less
        | Op::LessOrEqual => return numeric(op, left, right),
        Op::Not | Op::Negate | Op::None => return Err(OperatorError::failed("not a binary operator")),
    };
    Ok(result)
}

/// `&&` and `||` as three-valued logic has them: what one operand settles does not hang on the other. `None` where it
/// takes both.
#[must_use]
pub fn settled(op: Op, operand: &Value) -> Option<Value> {
    let settling = match op {
        Op::And => false,
        Op::Or => true,
        _ => return None,
    };
    let converted = convert(operand, &Type::Bool).ok()?;
    (converted.as_bool() == Some(settling)).then(|| Value::bool(settling).with_marks(operand.marks))
}

fn equality(left: &Value, right: &Value, equals: bool) -> Value {
    let result = match equal(left, right) {
        Some(result) => Value::bool(result == equals),
        None => unknown(Type::Bool, &[left, right]),
    };
    result.with_marks(marks(left).with(marks(right)))
}

fn marks(value: &Value) -> Marks {
    match value.data {
        Data::Null(_) | Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::String(_) => value.marks,
        Data::List(..) | Data::Set(..) | Data::Map(..) | Data::Tuple(_) | Data::Object(_) => value.deep_marks(),
    }
}

fn operands(ty: &Type, left: &Value, right: &Value) -> Result<(Value, Value), OperatorError> {
    let left = convert(left, ty).map_err(|reason| OperatorError::operand(0, "left", &reason))?;
    let right = convert(right, ty).map_err(|reason| OperatorError::operand(1, "right", &reason))?;
    if left.is_null() || right.is_null() {
        let operand = usize::from(!left.is_null());
        return Err(OperatorError { operand: Some(operand), ..OperatorError::failed("argument must not be null") });
    }
    Ok((left, right))
}

fn logical(op: Op, left: &Value, right: &Value) -> Result<Value, OperatorError> {
    let (converted_left, converted_right) = operands(&Type::Bool, left, right)?;
    let result = match (converted_left.as_bool(), converted_right.as_bool()) {
        (Some(left), Some(right)) => Value::bool(if op == Op::And { left && right } else { left || right }),
        // As in Terraform, which loses the marks here.
        _ => return Ok(unknown(Type::Bool, &[left, right])),
    };
    Ok(result.with_marks(left.marks.with(right.marks)))
}

fn numeric(op: Op, left: &Value, right: &Value) -> Result<Value, OperatorError> {
    let marks = left.marks.with(right.marks);
    if let (Data::Number(left), Data::Number(right)) = (&left.data, &right.data) {
        return Ok(computed(op, left, right)?.with_marks(marks));
    }
    let (converted_left, converted_right) = operands(&Type::Number, left, right)?;
    let result = match (converted_left.as_number(), converted_right.as_number()) {
        (Some(left), Some(right)) => computed(op, left, right)?,
        _ => {
            compared(op, &converted_left, &converted_right).unwrap_or_else(|| unknown(result_type(op), &[left, right]))
        }
    };
    Ok(result.with_marks(marks))
}

/// A comparison that bounds settle.
fn compared(op: Op, left: &Value, right: &Value) -> Option<Value> {
    let less = match op {
        Op::Less | Op::LessOrEqual => true,
        Op::Greater | Op::GreaterOrEqual => false,
        Op::None
        | Op::Not
        | Op::Negate
        | Op::Or
        | Op::And
        | Op::Equal
        | Op::NotEqual
        | Op::Add
        | Op::Subtract
        | Op::Multiply
        | Op::Divide
        | Op::Modulo => return None,
    };
    let (left, right) = (Range::of(left), Range::of(right));
    if left.is_below(&right) {
        Some(Value::bool(less))
    } else if right.is_below(&left) {
        Some(Value::bool(!less))
    } else {
        None
    }
}

fn computed(op: Op, left: &Number, right: &Number) -> Result<Value, OperatorError> {
    let (number, not_a_number) = match op {
        Op::Add => (left.add(right), "can't compute sum of opposing infinities"),
        Op::Subtract => (left.subtract(right), "can't subtract infinity from itself"),
        Op::Multiply => (left.multiply(right), "can't multiply zero by infinity"),
        Op::Divide => (left.divide(right), "can't divide zero by zero or infinity by infinity"),
        Op::Modulo => (left.modulo(right), "can't use modulo with zero and infinity"),
        Op::Greater => return Ok(Value::bool(left > right)),
        Op::GreaterOrEqual => return Ok(Value::bool(left >= right)),
        Op::Less => return Ok(Value::bool(left < right)),
        Op::LessOrEqual => return Ok(Value::bool(left <= right)),
        Op::None | Op::Not | Op::Negate | Op::Or | Op::And | Op::Equal | Op::NotEqual => {
            return Err(OperatorError::failed("not an operator on numbers"));
        }
    };
    number.map(Value::number).ok_or_else(|| OperatorError::failed(not_a_number))
}

/// What an operation on something unknown gives: unknown, not null, with the origin of the first unknown operand.
pub(super) fn unknown(ty: Type, operands: &[&Value]) -> Value {
    let origin = operands.iter().map(|operand| unknown_origin(operand)).find(|origin| *origin != Origin::NONE);
    let unknown = Unknown { not_null: true, ..Unknown::new(ty) };
    Value::from(Data::Unknown(Arc::new(unknown))).with_origin(origin.unwrap_or(Origin::NONE))
}

/// The origin of the first unknown value in this one.
fn unknown_origin(value: &Value) -> Origin {
    let mut origin = Origin::NONE;
    value.walk(|part| {
        if part.is_unknown() {
            origin = origin.or(part.origin);
        }
        origin == Origin::NONE
    });
    origin
}
