//! A plan or state as it is read: in pieces, its digest worked out beside if it is asked for.

use std::fs::File;
use std::io::{self, Cursor, Read, Seek};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::thread::JoinHandle;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::inputs::PlanFile;
use crate::gate::hexadecimal;
use crate::plan;
use crate::source::Problem;

/// So much is read at a time (bytes): it stays in the processor's cache.
const PIECE: usize = 256 << 10;
/// So many pieces may wait.
const WAITING: usize = 8;
/// So much of a stream is kept for reading it once more (bytes).
const MAX_KEPT: usize = 256 << 20;

/// A plan or state that is being read.
pub(super) struct PlanInput {
    from: From,
    /// The threads that read it, once each time.
    readers: Vec<JoinHandle<Done>>,
    has_digest: bool,
    digests: Vec<String>,
}

enum From {
    /// A file, and what told it from others when it was opened.
    File(File, Option<Stamp>),
    /// A stream, of which the beginning was read.
    Stream(Vec<u8>, Box<dyn Read + Send>),
    /// A stream that is being read, or was; what it held, if it was not too much.
    Passed(Option<Vec<u8>>),
}

/// The length of a file, and when it was written to.
type Stamp = (u64, Option<SystemTime>);

fn stamp(file: &File) -> Option<Stamp> {
    file.metadata().ok().map(|metadata| (metadata.len(), metadata.modified().ok()))
}

/// The very file that is open, from its start, whatever has its name by now.
fn from_start(file: &File) -> io::Result<File> {
    let mut file = file.try_clone()?;
    file.rewind()?;
    Ok(file)
}

/// What reading to the end comes to.
struct Done {
    digest: Option<String>,
    kept: Option<Vec<u8>>,
}

impl PlanInput {
    /// Opens it; working out its digest takes as long as much of a check does.
    pub(super) fn new(file: &PlanFile, has_digest: bool) -> io::Result<Self> {
        let from = match file {
            PlanFile::Path(path) => {
                if !std::fs::metadata(path)?.is_file() {
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
                }
                let file = File::open(path)?;
                let stamp = stamp(&file);
                From::File(file, stamp)
            }
            PlanFile::Pipe(path) => Self::stream(Box::new(File::open(path)?))?,
            PlanFile::StandardInput => Self::stream(Box::new(io::stdin()))?,
        };
        Ok(Self { from, readers: Vec::new(), has_digest, digests: Vec::new() })
    }

    fn stream(mut stream: Box<dyn Read + Send>) -> io::Result<From> {
        let mut start = Vec::new();
        stream.by_ref().take(plan::START).read_to_end(&mut start)?;
        Ok(From::Stream(start, stream))
    }

    /// SHA-256 of what was read to its end, if it is asked for.
    ///
    /// # Errors
    /// Where somebody wrote to it meanwhile.
    pub(super) fn digest(mut self, shown: &str) -> Result<Option<String>, Box<Problem>> {
        self.join();
        let is_same = match &self.from {
            From::File(file, opened) => stamp(file) == *opened,
            From::Stream(..) | From::Passed(_) => true,
        };
        if !is_same || self.digests.windows(2).any(|pair| pair[0] != pair[1]) {
            let problem = Problem::with_path(shown, "the plan has changed while it was read");
            return Err(Box::new(problem.help("Check it again when nothing writes to it.")));
        }
        Ok(self.digests.pop())
    }

    /// Waits for the threads.
    fn join(&mut self) {
        for reader in self.readers.drain(..) {
            let done = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            self.digests.extend(done.digest);
            if let From::Passed(kept) = &mut self.from {
                *kept = done.kept;
            }
        }
    }
}

impl plan::Input for PlanInput {
    fn open(&mut self) -> io::Result<Box<dyn Read + Send>> {
        self.join();
        let (input, is_kept): (Box<dyn Read + Send>, bool) = match &mut self.from {
            From::File(file, _) => (Box::new(from_start(file)?), false),
            From::Stream(start, stream) => {
                let start = std::mem::take(start);
                // What does not begin like a plan may have no end.
                let rest: Box<dyn Read + Send> = match plan::may_be_plan(&start) {
                    true => std::mem::replace(stream, Box::new(io::empty())),
                    false => Box::new(io::empty()),
                };
                self.from = From::Passed(None);
                (Box::new(Cursor::new(start).chain(rest)), true)
            }
            From::Passed(Some(kept)) => (Box::new(Cursor::new(std::mem::take(kept))), false),
            From::Passed(None) => {
                let message = "it has no `resource_changes`, and is too large to be gone over again in a stream";
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, message));
            }
        };
        if !(is_kept || self.has_digest) {
            return Ok(input);
        }
        let (filled, pieces) = mpsc::sync_channel(WAITING);
        let (used, empty) = mpsc::channel();
        let hash = self.has_digest.then(Sha256::new);
        self.readers.push(std::thread::spawn(move || read(input, hash, is_kept, &filled, &empty)));
        Ok(Box::new(Pieces { pieces, used, piece: Vec::new(), rest: 0..0 }))
    }

    fn start(&mut self) -> io::Result<Vec<u8>> {
        let mut start = Vec::new();
        match &self.from {
            From::File(file, _) => {
                from_start(file)?.take(plan::START).read_to_end(&mut start)?;
            }
            From::Stream(read, _) => start.clone_from(read),
            From::Passed(_) => {}
        }
        Ok(start)
    }
}

/// A piece, and how much of it is filled.
type Piece = (Vec<u8>, usize);

/// Reads an input to its end, piece by piece, each of which comes back when it was used.
fn read(
    mut input: impl Read,
    mut hash: Option<Sha256>,
    is_kept: bool,
    filled: &SyncSender<io::Result<Piece>>,
    empty: &Receiver<Vec<u8>>,
) -> Done {
    let mut kept = is_kept.then(Vec::new);
    loop {
        let mut piece = empty.try_recv().unwrap_or_else(|_| vec![0; PIECE]);
        let read = match input.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => {
                // Who would take it has gone already, if this fails.
                let _ = filled.send(Err(error));
                break;
            }
        };
        if let Some(hash) = &mut hash {
            hash.update(&piece[..read]);
        }
        kept = kept.filter(|kept| kept.len() + read <= MAX_KEPT);
        if let Some(kept) = &mut kept {
            kept.extend_from_slice(&piece[..read]);
        }
        if filled.send(Ok((piece, read))).is_err() {
            break;
        }
    }
    let digest = hash.map(|hash| hexadecimal(&hash.finalize()));
    Done { digest, kept }
}

/// What the thread reads.
struct Pieces {
    pieces: Receiver<io::Result<Piece>>,
    used: Sender<Vec<u8>>,
    piece: Vec<u8>,
    /// What of the piece is not taken yet.
    rest: std::ops::Range<usize>,
}

impl Read for Pieces {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.rest.is_empty() {
            let Ok(next) = self.pieces.recv() else { return Ok(0) };
            let (piece, filled) = next?;
            let used = std::mem::replace(&mut self.piece, piece);
            self.rest = 0..filled;
            if !used.is_empty() {
                // At the end nobody wants it any more.
                let _ = self.used.send(used);
            }
        }
        let taken = self.rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&self.piece[self.rest.start..self.rest.start + taken]);
        self.rest.start += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::plan::Input;

    fn input(name: &str, has_digest: bool) -> (std::path::PathBuf, PlanInput) {
        let path = std::env::temp_dir().join(format!("terravet-{}-{name}", std::process::id()));
        fs::write(&path, "first").unwrap();
        let input = PlanInput::new(&PlanFile::Path(path.clone()), has_digest).unwrap();
        (path, input)
    }

    fn read(input: &mut PlanInput) -> String {
        let mut text = String::new();
        input.open().unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn the_file_that_was_opened_is_read_whatever_has_its_name() {
        for has_digest in [false, true] {
            let (path, mut input) = input(&format!("replaced-{has_digest}"), has_digest);
            assert_eq!(read(&mut input), "first");
            let other = path.with_extension("new");
            fs::write(&other, "second").unwrap();
            fs::rename(&other, &path).unwrap();
            assert_eq!(read(&mut input), "first");
            assert_eq!(input.digest("plan").unwrap(), has_digest.then(|| crate::gate::sha256(b"first")));
            fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn a_file_that_is_written_to_while_it_is_read_is_a_problem() {
        for has_digest in [false, true] {
            let (path, mut input) = input(&format!("written-{has_digest}"), has_digest);
            assert_eq!(read(&mut input), "first");
            fs::write(&path, "more than that").unwrap();
            let problem = input.digest("plan").unwrap_err();
            assert_eq!(problem.message, "the plan has changed while it was read");
            fs::remove_file(path).unwrap();
        }
    }
}
