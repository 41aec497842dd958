//! The type that an expression has although it failed: the arm of a conditional that is not taken may fail, and yet
//! its type has a say in the result's.

use std::collections::BTreeMap;

use crate::syntax::{FLAG_CONDITION, FLAG_GROUP, FLAG_KEY, Kind, NodeId};

use super::super::number::Number;
use super::super::operators::result_type;
use super::super::types::Type;
use super::super::value::{Data, Str, Value};
use super::{Env, Outcome};

impl Env<'_> {
    /// The type of an expression that failed.
    pub(super) fn failed_type(&self, node: NodeId) -> Type {
        match self.tree.kind(node) {
            Kind::Paren | Kind::Interpolation => {
                self.child(node, 0).map_or(Type::Dynamic, |child| self.failed_type(child))
            }
            Kind::Unary | Kind::Binary => result_type(self.tree.node(node).op),
            Kind::Template | Kind::Heredoc => {
                let mut parts = self.tree.children(node);
                match (parts.next(), parts.next()) {
                    (Some(only), None) if self.tree.kind(only) == Kind::Interpolation => self.failed_type(only),
                    _ => Type::String,
                }
            }
            Kind::Tuple => Type::tuple(self.tree.children(node).map(|child| self.type_of(child)).collect()),
            Kind::Object => self.failed_object(node).unwrap_or(Type::Dynamic),
            Kind::ForTuple | Kind::ForObject => self.failed_for(node).unwrap_or(Type::Dynamic),
            Kind::AttributeSplat | Kind::FullSplat => self.failed_splat(node).unwrap_or(Type::Dynamic),
            Kind::Conditional => self.failed_conditional(node).unwrap_or(Type::Dynamic),
            Kind::Index | Kind::GetAttribute => self.failed_part(node).unwrap_or(Type::Dynamic),
            _ => Type::Dynamic,
        }
    }

    fn type_of(&self, node: NodeId) -> Type {
        self.evaluate(node).map_or_else(|_| self.failed_type(node), |value| value.ty())
    }

    /// A part of what failed.
    fn failed_part(&self, node: NodeId) -> Outcome<Type> {
        let of = self.failed_type(self.child(node, 0)?);
        let key = self.child(node, 1)?;
        if self.tree.kind(node) == Kind::GetAttribute {
            let name = self.tree.text(key);
            return Ok(match &of {
                Type::Object(object) => object.attributes.get(name).cloned().unwrap_or(Type::Dynamic),
                Type::Map(element) => (**element).clone(),
                _ => Type::Dynamic,
            });
        }
        let key = self.evaluate(key)?;
        let index = key.as_number().and_then(Number::to_usize);
        Ok(match (&of, index, key.as_str()) {
            (Type::Tuple(types), Some(index), _) => types.get(index).cloned().unwrap_or(Type::Dynamic),
            (Type::List(element), Some(_), _) | (Type::Map(element), _, Some(_)) => (**element).clone(),
            _ => Type::Dynamic,
        })
    }

    fn failed_object(&self, node: NodeId) -> Outcome<Type> {
        let mut attributes = BTreeMap::new();
        for item in self.tree.children(node) {
            let key = self.object_key(self.child(item, 0)?)?;
            let Data::String(name) = &key.data else { return Ok(Type::Dynamic) };
            attributes.insert(Str::clone(name), self.type_of(self.child(item, 1)?));
        }
        Ok(Type::object(attributes))
    }

    fn failed_for(&self, node: NodeId) -> Outcome<Type> {
        let flags = self.tree.node(node);
        let makes_object = flags.kind == Kind::ForObject;
        let key = 2 + usize::from(flags.flag(FLAG_KEY));
        let result = key + usize::from(makes_object);
        let condition = if flags.flag(FLAG_CONDITION) { Some(self.child(node, result + 1)?) } else { None };
        let (key, result) = (self.child(node, key)?, self.child(node, result)?);
        let parts = self.for_parts(node, condition)?;
        let mut types = Vec::new();
        let mut groups: BTreeMap<Str, Vec<Type>> = BTreeMap::new();
        let mut keys_known = true;
        let collection = self.evaluate(parts.collection())?;
        let iteration = self.iterate(&parts, &collection, &mut |env| {
            if !makes_object {
                types.push(env.type_of(result));
            } else if let Data::String(key) = env.text_key(key, &env.evaluate(key)?, "", "")?.data {
                groups.entry(key).or_default().push(env.type_of(result));
            } else {
                keys_known = false;
            }
            Ok(())
        })?;
        if !iteration.is_known() || !keys_known {
            return Ok(Type::Dynamic);
        }
        if !makes_object {
            return Ok(Type::tuple(types));
        }
        let group = flags.flag(FLAG_GROUP);
        let attribute =
            |(key, mut types): (Str, Vec<Type>)| (key, if group { Type::tuple(types) } else { types.swap_remove(0) });
        Ok(Type::object(groups.into_iter().map(attribute)))
    }

    fn failed_splat(&self, node: NodeId) -> Outcome<Type> {
        let source = self.evaluate(self.child(node, 0)?)?;
        let each = self.child(node, 1)?;
        let each = |ty: Type| {
            let item = Value::unknown(ty);
            Env { item: Some(&item), ..*self }.type_of(each)
        };
        Ok(match &source.data {
            Data::Null(_) | Data::Unknown(_) => Type::Dynamic,
            Data::List(element, _) | Data::Set(element, _) => Type::list(each(element.clone())),
            Data::Tuple(elements) => Type::tuple(elements.iter().map(|element| each(element.ty())).collect()),
            Data::Bool(_) | Data::Number(_) | Data::String(_) | Data::Map(..) | Data::Object(_) => {
                Type::tuple(vec![each(source.ty())])
            }
        })
    }

    fn failed_conditional(&self, node: NodeId) -> Outcome<Type> {
        let arm = |index| {
            let arm = self.child(node, index)?;
            Ok(self.evaluate(arm).unwrap_or_else(|_| Value::unknown(self.failed_type(arm))))
        };
        let (then, otherwise) = (arm(1)?, arm(2)?);
        let common = self.common_type(node, &then, &otherwise)?;
        Ok(common.unwrap_or_else(|| if then.ty() == otherwise.ty() { then.ty() } else { Type::Dynamic }))
    }
}
