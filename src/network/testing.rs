//! Small inventories from JSON, for tests: `"${…}"` is an unknown value, and a reference where it names one.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::address::{Address, InstanceKey, Mode, ModulePath, Reference, Step};
use crate::inventory::{Action, Instance, Inventory};
use crate::lang::value::{Data, Entries};
use crate::lang::{Marks, Number, Origin, Type, Unknown, Value};

/// An inventory of instances: `aws_vpc.main`, `data.aws_vpc.other`, each with its attributes.
pub(crate) fn inventory(instances: &Json) -> Inventory {
    let mut inventory = Inventory::default();
    for (address, values) in instances.as_object().expect("an object of instances") {
        inventory.add(Instance {
            address: Arc::new(parse_address(address)),
            provider: "registry.terraform.io/hashicorp/aws".into(),
            values: value(values),
            symbolic: false,
            several: false,
            action: Action::Configured,
            sites: None,
        });
    }
    inventory
}

fn parse_address(text: &str) -> Address {
    let (mode, rest) = match text.strip_prefix("data.") {
        Some(rest) => (Mode::Data, rest),
        None => (Mode::Managed, text),
    };
    let (type_name, name) = rest.split_once('.').expect("type.name");
    let (name, key) = match name.split_once('[') {
        Some((name, key)) => (name, InstanceKey::Number(key.trim_end_matches(']').parse().expect("a number"))),
        None => (name, InstanceKey::None),
    };
    let module = ModulePath::default();
    Address { module, mode, type_name: type_name.into(), name: name.into(), key }
}

fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::null(Type::Dynamic),
        Json::Bool(truth) => Value::bool(*truth),
        Json::Number(number) => Value::number(Number::from_i64(number.as_i64().expect("an integer"))),
        Json::String(text) => match text.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')) {
            Some(expression) => unknown(expression),
            None => Value::string(text),
        },
        Json::Array(elements) => Value::tuple(elements.iter().map(value).collect()),
        Json::Object(entries) => {
            Value::object(Entries::new(entries.iter().map(|(key, it)| (key.as_str().into(), value(it))).collect()))
        }
    }
}

fn unknown(expression: &str) -> Value {
    let mut unknown = Unknown::new(Type::Dynamic);
    if let Some((address, attribute)) = expression.rsplit_once('.') {
        let address = Arc::new(parse_address(address));
        unknown.reference = Some(Reference { address, path: [Step::Attribute(attribute.into())].into() });
    }
    Value { data: Data::Unknown(Arc::new(unknown)), marks: Marks::NONE, origin: Origin::NONE }
}

/// The text of a spot's way: `ingress[0].cidr_blocks[1]`.
pub(crate) fn way(spot: &super::aws::spot::Spot<'_>) -> String {
    use crate::inventory::Way;
    let mut text = String::new();
    for step in &spot.way() {
        match step {
            Way::Name(name) if text.is_empty() => text.push_str(name),
            Way::Name(name) => text.push_str(&format!(".{name}")),
            Way::Element(index, _) => text.push_str(&format!("[{index}]")),
            Way::Key(key) => text.push_str(&format!("[{key:?}]")),
        }
    }
    text
}
