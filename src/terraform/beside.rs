//! Evaluating configuration beside a plan that was made of it: what Terraform has worked out already is taken over.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::address::{InstanceKey, Mode, ModulePath};
use crate::inventory::Instance;
use crate::lang::equality::equal;
use crate::lang::functions::Files;
use crate::lang::{Str, Type, Value};
use crate::source::Span;

use super::state::{Instances, Repetition};

/// What a plan says of its configuration.
pub trait Planned {
    /// The value of a variable of the root module, where the plan holds it.
    fn variable(&self, name: &str) -> Option<&Value>;

    /// The keys of the instances of a resource in a module instance.
    fn resource_keys(&self, module: &ModulePath, mode: Mode, type_name: &str, name: &str) -> Vec<InstanceKey>;

    /// The keys of the instances of a module call in a module instance.
    fn module_keys(&self, module: &ModulePath, name: &str) -> Vec<InstanceKey>;

    /// An instance as planned, of what the configuration makes of it.
    fn instance(&self, configured: Instance) -> Instance;
}

/// Configuration that does not lie on disk: files by the directory that they stand in, and directories by the path of module
/// calls (`network.subnets`).
#[derive(Clone, Debug, Default)]
pub struct Archive {
    /// The files of each directory (absolute): name, content.
    pub files: BTreeMap<PathBuf, Vec<(String, Vec<u8>)>>,
    /// The directory of each module that a call leads to.
    pub modules: HashMap<String, PathBuf>,
}

impl Archive {
    /// The names in a directory.
    pub(super) fn names(&self, directory: &Path) -> Option<Vec<String>> {
        let files = self.files.get(directory)?;
        let mut names: Vec<String> = files.iter().map(|(name, _)| name.clone()).collect();
        names.sort_unstable();
        Some(names)
    }

    /// The content of a file.
    pub(super) fn read(&self, path: &Path) -> Option<&[u8]> {
        let name = path.file_name()?.to_str()?;
        let files = self.files.get(path.parent()?)?;
        files.iter().find(|(known, _)| known == name).map(|(_, content)| content.as_slice())
    }
}

/// Files beside configuration that does not lie on disk: what is not there, or is a list of what is, is not known. It need
/// not be as it was when the plan was made.
pub(super) struct FilesThere<'f>(pub(super) &'f dyn Files);

impl Files for FilesThere<'_> {
    fn allowed(&self, path: &str) -> bool {
        self.0.allowed(path) && self.0.exists(path) == Ok(true)
    }

    fn read(&self, path: &str) -> Result<Arc<[u8]>, String> {
        self.0.read(path)
    }

    fn exists(&self, path: &str) -> Result<bool, String> {
        self.0.exists(path)
    }

    fn set(&self, directory: &str, pattern: &str) -> Result<Option<Vec<String>>, String> {
        self.0.set(directory, pattern)
    }

    fn absolute(&self, path: &str) -> String {
        self.0.absolute(path)
    }
}

/// In what a plan and the configuration beside it disagree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The address of the resource instance.
    pub address: String,
    /// In words, after the address: `is not in the plan`.
    pub what: String,
    /// The resource's block.
    pub span: Option<Span>,
}

/// The instances that a plan has, where `count` or `for_each` (whose value is `collection`) is not known.
pub(super) fn instances(keys: Vec<InstanceKey>, collection: &Value) -> Instances {
    let is_set = matches!(collection.ty(), Type::Set(_));
    let mut each: Vec<(Str, Repetition)> = Vec::new();
    let mut count = 0;
    for key in keys {
        match key {
            InstanceKey::String(text) => {
                let key = Value::normalized(text.clone());
                let element = || collection.get(&text).cloned();
                let value =
                    if is_set { key.clone() } else { element().unwrap_or_else(|| Value::unknown(Type::Dynamic)) };
                each.push((text, Repetition::Each { key, value }));
            }
            InstanceKey::Number(index) => count = count.max(index.saturating_add(1)),
            InstanceKey::None | InstanceKey::Unknown => {}
        }
    }
    each.sort_by(|left, right| left.0.cmp(&right.0));
    each.dedup_by(|left, right| left.0 == right.0);
    match (each.is_empty(), count) {
        (false, _) => Instances::Each(each),
        (true, count) if count <= super::expand::MAX_INSTANCES => Instances::Count(count),
        (true, _) => Instances::Unknown,
    }
}

/// The value of a variable with the places where its parts were typed, if this is the value that was typed there: one that
/// was given otherwise comes from somewhere else as a whole.
#[must_use]
pub(super) fn with_origins_of(value: Value, typed: &Value) -> Value {
    match equal(&value, typed) {
        Some(true) => typed.clone().with_marks(value.marks),
        Some(false) | None => value,
    }
}
