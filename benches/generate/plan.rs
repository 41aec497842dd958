//! Plan JSON of the real shape: a plan that Terraform has made of one service, in a module that is called many times over.

use std::fmt::Write;

use serde_json::{Map, Value as Json, json};

/// A plan of 36 resource instances, without findings.
const SERVICE: &str = include_str!("../../tests/plans/service/plan.json");
/// The instances of one module call.
const INSTANCES: usize = 10;
/// What stands for the module instance until it is known.
const MODULE: &str = "@MODULE@";

/// A first plan of about so many resource instances, as `terraform show -json` prints it: one line; or indented.
#[must_use]
pub(crate) fn plan_json(resources: usize, indented: bool) -> String {
    let service: Json = serde_json::from_str(SERVICE).expect("Terraform writes JSON");
    let print = |json: &Json| if indented { format!("{json:#}") } else { json.to_string() };
    let planned = in_module(&service["planned_values"]["root_module"]["resources"]);
    let planned = print(&json!({ "address": MODULE, "resources": planned }));
    let changes = in_module(&service["resource_changes"]);
    let changes: Vec<String> = changes.iter().map(print).collect();
    let copies = resources.div_ceil(changes.len());
    let each = |text: &mut String, part: &dyn Fn(&mut String, &str)| {
        for copy in 0..copies {
            let separator = if copy == 0 { "" } else { "," };
            write!(text, "{separator}").expect("a string takes all that is written");
            part(text, &format!("module.service_{}[{}]", copy / INSTANCES, copy % INSTANCES));
        }
    };

    let mut text = String::with_capacity(resources * 2048);
    text.push_str(
        r#"{"format_version":"1.2","terraform_version":"1.11.4","planned_values":{"root_module":{"child_modules":["#,
    );
    each(&mut text, &|text, module| text.push_str(&planned.replace(MODULE, module)));
    text.push_str(r#"]}},"resource_changes":["#);
    each(&mut text, &|text, module| {
        let changes: Vec<String> = changes.iter().map(|change| change.replace(MODULE, module)).collect();
        text.push_str(&changes.join(","));
    });
    let mut calls = Map::new();
    for call in 0..copies.div_ceil(INSTANCES) {
        let module = &service["configuration"]["root_module"];
        let count = json!({ "constant_value": INSTANCES });
        calls.insert(
            format!("service_{call}"),
            json!({ "source": "./service", "count_expression": count, "module": module }),
        );
    }
    let providers = &service["configuration"]["provider_config"];
    let configuration = json!({ "provider_config": providers, "root_module": { "module_calls": calls } });
    write!(
        text,
        r#"],"configuration":{},"timestamp":"2026-11-23T12:00:00Z","applyable":true,"complete":true,"errored":false}}"#,
        print(&configuration)
    )
    .expect("a string takes all that is written");
    text
}

/// Resources as they are in a module instance.
fn in_module(resources: &Json) -> Vec<Json> {
    let resources = resources.as_array().expect("a list");
    let resources = resources.iter().cloned().map(|mut resource| {
        let address = resource["address"].as_str().expect("every resource has one");
        resource["address"] = format!("{MODULE}.{address}").into();
        if resource.get("change").is_some() {
            resource["module_address"] = MODULE.into();
        }
        resource
    });
    resources.collect()
}
