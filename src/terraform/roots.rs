//! Root modules below a directory: those that no other module there calls.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::source::{SourceFile, Sources, disk};
use crate::syntax::{Trees, json, native};

/// Who calls whom among directories of configuration.
#[derive(Debug)]
pub struct Calls(BTreeMap<PathBuf, Vec<PathBuf>>);

impl Calls {
    /// Reads the local module calls in directories of configuration (each with its files).
    #[must_use]
    pub fn read(modules: &BTreeMap<PathBuf, Vec<PathBuf>>) -> Self {
        let known: BTreeMap<PathBuf, &PathBuf> = modules.keys().map(|path| (disk::clean(path), path)).collect();
        let targets = |directory: &PathBuf, files: &[PathBuf]| {
            let called = files.iter().flat_map(|file| local_sources(file));
            let called = called.map(|source| disk::clean(&directory.join(source)));
            called
                .map(|path| known.get(&path).map_or(path, |known| (*known).clone()))
                .filter(|path| path != directory)
                .collect()
        };
        Self(modules.iter().map(|(directory, files)| (directory.clone(), targets(directory, files))).collect())
    }

    /// All directories: those that were read, and those that are called and are not there.
    pub fn directories(&self) -> impl Iterator<Item = &PathBuf> {
        self.0.keys().chain(self.0.values().flatten())
    }

    /// A directory and all that it calls, directly or not.
    #[must_use]
    pub fn reached<'c>(&'c self, from: &'c PathBuf) -> BTreeSet<&'c PathBuf> {
        let mut reached = BTreeSet::new();
        let mut pending = vec![from];
        while let Some(next) = pending.pop() {
            if reached.insert(next) {
                pending.extend(self.0.get(next).into_iter().flatten());
            }
        }
        reached
    }

    /// The root modules: directories that no other one calls as a local module. Where modules call each other in a circle,
    /// so that nothing leads to them, the first of them counts as one: no directory goes unread.
    #[must_use]
    pub fn roots(&self) -> Vec<PathBuf> {
        let called: BTreeSet<&PathBuf> = self.0.values().flatten().collect();
        let mut reached: BTreeSet<&PathBuf> = BTreeSet::new();
        let mut roots = Vec::new();
        let uncalled = self.0.keys().filter(|directory| !called.contains(directory));
        for directory in uncalled.chain(self.0.keys()) {
            if reached.contains(directory) {
                continue;
            }
            roots.push(directory.clone());
            let mut pending = vec![directory];
            while let Some(next) = pending.pop() {
                if reached.insert(next) {
                    pending.extend(self.0.get(next).into_iter().flatten());
                }
            }
        }
        roots.sort();
        roots
    }
}

/// The local sources of the module calls in a file; none where it cannot be read (whoever reads it as a module says so).
fn local_sources(file: &Path) -> Vec<String> {
    let Ok(bytes) = disk::read(file, disk::MAX_FILE_SIZE) else { return Vec::new() };
    if memchr::memmem::find(&bytes, b"module").is_none() {
        return Vec::new();
    }
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let id = sources.add(SourceFile::new(String::new(), bytes));
    let is_json = file.extension().is_some_and(|extension| extension == "json");
    let (tree, _) = if is_json { json::parse(id, sources.file(id)) } else { native::parse(id, sources.file(id)) };
    let root = tree.root;
    let tree = trees.add(tree);
    let body = trees.body(crate::syntax::NodeRef { tree, node: root });
    body.blocks("module", 1)
        .iter()
        .filter_map(|block| block.body.attribute("source"))
        .filter_map(|source| Some(trees.get(tree).constant_text(source.expression.node)?.into_owned()))
        .filter(|source| source.starts_with("./") || source.starts_with("../"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modules(files: &[(&str, &str)]) -> (tempdir::Directory, BTreeMap<PathBuf, Vec<PathBuf>>) {
        let directory = tempdir::Directory::new();
        for (path, text) in files {
            let path = directory.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (found, problems) = crate::source::walk::configurations(directory.path(), directory.path(), &mut |_| false);
        assert_eq!(problems, []);
        (directory, found)
    }

    /// A directory that goes with the test.
    mod tempdir {
        use std::path::{Path, PathBuf};
        use std::sync::atomic::{AtomicU32, Ordering};

        pub(super) struct Directory(PathBuf);

        static NEXT: AtomicU32 = AtomicU32::new(0);

        impl Directory {
            pub(super) fn new() -> Self {
                let name = format!("terravet-roots-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
                Self(std::env::temp_dir().join(name))
            }

            pub(super) fn path(&self) -> &Path {
                &self.0
            }
        }

        impl Drop for Directory {
            fn drop(&mut self) {
                let _ = std::fs::remove_dir_all(&self.0);
            }
        }
    }

    #[test]
    fn a_root_is_called_by_nobody() {
        for (name, files, expected) in [
            (
                "a monorepo",
                &[
                    ("envs/prod/main.tf", "module \"net\" { source = \"../../modules/net\" }"),
                    ("envs/dev/main.tf.json", r#"{"module": {"net": {"source": "../../modules/net"}}}"#),
                    ("modules/net/main.tf", "module \"x\" {\n source = \"./subnets\"\n}"),
                    ("modules/net/subnets/main.tf", ""),
                    ("modules/unused/main.tf", "module \"v\" { source = \"hashicorp/vpc/aws\" }"),
                    (".terraform/modules/m/main.tf", ""),
                    ("node_modules/m/main.tf", ""),
                    ("docs/readme.md", ""),
                ][..],
                &["envs/dev", "envs/prod", "modules/unused"][..],
            ),
            (
                "a circle",
                &[
                    ("a/main.tf", "module \"b\" { source = \"../b\" }"),
                    ("b/main.tf", "module \"a\" { source = \"../a\" }"),
                    ("c/main.tf", "module \"c\" { source = \"./\" }"),
                ],
                &["a", "c"],
            ),
        ] {
            let (directory, modules) = modules(files);
            let expected: Vec<PathBuf> = expected.iter().map(|path| directory.path().join(path)).collect();
            assert_eq!(Calls::read(&modules).roots(), expected, "{name}");
        }
    }
}
