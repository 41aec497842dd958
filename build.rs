//! Prepares what is embedded in the binary: the provider schema and the rule files.

#[path = "build/rules.rs"]
mod rules;
#[path = "build/schema.rs"]
mod schema;

use std::path::PathBuf;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=build");
    println!("cargo:rerun-if-changed=data");
    let output = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    schema::build(&output);
    rules::embed(&output);
}
