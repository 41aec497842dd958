//! Prepares what is embedded in the binary: the provider schema and the rule files.

fn main() {}
