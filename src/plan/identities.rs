//! What attributes hold the ids of, as far as their names and the schema tell: plan JSON alone does not say which of several
//! references the value is.

use crate::address::{Address, Mode, Reference, Step};
use crate::lang::Type;
use crate::schema::{self, ResourceType};

use super::Shape;

/// Whether an attribute holds one text, as far as the schema knows.
pub(super) fn is_text(reference: &Reference) -> bool {
    let Some(Step::Attribute(name)) = reference.path.last() else { return true };
    let address = &reference.address;
    let (_, member) = Shape::of(address.mode, &address.type_name).member(name);
    reference.path.len() > 1 || matches!(member.shape.ty(), Type::String | Type::Dynamic)
}

/// Kinds of resources whose ids have the kind's name in the names of attributes that hold them.
const KINDS: &[&str] =
    &["vpc", "subnet", "security_group", "route_table", "network_acl", "network_interface", "nat_gateway"];

/// The kind of resource whose ids an attribute of this name holds, as far as its name tells.
pub(super) fn kind_of(name: &str) -> Option<&'static str> {
    let ends = ["_ids", "_id", "s"];
    let stem = match name {
        "vpc_zone_identifier" => "subnet",
        _ => ends.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name),
    };
    KINDS.iter().copied().find(|kind| has_last_word(stem, kind))
}

fn has_last_word(text: &str, word: &str) -> bool {
    text.strip_suffix(word).is_some_and(|before| before.is_empty() || before.ends_with('_'))
}

/// Whether a resource is of this kind.
pub(super) fn is_of(address: &Address, kind: &str) -> bool {
    has_last_word(&address.type_name, kind)
}

/// The attribute in which a resource of another kind says to which one of this kind it belongs.
pub(super) fn handed_on(address: &Address, kind: &str) -> Option<String> {
    let name = format!("{kind}_id");
    schema_of(address)?.body.attribute(&name).is_some().then_some(name)
}

/// The attribute of another resource that an attribute of this name holds as a rule.
pub(super) fn attribute_of(name: &str) -> Option<&'static str> {
    let identifies = ["_id", "_ids", "_group_name", "security_groups", "subnets"].iter().any(|end| name.ends_with(end));
    if identifies || ["instance", "network_interface", "vpc_zone_identifier"].contains(&name) {
        return Some("id");
    }
    ["_arn", "_arns"].iter().any(|end| name.ends_with(end)).then_some("arn")
}

/// Attributes of AWS resources that hold whatever somebody put there.
const CARRIERS: &[&str] = &["insecure_value", "outputs", "properties", "result", "secret_string", "value", "values"];

/// Whether a resource may have in it the id of a resource of this kind: it is one, or not one of AWS.
pub(super) fn may_have(address: &Address, kind: &str) -> bool {
    is_of(address, kind) || !address.type_name.starts_with("aws_")
}

/// Whether an attribute may be the id of a resource of this kind, or several.
pub(super) fn may_be(reference: &Reference, kind: &str) -> bool {
    let address = &reference.address;
    match reference.attribute() {
        // What other providers make may hold anything.
        _ if !address.type_name.starts_with("aws_") => true,
        Some("id") => is_of(address, kind),
        Some("ids") => address.type_name.strip_suffix('s').is_some_and(|one| has_last_word(one, kind)),
        Some(name) => kind_of(name).map_or_else(|| CARRIERS.contains(&name), |of| of == kind),
        None => true,
    }
}

fn schema_of(address: &Address) -> Option<&'static ResourceType> {
    match address.mode {
        Mode::Managed => schema::resource(&address.type_name),
        Mode::Data => schema::data_source(&address.type_name),
        Mode::Ephemeral => None,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_cannot_be_an_id_of_a_kind_is_told_from_what_may() {
        let may = |text: &str, kind: &str| {
            let (address, attribute) = text.rsplit_once('.').unwrap();
            let address = Arc::new(Address::parse(address).unwrap());
            may_be(&Reference { address, path: [Step::Attribute(attribute.into())].into() }, kind)
        };
        for (text, kind, expected) in [
            ("aws_subnet.a.id", "subnet", true),
            ("aws_default_subnet.a.id", "subnet", true),
            ("data.aws_subnets.a.ids", "subnet", true),
            ("aws_nat_gateway.a.subnet_id", "subnet", true),
            ("aws_vpc.a.default_security_group_id", "security_group", true),
            ("aws_ssm_parameter.a.value", "subnet", true),
            ("terraform_data.a.output", "subnet", true),
            ("data.terraform_remote_state.a.outputs", "vpc", true),
            ("aws_vpc.a.id", "subnet", false),
            ("aws_vpc.a.cidr_block", "vpc", false),
            ("aws_subnet.a.arn", "subnet", false),
            ("aws_subnet.a.vpc_id", "subnet", false),
        ] {
            assert_eq!(may(text, kind), expected, "{text} as the id of a {kind}");
        }
    }
}
