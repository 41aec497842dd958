//! What is kept of a build for everybody to see.

use std::collections::BTreeSet;

use super::super::flow::ScopeKind;
use super::super::shell::{QUOTED, Then};
use super::super::text::{HOLE, written};
use super::{Facts, Running};

/// A file with the values of a plan or state in it.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Secretive {
    /// Its path from the workspace; only its name where the directory is not known.
    path: String,
    is_whole: bool,
}

impl Facts<'_, '_, '_> {
    /// `archives`.
    pub(super) fn archives(&mut self) {
        let files = self.secretive();
        let mut facts = Vec::new();
        for (scope, call) in self.steps() {
            let tree = self.flow.tree;
            if !matches!(tree.step(call), Some("archiveArtifacts" | "archive" | "publishHTML" | "s3Upload")) {
                continue;
            }
            let names = ["artifacts", "includes", "file", "includePathPattern", "reportFiles"];
            let value = names
                .iter()
                .find_map(|name| call.named(tree, name))
                .map(|argument| &argument.value)
                .or_else(|| call.first());
            let Some(value) = value else { continue };
            let Some(patterns) = written(value, tree, self.flow.variables).map(|written| written.text) else {
                continue;
            };
            let excluded =
                call.named(tree, "excludes").and_then(|value| written(&value.value, tree, self.flow.variables));
            let excluded = excluded.map(|written| written.text).unwrap_or_default();
            let inside = self.inside(scope);
            let matches = |patterns: &str, file: &Secretive| {
                patterns.split(',').map(|pattern| is_match(pattern.trim(), &inside, file)).fold(Some(false), or)
            };
            let found = files.iter().find_map(|file| {
                let holds = matches(&patterns, file);
                let is_excluded = !excluded.is_empty() && matches(&excluded, file) != Some(false);
                (holds != Some(false) && !is_excluded).then_some((holds, file))
            });
            let (holds, file) = found.map_or((Some(false), String::new()), |(holds, file)| (holds, file.path.clone()));
            facts
                .push(self.fact((value.start, value.end), vec![("holds_values", holds.into()), ("file", file.into())]));
        }
        self.add("archives", facts);
    }

    /// Plan files and their JSON.
    fn secretive(&self) -> BTreeSet<Secretive> {
        let mut files = BTreeSet::new();
        for (running, index, terraform) in self.commands() {
            let command = running.script.shell.commands.get(index);
            let out = terraform
                .option("-out")
                .and_then(|option| option.value.as_ref())
                .filter(|_| terraform.subcommand == "plan");
            let shows = terraform.subcommand == "show" && terraform.option("-json").is_some();
            // The end of the pipeline, where there is one.
            let mut last = command.filter(|_| shows);
            while let Some(next) =
                last.and_then(|command| command.next).and_then(|next| running.script.shell.commands.get(next))
            {
                last = Some(next);
                if next.then != Then::Pipe {
                    break;
                }
            }
            let shown =
                [command, last].into_iter().flatten().find_map(|command| command.output.as_ref()).filter(|_| shows);
            for (word, inside) in [(out, terraform.directory.as_deref()), (shown, None)] {
                let Some(word) = word.filter(|word| !word.text.is_empty()) else { continue };
                files.insert(self.file(&running, &word.text, inside));
            }
        }
        files
    }

    fn file(&self, running: &Running<'_, '_>, path: &str, inside: Option<&str>) -> Secretive {
        let mut parts = self.inside(running.scope);
        let moves = !running.script.directory.is_empty();
        parts.extend(inside.map(str::to_owned));
        parts.push(path.to_owned());
        let whole = parts.join("/");
        let is_whole = !moves && !whole.contains([HOLE, QUOTED]) && !path.starts_with('/');
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        Secretive { path: if is_whole { clean(&whole) } else { name }, is_whole }
    }

    /// The directories that a scope is in.
    fn inside(&self, scope: usize) -> Vec<String> {
        let mut parts: Vec<String> = self
            .flow
            .around(scope)
            .filter_map(|(_, scope)| match &scope.kind {
                ScopeKind::Directory(directory) if directory.is_empty() => Some(HOLE.to_string()),
                ScopeKind::Directory(directory) => Some(directory.clone()),
                _ => None,
            })
            .collect();
        parts.reverse();
        parts
    }
}

fn or(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(true), _) | (_, Some(true)) => Some(true),
        (None, _) | (_, None) => None,
        (Some(false), Some(false)) => Some(false),
    }
}

fn clean(path: &str) -> String {
    path.split('/').filter(|part| !matches!(*part, "" | ".")).collect::<Vec<_>>().join("/")
}

/// Whether a pattern (of Ant's kind) matches a file.
fn is_match(pattern: &str, inside: &[String], file: &Secretive) -> Option<bool> {
    let pattern = if pattern.ends_with('/') { format!("{pattern}**") } else { pattern.to_owned() };
    let whole = clean(&[inside.join("/"), pattern.clone()].join("/"));
    let (name, wanted) =
        (file.path.rsplit('/').next().unwrap_or_default(), whole.rsplit('/').next().unwrap_or_default());
    let mut segments = whole.split('/').collect::<Vec<_>>();
    if file.is_whole && !whole.contains(HOLE) {
        let path: Vec<&str> = file.path.split('/').collect();
        return Some(path_matches(&mut segments, &path));
    }
    // By the names alone, the directories may differ.
    let may = name.contains([HOLE, QUOTED]) || segment_matches(wanted.as_bytes(), name.as_bytes());
    let everywhere = whole.starts_with("**") && !whole.contains(HOLE);
    if !may {
        Some(false)
    } else if everywhere && segment_matches(wanted.as_bytes(), name.as_bytes()) {
        Some(true)
    } else if whole.contains(HOLE) && !wanted.contains(HOLE) && !segment_matches(wanted.as_bytes(), name.as_bytes()) {
        Some(false)
    } else {
        None
    }
}

/// Matches segments, `**` standing for any number of them.
fn path_matches(pattern: &mut [&str], path: &[&str]) -> bool {
    // What each pattern segment has matched so far, row by row: no backtracking.
    let mut row: Vec<bool> = vec![false; path.len() + 1];
    row[0] = true;
    for segment in pattern.iter() {
        let mut next = vec![false; path.len() + 1];
        if *segment == "**" {
            let mut any = false;
            for at in 0..=path.len() {
                any |= row[at];
                next[at] = any;
            }
        } else {
            for at in 0..path.len() {
                next[at + 1] = row[at] && segment_matches(segment.as_bytes(), path[at].as_bytes());
            }
        }
        row = next;
    }
    row.last() == Some(&true)
}

/// Matches a name, `*` standing for any text and `?` for one character.
fn segment_matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from, mut star, mut resume) = (0, 0, None, 0);
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some(at);
                resume = from;
                at += 1;
            }
            Some(byte) if *byte == b'?' || *byte == text[from] => {
                at += 1;
                from += 1;
            }
            _ => match star {
                Some(position) => {
                    resume += 1;
                    from = resume;
                    at = position + 1;
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}
