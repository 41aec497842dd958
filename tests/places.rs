//! From a value in an instance back to the text that carries it, and to where it was typed.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};

use terravet::inventory::{Way, locate};
use terravet::lang::Value;
use terravet::source::Sources;
use terravet::syntax::Trees;
use terravet::terraform::{Options, Reading, read};

/// A configuration written to a directory of its own, and read.
struct Case {
    sources: Sources,
    trees: Trees,
    reading: Reading,
}

impl Case {
    fn new(name: &str, files: &[(&str, &str)]) -> Self {
        let directory = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("places").join(name);
        let _ = std::fs::remove_dir_all(&directory);
        for (path, text) in files {
            let path = directory.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (mut sources, mut trees) = (Sources::default(), Trees::default());
        let options = Options { current_directory: directory, ..Options::default() };
        let reading = read(Path::new("."), &options, &mut sources, &mut trees);
        assert!(reading.problems.is_empty(), "{:?}", reading.problems);
        Self { sources, trees, reading }
    }

    /// The text at the place of a value, and where it was typed if that is elsewhere (`file:line`).
    #[track_caller]
    fn place(&self, address: &str, path: &str) -> (String, Option<String>) {
        let instances = self.reading.inventory.instances();
        let instance = instances.iter().position(|instance| instance.address.to_string() == address).unwrap();
        let mut value = Some(&instances[instance].values);
        let mut way = Vec::new();
        for step in path.split('.') {
            match step.parse::<usize>() {
                Ok(index) => {
                    let element = &value.and_then(Value::elements).unwrap()[index];
                    way.push(Way::Element(index, element));
                    value = Some(element);
                }
                Err(_) => {
                    way.push(Way::Name(step));
                    value = value.and_then(|value| value.get(step));
                }
            }
        }
        let value = value.filter(|value| !value.is_null());
        let place = locate(&self.trees, &self.reading.inventory, instance, &way, value).unwrap();
        let typed = place.related.first().map(|related| {
            let file = self.sources.file(related.span.file);
            format!("{}:{}", file.path, file.position(related.span.start).line)
        });
        (self.sources.text(place.span).to_owned(), typed)
    }
}

#[test]
fn places_of_values() {
    let case = Case::new(
        "all",
        &[
            (
                "main.tf",
                r#"
variable "office" {
  default = ["198.51.100.0/24"]
}
variable "open" {}
locals {
  any = "0.0.0.0/0"
}
resource "aws_security_group" "a" {
  name = "a"
  ingress {
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/8", local.any]
  }
  ingress {
    from_port   = 23
    to_port     = 23
    protocol    = "tcp"
    cidr_blocks = var.office
  }
  dynamic "egress" {
    for_each = var.open
    content {
      from_port   = 0
      to_port     = 0
      protocol    = "-1"
      cidr_blocks = [egress.value]
    }
  }
  tags = merge({ Name = "a" }, { Owner = "me" })
}
module "child" {
  source = "./child"
  cidr   = "10.1.0.0/16"
}
"#,
            ),
            ("terraform.tfvars", "open = [\n  \"0.0.0.0/0\",\n]\n"),
            (
                "child/main.tf",
                "variable \"cidr\" {}\nresource \"aws_vpc\" \"v\" {\n  cidr_block = (var.cidr)\n  tags = { Name = \"v\" }\n}\n",
            ),
        ],
    );
    let group = "aws_security_group.a";
    for (address, path, text, typed) in [
        (group, "name", "\"a\"", None),
        (group, "ingress.0.cidr_blocks.0", "\"10.0.0.0/8\"", None),
        (group, "ingress.0.cidr_blocks.1", "local.any", Some("main.tf:7")),
        (group, "ingress.1.cidr_blocks.0", "var.office", Some("main.tf:3")),
        (group, "ingress.1.from_port", "23", None),
        (group, "egress.0.cidr_blocks.0", "egress.value", Some("terraform.tfvars:2")),
        (group, "egress.0.from_port", "0", None),
        (group, "tags.Owner", "\"me\"", None),
        (group, "tags_all.Name", "\"a\"", None),
        (group, "ingress.0.description", "ingress", None),
        (group, "description", "resource \"aws_security_group\" \"a\"", None),
        ("module.child.aws_vpc.v", "cidr_block", "(var.cidr)", Some("main.tf:36")),
        ("module.child.aws_vpc.v", "tags.Owner", "tags", None),
    ] {
        assert_eq!(case.place(address, path), (text.to_owned(), typed.map(str::to_owned)), "{address} {path}");
    }
}
