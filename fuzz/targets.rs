//! What the fuzz targets do with their bytes: every decoder of terravet takes any bytes, in bounded time and memory, and
//! never panics. `tests/fuzzed.rs` runs the same over what was found.

use std::path::Path;
use std::sync::Arc;

#[path = "../tests/plan_bytes/mod.rs"]
mod plan_bytes;
use plan_bytes::{change, field, head};

use terravet::inventory::Demand;
use terravet::lang;
use terravet::plan;
use terravet::source::{FileId, SourceFile, Sources};
use terravet::syntax::Trees;
use terravet::syntax::{json, native};
use terravet::terraform::Options;

/// A target: its name, and what it does.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// All targets.
pub(crate) const TARGETS: &[Target] = &[
    ("hcl", hcl),
    ("hcl_json", hcl_json),
    ("json", json_text),
    ("plan_json", plan_json),
    ("state", plan_json),
    ("plan_file", plan_file),
    ("plan_message", plan_message),
    ("plan_value", plan_value),
];

/// Native syntax, as a file, an expression and a template.
fn hcl(data: &[u8]) {
    let source = SourceFile::new("main.tf", data.to_vec());
    let _ = native::parse(FileId(0), &source);
    let _ = native::parse_expression(FileId(0), &source.text, 0);
    let _ = native::parse_template(FileId(0), &source.text);
}

/// JSON syntax, as configuration and as a file of values.
fn hcl_json(data: &[u8]) {
    let source = SourceFile::new("main.tf.json", data.to_vec());
    let _ = json::parse(FileId(0), &source);
    let _ = json::parse_values(FileId(0), &source);
}

/// The JSON that `jsondecode` takes.
fn json_text(data: &[u8]) {
    if let Ok(value) = lang::json::decode(&String::from_utf8_lossy(data)) {
        let _ = lang::json::encode(&value);
    }
}

/// Plan JSON and state, all the way to resource instances.
fn plan_json(data: &[u8]) {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    if let Ok(plan) = plan::open(Arc::from(data), "plan.json", &Demand::everything(), &mut sources) {
        let _ = plan::reading(plan, None, &Options::default(), &mut sources, &mut trees);
    }
}

/// A saved plan file, all the way to resource instances.
fn plan_file(data: &[u8]) {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    if let Ok(plan) = plan::open(Arc::from(data), "tfplan", &Demand::everything(), &mut sources) {
        let _ = plan::reading(plan, Some(Path::new(".")), &Options::default(), &mut sources, &mut trees);
    }
}

/// The protobuf inside a saved plan file.
fn plan_message(data: &[u8]) {
    plan_file(&plan_bytes::plan_file(data, CONFIGURATION));
}

/// The MessagePack inside the protobuf: the values of a resource, and of a variable.
fn plan_value(data: &[u8]) {
    let variable = field(2, &[field(1, b"any"), field(2, &field(1, data))].concat());
    let plan = [head("1.11.4"), variable, change("aws_security_group.main", 1, data)].concat();
    plan_message(&plan);
}

const CONFIGURATION: &[u8] = br#"
variable "any" {}
resource "aws_security_group" "main" {
  name = "main"
  tags = var.any
}
"#;

/// Runs a target by name.
pub(crate) fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of that name");
    target(data);
}
