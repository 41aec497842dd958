//! Every decoder takes any bytes without a panic: what the fuzz targets (`fuzz/`) have found, and real files with a few
//! bytes changed, the same ones each time. `fuzz/run TARGET SECONDS` looks for more; keep what it finds in
//! `tests/fuzzed/TARGET/NAME`.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io::Read;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

#[path = "../fuzz/targets.rs"]
mod targets;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs a target; what went wrong.
fn failure(target: &str, name: &str, data: &[u8]) -> Option<String> {
    catch_unwind(|| targets::run(target, data)).err().map(|_| format!("{target}: {name}"))
}

#[test]
fn what_was_found_stays_mended() {
    let mut failures = Vec::new();
    for (target, _) in targets::TARGETS {
        for entry in fs::read_dir(root().join("tests/fuzzed").join(target)).into_iter().flatten() {
            let path = entry.unwrap().path();
            failures.extend(failure(target, &path.display().to_string(), &fs::read(&path).unwrap()));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn changed_real_files_are_taken() {
    let mut failures = Vec::new();
    for (target, _) in targets::TARGETS {
        for (index, (seed, data)) in seeds(target).iter().enumerate() {
            for round in 0..4 {
                let changed = changed(data, index as u64 * 97 + round);
                failures.extend(failure(target, &format!("{seed} changed {round}"), &changed));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// Real content for a target: name, bytes.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let (directory, names): (&str, &[&str]) = match target {
        "hcl" => ("examples", &[".tf"]),
        "hcl_json" => ("tests", &[".tf.json"]),
        "json" | "plan_json" => ("tests/plans", &["plan.json"]),
        "state" => ("tests/plans", &["state.json"]),
        "plan_file" | "plan_message" | "plan_value" => ("tests/plans", &["tfplan"]),
        other => panic!("there are no real files for {other}"),
    };
    let mut found = Vec::new();
    collect(&root().join(directory), names, &mut found);
    found.sort();
    let read = |path: &PathBuf| (path.display().to_string(), fs::read(path).unwrap());
    let seeds: Vec<(String, Vec<u8>)> = found.iter().map(read).flat_map(|seed| parts(target, seed)).collect();
    assert!(!seeds.is_empty(), "{target}");
    seeds
}

/// What of a file a target takes: the file itself, the message in a plan file, or the values in that.
fn parts(target: &str, (name, bytes): (String, Vec<u8>)) -> Vec<(String, Vec<u8>)> {
    match target {
        "plan_message" => vec![(name, member(&bytes))],
        "plan_value" => {
            let message = member(&bytes);
            let values = [3, 9, 2, 1].iter().fold(vec![message.as_slice()], |within, number| {
                within.into_iter().flat_map(|message| fields(message, *number)).collect()
            });
            values.into_iter().take(3).map(|value| (name.clone(), value.to_vec())).collect()
        }
        _ => vec![(name, bytes)],
    }
}

/// The member `tfplan` of a plan file: Terraform writes it first.
fn member(bytes: &[u8]) -> Vec<u8> {
    let start = 30 + usize::from(bytes[26]) + usize::from(bytes[28]);
    let mut content = Vec::new();
    flate2::read::DeflateDecoder::new(&bytes[start..]).read_to_end(&mut content).unwrap();
    content
}

/// The fields of bytes with a number in a protobuf message.
fn fields(mut message: &[u8], wanted: u64) -> Vec<&[u8]> {
    fn varint(message: &mut &[u8]) -> u64 {
        let (mut value, mut shift) = (0, 0);
        loop {
            let byte = message[0];
            *message = &message[1..];
            value |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte < 0x80 {
                return value;
            }
        }
    }
    let mut found = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let value = varint(&mut message);
        if tag & 7 == 2 {
            let (content, rest) = message.split_at(value as usize);
            message = rest;
            if tag >> 3 == wanted {
                found.push(content);
            }
        }
    }
    found
}

fn collect(directory: &Path, names: &[&str], found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            collect(&path, names, found);
        } else if names.iter().any(|wanted| name.ends_with(wanted)) {
            found.push(path);
        }
    }
}

/// The bytes with a few of them changed, cut out, or said twice.
fn changed(data: &[u8], seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = |below: usize| {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut data = data.to_vec();
    for _ in 0..=next(4) {
        let at = next(data.len());
        let length = next(16).min(data.len().saturating_sub(at));
        match next(4) {
            0 if at < data.len() => data[at] = next(256) as u8,
            1 => drop(data.drain(at..at + length)),
            2 => {
                let twice = data[at..at + length].to_vec();
                data.splice(at..at, twice);
            }
            _ => data.truncate(data.len() - next(data.len() / 4)),
        }
    }
    data
}
