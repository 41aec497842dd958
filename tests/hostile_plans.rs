//! Plan files of every bad kind, through the real binary: a clear problem and exit code 2, never a crash, never a pass, in
//! bounded time and memory.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::Path;

mod limits;
mod plan_bytes;
use limits::run;
use plan_bytes::{change, field, head, number, plan_file, zip};

const CHECK: &[&str] = &["check", "tfplan"];
const MODULES: &[u8] = br#"[{"Key":"","Dir":"."}]"#;

/// A real plan file.
fn real(name: &str) -> Vec<u8> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/plans");
    fs::read(cases.join(name).join("tfplan")).unwrap()
}

/// Makes `tfplan` of some bytes.
fn plan(bytes: impl AsRef<[u8]>) -> impl Fn(&Path) {
    move |directory| fs::write(directory.join("tfplan"), bytes.as_ref()).unwrap()
}

/// A plan file with this plan, and an empty configuration.
fn holding(message: &[u8]) -> Vec<u8> {
    plan_file(message, b"")
}

/// A plan that changes a resource to these values.
fn creating(address: &str, action: u64, value: &[u8]) -> Vec<u8> {
    [head("1.11.4"), change(address, action, value)].concat()
}

#[test]
fn what_is_no_plan_says_why() {
    let remote = br#"{"remote_plan_format":1,"run_id":"run-1","hostname":"app.terraform.io"}"#;
    let encrypted = br#"{"meta":{"key_provider.pbkdf2.a":"x"},"encrypted_data":"AAAA","encryption_version":"v0"}"#;
    let future = [number(1, 4), field(14, b"2.0.0")].concat();
    let errored = [head("1.11.4"), number(20, 1)].concat();
    let old = [head("1.0.11"), field(3, &field(3, b"aws_vpc"))].concat();
    let no_configuration = zip(&[("tfplan", &head("1.11.4"))]);
    let broken_manifest = zip(&[("tfplan", &head("1.11.4")), ("tfconfig/modules.json", b"{}")]);
    let twice = {
        let mut bytes = zip(&[("tfplan", &head("1.11.4")), ("tfplam", &head("1.11.4"))]);
        let names: Vec<usize> = memchr::memmem::find_iter(&bytes, b"tfplam").collect();
        names.into_iter().for_each(|at| bytes[at + 5] = b'n');
        bytes
    };
    run(&[
        ("another zip", &plan(zip(&[("readme.txt", b"hello")])), CHECK, 2, &["no member `tfplan`"]),
        ("empty zip", &plan(zip(&[])), CHECK, 2, &["tfplan"]),
        ("old", &plan(b"tfplan\x02\x00gob"), CHECK, 2, &["0.11"]),
        ("remote", &plan(remote), CHECK, 2, &["HCP Terraform"]),
        ("encrypted", &plan(encrypted), CHECK, 2, &["encrypted"]),
        ("of a later format", &plan(holding(&future)), CHECK, 2, &["version 4"]),
        ("of terraform 1.0", &plan(holding(&old)), CHECK, 2, &["Terraform 1.0.11"]),
        ("failed", &plan(holding(&errored)), CHECK, 2, &["tfplan"]),
        ("without configuration", &plan(no_configuration), CHECK, 2, &["modules.json"]),
        ("with a broken manifest", &plan(broken_manifest), CHECK, 2, &["modules.json"]),
        ("with two plans", &plan(twice), CHECK, 2, &["same name"]),
    ]);
}

#[test]
fn what_is_cut_is_a_problem_wherever_it_is_cut() {
    let whole = real("create");
    let cuts: Vec<(String, Vec<u8>)> =
        (1..16).map(|part| (format!("cut at {part}"), whole[..whole.len() * part / 16].to_vec())).collect();
    let makes: Vec<_> = cuts.iter().map(|(name, bytes)| (name.as_str(), plan(bytes.clone()))).collect();
    let cases: Vec<limits::Case<'_>> =
        makes.iter().map(|(name, make)| (*name, make as &dyn Fn(&Path), CHECK, 2, &["tfplan"][..])).collect();
    run(&cases);
}

#[test]
fn a_changed_byte_is_noticed() {
    let whole = real("create");
    let member = memchr::memmem::find(&whole, b"tfplan").unwrap() + 60;
    let flipped: Vec<(String, Vec<u8>)> = [0, 100, 700]
        .into_iter()
        .map(|offset| {
            let mut bytes = whole.clone();
            bytes[member + offset] ^= 0x55;
            (format!("flipped at {offset}"), bytes)
        })
        .collect();
    let makes: Vec<_> = flipped.iter().map(|(name, bytes)| (name.as_str(), plan(bytes.clone()))).collect();
    let cases: Vec<limits::Case<'_>> =
        makes.iter().map(|(name, make)| (*name, make as &dyn Fn(&Path), CHECK, 2, &["damaged"][..])).collect();
    run(&cases);
}

#[test]
fn damaged_messages_and_values_are_problems() {
    let deep_value = creating("aws_vpc.a", 1, &[b"\x81\xaacidr_block".as_slice(), &[0x91; 100_000]].concat());
    let deep_type = {
        let ty = format!("{}\"string\"{}", "[\"list\",".repeat(50_000), "]".repeat(50_000));
        let bin = [&[0xc6][..], &(ty.len() as u32).to_be_bytes(), ty.as_bytes()].concat();
        creating("aws_vpc.a", 1, &[b"\x81\xa4tags\x92".as_slice(), &bin, b"\xa1x"].concat())
    };
    let deep_module = creating(&format!("{}aws_vpc.a", "module.m.".repeat(20_000)), 1, b"\x80");
    let long_key = creating(&format!("aws_vpc.a[\"{}\"]", "k".repeat(5_000_000)), 1, b"\x80");
    let group = [number(1, 3), vec![0x1b; 100_000]].concat();
    run(&[
        ("a length beyond the end", &plan(holding(b"\x08\x03\x1a\xff\xff\xff\xff\x0f")), CHECK, 2, &["damaged"]),
        ("a number that does not end", &plan(holding(&[0xff; 64])), CHECK, 2, &["damaged"]),
        ("groups in groups", &plan(holding(&group)), CHECK, 2, &["damaged"]),
        ("an unknown action", &plan(holding(&creating("aws_vpc.a", 77, b"\x80"))), CHECK, 2, &["aws_vpc.a", "77"]),
        ("no address", &plan(holding(&creating("nonsense", 1, b"\x80"))), CHECK, 2, &["nonsense"]),
        ("no value", &plan(holding(&creating("aws_vpc.a", 3, b"\x80"))), CHECK, 2, &["aws_vpc.a"]),
        ("a value that is cut", &plan(holding(&creating("aws_vpc.a", 1, b"\x82\xa2id"))), CHECK, 2, &["aws_vpc.a"]),
        ("a value that is none", &plan(holding(&creating("aws_vpc.a", 1, b"\x2a"))), CHECK, 2, &["aws_vpc.a"]),
        (
            "a giant array",
            &plan(holding(&creating("aws_vpc.a", 1, b"\x81\xa4tags\xdd\xff\xff\xff\xff"))),
            CHECK,
            2,
            &["aws_vpc.a"],
        ),
        (
            "a giant map",
            &plan(holding(&creating("aws_vpc.a", 1, b"\xdf\xff\xff\xff\xff\xa1a\x01"))),
            CHECK,
            2,
            &["aws_vpc.a"],
        ),
        ("a deep value", &plan(holding(&deep_value)), CHECK, 2, &["aws_vpc.a"]),
        ("a deep type", &plan(holding(&deep_type)), CHECK, 2, &["aws_vpc.a"]),
        ("a deep module", &plan(holding(&deep_module)), CHECK, 2, &["address"]),
        ("a long key", &plan(holding(&long_key)), &["check", "tfplan", "--format", "json"], 0, &[]),
    ]);
}

#[test]
fn bombs_do_not_go_off() {
    let size = if cfg!(debug_assertions) { 64 << 20 } else { 1 << 30 };
    let zeros = zip(&[("tfplan", &vec![0; size])]);
    // Fields that nobody knows, and values of one byte each: much comes of little.
    let unknown_fields = holding(&[head("1.11.4"), field(1000, &vec![7; size / 2])].concat());
    let many = size / 64;
    let values = [&[0x81, 0xa7][..], b"ingress", &[0xdd], &(many as u32).to_be_bytes(), &vec![0xc0; many]].concat();
    let small_values = holding(&creating("aws_security_group.a", 1, &values));
    let many_members: Vec<(String, &[u8])> = (0..100_001).map(|index| (format!("m{index}"), &b""[..])).collect();
    let many_members: Vec<(&str, &[u8])> =
        many_members.iter().map(|(name, content)| (name.as_str(), *content)).collect();
    let mut claims = zip(&[("tfplan", &head("1.11.4")), ("tfconfig/modules.json", MODULES)]);
    let directory = memchr::memmem::find(&claims, b"PK\x01\x02").unwrap();
    claims[directory + 24..directory + 28].copy_from_slice(&u32::MAX.wrapping_sub(1).to_le_bytes());
    run(&[
        ("zeros", &plan(zeros), CHECK, 2, &["unpacks to far more"]),
        ("unknown fields", &plan(unknown_fields), CHECK, 2, &["unpacks to far more"]),
        ("small values", &plan(small_values), CHECK, 0, &[]),
        ("many members", &plan(zip(&many_members)), CHECK, 2, &["members"]),
        ("a size that is not true", &plan(claims), CHECK, 2, &["damaged"]),
    ]);
}

#[test]
fn a_snapshot_leads_nowhere() {
    let outside = zip(&[
        ("tfplan", &head("1.11.4")),
        ("tfconfig/modules.json", br#"[{"Key":"","Dir":"."},{"Key":"m","Dir":"../../../../../../etc"}]"#),
        ("tfconfig/m-/main.tf", b"module \"m\" {\n  source = \"../../../../../../etc\"\n}\n"),
        ("tfconfig/m-m/../../../../etc/passwd", b"resource \"aws_vpc\" \"a\" {}\n"),
        ("tfconfig/m-m/main.tf", b"locals {\n  a = file(\"/etc/passwd\")\n}\n"),
    ]);
    let circle = zip(&[
        ("tfplan", &head("1.11.4")),
        ("tfconfig/modules.json", br#"[{"Key":"","Dir":"."},{"Key":"m","Dir":"."}]"#),
        ("tfconfig/m-/main.tf", b"module \"m\" {\n  source = \"./\"\n}\n"),
    ]);
    let no_hcl = zip(&[
        ("tfplan", &head("1.11.4")),
        ("tfconfig/modules.json", MODULES),
        ("tfconfig/m-/main.tf", b"resource {{{"),
    ]);
    let json = &["check", "tfplan", "--format", "json"][..];
    run(&[
        ("modules elsewhere", &plan(outside), json, 0, &[]),
        ("a module that calls itself", &plan(circle), json, 0, &[]),
        ("no configuration language", &plan(no_hcl), json, 0, &[]),
    ]);
}
