//! What a file is, by its content.

use std::io::{self, Cursor, Read};
use std::sync::Arc;

use encoding_rs::{UTF_16BE, UTF_16LE};

use crate::inventory::Demand;
use crate::source::walk::reason;
use crate::source::{Problem, SourceFile, Sources};

use super::{Plan, file, json};

/// The largest plan file, and the largest plan or state that is not UTF-8, that is read (bytes). Plan JSON is read in pieces.
pub const MAX_SIZE: u64 = 1 << 30;

/// The bytes of a plan or state.
pub trait Input {
    /// Them, from their beginning; as a rule this is asked for once.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn open(&mut self) -> io::Result<Box<dyn Read + Send>>;

    /// The first of them, a few at least if there are any.
    ///
    /// # Errors
    /// Where they cannot be read.
    fn start(&mut self) -> io::Result<Vec<u8>> {
        let mut start = Vec::new();
        self.open()?.take(START).read_to_end(&mut start)?;
        Ok(start)
    }
}

impl<I: Input + ?Sized> Input for &mut I {
    fn open(&mut self) -> io::Result<Box<dyn Read + Send>> {
        (**self).open()
    }

    fn start(&mut self) -> io::Result<Vec<u8>> {
        (**self).start()
    }
}

/// So many bytes tell what a file is.
pub const START: u64 = 4096;

impl Input for Arc<[u8]> {
    fn open(&mut self) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(Self::clone(self))))
    }
}

/// How plan files of Terraform before 0.12 begin.
const OLD_PLAN: &[u8] = b"tfplan";

/// Whether a file that begins like this may be a plan or state.
#[must_use]
pub fn may_be_plan(start: &[u8]) -> bool {
    let text = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let first = text.iter().find(|byte| !byte.is_ascii_whitespace());
    file::is_zip(start) || start.starts_with(OLD_PLAN) || is_utf16(start) || first == Some(&b'{')
}

/// What else a file that begins like this is, though somebody took it for a plan; and what to do.
#[must_use]
pub fn mistaken(start: &[u8]) -> Option<(&'static str, &'static str)> {
    let holds = |text: &str| memchr::memmem::find(start, text.as_bytes()).is_some();
    if start.starts_with(b"\x1f\x8b") {
        let help = "Unpack it first: `gunzip --stdout FILE | terravet check -`.";
        return Some(("the file is compressed with gzip", help));
    }
    if holds("{\"format_version\"") {
        let help =
            "Write standard output alone to the file: `terraform show -json tfplan > plan.json`, without `2>&1`.";
        return Some(("something stands before the JSON of the plan", help));
    }
    if holds("\u{2502} Error: ") || start.trim_ascii_start().starts_with(b"Error: ") {
        let help = "Mend what it complains about, and make the plan anew.";
        return Some(("this is what Terraform says when it fails, not a plan", help));
    }
    None
}

fn is_utf16(start: &[u8]) -> bool {
    let marked = start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff");
    marked || start.starts_with(b"{\0") || start.starts_with(b"\0{")
}

/// Reads a plan or state of any kind; `shown` is its path as reports print it.
///
/// # Errors
/// A problem where it is none, or is not whole.
pub fn open(mut input: impl Input, shown: &str, demand: &Demand, sources: &mut Sources) -> Result<Plan, Box<Problem>> {
    let unread = |error: io::Error| {
        let why = match error.kind() {
            io::ErrorKind::FileTooLarge => format!("it is larger than {} MiB", MAX_SIZE >> 20),
            _ => reason(&error),
        };
        Box::new(Problem::with_path(shown, format!("the plan cannot be read: {why}")))
    };
    let start = input.start().map_err(unread)?;
    if file::is_zip(&start) {
        let bytes = whole(&mut input).map_err(unread)?;
        let id = sources.add(SourceFile::new(shown, Vec::new()));
        return Ok(file::read(&bytes, id, shown, demand));
    }
    if start.starts_with(OLD_PLAN) {
        let message = "This plan file was made by Terraform 0.11 or earlier, whose plans are not read";
        return Err(Box::new(Problem::with_path(shown, message).help("Make the plan with Terraform 1.1 or later.")));
    }
    if !may_be_plan(&start)
        && let Some((message, help)) = mistaken(&start)
    {
        return Err(Box::new(Problem::with_path(shown, message).help(help)));
    }
    if !is_utf16(&start) {
        return json::read(&mut input, shown, demand, sources);
    }
    // What PowerShell makes of `terraform show -json tfplan > plan.json`.
    let bytes = whole(&mut input).map_err(unread)?;
    let is_little = bytes.starts_with(b"\xff") || bytes.starts_with(b"{");
    let encoding = if is_little { UTF_16LE } else { UTF_16BE };
    let mut text: Arc<[u8]> = encoding.decode(&bytes).0.as_bytes().into();
    drop(bytes);
    json::read(&mut text, shown, demand, sources)
}

/// All bytes.
fn whole(input: &mut impl Input) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    input.open()?.take(MAX_SIZE + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_SIZE { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf16_is_read_with_a_mark_and_without() {
        let text = r#"{"format_version": "1.2", "planned_values": {}}"#;
        let little: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = [0xfeff].into_iter().chain(text.encode_utf16()).flat_map(u16::to_be_bytes).collect();
        let bare = [little[2..].to_vec(), big[2..].to_vec()];
        for bytes in
            [text.as_bytes().to_vec(), format!("\u{feff}{text}").into_bytes(), little, big].into_iter().chain(bare)
        {
            assert!(may_be_plan(&bytes));
            let plan = open(Arc::from(bytes), "plan.json", &Demand::default(), &mut Sources::default());
            assert_eq!(plan.map(|plan| plan.kind).ok(), Some(crate::plan::Kind::Json));
        }
        assert!(!may_be_plan(b"# notes"));
    }

    #[test]
    fn what_else_a_file_is_can_be_told() {
        for (start, said) in [
            (&b"\x1f\x8b\x08\0"[..], Some("the file is compressed with gzip")),
            (
                b"+ terraform show -json tfplan\n{\"format_version\":\"1.2\"}",
                Some("something stands before the JSON of the plan"),
            ),
            (
                "\u{2577}\n\u{2502} Error: No state\n".as_bytes(),
                Some("this is what Terraform says when it fails, not a plan"),
            ),
            (b"\nError: No state\n", Some("this is what Terraform says when it fails, not a plan")),
            (b"# notes", None),
            (b"", None),
        ] {
            assert_eq!(mistaken(start).map(|(message, _)| message), said);
        }
    }
}
