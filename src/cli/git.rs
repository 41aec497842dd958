//! What git says of a checkout.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A checkout may be somebody else's, as in a container of a build agent: `rev-parse` runs nothing that its configuration names.
const ANY_OWNER: &str = "safe.directory=*";

/// What a git command prints in a directory, or why it prints nothing.
pub(super) fn run(directory: &Path, arguments: &[&str]) -> Result<Vec<u8>, String> {
    let run = Command::new("git").arg("-C").arg(directory).args(arguments).output();
    let run = run.map_err(|error| format!("git cannot be run: {error}"))?;
    if run.status.success() {
        return Ok(run.stdout);
    }
    let said = String::from_utf8_lossy(&run.stderr).trim().replace('\n', " ");
    Err(format!("git {}: {said}", arguments.first().unwrap_or(&"")))
}

/// The top of the checkout around a directory, if there is one.
pub(super) fn top(directory: &Path) -> Option<PathBuf> {
    let printed = run(directory, &["-c", ANY_OWNER, "rev-parse", "--show-toplevel"]).ok()?;
    Some(PathBuf::from(text(printed.trim_ascii_end())))
}

/// The commit that is checked out around a directory, if there is one.
pub(super) fn commit(directory: &Path) -> Option<String> {
    let printed = run(directory, &["-c", ANY_OWNER, "rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).ok()?;
    String::from_utf8(printed).ok().map(|text| text.trim().to_owned())
}

/// A path as git prints it.
#[cfg(unix)]
pub(super) fn text(bytes: &[u8]) -> &OsStr {
    std::os::unix::ffi::OsStrExt::from_bytes(bytes)
}

/// A path as git prints it.
#[cfg(not(unix))]
pub(super) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
