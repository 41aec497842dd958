//! What file functions read from disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Files;
use super::filesystem::{clean, expand};
use super::glob::{alternatives, matches};
use crate::source::disk;

/// The largest file that is read (bytes).
const MAX_SIZE: u64 = 64 << 20;
/// The most directory entries that one `fileset` looks at.
const MAX_ENTRIES: usize = 1_000_000;
/// The deepest directory that one `fileset` goes into.
const MAX_DEPTH: usize = 256;

/// Files below a few directories. Symbolic links count as what they lead to.
#[derive(Clone, Debug)]
pub struct DiskFiles {
    base: PathBuf,
    roots: Vec<PathBuf>,
}

impl DiskFiles {
    /// Files for a run of Terraform in the directory `base` (of the root module). Only what lies below it or below
    /// one of `roots` is read; anything else is unknown to functions.
    #[must_use]
    pub fn new(base: &Path, roots: &[&Path]) -> Self {
        let resolved = |path: &Path| disk::canonical(path).unwrap_or_else(|_| path.to_path_buf());
        let base = resolved(base);
        let roots = roots.iter().map(|root| resolved(root)).chain([base.clone()]).collect();
        Self { base, roots }
    }

    /// The path, `~` expanded, made absolute and cleaned.
    fn place(&self, path: &str) -> Result<PathBuf, String> {
        let path = expand(path).map_err(|why| format!("failed to expand ~: {why}"))?;
        Ok(PathBuf::from(self.absolute(&path)))
    }

    /// Whether a path that need not exist lies below one of the roots.
    fn inside(&self, path: &Path) -> bool {
        let real = path.ancestors().find_map(|ancestor| {
            let rest = path.strip_prefix(ancestor).ok()?;
            disk::canonical(ancestor).ok().map(|real| real.join(rest))
        });
        real.is_some_and(|real| self.roots.iter().any(|root| real.starts_with(root)))
    }
}

impl Files for DiskFiles {
    fn allowed(&self, path: &str) -> bool {
        self.place(path).is_ok_and(|place| self.inside(&place))
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let place = self.place(path)?;
        if !self.inside(&place) {
            return Err(format!("{path:?} is outside of the checked directories"));
        }
        match disk::read(&place, MAX_SIZE) {
            Ok(bytes) => Ok(bytes.into()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(format!(
                "no file exists at {path:?}; this function works only with files that are distributed as part of the \
                 configuration source code, so if this file will be created by a resource in this configuration you \
                 must instead obtain this result from an attribute of that resource"
            )),
            Err(_) if disk::metadata(&place).is_ok_and(|metadata| metadata.is_dir()) => {
                Err(format!("failed to read file: read {}: is a directory", clean(path)))
            }
            Err(error) => Err(format!("failed to read file: {path:?}: {error}")),
        }
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        let place = self.place(path)?;
        if !self.inside(&place) {
            return Err(format!("{path:?} is outside of the checked directories"));
        }
        match disk::metadata(&place) {
            Ok(metadata) if metadata.is_file() => Ok(true),
            Ok(metadata) if metadata.is_dir() => Err(format!("{path:?} is a directory, not a file")),
            Ok(_) => Err(format!("{path:?} is not a regular file")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(_) => Err(format!("failed to stat {path:?}")),
        }
    }

    fn set(&self, directory: &str, pattern: &str) -> Result<Option<Vec<String>>, String> {
        let base = self.absolute(directory);
        let mut found = Vec::new();
        let whole = clean(&format!("{base}/{pattern}"));
        let components: Vec<&str> = whole.split('/').filter(|component| !component.is_empty()).collect();
        let mut walk = Walk { files: self, left: MAX_ENTRIES, found: &mut found, leads_out: false };
        walk.below(Path::new("/"), &components, 0)
            .map_err(|why| format!("failed to glob pattern {:?}: {why}", clean(&format!("{directory}/{pattern}"))))?;
        if walk.leads_out {
            return Ok(None);
        }
        let mut set: Vec<String> = found.iter().map(|path| relative(&base, path)).collect();
        set.sort_unstable();
        set.dedup();
        Ok(Some(set))
    }

    fn absolute(&self, path: &str) -> String {
        if path.starts_with('/') { clean(path) } else { clean(&format!("{}/{path}", self.base.display())) }
    }
}

/// A path relative to a directory, both absolute and clean.
fn relative(directory: &str, path: &str) -> String {
    let mut from: Vec<&str> = directory.split('/').filter(|part| !part.is_empty()).collect();
    let mut to: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let common = from.iter().zip(&to).take_while(|(left, right)| left == right).count();
    from.drain(..common);
    to.drain(..common);
    from.iter().map(|_| "..").chain(to).collect::<Vec<_>>().join("/")
}

/// A search for files by pattern.
struct Walk<'a> {
    files: &'a DiskFiles,
    left: usize,
    found: &'a mut Vec<String>,
    /// Whether something that is there, and that Terraform would look at, lies outside of the roots.
    leads_out: bool,
}

impl Walk<'_> {
    /// Looks for what the components match below a directory.
    fn below(&mut self, directory: &Path, components: &[&str], depth: usize) -> Result<(), String> {
        let Some((&component, rest)) = components.split_first() else { return Ok(()) };
        if depth > MAX_DEPTH {
            return Ok(());
        }
        if component != "**" && !component.contains(['*', '?', '[', '{', '\\']) {
            return self.visit(&directory.join(component), rest, depth);
        }
        if !self.files.inside(directory) {
            self.leads_out |= disk::metadata(directory).is_ok_and(|metadata| metadata.is_dir());
            return Ok(());
        }
        let Ok(names) = disk::names(directory) else { return Ok(()) };
        self.left = self.left.checked_sub(names.len()).ok_or("more than a million files to look at")?;
        if component == "**" {
            for name in &names {
                let path = directory.join(name);
                if disk::metadata(&path).is_ok_and(|metadata| metadata.is_dir()) && !is_loop(&path) {
                    self.below(&path, components, depth + 1)?;
                } else if rest.is_empty() {
                    self.visit(&path, rest, depth)?;
                }
            }
            return self.below(directory, rest, depth);
        }
        let patterns = alternatives(component)?;
        for name in names {
            let mut matched = false;
            for pattern in &patterns {
                matched |= matches(pattern, &name)?;
            }
            if matched {
                self.visit(&directory.join(name), rest, depth)?;
            }
        }
        Ok(())
    }

    fn visit(&mut self, path: &Path, rest: &[&str], depth: usize) -> Result<(), String> {
        if !rest.is_empty() {
            return self.below(path, rest, depth + 1);
        }
        if disk::metadata(path).is_ok_and(|metadata| metadata.is_file()) {
            if self.files.inside(path) {
                self.found.extend(path.to_str().map(str::to_owned));
            } else {
                self.leads_out = true;
            }
        }
        Ok(())
    }
}

/// Whether a directory leads back to one that it lies in.
fn is_loop(path: &Path) -> bool {
    let Some(parent) = path.parent() else { return false };
    match (disk::canonical(path), disk::canonical(parent)) {
        (Ok(real), Ok(parent)) => parent.starts_with(&real),
        _ => true,
    }
}
