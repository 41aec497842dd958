//! A planned value over what the configuration makes of the same attribute.
//!
//! The plan counts where it knows a value. The configuration says where a value was typed, what an unknown one stands for,
//! and which elements are known of a collection that the provider has planned as unknown in whole.

use ipnet::IpNet;

use crate::lang::equality::equal;
use crate::lang::value::Entries;
use crate::lang::{Data, Str, Value};

/// So many pairs of elements of two sets are compared at most.
const MAX_PAIRS: usize = 250_000;

/// What came of a merge.
pub(super) struct Merged {
    /// The value.
    pub(super) value: Value,
    /// Whether the plan and the configuration certainly disagree.
    pub(super) differs: bool,
}

/// Merges the values of an attribute. `is_written`: whether it stands in the configuration; what does not was inferred.
/// `is_older`: whether the configuration is of another revision than the plan, so that what was typed there is not what the
/// plan hangs on.
pub(super) fn merge(planned: &Value, configured: &Value, is_written: bool, is_older: bool) -> Merged {
    let mut merge = Merge { is_written, is_older, differs: false };
    let value = merge.value(planned, configured);
    Merged { value, differs: merge.differs && is_written }
}

struct Merge {
    is_written: bool,
    is_older: bool,
    differs: bool,
}

impl Merge {
    fn value(&mut self, planned: &Value, configured: &Value) -> Value {
        let marks = planned.marks.with(configured.marks);
        let value = match (&planned.data, &configured.data) {
            (Data::Unknown(_), Data::Unknown(_)) if !self.is_older || !holds_known(configured) => configured.clone(),
            (Data::Unknown(_), Data::Null(_)) => planned.clone(),
            (Data::Unknown(_), Data::Unknown(_)) => planned.clone(),
            (Data::Unknown(_), _) if self.is_written && self.is_older && holds_known(configured) => planned.clone(),
            (Data::Unknown(_), _) if !self.is_written || !configured.is_wholly_known() => configured.clone(),
            (Data::Unknown(_), _) => {
                self.differs = true;
                planned.clone()
            }
            (Data::Null(_), _) if is_blank(configured) || configured.is_unknown() => {
                if configured.is_unknown() {
                    planned.clone()
                } else {
                    configured.clone()
                }
            }
            (_, Data::Null(_)) if is_blank(planned) => configured.clone(),
            // The provider's own default.
            (_, Data::Null(_) | Data::Unknown(_)) => planned.clone(),
            (Data::List(ty, elements), _) if let Some(typed) = configured.elements() => {
                Data::List(ty.clone(), self.in_order(elements, typed).into()).into()
            }
            (Data::Tuple(elements), _) if let Some(typed) = configured.elements() => {
                Value::tuple(self.in_order(elements, typed))
            }
            (Data::Set(ty, elements), _) if let Some(typed) = configured.elements() => {
                Data::Set(ty.clone(), self.in_any_order(elements, typed).into()).into()
            }
            (Data::Map(ty, entries), _) if let Some(typed) = configured.entries() => {
                Value::map(ty.clone(), self.entries(entries, typed, true))
            }
            (Data::Object(entries), _) if let Some(typed) = configured.entries() => {
                Value::object(self.entries(entries, typed, false))
            }
            _ if is_same(planned, configured) => planned.clone(),
            _ => {
                self.differs = true;
                return planned.clone().with_marks(marks);
            }
        };
        Value { marks: value.marks.with(marks), origin: value.origin.or(configured.origin), ..value }
    }

    fn in_order(&mut self, planned: &[Value], configured: &[Value]) -> Vec<Value> {
        if planned.len() == configured.len() {
            return planned.iter().zip(configured).map(|(planned, typed)| self.value(planned, typed)).collect();
        }
        self.in_any_order(planned, configured)
    }

    /// Elements of sets, or of lists of other lengths: each with the one that it may be.
    fn in_any_order(&mut self, planned: &[Value], configured: &[Value]) -> Vec<Value> {
        let mut left: Vec<bool> = vec![true; configured.len()];
        let mut pairs = 0;
        let mut partner = vec![None; planned.len()];
        for exact in [true, false] {
            for (index, element) in planned.iter().enumerate() {
                if partner[index].is_some() {
                    continue;
                }
                // As a rule both are in one order.
                let near = (index < configured.len()).then_some(index).into_iter();
                let found = near.chain(0..configured.len()).find(|&at| {
                    pairs += 1;
                    let typed = &configured[at];
                    left[at]
                        && pairs < MAX_PAIRS
                        && if exact { is_same(element, typed) } else { may_be(element, typed) }
                });
                if let Some(at) = found {
                    // An unknown block may stand for several.
                    left[at] = configured[at].is_unknown() && configured.len() < planned.len();
                    partner[index] = Some(at);
                }
            }
        }
        let several = configured.iter().any(Value::is_unknown);
        let lost = |partner: &[Option<usize>]| partner.iter().any(Option::is_none);
        if !several && (lost(&partner) || planned.len() != configured.len()) {
            self.differs = true;
        }
        let merge = |(element, at): (&Value, Option<usize>)| match at {
            Some(at) => self.value(element, &configured[at]),
            None => element.clone(),
        };
        planned.iter().zip(partner).map(merge).collect()
    }

    fn entries(&mut self, planned: &Entries, configured: &Entries, is_map: bool) -> Entries {
        // Providers drop null elements of maps.
        let set = |entries: &Entries| entries.iter().filter(|(_, value)| !value.is_null()).count();
        if is_map && set(planned) != set(configured) {
            self.differs = true;
        }
        let member = |(name, value): (&Str, &Value)| {
            let merged = match configured.get(name) {
                Some(typed) => self.value(value, typed),
                None => value.clone(),
            };
            (name.clone(), merged)
        };
        planned.iter().map(member).collect()
    }
}

/// Whether something is known of a value.
fn holds_known(value: &Value) -> bool {
    let mut holds = false;
    value.walk(|part| {
        let is_certain = part.certain().is_some() && part.reference().is_none();
        holds |= is_certain || matches!(part.data, Data::String(_) | Data::Number(_) | Data::Bool(_));
        !holds
    });
    holds
}

/// What the provider writes for what is not set.
fn is_blank(value: &Value) -> bool {
    match &value.data {
        Data::String(text) => text.is_empty(),
        Data::List(_, elements) | Data::Set(_, elements) => elements.is_empty(),
        Data::Map(_, entries) => entries.is_empty(),
        Data::Null(_) => true,
        Data::Unknown(_) | Data::Bool(_) | Data::Number(_) | Data::Tuple(_) | Data::Object(_) => false,
    }
}

/// Whether two values are equal as a provider takes them: the order of sets, spelling of JSON and of CIDR blocks, letter case
/// and space at the ends are nothing.
fn is_same(planned: &Value, configured: &Value) -> bool {
    match (&planned.data, &configured.data) {
        (Data::String(planned), Data::String(configured)) => {
            planned == configured
                || planned.trim().eq_ignore_ascii_case(configured.trim())
                || is_hash(planned)
                || is_same_block(planned, configured)
                || is_same_protocol(planned, configured)
                || is_same_document(planned, configured)
        }
        (Data::Unknown(_), _) | (_, Data::Unknown(_)) => false,
        (Data::Object(planned), Data::Object(configured)) => {
            let mut names = planned.iter().map(|(name, _)| name);
            names.all(|name| match (planned.get(name), configured.get(name)) {
                (Some(planned), Some(configured)) => {
                    is_same(planned, configured)
                        || (configured.is_null() || is_blank(configured)) && is_default(planned)
                }
                (Some(_), None) | (None, _) => true,
            })
        }
        (Data::List(_, planned) | Data::Set(_, planned) | Data::Tuple(planned), _) => {
            let configured = configured.elements();
            configured.is_some_and(|configured| {
                planned.len() == configured.len()
                    && planned.iter().zip(configured).all(|(planned, configured)| is_same(planned, configured))
            })
        }
        _ => equal(planned, configured) == Some(true),
    }
}

/// Whether a planned value may come from a configured one: nothing that both know contradicts that.
fn may_be(planned: &Value, configured: &Value) -> bool {
    match (&planned.data, &configured.data) {
        (Data::Unknown(_), _) | (_, Data::Unknown(_)) => true,
        (Data::Null(_), _) => is_blank(configured),
        (_, Data::Null(_)) => true,
        (Data::Object(planned), Data::Object(configured)) => planned
            .iter()
            .all(|(name, planned)| configured.get(name).is_none_or(|configured| may_be(planned, configured))),
        (Data::List(_, planned) | Data::Set(_, planned) | Data::Tuple(planned), _) => {
            let Some(configured) = configured.elements() else { return false };
            let open = configured.iter().chain(planned.iter()).any(|element| !element.is_wholly_known());
            open || planned.len() == configured.len() && planned.iter().zip(configured).all(|(a, b)| may_be(a, b))
        }
        _ => is_same(planned, configured),
    }
}

/// The zero of a type, which providers write for what is not set.
fn is_default(value: &Value) -> bool {
    is_blank(value)
        || value.as_bool() == Some(false)
        || value.as_number().is_some_and(|number| number.to_i64() == Some(0))
}

/// Text that a provider keeps in place of a long one (user data).
fn is_hash(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_same_block(planned: &str, configured: &str) -> bool {
    let block = |text: &str| text.parse::<IpNet>().ok().map(|block| block.trunc());
    block(planned).is_some_and(|planned| Some(planned) == block(configured))
}

/// The provider writes all protocols as `-1`, and those with a name by name or number.
fn is_same_protocol(planned: &str, configured: &str) -> bool {
    const NAMES: [[&str; 2]; 5] = [["-1", "all"], ["6", "tcp"], ["17", "udp"], ["1", "icmp"], ["58", "icmpv6"]];
    let both = [planned, configured].map(|text| text.trim().to_ascii_lowercase());
    NAMES.iter().any(|names| both.iter().all(|text| names.contains(&text.as_str())))
}

fn is_same_document(planned: &str, configured: &str) -> bool {
    let document = |text: &str| {
        let text = text.trim();
        let looks = text.starts_with(['{', '[']);
        looks.then(|| serde_json::from_str::<serde_json::Value>(text).ok()).flatten()
    };
    document(planned).is_some_and(|planned| Some(planned) == document(configured))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lang::{Type, json};

    /// A value of JSON, in which `"?"` is unknown; arrays are sets of strings.
    fn value(text: &str) -> Value {
        fn made(value: &Value) -> Value {
            match (value.as_str(), value.elements(), value.entries()) {
                (Some("?"), _, _) => Value::unknown(Type::String),
                (_, Some(elements), _) => Value::set(Type::String, elements.iter().map(made).collect()),
                (_, _, Some(entries)) => {
                    Value::object(entries.iter().map(|(name, value)| (name.clone(), made(value))).collect())
                }
                _ => value.clone(),
            }
        }
        made(&json::decode(text).unwrap())
    }

    fn shown(value: &Value) -> String {
        match (value.is_unknown(), value.elements(), value.entries()) {
            (true, _, _) => "?".into(),
            (_, Some(elements), _) => format!("[{}]", elements.iter().map(shown).collect::<Vec<_>>().join(" ")),
            (_, _, Some(entries)) => {
                let members = entries.iter().map(|(name, value)| format!("{name}={}", shown(value)));
                format!("{{{}}}", members.collect::<Vec<_>>().join(" "))
            }
            _ => json::encode(value).unwrap(),
        }
    }

    #[test]
    fn the_plan_counts_where_it_knows() {
        for (planned, configured, expected, differs) in [
            (r#""a""#, r#""a""#, r#""a""#, false),
            (r#""a""#, r#""b""#, r#""a""#, true),
            (r#""a""#, r#""?""#, r#""a""#, false),
            (r#""a""#, "null", r#""a""#, false),
            (r#""""#, "null", "null", false),
            ("null", r#""""#, r#""""#, false),
            ("null", r#""b""#, "null", true),
            (r#""?""#, r#"["0.0.0.0/0", "?"]"#, r#"["0.0.0.0/0" ?]"#, false),
            (r#""?""#, r#"["0.0.0.0/0"]"#, "?", true),
            (r#"["b", "c"]"#, r#"["c", "?"]"#, r#"["b" "c"]"#, false),
            (r#"["b", "c"]"#, r#"["c"]"#, r#"["b" "c"]"#, true),
            (r#""10.0.0.0/8""#, r#""10.0.0.0/9""#, r#""10.0.0.0/8""#, true),
            (r#""10.0.0.0/8""#, r#""10.1.0.0/8""#, r#""10.0.0.0/8""#, false),
            (r#""{\"a\":1}""#, r#""{ \"a\": 1 }""#, r#""{\"a\":1}""#, false),
            (r#""tcp""#, r#""TCP""#, r#""tcp""#, false),
            (r#"{"a": "", "b": 1}"#, r#"{"a": null, "b": 1}"#, "{a=null b=1}", false),
        ] {
            let merged = merge(&value(planned), &value(configured), true, false);
            assert_eq!(
                (shown(&merged.value).as_str(), merged.differs),
                (expected, differs),
                "{planned} over {configured}"
            );
        }
    }

    #[test]
    fn what_is_inferred_fills_in_what_the_plan_does_not_know() {
        let merged = merge(&Value::unknown(Type::String), &value(r#"{"Name": "a"}"#), false, false);
        assert_eq!((shown(&merged.value).as_str(), merged.differs), (r#"{Name="a"}"#, false));
    }
}
