//! `[for …]` and `{for …}`.

use std::collections::BTreeMap;

use crate::syntax::{FLAG_CONDITION, FLAG_GROUP, FLAG_KEY, Kind, NodeId};

use super::super::certain::Certain;
use super::super::convert::convert;
use super::super::number::Number;
use super::super::types::Type;
use super::super::value::{Data, Entries, Marks, Str, Value};
use super::{Env, Local, Outcome};

/// The parts that `for` expressions and `for` directives have in common.
pub(super) struct For<'a> {
    key: Option<&'a str>,
    value: &'a str,
    collection: NodeId,
    condition: Option<NodeId>,
}

impl For<'_> {
    /// The expression of what is gone through.
    pub(super) const fn collection(&self) -> NodeId {
        self.collection
    }
}

/// What is made of the elements.
enum Makes {
    Tuple(NodeId),
    Object { key: NodeId, value: NodeId, group: bool },
}

/// What the iteration itself says of the result.
pub(super) struct Iteration {
    marks: Marks,
    known: bool,
}

impl Iteration {
    /// Whether the collection and all conditions are known.
    pub(super) const fn is_known(&self) -> bool {
        self.known
    }

    /// The value; where it is not known what else is in it, an unknown one that certainly holds this.
    fn result(self, value: impl FnOnce() -> Value) -> Value {
        let value = if self.known { value() } else { Value::unknown(Type::Dynamic).with_certain(certainly(&value())) };
        value.with_marks(self.marks)
    }
}

impl<'a> Env<'a> {
    #[inline(never)]
    pub(super) fn for_expression(&self, node: NodeId) -> Outcome {
        let flags = self.tree.node(node);
        let makes_object = flags.kind == Kind::ForObject;
        // One or two names, then the collection.
        let result = 2 + usize::from(flags.flag(FLAG_KEY));
        let after = result + 1 + usize::from(makes_object);
        let condition = if flags.flag(FLAG_CONDITION) { Some(self.child(node, after)?) } else { None };
        let parts = self.for_parts(node, condition)?;
        let makes = if makes_object {
            let (key, value) = (self.child(node, result)?, self.child(node, result + 1)?);
            Makes::Object { key, value, group: flags.flag(FLAG_GROUP) }
        } else {
            Makes::Tuple(self.child(node, result)?)
        };
        let collection = self.evaluate(parts.collection)?;
        let value = self.for_over(&parts, &collection, &makes)?;
        let value = if collection.as_unknown().is_some_and(|unknown| unknown.certain.is_some()) {
            value.with_certain(self.for_certain(&parts, &collection, &makes))
        } else {
            value
        };
        Ok(value.with_origin(self.origin(node)))
    }

    fn for_over(&self, parts: &For<'_>, collection: &Value, makes: &Makes) -> Outcome {
        match *makes {
            Makes::Tuple(result) => self.for_tuple(parts, collection, result),
            Makes::Object { key, value, group } => self.for_object(parts, collection, key, value, group),
        }
    }

    /// What is certain of the result over a collection that is not known. What is wrong with elements that Terraform does
    /// not look at yet is not said.
    fn for_certain(&self, parts: &For<'_>, collection: &Value, makes: &Makes) -> Option<Certain> {
        if let Some(choices) = collection.choices() {
            let made: Option<Vec<Value>> =
                choices.iter().map(|choice| self.for_over(parts, choice, makes).ok()).collect();
            return Certain::one_of(&made?);
        }
        let elements = collection.held();
        let held = if elements.is_empty() {
            let (settled, replaceable) = collection.held_entries();
            let unknown = |(key, value): (Str, Value)| (key, Value::unknown(value.ty()).with_origin(value.origin));
            Value::object(settled.into_iter().chain(replaceable.into_iter().map(unknown)).collect())
        } else {
            // At which index they are is not known.
            parts.key.is_none().then(|| Value::tuple(elements.into_iter().cloned().collect()))?
        };
        certainly(&self.for_over(parts, &held, makes).ok()?)
    }

    pub(super) fn for_parts(&self, node: NodeId, condition: Option<NodeId>) -> Outcome<For<'a>> {
        let two = self.tree.node(node).flag(FLAG_KEY);
        let key = if two { Some(self.tree.text(self.child(node, 0)?)) } else { None };
        let value = self.tree.text(self.child(node, usize::from(two))?);
        Ok(For { key, value, collection: self.child(node, 1 + usize::from(two))?, condition })
    }

    pub(super) fn for_tuple(&self, parts: &For<'_>, collection: &Value, result: NodeId) -> Outcome {
        let mut values = Vec::new();
        let iteration = self.iterate(parts, collection, &mut |env| {
            values.push(env.evaluate(result)?);
            Ok(())
        })?;
        Ok(iteration.result(|| Value::tuple(values)))
    }

    fn for_object(
        &self,
        parts: &For<'_>,
        collection: &Value,
        key_node: NodeId,
        value_node: NodeId,
        group: bool,
    ) -> Outcome {
        let mut groups: BTreeMap<Str, Vec<Value>> = BTreeMap::new();
        let (mut key_marks, mut keys_known) = (Marks::NONE, true);
        let iteration = self.iterate(parts, collection, &mut |env| {
            let key = env.evaluate(key_node)?;
            key_marks = key_marks.with(key.marks);
            if key.is_unknown() {
                keys_known = false;
                return Ok(());
            }
            let null = "Key expression in 'for' expression must not produce a null value";
            let key = env.text_key(key_node, &key, null, "The key expression produced an invalid result")?;
            let value = env.evaluate(value_node)?;
            let Data::String(text) = key.data else { return Ok(()) };
            let values = groups.entry(Str::clone(&text)).or_default();
            if !group && !values.is_empty() {
                return Err(env.error(key_node, duplicate_key(&text, key.marks)));
            }
            values.push(value);
            Ok(())
        })?;
        let iteration = Iteration { marks: iteration.marks.with(key_marks), known: iteration.known && keys_known };
        if group && !iteration.known {
            // Which values are together is not known.
            groups.clear();
        }
        Ok(iteration.result(|| {
            let entry = |(key, mut values): (Str, Vec<Value>)| {
                let value = if group { None } else { values.pop() };
                (key, value.unwrap_or_else(|| Value::tuple(values)))
            };
            Value::object(groups.into_iter().map(entry).collect::<Entries>())
        }))
    }

    /// Calls `each` for every element that the condition lets through, where the variables are set.
    pub(super) fn iterate(
        &self,
        parts: &For<'_>,
        collection: &Value,
        each: &mut dyn for<'e> FnMut(&Env<'e>) -> Outcome<()>,
    ) -> Outcome<Iteration> {
        let mut iteration = Iteration { marks: collection.marks, known: true };
        if collection.is_null() {
            let message = "A null value cannot be used as the collection in a 'for' expression";
            return Err(self.error(parts.collection, message));
        }
        if let Some(unknown) = collection.as_unknown() {
            if unknown.ty.is_primitive() {
                return Err(self.not_iterable(parts.collection, collection));
            }
            if unknown.ty != Type::Dynamic {
                iteration.marks = iteration.marks.with(self.check_condition(parts)?);
            }
            iteration.known = false;
            return Ok(iteration);
        }
        self.check_condition(parts)?;
        if let Some(entries) = collection.entries() {
            for (key, value) in entries {
                let key = parts.key.map(|_| Value::normalized(Str::clone(key)));
                self.turn(parts, &mut iteration, key.as_ref(), value, each)?;
            }
        } else if let Some(elements) = collection.elements() {
            let is_set = matches!(collection.data, Data::Set(..));
            for (index, value) in elements.iter().enumerate() {
                let index = if is_set { None } else { parts.key.map(|_| Value::number(Number::from_usize(index))) };
                self.turn(parts, &mut iteration, index.as_ref().or(Some(value)), value, each)?;
            }
        } else {
            return Err(self.not_iterable(parts.collection, collection));
        }
        Ok(iteration)
    }

    /// One element.
    fn turn(
        &self,
        parts: &For<'_>,
        iteration: &mut Iteration,
        key: Option<&Value>,
        value: &Value,
        each: &mut dyn for<'e> FnMut(&Env<'e>) -> Outcome<()>,
    ) -> Outcome<()> {
        self.work.elements(1).map_err(|message| self.fatal(parts.collection, message))?;
        let mut env = *self;
        let key_local;
        if let (Some(name), Some(value)) = (parts.key, key) {
            key_local = Local { name, value, outer: self.locals };
            env = env.with(&key_local);
        }
        let value_local = Local { name: parts.value, value, outer: env.locals };
        let env = env.with(&value_local);
        if let Some(condition) = parts.condition {
            let included = env.evaluate(condition)?;
            iteration.marks = iteration.marks.with(included.marks);
            match env.for_condition(condition, &included)?.as_bool() {
                Some(true) => {}
                Some(false) => return Ok(()),
                None => {
                    iteration.known = false;
                    return Ok(());
                }
            }
        }
        each(&env)
    }

    /// Terraform evaluates the condition once over unknown variables, so that what is wrong with it shows even where
    /// there is no element. The result over an unknown collection takes its marks.
    fn check_condition(&self, parts: &For<'_>) -> Outcome<Marks> {
        let Some(condition) = parts.condition else { return Ok(Marks::NONE) };
        let unknown = Value::unknown(Type::Dynamic);
        let key = Local { name: parts.key.unwrap_or(parts.value), value: &unknown, outer: self.locals };
        let value = Local { name: parts.value, value: &unknown, outer: Some(&key) };
        let env = self.with(&value);
        let included = env.evaluate(condition)?;
        env.for_condition(condition, &included)?;
        Ok(included.marks)
    }

    fn for_condition(&self, node: NodeId, included: &Value) -> Outcome {
        if included.is_null() {
            return Err(self.error(node, "The value of the 'if' clause must not be null"));
        }
        convert(included, &Type::Bool)
            .map_err(|reason| self.error(node, format!("The 'if' clause value is invalid: {reason}")))
    }

    #[cold]
    fn not_iterable(&self, node: NodeId, collection: &Value) -> super::Failure {
        let ty = collection.ty();
        self.error(node, format!("A value of type {ty} cannot be used as the collection in a 'for' expression"))
    }
}

/// Certain is what a collection holds, or certainly holds.
fn certainly(held: &Value) -> Option<Certain> {
    match &held.data {
        Data::Tuple(elements) => Certain::elements(elements.to_vec()),
        Data::Object(entries) => Certain::entries((**entries).clone(), Entries::default()),
        _ => held.as_unknown()?.certain.as_deref().cloned(),
    }
}

fn duplicate_key(key: &str, marks: Marks) -> String {
    let key = if marks.has(Marks::UNPRINTED) { "(sensitive value)".into() } else { format!("{key:?}") };
    format!(
        "Two different items produced the key {key} in this 'for' expression. If duplicates are expected, use the \
         ellipsis (...) after the value expression to enable grouping by key"
    )
}
