//! Reading from disk: the one place outside `cli/` that touches the file system.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

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

/// The names in a directory, in order; what is not UTF-8 in one is U+FFFD, so that reading the file fails and is told.
///
/// # Errors
/// The file system's error.
pub fn names(directory: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort_unstable();
    Ok(names)
}

/// The names in a directory, in order, each with whether it is a directory (links are followed).
///
/// # Errors
/// The file system's error.
pub fn list(directory: &Path) -> io::Result<Vec<(String, bool)>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let is_directory = std::fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir());
        names.push((entry.file_name().to_string_lossy().into_owned(), is_directory));
    }
    names.sort();
    Ok(names)
}

/// The path with `.` and `..` taken out by text alone, without looking at links: what Terraform does with module sources.
#[must_use]
pub fn clean(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => match clean.components().next_back() {
                Some(Component::Normal(_)) => {
                    clean.pop();
                }
                Some(Component::RootDir | Component::Prefix(_)) => {}
                Some(Component::CurDir | Component::ParentDir) | None => clean.push(".."),
            },
            Component::Normal(_) | Component::RootDir | Component::Prefix(_) => clean.push(component),
        }
    }
    if clean.as_os_str().is_empty() { PathBuf::from(".") } else { clean }
}

/// The way from one directory to a path, both absolute and clean, with `/`; `.` where they are the same.
#[must_use]
pub fn relative(path: &Path, from: &Path) -> String {
    let path: Vec<_> = path.components().collect();
    let from: Vec<_> = from.components().collect();
    let common = path.iter().zip(&from).take_while(|(left, right)| left == right).count();
    let up = from[common..].iter().map(|_| "..".to_owned());
    let down = path[common..].iter().map(|component| component.as_os_str().to_string_lossy().into_owned());
    let steps: Vec<String> = up.chain(down).collect();
    if steps.is_empty() { ".".to_owned() } else { steps.join("/") }
}

/// The path with all links followed, if there is something.
#[must_use]
pub fn real(path: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(path).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_takes_dots_out_by_text() {
        for (path, expected) in
            [("a/./b/../c", "a/c"), ("..", ".."), ("a/..", "."), ("/a/../..", "/"), ("../a/../../b", "../../b")]
        {
            assert_eq!(clean(Path::new(path)), PathBuf::from(expected), "{path}");
        }
    }

    #[test]
    fn relative_goes_up_and_down() {
        for (path, from, expected) in
            [("/a/b", "/a", "b"), ("/a", "/a/b/c", "../.."), ("/a/b", "/a/c", "../b"), ("/a", "/a", ".")]
        {
            assert_eq!(relative(Path::new(path), Path::new(from)), expected);
        }
    }
}
