//! The configuration inside a plan file (Terraform: `internal/plans/planfile/config_snapshot.go`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use super::Damage;
use super::container::Container;
use crate::plan::{Snapshot, SnapshotModule};

const MANIFEST: &str = "tfconfig/modules.json";
/// Members of a module's files: this, the module's key, `/`, the file's name.
const FILES: &str = "tfconfig/m-";

/// An entry of the manifest: a bare array of them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Entry {
    key: String,
    dir: String,
}

/// Reads the configuration.
///
/// # Errors
/// There is none, or it is damaged.
pub(super) fn read(container: &mut Container<'_>) -> Result<Snapshot, Damage> {
    let manifest = container.read(MANIFEST)?.ok_or_else(|| Damage::new(format!("it has no member `{MANIFEST}`")))?;
    let entries: Vec<Entry> = serde_json::from_slice(&manifest)
        .map_err(|what| Damage::new(format!("its member `{MANIFEST}` cannot be read ({what})")))?;
    let mut modules = BTreeMap::new();
    for Entry { key, dir } in entries {
        let module = SnapshotModule { key: key.clone(), directory: directory(&dir), files: Vec::new() };
        modules.insert(key, module);
    }
    let members: Vec<String> = container.names().filter(|name| name.starts_with(FILES)).map(str::to_owned).collect();
    for member in members {
        let (key, name) = member[FILES.len()..].rsplit_once('/').unwrap_or_default();
        let Some(module) = modules.get_mut(key) else { continue };
        let content = container.read(&member)?.unwrap_or_default();
        module.files.push((name.to_owned(), content));
    }
    Ok(Snapshot { modules: modules.into_values().collect() })
}

/// A directory as it is written on any system.
fn directory(text: &str) -> PathBuf {
    PathBuf::from(text.replace('\\', "/"))
}
