//! The zip container: which members there are, and their content within bounds.
//!
//! Terraform writes members as a stream, so that only the central directory knows their sizes. What sizes a file claims is
//! never believed beyond what the compressed bytes can hold, and what comes out has to agree with them.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::bufread::DeflateDecoder;
use rawzip::{CompressionMethod, ZipArchive, ZipArchiveEntryWayfinder, ZipSliceArchive};

use super::Damage;

/// So many members are looked at: a configuration snapshot has one for each file.
const MAX_MEMBERS: usize = 100_000;
/// The most bytes that all members together may come to.
const MAX_TOTAL: u64 = 1 << 30;
/// A member may be so many times as large as its compressed form (real ones: 4 to 13 times)…
const MAX_RATIO: u64 = 250;
/// … or this large, whatever its compressed form.
const FREE_SIZE: u64 = 16 << 20;

/// The members of a plan file.
pub(super) struct Container<'b> {
    archive: ZipSliceArchive<&'b [u8]>,
    members: BTreeMap<String, Member>,
    /// How many bytes may still come out.
    left: u64,
}

struct Member {
    place: ZipArchiveEntryWayfinder,
    method: CompressionMethod,
}

impl<'b> Container<'b> {
    /// Reads the central directory.
    ///
    /// # Errors
    /// The bytes are no zip file, one that is cut or damaged, or one that no Terraform writes.
    pub(super) fn open(bytes: &'b [u8]) -> Result<Self, Damage> {
        let broken = |what: rawzip::Error| Damage::new(format!("its table of contents cannot be read ({what})"));
        let archive = ZipArchive::from_slice(bytes).map_err(broken)?;
        let mut members = BTreeMap::new();
        for entry in archive.entries() {
            let entry = entry.map_err(broken)?;
            let name = std::str::from_utf8(entry.file_path().as_bytes())
                .map_err(|_| Damage::new("the name of a member is not UTF-8"))?;
            if entry.flags().is_encrypted() {
                return Err(Damage::new("a member is encrypted"));
            }
            let member = Member { place: entry.wayfinder(), method: entry.compression_method() };
            if members.insert(name.to_owned(), member).is_some() {
                return Err(Damage::new("two members have the same name"));
            }
            if members.len() > MAX_MEMBERS {
                return Err(Damage::new(format!("it has more than {MAX_MEMBERS} members")));
            }
        }
        Ok(Self { archive, members, left: MAX_TOTAL })
    }

    /// The names of all members, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.members.keys().map(String::as_str)
    }

    /// The content of a member; `None` where there is none of that name.
    ///
    /// # Errors
    /// It is damaged, or larger than any that Terraform writes.
    pub(super) fn read(&mut self, name: &str) -> Result<Option<Vec<u8>>, Damage> {
        let Some(member) = self.members.get(name) else { return Ok(None) };
        let broken = |what: &dyn std::fmt::Display| Damage::new(format!("its member `{name}` cannot be read ({what})"));
        let entry = self.archive.get_entry(member.place).map_err(|what| broken(&what))?;
        let compressed = entry.data();
        let limit = (compressed.len() as u64 * MAX_RATIO).max(FREE_SIZE).min(self.left);
        let mut content = Vec::with_capacity(member.place.uncompressed_size_hint().min(limit) as usize);
        let mut read = |reader: &mut dyn Read| {
            let mut bounded = reader.take(limit + 1);
            bounded.read_to_end(&mut content)
        };
        let outcome = match member.method {
            CompressionMethod::DEFLATE => read(&mut entry.verifying_reader(DeflateDecoder::new(compressed))),
            CompressionMethod::STORE => read(&mut entry.verifying_reader(compressed)),
            _ => return Err(broken(&"it is compressed in a way that Terraform does not use")),
        };
        outcome.map_err(|what| broken(&what))?;
        if content.len() as u64 > limit {
            return Err(Damage::new(format!("its member `{name}` unpacks to far more than a plan holds")));
        }
        self.left -= content.len() as u64;
        Ok(Some(content))
    }
}
