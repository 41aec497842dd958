//! Operators. "HCL Native Syntax Specification", Operations.

use super::{Kind, List, Op, Parsed, Parser};
use crate::syntax::MAX_CHAIN;

/// A left operand and its operator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pending {
    left: u32,
    op: Op,
    level: u8,
}

impl Parser<'_> {
    /// An expression by itself, newlines ignored: nothing may follow.
    pub(super) fn lone_expression(&mut self) -> u32 {
        self.pass_byte_order_mark();
        self.newlines = false;
        let parsed = self.expression();
        self.skip();
        match parsed {
            Ok(node) => {
                if !self.at_end() {
                    let help = "An expression was read, but there are extra characters after it.";
                    self.problem(self.at, self.text.len(), "Extra characters after expression", help);
                }
                node
            }
            Err(_) => self.leaf(Kind::Error, 0, self.text.len()),
        }
    }

    /// Any expression.
    pub(super) fn expression(&mut self) -> Parsed {
        self.enter()?;
        let base = self.branches.len();
        let mut value = loop {
            let condition = self.operation()?;
            if self.byte() != b'?' {
                break condition;
            }
            self.at += 1;
            let then = self.expression()?;
            self.skip();
            if self.byte() != b':' || self.ahead(1) == b':' {
                return Err(self.missing_else());
            }
            self.at += 1;
            self.branches.push((condition, then));
            if self.branches.len() - base > MAX_CHAIN {
                return Err(self.chain_too_long());
            }
        };
        while self.branches.len() > base {
            let Some((condition, then)) = self.branches.pop() else { break };
            let mut children = List::EMPTY;
            children.push(&mut self.nodes, condition);
            children.push(&mut self.nodes, then);
            children.push(&mut self.nodes, value);
            value = self.node(Kind::Conditional, self.start(condition), self.end(value), children);
        }
        self.depth -= 1;
        Ok(value)
    }

    /// Operands and binary operators; leaves white space behind it passed.
    fn operation(&mut self) -> Parsed {
        let base = self.pending.len();
        let mut length = 0;
        loop {
            let mut right = self.operand()?;
            self.skip();
            let (op, level, width) = self.operator();
            while self.pending.len() > base && self.pending.last().is_some_and(|pending| pending.level >= level) {
                let Some(pending) = self.pending.pop() else { break };
                let (start, end) = (self.start(pending.left), self.end(right));
                right = self.pair(Kind::Binary, start, end, pending.left, right);
                self.nodes[right as usize].op = pending.op;
            }
            if op == Op::None {
                return Ok(right);
            }
            length += 1;
            if length > MAX_CHAIN {
                return Err(self.chain_too_long());
            }
            self.at += width;
            self.pending.push(Pending { left: right, op, level });
        }
    }

    /// The binary operator at hand: itself, how tightly it binds, and its length.
    fn operator(&self) -> (Op, u8, usize) {
        let next = self.ahead(1);
        match self.byte() {
            b'|' if next == b'|' => (Op::Or, 1, 2),
            b'&' if next == b'&' => (Op::And, 2, 2),
            b'=' if next == b'=' => (Op::Equal, 3, 2),
            b'!' if next == b'=' => (Op::NotEqual, 3, 2),
            b'>' if next == b'=' => (Op::GreaterOrEqual, 4, 2),
            b'<' if next == b'=' => (Op::LessOrEqual, 4, 2),
            b'>' => (Op::Greater, 4, 1),
            b'<' => (Op::Less, 4, 1),
            b'+' => (Op::Add, 5, 1),
            b'-' => (Op::Subtract, 5, 1),
            b'*' => (Op::Multiply, 6, 1),
            b'/' => (Op::Divide, 6, 1),
            b'%' => (Op::Modulo, 6, 1),
            _ => (Op::None, 0, 0),
        }
    }

    /// A term with its prefix operators, which bind less tightly than traversals and tighter than all else.
    fn operand(&mut self) -> Parsed {
        let base = self.prefixes.len();
        loop {
            self.skip();
            let op = match self.byte() {
                b'!' if self.ahead(1) != b'=' => Op::Not,
                b'-' => Op::Negate,
                _ => break,
            };
            self.enter()?;
            self.prefixes.push((op, self.at));
            self.at += 1;
        }
        let term = self.term()?;
        let mut value = self.traversals(term)?;
        while self.prefixes.len() > base {
            let Some((op, start)) = self.prefixes.pop() else { break };
            value = self.node(Kind::Unary, start, self.end(value), List { first: value, last: value });
            self.nodes[value as usize].op = op;
            self.depth -= 1;
        }
        Ok(value)
    }

    #[cold]
    #[inline(never)]
    fn missing_else(&mut self) -> super::Failed {
        let help = "The conditional operator (...?...:...) requires a false expression, delimited by a colon.";
        self.fail(self.at, self.at + 1, "Missing false expression in conditional", help)
    }

    #[cold]
    #[inline(never)]
    pub(super) fn chain_too_long(&mut self) -> super::Failed {
        let help = format!("At most {MAX_CHAIN} operators or steps in a row are read.");
        self.fail(self.at, self.at + 1, "This expression is too long", &help)
    }
}
