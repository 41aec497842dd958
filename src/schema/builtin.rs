//! The schema of Terraform's own provider, and of provisioners and their connections.

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

/// "Terraform Language: Provisioners", the page of each.
pub(super) fn provisioner(name: &str) -> Option<&'static Body> {
    static LOCAL_EXEC: OnceLock<Body> = OnceLock::new();
    static REMOTE_EXEC: OnceLock<Body> = OnceLock::new();
    static FILE: OnceLock<Body> = OnceLock::new();
    let texts = || Type::list(Type::String);
    match name {
        "local-exec" => Some(LOCAL_EXEC.get_or_init(|| {
            body(vec![
                settable("command", Type::String, true),
                settable("environment", Type::map(Type::String), false),
                settable("interpreter", texts(), false),
                settable("quiet", Type::Bool, false),
                settable("working_dir", Type::String, false),
            ])
        })),
        "remote-exec" => Some(REMOTE_EXEC.get_or_init(|| {
            body(vec![
                settable("inline", texts(), false),
                settable("script", Type::String, false),
                settable("scripts", texts(), false),
            ])
        })),
        "file" => Some(FILE.get_or_init(|| {
            body(vec![
                settable("content", Type::String, false),
                settable("destination", Type::String, true),
                settable("source", Type::String, false),
            ])
        })),
        _ => None,
    }
}

/// "Terraform Language: Provisioner Connection Settings".
pub(super) fn connection() -> &'static Body {
    static CONNECTION: OnceLock<Body> = OnceLock::new();
    const NUMBERS: [&str; 3] = ["bastion_port", "port", "proxy_port"];
    const FLAGS: [&str; 4] = ["agent", "https", "insecure", "use_ntlm"];
    const ALL: [&str; 29] = [
        "agent",
        "agent_identity",
        "bastion_certificate",
        "bastion_host",
        "bastion_host_key",
        "bastion_password",
        "bastion_port",
        "bastion_private_key",
        "bastion_user",
        "cacert",
        "certificate",
        "host",
        "host_key",
        "https",
        "insecure",
        "password",
        "port",
        "private_key",
        "proxy_host",
        "proxy_port",
        "proxy_scheme",
        "proxy_user_name",
        "proxy_user_password",
        "script_path",
        "target_platform",
        "timeout",
        "type",
        "use_ntlm",
        "user",
    ];
    CONNECTION.get_or_init(|| {
        let ty = |name: &str| match name {
            _ if NUMBERS.contains(&name) => Type::Number,
            _ if FLAGS.contains(&name) => Type::Bool,
            _ => Type::String,
        };
        body(ALL.iter().map(|name| settable(name, ty(name), *name == "host")).collect())
    })
}

fn body(attributes: Vec<(Str, Attribute)>) -> Body {
    Body { attributes, ..Body::default() }
}

fn of_attributes(attributes: Vec<(Str, Attribute)>) -> ResourceType {
    ResourceType { body: body(attributes), tagging: Tagging::None, since: Since::Both }
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
