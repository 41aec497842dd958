//! Saved plan files made by hand, for tests, benchmarks and fuzz targets: what Terraform would never write, and what it
//! would write of very many resources.

#![allow(dead_code, reason = "not everybody needs all of it")]
#![allow(clippy::unwrap_used, reason = "nothing fails in memory")]

use std::io::Write;

use flate2::Compression;
use flate2::write::DeflateEncoder;
use rawzip::{CompressionMethod, ZipArchiveWriter};

/// A zip of members.
pub(crate) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut archive = ZipArchiveWriter::new(&mut bytes);
    for (name, content) in members {
        let (mut entry, config) =
            archive.new_file(*name).compression_method(CompressionMethod::DEFLATE).start().unwrap();
        let mut writer = config.wrap(DeflateEncoder::new(&mut entry, Compression::default()));
        writer.write_all(content).unwrap();
        let (encoder, descriptor) = writer.finish().unwrap();
        encoder.finish().unwrap();
        entry.finish(descriptor).unwrap();
    }
    archive.finish().unwrap();
    bytes
}

/// A plan file with this plan and this configuration in its root module.
pub(crate) fn plan_file(message: &[u8], configuration: &[u8]) -> Vec<u8> {
    let modules = br#"[{"Key":"","Dir":"."}]"#;
    zip(&[("tfplan", message), ("tfconfig/modules.json", modules), ("tfconfig/m-/main.tf", configuration)])
}

fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

/// A protobuf field of bytes.
pub(crate) fn field(number: u64, content: &[u8]) -> Vec<u8> {
    [varint(number << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

/// A protobuf field of a number.
pub(crate) fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

/// The head of a plan of a Terraform version.
pub(crate) fn head(version: &str) -> Vec<u8> {
    [number(1, 3), field(14, version.as_bytes())].concat()
}

/// The field of a plan that changes a resource to these values (MessagePack).
pub(crate) fn change(address: &str, action: u64, value: &[u8]) -> Vec<u8> {
    let change = [number(1, action), field(2, &field(1, value))].concat();
    let provider = field(8, br#"provider["registry.terraform.io/hashicorp/aws"]"#);
    field(3, &[provider, field(9, &change), field(13, address.as_bytes())].concat())
}
