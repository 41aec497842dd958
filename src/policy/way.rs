//! From a value that a rule highlights back to where it is in a resource.

use crate::inventory::Way;
use crate::lang::{Data, Str, Value};
use crate::syntax::{Kind, NodeRef, Trees};

/// A step of a traversal in a rule.
pub(super) enum RuleStep {
    Name(Str),
    Index(usize),
}

/// The steps after `each.value.values` of a highlight that is such a traversal.
pub(super) fn steps_in_values(trees: &Trees, highlight: NodeRef) -> Option<Vec<RuleStep>> {
    let tree = trees.get(highlight.tree);
    let mut steps = Vec::new();
    let mut node = highlight.node;
    loop {
        match tree.kind(node) {
            Kind::GetAttribute => steps.push(RuleStep::Name(tree.text(tree.child(node, 1)?).into())),
            Kind::Index | Kind::LegacyIndex => {
                let key = tree.child(node, 1)?;
                steps.push(match tree.constant_text(key) {
                    Some(text) => RuleStep::Name(text.as_ref().into()),
                    None => RuleStep::Index(tree.text(key).parse().ok()?),
                });
            }
            Kind::Variable if tree.text(node) == "each" => break,
            _ => return None,
        }
        node = tree.child(node, 0)?;
    }
    let is_name = |step: &RuleStep, name: &str| matches!(step, RuleStep::Name(text) if **text == *name);
    if steps.pop().is_none_or(|step| !is_name(&step, "value"))
        || steps.pop().is_none_or(|step| !is_name(&step, "values"))
    {
        return None;
    }
    steps.reverse();
    Some(steps)
}

/// The way that steps lead in a resource's values, as far as they lead.
pub(super) fn follow<'v>(values: &'v Value, steps: &'v [RuleStep]) -> Vec<Way<'v>> {
    let mut way = Vec::new();
    let mut at = Some(values);
    for step in steps {
        match step {
            RuleStep::Name(name) => {
                let in_map = at.is_some_and(|value| matches!(value.data, Data::Map(..)));
                way.push(if in_map { Way::Key(name) } else { Way::Name(name) });
                at = at.and_then(|value| value.get(name));
            }
            RuleStep::Index(index) => {
                let Some(element) = at.and_then(Value::elements).and_then(|elements| elements.get(*index)) else {
                    break;
                };
                way.push(Way::Element(*index, element));
                at = Some(element);
            }
        }
    }
    way
}

/// The way to a value in a resource's values: the one typed at the same place.
pub(super) fn search<'v>(values: &'v Value, wanted: &Value) -> Option<Vec<Way<'v>>> {
    let wanted = wanted.origin.as_span()?;
    let mut stack: Vec<(Vec<Way<'v>>, &'v Value)> = vec![(Vec::new(), values)];
    while let Some((way, value)) = stack.pop() {
        if value.origin.as_span() == Some(wanted) && !way.is_empty() {
            return Some(way);
        }
        let with = |step: Way<'v>| way.iter().copied().chain([step]).collect::<Vec<_>>();
        if let Some(elements) = value.elements() {
            let below = elements.iter().enumerate().rev();
            stack.extend(below.map(|(index, element)| (with(Way::Element(index, element)), element)));
        } else if let Some(entries) = value.entries() {
            let in_map = matches!(value.data, Data::Map(..));
            let step = |name: &'v Str| if in_map { Way::Key(name) } else { Way::Name(name) };
            stack.extend(entries.iter().rev().map(|(name, value)| (with(step(name)), value)));
        }
    }
    None
}
