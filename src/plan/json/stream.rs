//! JSON text that is read in pieces, and never held whole: what is of use is taken out as it comes by.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::io::{self, Read};
use std::ops::Range;

use serde::de::DeserializeOwned;

use super::scan::{self, Scan};
use crate::source::Position;

/// So much is read at a time (bytes): it stays in the processor's cache.
const PIECE: usize = 256 << 10;
/// The most that is held of one value (bytes).
const MAX_HELD: usize = 256 << 20;
/// The most that is read in all (bytes).
const MAX_SIZE: u64 = 16 << 30;

/// Why reading ends, and where.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) what: What,
    pub(super) place: Position,
}

/// What is wrong.
#[derive(Debug)]
pub(super) enum What {
    /// The text ends too early.
    Cut,
    /// There is nothing but space.
    Empty,
    /// It is not JSON.
    Syntax,
    /// Something follows the document.
    Trailing,
    /// Messages of Terraform's log.
    Log,
    /// It is not UTF-8.
    Encoding,
    /// Another value than this is expected.
    Type(String),
    /// It is JSON, but not as Terraform writes it.
    Form(String),
    /// More than is read.
    Size(String),
    /// The input cannot be read.
    Input(io::Error),
}

/// Text that is being read.
pub(super) struct Stream {
    input: Box<dyn Read + Send>,
    /// Room for the piece at hand, with what of the one before is still needed.
    buffer: Vec<u8>,
    /// How much of it is filled.
    filled: usize,
    /// How far it has been dealt with.
    at: usize,
    /// How far it is known to be UTF-8.
    valid: usize,
    /// Whether all of it is ASCII.
    is_ascii: bool,
    /// A place in it, and its position.
    marked: Cell<(usize, Position)>,
    has_ended: bool,
    size: u64,
    /// What was found in what was taken last.
    scan: Scan,
}

impl Stream {
    pub(super) fn new(input: Box<dyn Read + Send>) -> Result<Self, Fault> {
        let marked = (0, Position { line: 1, column: 1 });
        let mut stream = Self {
            input,
            buffer: Vec::new(),
            filled: 0,
            at: 0,
            valid: 0,
            is_ascii: true,
            marked: Cell::new(marked),
            has_ended: false,
            size: 0,
            scan: Scan::default(),
        };
        stream.more(0)?;
        if stream.text_at_hand().starts_with("\u{feff}".as_bytes()) {
            stream.at = 3;
            stream.marked.set((3, marked.1));
        }
        Ok(stream)
    }

    fn text_at_hand(&self) -> &[u8] {
        &self.buffer[..self.filled]
    }

    /// The text from here, as far as it is at hand.
    pub(super) fn start(&self) -> &[u8] {
        &self.text_at_hand()[self.at..]
    }

    /// Reads another piece, and lets go of what comes before `keep`.
    fn more(&mut self, keep: usize) -> Result<(), Fault> {
        if self.has_ended {
            return Err(self.fault(What::Cut, self.filled));
        }
        self.position(keep);
        let (marked, place) = self.marked.get();
        let from = keep.min(marked);
        self.marked.set((marked - from, place));
        self.buffer.copy_within(from..self.filled, 0);
        for place in [&mut self.filled, &mut self.at, &mut self.valid] {
            *place -= from;
        }
        if self.filled > MAX_HELD {
            let message = format!("A value is longer than {} MiB", MAX_HELD >> 20);
            return Err(self.fault(What::Size(message), self.at));
        }
        // What is held is gone over again, so that at least as much is to be new.
        let room = self.filled + self.filled.max(PIECE);
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        while self.filled < room {
            match self.input.read(&mut self.buffer[self.filled..room]) {
                Ok(0) => {
                    self.has_ended = true;
                    break;
                }
                Ok(read) => {
                    self.filled += read;
                    self.size += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.fault(What::Input(error), self.filled)),
            }
        }
        if self.size > MAX_SIZE {
            let message = format!("The file is larger than {} GiB", MAX_SIZE >> 30);
            return Err(self.fault(What::Size(message), self.at));
        }
        self.check_encoding()
    }

    /// Checks that what was read is UTF-8.
    fn check_encoding(&mut self) -> Result<(), Fault> {
        let new = &self.buffer[self.valid..self.filled];
        let is_ascii = new.is_ascii();
        self.is_ascii = is_ascii && (self.is_ascii || self.text_at_hand()[..self.valid].is_ascii());
        if is_ascii {
            self.valid = self.filled;
            return Ok(());
        }
        match std::str::from_utf8(new) {
            Ok(_) => self.valid = self.filled,
            Err(error) if error.error_len().is_none() && !self.has_ended => self.valid += error.valid_up_to(),
            Err(error) => return Err(self.fault(What::Encoding, self.valid + error.valid_up_to())),
        }
        Ok(())
    }

    /// The text of what was taken last.
    pub(super) fn held(&self, range: Range<usize>) -> &str {
        self.text_at_hand().get(range).and_then(|text| std::str::from_utf8(text).ok()).unwrap_or_default()
    }

    /// A fault at a place in what was taken last.
    pub(super) fn fault(&self, what: What, at: usize) -> Fault {
        Fault { what, place: self.position(at) }
    }

    /// A fault at what comes next.
    pub(super) fn fault_here(&self, what: What) -> Fault {
        self.fault(what, self.at)
    }

    /// The position of a place in what was taken last. Places are asked for in order.
    pub(super) fn position(&self, at: usize) -> Position {
        let (marked, place) = self.marked.get();
        let place = behind(place, self.text_at_hand().get(marked..at).unwrap_or_default(), self.is_ascii);
        if at > marked {
            self.marked.set((at, place));
        }
        place
    }

    /// The next byte but space.
    fn peek(&mut self) -> Result<u8, Fault> {
        loop {
            self.at = scan::space(self.text_at_hand(), self.at);
            match self.text_at_hand().get(self.at) {
                Some(&byte) => return Ok(byte),
                None => self.more(self.at)?,
            }
        }
    }

    /// Takes the next value; the names in so many of its outermost levels are noted. Until more is taken, it is
    /// [`Self::held`].
    pub(super) fn take(&mut self, levels: usize) -> Result<Range<usize>, Fault> {
        self.peek()?;
        self.scan.begin(levels);
        let mut at = 0;
        loop {
            match self.scan.run(&self.buffer[self.at..self.filled], at) {
                Ok(Ok(length)) => {
                    let range = self.at..self.at + length;
                    self.at = range.end;
                    return Ok(range);
                }
                Ok(Err(to)) => {
                    at = to;
                    self.more(self.at)?;
                }
                Err(bad) => return Err(self.fault(What::Syntax, self.at + bad)),
            }
        }
    }

    /// What was found in what was taken last.
    pub(super) const fn scan(&self) -> &Scan {
        &self.scan
    }

    /// Goes over a value.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let mut scan = Scan::default();
        loop {
            match scan.run(self.text_at_hand(), self.at) {
                Ok(Ok(end)) => {
                    self.at = end;
                    return Ok(());
                }
                Ok(Err(to)) => {
                    self.at = to;
                    self.more(to)?;
                }
                Err(bad) => return Err(self.fault(What::Syntax, bad)),
            }
        }
    }

    /// Whether the next value is `null`, which is then passed.
    pub(super) fn is_null(&mut self) -> Result<bool, Fault> {
        if self.peek()? != b'n' {
            return Ok(false);
        }
        self.skip().map(|()| true)
    }

    /// The text of a value.
    pub(super) fn text(&mut self) -> Result<&str, Fault> {
        let range = self.take(0)?;
        Ok(self.held(range))
    }

    /// A small value, as serde makes it.
    pub(super) fn value<T: DeserializeOwned>(&mut self) -> Result<T, Fault> {
        let range = self.take(0)?;
        serde_json::from_slice(&self.buffer[range.clone()]).map_err(|error| self.fault(What::of(&error), range.start))
    }

    /// Goes over the members of an object; `member` takes each value.
    pub(super) fn members(
        &mut self,
        expected: &str,
        mut member: impl FnMut(&mut Self, &str) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.open(b'{', expected)?;
        let mut names = BTreeSet::new();
        let mut is_first = true;
        while self.goes_on(b'}', is_first)? {
            is_first = false;
            if self.peek()? != b'"' {
                return Err(self.fault(What::Syntax, self.at));
            }
            let range = self.take(0)?;
            let Ok((name, _)) = scan::string(&self.buffer[range.clone()], 0) else {
                return Err(self.fault(What::Syntax, range.start));
            };
            let name = String::from_utf8(name.into_owned()).unwrap_or_default();
            if self.peek()? != b':' {
                return Err(self.fault(What::Syntax, self.at));
            }
            self.at += 1;
            member(self, &name)?;
            if !names.insert(name) {
                return Err(self.fault(What::Form("a section stands in it twice".to_owned()), self.at));
            }
        }
        Ok(())
    }

    /// Goes over the elements of a list; `element` takes each.
    pub(super) fn elements(
        &mut self,
        expected: &str,
        mut element: impl FnMut(&mut Self) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        self.open(b'[', expected)?;
        let mut is_first = true;
        while self.goes_on(b']', is_first)? {
            is_first = false;
            element(self)?;
        }
        Ok(())
    }

    fn open(&mut self, byte: u8, expected: &str) -> Result<(), Fault> {
        let found = self.peek()?;
        if found == byte {
            self.at += 1;
            return Ok(());
        }
        // What is no JSON at all is not of the wrong type.
        let at = self.at;
        self.skip()?;
        Err(self.fault(What::Type(expected.to_owned()), at))
    }

    /// Whether the object or list that is being read goes on.
    fn goes_on(&mut self, close: u8, is_first: bool) -> Result<bool, Fault> {
        match self.peek()? {
            byte if byte == close => {
                self.at += 1;
                Ok(false)
            }
            _ if is_first => Ok(true),
            b',' => {
                self.at += 1;
                if self.peek()? == close {
                    return Err(self.fault(What::Syntax, self.at));
                }
                Ok(true)
            }
            _ => Err(self.fault(What::Syntax, self.at)),
        }
    }

    /// Nothing but space may follow.
    pub(super) fn end(&mut self) -> Result<(), Fault> {
        match self.peek() {
            Ok(_) => Err(self.fault(What::Trailing, self.at)),
            Err(Fault { what: What::Cut, .. }) => Ok(()),
            Err(fault) => Err(fault),
        }
    }

    /// Whether there is nothing but space.
    pub(super) fn is_empty(&mut self) -> Result<bool, Fault> {
        match self.peek() {
            Ok(_) => Ok(false),
            Err(Fault { what: What::Cut, .. }) => Ok(true),
            Err(fault) => Err(fault),
        }
    }
}

/// The position behind a text that begins at this one.
pub(super) fn behind(mut place: Position, text: &[u8], is_ascii: bool) -> Position {
    let mut line = text;
    if let Some(last) = memchr::memrchr(b'\n', text) {
        place.line += memchr::memchr_iter(b'\n', text).count() as u32;
        place.column = 1;
        line = &text[last + 1..];
    }
    let letters = match is_ascii {
        true => line.len(),
        false => line.iter().filter(|&&byte| byte & 0xc0 != 0x80).count(),
    };
    place.column = place.column.saturating_add(letters as u32);
    place
}

impl What {
    /// What serde_json refuses in text that is JSON. Its message may quote values, so only what it expected is told.
    pub(super) fn of(error: &serde_json::Error) -> Self {
        let said = error.to_string();
        let said = said.rsplit_once(" at line ").map_or(said.as_str(), |(said, _)| said);
        match (said.starts_with("invalid"), said.split_once(", expected ")) {
            (true, Some((_, expected))) => Self::Type(expected.to_owned()),
            (true, None) => Self::Type(String::new()),
            (false, _) => Self::Form(said.to_owned()),
        }
    }
}
