//! Files and paths ("Terraform Language: Filesystem Functions").

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::types::Type;
use super::super::value::Value;
use super::{Call, Failure, Function, Returns, Takes, at, function, quoted, string, text};

const TEXT: Returns = Returns::Always(Takes::String);

pub(super) const FUNCTIONS: &[Function] = &[
    function("abspath", &[string("path")], TEXT, |call| text(&call.files.absolute(call.text(0)))),
    function("basename", &[string("path")], TEXT, |call| text(base(call.text(0)))),
    function("dirname", &[string("path")], TEXT, |call| text(&directory(call.text(0)))),
    function("file", &[string("path").marked()], TEXT, file),
    function("filebase64", &[string("path").marked()], TEXT, |call| {
        let Some(bytes) = content(call)? else { return Ok(call.unknown().with_marks(call.arguments[0].marks)) };
        Ok(Value::string(&STANDARD.encode(bytes)).with_marks(call.arguments[0].marks))
    }),
    function("fileexists", &[string("path").marked()], Returns::Always(Takes::Bool), |call| {
        if !call.files.allowed(call.text(0)) {
            return Ok(call.unknown().with_marks(call.arguments[0].marks));
        }
        Ok(Value::bool(call.files.exists(call.text(0))?).with_marks(call.arguments[0].marks))
    }),
    function(
        "fileset",
        &[string("path").marked(), string("pattern").marked()],
        Returns::Always(Takes::SetOfString),
        file_set,
    ),
    function("pathexpand", &[string("path")], TEXT, |call| text(&expand(call.text(0))?)),
];

/// The content of the file that the first argument names; `None` if it must not be looked at.
pub(super) fn content(call: &Call<'_>) -> Result<Option<Arc<[u8]>>, Failure> {
    if !call.files.allowed(call.text(0)) {
        return Ok(None);
    }
    call.files.read(call.text(0)).map(Some).map_err(|message| at(0, message))
}

fn file(call: &Call<'_>) -> Result<Value, Failure> {
    let marks = call.arguments[0].marks;
    let Some(bytes) = content(call)? else { return Ok(call.unknown().with_marks(call.arguments[0].marks)) };
    let Ok(content) = std::str::from_utf8(&bytes) else {
        let path = quoted(call.text(0), marks);
        let message = format!(
            "contents of {path} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded \
             contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead"
        );
        return Err(message.into());
    };
    Ok(Value::string(content).with_marks(marks))
}

fn file_set(call: &Call<'_>) -> Result<Value, Failure> {
    let marks = call.arguments[0].marks.with(call.arguments[1].marks);
    if !call.files.allowed(call.text(0)) {
        return Ok(call.unknown().with_marks(marks));
    }
    let Some(paths) = call.files.set(call.text(0), call.text(1))? else { return Ok(call.unknown().with_marks(marks)) };
    let paths = paths.iter().map(|path| Value::string(path)).collect();
    Ok(Value::set(Type::String, paths).with_marks(marks))
}

/// The last element of a path (Go's `filepath.Base`).
fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    match path.trim_end_matches('/') {
        "" => "/",
        path => path.rsplit('/').next().unwrap_or(path),
    }
}

/// All but the last element of a path, cleaned (Go's `filepath.Dir`).
fn directory(path: &str) -> String {
    clean(path.rfind('/').map_or("", |at| &path[..=at]))
}

/// The shortest path that means the same without looking at the file system (Go's `filepath.Clean`).
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

/// The path with a leading `~` made the home directory.
pub(super) fn expand(path: &str) -> Result<String, String> {
    let Some(rest) = path.strip_prefix('~') else { return Ok(path.into()) };
    if !rest.is_empty() && !rest.starts_with(['/', '\\']) {
        return Err("cannot expand user-specific home dir".into());
    }
    let home = std::env::home_dir().filter(|home| !home.as_os_str().is_empty());
    let home = home.ok_or("the home directory is not known")?;
    Ok(clean(&format!("{}/{rest}", home.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart_as_go_does() {
        for (path, of_base, of_directory) in [
            ("", ".", "."),
            ("/", "/", "/"),
            ("a", "a", "."),
            ("a/b/", "b", "a/b"),
            ("/a/../b//c", "c", "/b"),
            ("../../x", "x", "../.."),
            ("./x", "x", "."),
        ] {
            assert_eq!((base(path), &*directory(path)), (of_base, of_directory), "{path}");
        }
    }
}
