//! What a file is, by its content.

use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::inventory::Demand;
use crate::source::{Problem, SourceFile, Sources, Span};

use super::{Plan, file, json};

/// The largest plan or state that is read (bytes).
pub const MAX_SIZE: u64 = 1 << 30;

/// How plan files of Terraform before 0.12 begin.
const OLD_PLAN: &[u8] = b"tfplan";

/// Whether a file that begins like this may be a plan or state.
#[must_use]
pub fn may_be_plan(start: &[u8]) -> bool {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    file::is_zip(start) || start.starts_with(OLD_PLAN) || is_utf16(start) || first == Some(&b'{')
}

fn is_utf16(start: &[u8]) -> bool {
    start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff")
}

/// Whether a plan or state is text as it is: UTF-8.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    !file::is_zip(bytes) && !is_utf16(bytes) && !bytes.starts_with(OLD_PLAN)
}

/// Reads a plan or state of any kind; `shown` is its path as reports print it.
///
/// # Errors
/// A problem where it is none, or is not whole.
pub fn open(bytes: Vec<u8>, shown: &str, demand: &Demand, sources: &mut Sources) -> Result<Plan, Box<Problem>> {
    if file::is_zip(&bytes) {
        let id = sources.add(SourceFile::new(shown, Vec::new()));
        return Ok(file::read(&bytes, id, shown, demand));
    }
    if bytes.starts_with(OLD_PLAN) {
        let message = "This plan file was made by Terraform 0.11 or earlier, whose plans are not read";
        return Err(Box::new(Problem::with_path(shown, message).help("Make the plan with Terraform 1.1 or later.")));
    }
    // What PowerShell makes of `terraform show -json tfplan > plan.json`.
    let bytes = match bytes.as_slice() {
        [0xff, 0xfe, ..] => UTF_16LE.decode(&bytes).0.into_owned().into_bytes(),
        [0xfe, 0xff, ..] => UTF_16BE.decode(&bytes).0.into_owned().into_bytes(),
        _ => bytes,
    };
    let file = sources.add(SourceFile::new(shown, bytes));
    let source = sources.file(file);
    if let Some(&at) = source.invalid_utf8.first() {
        let problem = Problem::at(Span::new(file, at, at), "This is not UTF-8, so it is not what Terraform writes");
        return Err(Box::new(problem.help("Check what `terraform show -json tfplan` prints, unchanged.")));
    }
    let text = source.text.clone();
    json::read(file, &text, demand)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_with_a_mark_is_read() {
        let text = r#"{"format_version": "1.2", "planned_values": {}}"#;
        let little: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        for bytes in [text.as_bytes().to_vec(), format!("\u{feff}{text}").into_bytes(), little, big] {
            assert!(may_be_plan(&bytes));
            let plan = open(bytes, "plan.json", &Demand::default(), &mut Sources::default());
            assert_eq!(plan.map(|plan| plan.kind).ok(), Some(crate::plan::Kind::Json));
        }
        assert!(!may_be_plan(b"# notes"));
    }
}
