//! What Terraform 1.11 accepts and refuses, recorded by `record.py` from the real `terraform fmt`, and (where it is
//! installed) asked again.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::parse;

struct Case {
    text: Vec<u8>,
    /// The summary of Terraform's first error.
    error: Option<String>,
}

fn cases() -> Vec<Case> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/syntax/recorded.jsonl");
    let read = |line: &str| {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = match (case["text"].as_str(), case["latin1"].as_str()) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, latin1) => latin1.unwrap().chars().map(|character| character as u8).collect(),
        };
        Case { text, error: case["error"].as_str().map(str::to_owned) }
    };
    std::fs::read_to_string(path).unwrap().lines().map(read).collect()
}

fn shown(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let start: String = text.chars().take(300).collect();
    format!("{start:?}")
}

#[test]
fn accepts_and_refuses_what_terraform_does() {
    let cases = cases();
    assert!(cases.len() > 1000);
    let mut wrong = Vec::new();
    for case in &cases {
        let (_, problems) = parse(&case.text);
        if problems.is_empty() != case.error.is_none() {
            wrong.push(format!("{}\n  terraform: {:?}\n  here: {problems:?}", shown(&case.text), case.error));
        }
    }
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn says_mostly_what_terraform_says() {
    let refused: Vec<_> = cases().into_iter().filter(|case| case.error.is_some()).collect();
    let same =
        |case: &&Case| parse(&case.text).1.first().is_some_and(|first| Some(&first.message) == case.error.as_ref());
    let count = refused.iter().filter(same).count();
    assert!(count * 4 > refused.len() * 3, "only {count} of {} first messages are Terraform's", refused.len());
}

#[test]
fn the_recording_is_what_terraform_says_today() {
    let folder = std::env::temp_dir().join(format!("terravet-syntax-{}", std::process::id()));
    let terraform = |folder: &Path| {
        Command::new("terraform")
            .args(["fmt", "-check", "-no-color", "-write=false", "-list=false"])
            .arg(folder)
            .env("TF_CLI_CONFIG_FILE", if cfg!(windows) { "NUL" } else { "/dev/null" })
            .env("CHECKPOINT_DISABLE", "1")
            .output()
    };
    std::fs::create_dir_all(&folder).unwrap();
    if terraform(&folder).is_err() {
        eprintln!("SKIPPED: no terraform on PATH, so only the recording was tested");
        std::fs::remove_dir_all(&folder).unwrap();
        return;
    }
    let sample: Vec<_> = cases().into_iter().step_by(7).collect();
    for (index, case) in sample.iter().enumerate() {
        std::fs::write(folder.join(format!("f{index:05}.tf")), &case.text).unwrap();
    }
    let errors = String::from_utf8_lossy(&terraform(&folder).unwrap().stderr).into_owned();
    std::fs::remove_dir_all(&folder).unwrap();
    for (index, case) in sample.iter().enumerate() {
        let refused = errors.contains(&format!("f{index:05}.tf line"));
        assert_eq!(refused, case.error.is_some(), "{}", shown(&case.text));
    }
}
