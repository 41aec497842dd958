//! What the AWS provider (5.100.0) makes of `aws_acm_certificate` while it plans: the alternative names hold the domain
//! name too, and with validation by DNS the domains of `domain_validation_options` are known, by which configurations make
//! their validation records.

use crate::address::Address;
use crate::lang::value::Entries;
use crate::lang::{Data, Str, Type, Value};

/// Sets both, where all names are known.
pub(super) fn complete(address: &Address, values: &mut Entries) {
    if &*address.type_name != "aws_acm_certificate" {
        return;
    }
    let Some(names) = names(address, values) else { return };
    let is_by_dns = values.get("validation_method").and_then(Value::as_str) == Some("DNS");
    if is_by_dns
        && let Some(options) = values.get_mut("domain_validation_options")
        && let Type::Set(option) = options.ty()
        && let Some(known) = names.iter().map(|name| option_of(name, &option)).collect()
    {
        *options = Value::set((*option).clone(), known).with_origin(options.origin);
    }
    if let Some(all) = values.get_mut("subject_alternative_names") {
        *all = Value::set(Type::String, names).with_marks(all.marks).with_origin(all.origin);
    }
}

/// The domain name, and the alternative ones.
fn names(address: &Address, values: &Entries) -> Option<Vec<Value>> {
    let domain = values.get("domain_name").filter(|name| name.as_str().is_some())?;
    let alternative = values.get("subject_alternative_names")?;
    let given = match &alternative.data {
        Data::Set(_, names) if alternative.is_wholly_known() => names.as_slice(),
        Data::Unknown(_) if *alternative.reference()?.address == *address => &[],
        _ => return None,
    };
    let is_there = given.iter().any(|name| name.as_str() == domain.as_str());
    Some(given.iter().chain((!is_there).then_some(domain)).cloned().collect())
}

/// One of `domain_validation_options`: what Amazon will ask for is not known yet.
fn option_of(domain: &Value, option: &Type) -> Option<Value> {
    let Type::Object(object) = option else { return None };
    let member = |(name, ty): (&Str, &Type)| {
        let value = if &**name == "domain_name" { domain.clone() } else { Value::unknown(ty.clone()) };
        (name.clone(), value)
    };
    Some(Value::object(Entries::new(object.attributes.iter().map(member).collect())))
}
