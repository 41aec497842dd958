//! Changes to resource instances, from the plan's messages.

use std::sync::Arc;

use prost::Message;

use super::message::{self, DynamicValue};
use super::sensitive::Sensitive;
use super::{Damage, value};
use crate::address::{Address, Mode};
use crate::inventory::{Action, Demand};
use crate::lang::{Str, Value};
use crate::plan::{Change, Shape};

/// Where the values of a change stand among those that it has.
struct Form {
    action: Action,
    before: Option<usize>,
    after: Option<usize>,
}

/// What the number of an action means (Terraform: `planfile.proto`, `enum Action`). Of ephemeral resources, which OpenTofu
/// has in its plans, nothing is kept.
fn form(action: i32, mode: Mode) -> Option<Form> {
    let (action, before, after) = match action {
        _ if mode == Mode::Ephemeral => (Action::Read, None, None),
        0 => (Action::None, Some(0), Some(0)),
        1 => (Action::Create, None, Some(0)),
        2 => (Action::Read, Some(0), Some(1)),
        3 => (Action::Update, Some(0), Some(1)),
        5 => (Action::Delete, Some(0), None),
        // Deleted first, created first.
        6 | 7 => (Action::Replace, Some(0), Some(1)),
        // What was there is forgotten: it stays.
        9 => (Action::Replace, None, Some(1)),
        8 => (Action::Forget, Some(0), None),
        _ => return None,
    };
    Some(Form { action, before, after })
}

/// Reads a change.
///
/// # Errors
/// It is damaged, of a Terraform before 1.1, or does something that is not known.
pub(super) fn read(bytes: &[u8], demand: &Demand) -> Result<Change, Damage> {
    let message = message::ResourceInstanceChange::decode(bytes)
        .map_err(|what| Damage::new(format!("a resource change cannot be read ({what})")))?;
    if message.address.is_empty() {
        return Err(Damage::new("a resource change has no address (Terraform before 1.1 wrote it in another way)"));
    }
    let address = message.address.clone();
    change(message, demand).map_err(|Damage(what)| Damage(format!("the change of `{address}`: {what}")))
}

/// Reads a change whose message is decoded.
///
/// # Errors
/// As [`read`].
pub(super) fn change(message: message::ResourceInstanceChange, demand: &Demand) -> Result<Change, Damage> {
    let address = parse(&message.address)?;
    let previous_address = match message.previous_address.as_str() {
        "" => None,
        previous => Some(parse(previous)?),
    };
    let change = message.change.ok_or_else(|| Damage::new("nothing says what is done"))?;
    let form = form(change.action, address.mode)
        .ok_or_else(|| Damage::new(format!("its action has the number {}, which is not known", change.action)))?;
    let wanted = demand.of(address.mode, &address.type_name);
    let shape = Shape::of(address.mode, &address.type_name);
    let value = |index: Option<usize>, paths: &[message::Path]| -> Result<Option<Value>, Damage> {
        let Some(index) = index.filter(|_| !wanted.is_nothing()) else { return Ok(None) };
        let encoded = change.values.get(index).ok_or_else(|| Damage::new("a value is missing"))?;
        let decoded = value::decode_resource(&encoded.msgpack, shape, &wanted, &Sensitive::of(paths)?)?;
        Ok(Some(decoded).filter(|value| !value.is_null()))
    };
    let ends = matches!(form.action, Action::Delete | Action::Forget | Action::Replace);
    let before = if ends { value(form.before, &change.before_sensitive_paths)? } else { None };
    let after = value(form.after, &change.after_sensitive_paths)?;
    Ok(Change {
        address,
        previous_address,
        deposed: Some(message.deposed_key).filter(|key| !key.is_empty()).map(Str::from),
        provider: provider(&message.provider),
        action: form.action,
        imported: change.importing.is_some(),
        before,
        after,
        place: None,
    })
}

fn parse(text: &str) -> Result<Arc<Address>, Damage> {
    Address::parse(text).map(Arc::new).ok_or_else(|| Damage::new("its address is none"))
}

/// The source address in `module.x.provider["registry.terraform.io/hashicorp/aws"].alias`.
fn provider(text: &str) -> Str {
    let inside = text.split_once("provider[\"").and_then(|(_, rest)| rest.split_once("\"]"));
    inside.map_or(text, |(source, _)| source).into()
}

/// Reads the value of a root module's variable.
///
/// # Errors
/// It is damaged.
pub(super) fn variable(value: &DynamicValue) -> Result<Value, Damage> {
    value::decode(&value.msgpack, Shape::Any)
}
