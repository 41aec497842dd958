//! Operators. Chains of them lean to the left and are walked without recursion.

use crate::syntax::{Kind, NodeId, Op};

use super::super::operators::{self, OperatorError, unknown};
use super::{Env, Failure, Outcome};
use crate::lang::types::Type;
use crate::lang::value::Value;

impl Env<'_> {
    #[inline(never)]
    pub(super) fn unary(&self, node: NodeId) -> Outcome {
        let operand = self.child(node, 0)?;
        let value = self.evaluate(operand)?;
        operators::unary(self.tree.node(node).op, &value).map_err(|error| self.operator_error(node, &[operand], error))
    }

    #[inline(never)]
    pub(super) fn binary(&self, node: NodeId) -> Outcome {
        let first = self.child(node, 0)?;
        if self.tree.kind(first) != Kind::Binary {
            let left = self.evaluate(first)?;
            return self.apply(node, first, left);
        }
        self.chain(node, first)
    }

    #[inline(never)]
    fn chain(&self, node: NodeId, mut first: NodeId) -> Outcome {
        let mut chain = vec![node];
        while self.tree.kind(first) == Kind::Binary {
            chain.push(first);
            first = self.child(first, 0)?;
        }
        let mut value = self.evaluate(first)?;
        while let Some(node) = chain.pop() {
            self.work.elements(0).map_err(|message| self.fatal(node, message))?;
            value = self.apply(node, first, value)?;
            first = node;
        }
        Ok(value)
    }

    /// The operator with its left operand's value.
    fn apply(&self, node: NodeId, first: NodeId, left: Value) -> Outcome {
        let op = self.tree.node(node).op;
        let second = self.child(node, 1)?;
        if self.three_valued && matches!(op, Op::And | Op::Or) {
            return self.three_valued_logic(node, [first, second], &left);
        }
        let right = self.evaluate(second)?;
        operators::binary(op, &left, &right).map_err(|error| self.operator_error(node, &[first, second], error))
    }

    #[inline(never)]
    fn three_valued_logic(&self, node: NodeId, [first, second]: [NodeId; 2], left: &Value) -> Outcome {
        let op = self.tree.node(node).op;
        if let Some(result) = operators::settled(op, left) {
            return Ok(result);
        }
        let right = match self.evaluate(second) {
            // What the unknown left side may rule out is not refused.
            Err(Failure::Error(_)) if left.is_unknown() => return Ok(unknown(Type::Bool, &[left])),
            right => right?,
        };
        if let Some(result) = operators::settled(op, &right) {
            return Ok(result);
        }
        operators::binary(op, left, &right).map_err(|error| self.operator_error(node, &[first, second], error))
    }

    #[cold]
    fn operator_error(&self, node: NodeId, operands: &[NodeId], error: OperatorError) -> Failure {
        let at = error.operand.and_then(|index| operands.get(index)).copied().unwrap_or(node);
        self.error(at, error.message)
    }
}
