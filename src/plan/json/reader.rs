//! Goes over JSON text that is known to be JSON, so that reading is quick.

use std::borrow::Cow;

use super::scan;
use super::values::Fault;

/// Text that is being read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Reader<'t> {
    pub(super) const fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    pub(super) fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// The next byte other than space, which must be this one.
    pub(super) fn expect(&mut self, byte: u8) -> Result<(), Fault> {
        self.space();
        if self.peek() != Some(byte) {
            return Err(Fault::Shape);
        }
        self.at += 1;
        Ok(())
    }

    /// Whether the list that is being read ends here, or goes on after a comma.
    pub(super) fn ends(&mut self, close: u8, first: bool) -> Result<bool, Fault> {
        self.space();
        match self.peek() {
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            Some(_) if first => Ok(false),
            Some(b',') => {
                self.at += 1;
                self.space();
                Ok(false)
            }
            _ => Err(Fault::Shape),
        }
    }

    pub(super) fn word(&mut self, word: &str) -> Result<(), Fault> {
        if !self.text.as_bytes()[self.at..].starts_with(word.as_bytes()) {
            return Err(Fault::Shape);
        }
        self.at += word.len();
        Ok(())
    }

    pub(super) fn number(&mut self) -> &'t str {
        let start = self.at;
        while matches!(self.peek(), Some(b'-' | b'+' | b'.' | b'e' | b'E' | b'0'..=b'9')) {
            self.at += 1;
        }
        &self.text[start..self.at]
    }

    /// A string, as it stands where it has no escapes.
    pub(super) fn string(&mut self) -> Result<Cow<'t, str>, Fault> {
        let start = self.at;
        let (text, end) = scan::string(self.text.as_bytes(), start).map_err(|_| Fault::Shape)?;
        self.at = end;
        match text {
            Cow::Borrowed(_) => Ok(Cow::Borrowed(&self.text[start + 1..end - 1])),
            Cow::Owned(decoded) => String::from_utf8(decoded).map(Cow::Owned).map_err(|_| Fault::Shape),
        }
    }

    /// Goes to behind the value that begins here.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        self.at = scan::value(self.text.as_bytes(), self.at).map_err(|_| Fault::Shape)?;
        Ok(())
    }
}
