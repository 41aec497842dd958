//! Elements of the sections of a document, on their way from who goes over the text to who reads them, on another thread.

use std::io::{self, Read};
use std::ops::Range;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Weak};

use crate::source::Position;

use super::heads::Object;
use super::scan::Name;
use super::stream::{self, Fault, Stream, What};

/// So much goes together (bytes), or one element: it stays in the processor's cache.
const SIZE: usize = 128 << 10;
/// So much may wait to be read (bytes), beside one batch.
const WAITING: usize = 4 << 20;

/// Which section elements are of, and so how they are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Changes,
    Drift,
    /// Of a state.
    Resources,
    /// Of planned values: of what nothing says what is done, as some services keep no more of a plan.
    Planned,
    /// Of a state file: with their instances.
    StateFile,
    /// The section is one element.
    Variables,
    /// The section is one element.
    Configuration,
}

impl Section {
    /// Of so many levels of an element the names are to be noted.
    const fn levels(self) -> usize {
        match self {
            Self::Changes | Self::Drift => 3,
            Self::Resources | Self::Planned => 2,
            Self::StateFile => 1,
            Self::Variables | Self::Configuration => 0,
        }
    }
}

/// Elements of a section that follow one another.
#[derive(Debug, Default)]
pub(super) struct Batch {
    text: String,
    /// The names in them.
    names: Vec<Name>,
    elements: Vec<Part>,
}

/// Where a batch has an element.
#[derive(Debug)]
struct Part {
    section: Section,
    text: Range<usize>,
    names: Range<usize>,
    has_escapes: bool,
    start: Position,
}

/// An element of a section: JSON text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Element<'b> {
    pub(super) section: Section,
    pub(super) text: &'b str,
    names: &'b [Name],
    has_escapes: bool,
    /// Where it begins.
    pub(super) start: Position,
}

impl Batch {
    /// Its elements, in order.
    pub(super) fn elements(&self) -> impl Iterator<Item = Element<'_>> {
        self.elements.iter().map(|part| Element {
            section: part.section,
            text: &self.text[part.text.clone()],
            names: &self.names[part.names.clone()],
            has_escapes: part.has_escapes,
            start: part.start,
        })
    }

    /// What it takes up (bytes): elements may be shorter than what tells where they are.
    fn size(&self) -> usize {
        self.text.len() + size_of_val(self.elements.as_slice())
    }

    fn clear(&mut self) {
        self.text.clear();
        self.names.clear();
        self.elements.clear();
    }
}

impl<'b> Element<'b> {
    /// The object that it is.
    ///
    /// # Errors
    /// Where it is none, or a name in it is no text.
    pub(super) fn object(&self, expected: &str) -> Result<Object<'b>, Fault> {
        let Some(object) = Object::of(self.text, self.names, self.has_escapes) else {
            return Err(self.fault(What::Type(expected.to_owned())));
        };
        match object.bad_name() {
            Some(at) => Err(Fault { what: What::Syntax, place: self.behind(self.start, 0..at) }),
            None => Ok(object),
        }
    }

    /// From where to where a part of it stands.
    pub(super) fn place(&self, part: Range<usize>) -> [Position; 2] {
        let start = self.behind(self.start, 0..part.start);
        [start, self.behind(start, part)]
    }

    fn behind(&self, start: Position, text: Range<usize>) -> Position {
        stream::behind(start, self.text[text].as_bytes(), false)
    }

    /// A fault in it.
    pub(super) const fn fault(&self, what: What) -> Fault {
        Fault { what, place: self.start }
    }
}

/// Both ends of the way.
pub(super) fn channel() -> (Outgoing, Incoming) {
    let (to, batches) = mpsc::channel();
    let (back, used) = mpsc::channel();
    let here = Arc::new(());
    let reader = Arc::downgrade(&here);
    let outgoing = Outgoing { to, used, reader, waiting: 0, spare: Vec::new(), batch: Batch::default() };
    (outgoing, Incoming { batches, back, _here: here })
}

/// Where elements are put.
pub(super) struct Outgoing {
    to: Sender<Batch>,
    /// Batches that were read.
    used: Receiver<Batch>,
    reader: Weak<()>,
    /// How much was not read yet (bytes).
    waiting: usize,
    /// Batches to be filled again.
    spare: Vec<Batch>,
    batch: Batch,
}

impl Outgoing {
    /// Takes the next value of a text for an element.
    ///
    /// # Errors
    /// Where it is not JSON, or nobody reads elements any more.
    pub(super) fn take(&mut self, stream: &mut Stream, section: Section) -> Result<(), Fault> {
        let range = stream.take(section.levels())?;
        let start = stream.position(range.start);
        let scan = stream.scan();
        let batch = &mut self.batch;
        let (text, names) = (batch.text.len(), batch.names.len());
        batch.text.push_str(stream.held(range));
        batch.names.extend_from_slice(&scan.names);
        batch.elements.push(Part {
            section,
            text: text..batch.text.len(),
            names: names..batch.names.len(),
            has_escapes: scan.has_escapes,
            start,
        });
        match batch.size() < SIZE {
            true => Ok(()),
            false => self.send().map_err(|error| stream.fault_here(What::Input(error))),
        }
    }

    /// An input that ends with an error when nobody reads elements any more.
    pub(super) fn while_read(&self, input: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
        Box::new(WhileRead { input, reader: self.reader.clone() })
    }

    /// Lets go of the elements that were taken.
    ///
    /// # Errors
    /// Where nobody reads them any more.
    pub(super) fn send(&mut self) -> io::Result<()> {
        if self.batch.elements.is_empty() {
            return Ok(());
        }
        while self.waiting > WAITING {
            let batch = self.used.recv().map_err(|_| gone())?;
            self.read(batch);
        }
        while let Ok(batch) = self.used.try_recv() {
            self.read(batch);
        }
        let next = self.spare.pop().unwrap_or_default();
        let batch = std::mem::replace(&mut self.batch, next);
        self.waiting += batch.size();
        self.to.send(batch).map_err(|_| gone())
    }

    /// Takes back a batch that was read.
    fn read(&mut self, mut batch: Batch) {
        self.waiting -= batch.size();
        batch.clear();
        if batch.text.capacity() <= 2 * SIZE {
            self.spare.push(batch);
        }
    }
}

fn gone() -> io::Error {
    io::ErrorKind::BrokenPipe.into()
}

struct WhileRead {
    input: Box<dyn Read + Send>,
    reader: Weak<()>,
}

impl Read for WhileRead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.reader.strong_count() == 0 { Err(gone()) } else { self.input.read(buffer) }
    }
}

/// Where batches come from.
pub(super) struct Incoming {
    batches: Receiver<Batch>,
    back: Sender<Batch>,
    /// Is gone when this is: nobody reads then.
    _here: Arc<()>,
}

impl Incoming {
    /// Reads all elements, in order.
    ///
    /// # Errors
    /// Those of `read`, which is then asked no more.
    pub(super) fn read(self, mut read: impl FnMut(Element<'_>) -> Result<(), Fault>) -> Result<(), Fault> {
        for batch in &self.batches {
            batch.elements().try_for_each(&mut read)?;
            // At the end nobody wants it any more.
            let _ = self.back.send(batch);
        }
        Ok(())
    }
}
