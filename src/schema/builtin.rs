//! The schema of Terraform's own provider.

use std::sync::OnceLock;

use super::{Attribute, Body, ResourceType, Since, Tagging};
use crate::address::Step;
use crate::lang::{Str, Type};

/// "Terraform Language: The terraform_data Managed Resource Type".
pub(super) fn resource(type_name: &str) -> Option<&'static ResourceType> {
    static DATA: OnceLock<ResourceType> = OnceLock::new();
    (type_name == "terraform_data").then(|| {
        DATA.get_or_init(|| {
            of_attributes(vec![
                computed("id", Type::String),
                settable("input", Type::Dynamic, false),
                computed("output", Type::Dynamic),
                settable("triggers_replace", Type::Dynamic, false),
            ])
        })
    })
}

/// "Terraform Language: The terraform_remote_state Data Source". Its `outputs` may be set, to no effect.
pub(super) fn data_source(type_name: &str) -> Option<&'static ResourceType> {
    static STATE: OnceLock<ResourceType> = OnceLock::new();
    (type_name == "terraform_remote_state").then(|| {
        STATE.get_or_init(|| {
            of_attributes(vec![
                settable("backend", Type::String, true),
                settable("config", Type::Dynamic, false),
                settable("defaults", Type::Dynamic, false),
                (Str::from("outputs"), Attribute { optional: true, ..computed("outputs", Type::Dynamic).1 }),
                settable("workspace", Type::String, false),
            ])
        })
    })
}

fn of_attributes(attributes: Vec<(Str, Attribute)>) -> ResourceType {
    ResourceType { body: Body { attributes, ..Body::default() }, tagging: Tagging::None, since: Since::Both }
}

fn settable(name: &str, ty: Type, required: bool) -> (Str, Attribute) {
    let (name, attribute) = computed(name, ty);
    (name, Attribute { required, required_in_both: required, optional: true, computed: false, ..attribute })
}

fn computed(name: &str, ty: Type) -> (Str, Attribute) {
    let attribute = Attribute {
        step: [Step::Attribute(name.into())].into(),
        takes: ty.clone(),
        ty,
        required: false,
        required_in_both: false,
        optional: false,
        computed: true,
        sensitive: false,
        since: Since::Both,
        default: None,
    };
    (Str::from(name), attribute)
}
