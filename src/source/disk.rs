//! Reading from disk: the one place outside `cli/` that touches the file system.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The largest file that is read (bytes): spans hold 32-bit offsets, and no Terraform file is near it.
pub const MAX_FILE_SIZE: u64 = 512 * 1024 * 1024;

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// The file system's error; `InvalidInput` if it is not a regular file (a device, a pipe, a directory);
/// `FileTooLarge` if it is larger than `limit`.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let metadata = std::fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    let mut bytes = Vec::with_capacity(metadata.len().min(limit) as usize + 1);
    File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// A path without symbolic links, `.` and `..`.
///
/// # Errors
/// The file system's error, above all that nothing is there.
pub fn canonical(path: &Path) -> io::Result<PathBuf> {
    std::fs::canonicalize(path)
}

/// What is at a path, symbolic links followed.
///
/// # Errors
/// The file system's error, above all that nothing is there.
pub fn metadata(path: &Path) -> io::Result<std::fs::Metadata> {
    std::fs::metadata(path)
}

/// The names in a directory, in order; names that are not UTF-8 are left out.
///
/// # Errors
/// The file system's error.
pub fn names(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        names.extend(entry?.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}
