//! What the fuzz targets do with their bytes: every decoder of terravet takes any bytes, in bounded time and memory, and
//! never panics. `tests/fuzzed.rs` runs the same over what was found.

use std::io::Write;
use std::path::Path;

use terravet::inventory::Demand;
use terravet::lang;
use terravet::plan;
use terravet::source::{FileId, SourceFile, Sources};
use terravet::syntax::{json, native};
use terravet::terraform::Options;
use terravet::syntax::Trees;

/// A target: its name, and what it does.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
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
pub fn hcl(data: &[u8]) {
    let source = SourceFile::new("main.tf", data.to_vec());
    let _ = native::parse(FileId(0), &source);
    let _ = native::parse_expression(FileId(0), &source.text, 0);
    let _ = native::parse_template(FileId(0), &source.text);
}

/// JSON syntax, as configuration and as a file of values.
pub fn hcl_json(data: &[u8]) {
    let source = SourceFile::new("main.tf.json", data.to_vec());
    let _ = json::parse(FileId(0), &source);
    let _ = json::parse_values(FileId(0), &source);
}

/// The JSON that `jsondecode` takes.
pub fn json_text(data: &[u8]) {
    if let Ok(value) = lang::json::decode(&String::from_utf8_lossy(data)) {
        let _ = lang::json::encode(&value);
    }
}

/// Plan JSON and state, all the way to resource instances.
pub fn plan_json(data: &[u8]) {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    if let Ok(plan) = plan::open(data.to_vec(), "plan.json", &Demand::everything(), &mut sources) {
        let _ = plan::reading(plan, None, &Options::default(), &mut sources, &mut trees);
    }
}

/// A saved plan file, all the way to resource instances.
pub fn plan_file(data: &[u8]) {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    if let Ok(plan) = plan::open(data.to_vec(), "tfplan", &Demand::everything(), &mut sources) {
        let _ = plan::reading(plan, Some(Path::new(".")), &Options::default(), &mut sources, &mut trees);
    }
}

/// The protobuf inside a saved plan file.
pub fn plan_message(data: &[u8]) {
    plan_file(&zipped(&[("tfplan", data), ("tfconfig/modules.json", MODULES), ("tfconfig/m-/main.tf", CONFIGURATION)]));
}

/// The MessagePack inside the protobuf: the values of a resource, and of a variable.
pub fn plan_value(data: &[u8]) {
    let value = field(1, data);
    let change = [&[0x08, 1][..], &field(2, &value)].concat();
    let provider = br#"provider["registry.terraform.io/hashicorp/aws"]"#;
    let instance = [field(8, provider), field(9, &change), field(13, b"aws_security_group.main")].concat();
    let variable = [field(1, b"any"), field(2, &value)].concat();
    let plan = [&[0x08, 3][..], &field(2, &variable), &field(3, &instance), &field(14, b"1.11.4")].concat();
    plan_message(&plan);
}

const MODULES: &[u8] = br#"[{"Key":"","Dir":"."}]"#;
const CONFIGURATION: &[u8] = br#"
variable "any" {}
resource "aws_security_group" "main" {
  name = "main"
  tags = var.any
}
"#;

/// A protobuf field of bytes.
fn field(number: u8, content: &[u8]) -> Vec<u8> {
    let mut field = vec![number << 3 | 2];
    let mut length = content.len();
    while length >= 0x80 {
        field.push(length as u8 | 0x80);
        length >>= 7;
    }
    field.push(length as u8);
    field.extend(content);
    field
}

/// A zip of members that are stored as they are.
pub fn zipped(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = rawzip::ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let (mut entry, config) =
            archive.new_file(*name).compression_method(rawzip::CompressionMethod::STORE).start().expect("in memory");
        let mut writer = config.wrap(&mut entry);
        writer.write_all(content).expect("in memory");
        let (_, descriptor) = writer.finish().expect("in memory");
        entry.finish(descriptor).expect("in memory");
    }
    archive.finish().expect("in memory");
    bytes
}

/// Runs a target by name.
pub fn run(name: &str, data: &[u8]) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).expect("a target of that name");
    target(data);
}
