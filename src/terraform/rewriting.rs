//! Texts as the provider plans them, where it rewrites what the configuration says.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha1::{Digest, Sha1};

use crate::address::{Address, Reference, Step};
use crate::lang::value::Entries;
use crate::lang::{Data, Str, Type, Value, json};
use crate::schema::{Rewriting, rewritten};

use super::state::unknown_reference;

/// Rewrites the values of a managed resource. With `is_old`, as versions of the provider before 6.0 do.
pub(super) fn complete(address: &Arc<Address>, is_old: bool, values: &mut Entries) {
    for (path, kind) in rewritten(&address.type_name) {
        if kind.is_old() && !is_old {
            continue;
        }
        let [name, below @ ..] = path.as_slice() else { continue };
        let Some(value) = values.get_mut(name) else { continue };
        let new = match (kind, &value.data) {
            (Rewriting::Computed, Data::Null(_)) => {
                let path = [Step::Attribute((*name).into())].into();
                Some(unknown_reference(Type::String, Reference { address: address.clone(), path }))
            }
            (_, _) => changed(value, below, *kind, address),
        };
        if let Some(new) = new {
            *value = new;
        }
    }
}

/// The value with what stands at the end of the path rewritten; `None` where that changes nothing.
fn changed(value: &Value, path: &[&str], kind: Rewriting, address: &Arc<Address>) -> Option<Value> {
    let all = |elements: &[Value]| all(elements, path, kind, address);
    let data = match (&value.data, path) {
        (Data::String(given), []) => Data::String(rewrite(given, kind)?),
        // What is not set is unknown by reference to itself.
        (Data::Unknown(unknown), []) if kind == Rewriting::Unset && value.reference()?.address == *address => {
            Data::Null(unknown.ty.clone())
        }
        (Data::Object(members), [name, below @ ..]) => {
            let new = changed(members.get(name)?, below, kind, address)?;
            let mut members = Entries::clone(members);
            *members.get_mut(name)? = new;
            Data::Object(members.into())
        }
        (Data::List(ty, elements), _) => Data::List(ty.clone(), all(elements)?.into()),
        (Data::Tuple(elements), _) => Data::Tuple(all(elements)?.into()),
        (Data::Set(ty, elements), _) => {
            let set = Value::set(ty.clone(), all(elements)?);
            return Some(set.with_marks(value.marks).with_origin(value.origin));
        }
        (_, _) => return None,
    };
    Some(Value { data, ..value.clone() })
}

fn all(elements: &[Value], path: &[&str], kind: Rewriting, address: &Arc<Address>) -> Option<Vec<Value>> {
    let new: Vec<Option<Value>> = elements.iter().map(|element| changed(element, path, kind, address)).collect();
    new.iter()
        .any(Option::is_some)
        .then(|| new.into_iter().zip(elements).map(|(new, element)| new.unwrap_or_else(|| element.clone())).collect())
}

fn rewrite(given: &Str, kind: Rewriting) -> Option<Str> {
    let new = match kind {
        Rewriting::Lower => given.to_lowercase(),
        Rewriting::Upper => given.to_uppercase(),
        Rewriting::Domain => given.strip_suffix('.').unwrap_or(given).to_lowercase(),
        Rewriting::Protocol => protocol(given),
        Rewriting::Json => json::encode(&json::decode(given).ok()?).ok()?,
        Rewriting::Policy => policy(given)?,
        Rewriting::Trimmed => given.trim().to_owned(),
        Rewriting::Sha1 => digest(given),
        Rewriting::Computed | Rewriting::Unset => return None,
    };
    (*new != **given).then(|| new.as_str().into())
}

/// Security groups know four protocols by name (Amazon EC2 API Reference, "IpPermission": `ipProtocol`).
fn protocol(given: &str) -> String {
    let lower = given.to_lowercase();
    let name = match lower.as_str() {
        "all" => "-1",
        "1" => "icmp",
        "6" => "tcp",
        "17" => "udp",
        "58" => "icmpv6",
        _ => return lower,
    };
    name.to_owned()
}

fn digest(given: &str) -> String {
    let decoded = STANDARD.decode(given).unwrap_or_else(|_| given.as_bytes().to_vec());
    Sha1::digest(decoded).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// IAM's documents, with their version in front.
fn policy(given: &str) -> Option<String> {
    let document = json::decode(given).ok()?;
    let members = document.entries()?;
    let Some(version) = members.get("Version") else { return json::encode(&document).ok() };
    let others = members.cloned().filter(|(name, _)| &**name != "Version").collect();
    let others = json::encode(&Value::object(Entries::new(others))).ok()?;
    let version = json::encode(version).ok()?;
    let comma = if others == "{}" { "" } else { "," };
    Some(format!("{{\"Version\":{version}{comma}{}", others.strip_prefix('{')?))
}
