//! Groovy as far as pipelines need it: statements, calls, strings. All places are byte offsets.

use super::lexer::Quote;

/// Statements in braces, or the one statement that stands for them, or a whole file.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where the names of its parameters stand.
    pub(super) parameters: Vec<(u32, u32)>,
    pub(super) statements: Vec<Statement>,
}

#[derive(Debug)]
pub(super) struct Statement {
    pub(super) kind: StatementKind,
}

#[derive(Debug)]
pub(super) enum StatementKind {
    If {
        branches: Vec<(Expression, Block)>,
        otherwise: Option<Block>,
    },
    /// Labels are expressions; `default` has none.
    Switch {
        head: Expression,
        cases: Vec<(Option<Expression>, Block)>,
    },
    Loop {
        body: Block,
    },
    Try {
        body: Block,
        catches: Vec<Block>,
        finally: Option<Block>,
    },
    Function {
        name: (u32, u32),
        body: Block,
    },
    /// A class or the like.
    Type {
        body: Block,
    },
    /// The target is the name before the sign; `plain` is false for `+=` and its kind.
    Assignment {
        target: Name,
        plain: bool,
        value: Expression,
    },
    Expression(Expression),
    /// `return` and `throw`: nothing after it runs.
    Exit(Expression),
}

/// Names with dots between. One that goes on after a call or brackets begins with a dot.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Name {
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where its last part begins.
    pub(super) last: u32,
}

/// What stands side by side, as it was read.
#[derive(Debug, Default)]
pub(super) struct Expression {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) items: Vec<Item>,
}

#[derive(Debug)]
pub(super) enum Item {
    Name(Name),
    Call(Call),
    Text(Text),
    /// A list or map.
    List(Vec<Argument>),
    /// Brackets after a value.
    Index(Vec<Argument>),
    Group(Expression),
    Closure(Block),
    Number {
        start: u32,
        end: u32,
    },
    Operator {
        start: u32,
        end: u32,
    },
}

#[derive(Debug)]
pub(super) struct Call {
    pub(super) name: Name,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) arguments: Vec<Argument>,
}

#[derive(Debug)]
pub(super) struct Argument {
    /// Where its name stands, quotes excluded.
    pub(super) name: Option<(u32, u32)>,
    pub(super) value: Expression,
}

/// A string.
#[derive(Debug)]
pub(super) struct Text {
    pub(super) quote: Quote,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) parts: Vec<Part>,
}

#[derive(Debug)]
pub(super) enum Part {
    /// Text with its escapes.
    Literal { start: u32, end: u32 },
    /// `${…}` or `$name`.
    Hole { start: u32, end: u32, expression: Expression },
}

/// A file with its tree.
#[derive(Debug)]
pub(super) struct Tree<'t> {
    pub(super) text: &'t str,
    pub(super) root: Block,
}

impl<'t> Tree<'t> {
    /// The text at a place.
    pub(super) fn at(&self, start: u32, end: u32) -> &'t str {
        self.text.get(start as usize..end as usize).unwrap_or_default()
    }

    /// A name as it is written, white space and line breaks around its dots aside.
    pub(super) fn name(&self, name: Name) -> String {
        let parts = self.at(name.start, name.end).split('.').map(|part| part.trim().trim_end_matches(['?', '*']));
        parts.collect::<Vec<_>>().join(".")
    }

    /// The last part of a name.
    pub(super) fn last(&self, name: Name) -> &'t str {
        self.at(name.last, name.end)
    }

    /// The name of a step that a call runs: it stands alone, or after what stands for the script in libraries.
    pub(super) fn step(&self, call: &Call) -> Option<&'t str> {
        let last = self.last(call.name);
        if call.name.last == call.name.start {
            return Some(last);
        }
        let before = self.at(call.name.start, call.name.last).trim_end_matches(['.', '?', '*']);
        matches!(
            before,
            "steps" | "script" | "this" | "this.steps" | "this.script" | "ctx" | "context" | "jenkins" | "pipeline"
        )
        .then_some(last)
    }
}

impl Expression {
    /// The one item of an expression that has no other, looked for inside of parentheses too.
    pub(super) fn only(&self) -> Option<&Item> {
        match self.items.as_slice() {
            [Item::Group(inner)] => inner.only(),
            [item] => Some(item),
            _ => None,
        }
    }

    /// The name that it consists of.
    pub(super) fn as_name(&self) -> Option<Name> {
        match self.only()? {
            Item::Name(name) => Some(*name),
            _ => None,
        }
    }

    /// Its closure, if that is all that it is.
    pub(super) fn as_closure(&self) -> Option<&Block> {
        match self.only()? {
            Item::Closure(block) => Some(block),
            _ => None,
        }
    }
}

impl Call {
    /// The argument of that name.
    pub(super) fn named(&self, tree: &Tree<'_>, name: &str) -> Option<&Argument> {
        named(&self.arguments, tree, name)
    }

    /// The first argument without a name that is no closure.
    pub(super) fn first(&self) -> Option<&Expression> {
        let mut unnamed = self.arguments.iter().filter(|argument| argument.name.is_none());
        unnamed.next().map(|argument| &argument.value).filter(|value| value.as_closure().is_none())
    }

    /// The closure at its end.
    pub(super) fn body(&self) -> Option<&Block> {
        self.arguments
            .last()
            .filter(|argument| argument.name.is_none())
            .and_then(|argument| argument.value.as_closure())
    }
}

/// The argument, or entry of a map, of that name.
pub(super) fn named<'a>(arguments: &'a [Argument], tree: &Tree<'_>, name: &str) -> Option<&'a Argument> {
    arguments.iter().find(|argument| argument.name.is_some_and(|(start, end)| tree.at(start, end) == name))
}

impl Block {
    /// The calls that are statements of it, in order.
    pub(super) fn calls(&self) -> impl Iterator<Item = &Call> {
        self.statements.iter().filter_map(|statement| match &statement.kind {
            StatementKind::Expression(expression) => match expression.items.first() {
                Some(Item::Call(call)) => Some(call),
                _ => None,
            },
            _ => None,
        })
    }
}
