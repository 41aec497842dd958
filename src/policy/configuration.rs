//! `.terravet.hcl`: the user's configuration, read with all its mistakes at once.

use std::path::{Component, Path, PathBuf};

use crate::finding::{FailOn, Severity};
use crate::lang::{Type, Value};
use crate::network::intent::Intent;
use crate::source::{Problem, Sources, Span, pattern};
use crate::syntax::{BlockView, NodeRef, TreeId, Trees, native};

use super::form::{self, Reader};
use super::intent;

/// The name of the file.
pub const FILE_NAME: &str = ".terravet.hcl";

/// What a `.terravet.hcl` says; the defaults where there is none.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The directory that its paths are relative to (absolute); empty where there is no file.
    pub directory: PathBuf,
    /// The lowest severity that fails a run, if it says so.
    pub fail_on: Option<FailOn>,
    /// The severity of undetermined findings.
    pub undetermined: Severity,
    /// Patterns of paths that are not checked.
    pub exclude: Vec<String>,
    /// Rule files and directories of rule files of the user's own.
    pub rule_paths: Vec<(String, Span)>,
    /// What is set of rules.
    pub(super) rules: Vec<RuleBlock>,
    /// Suppressions.
    pub(super) ignores: Vec<Ignore>,
    /// Tiers and the flows between them.
    pub intent: Intent,
}

/// A `rule` block.
#[derive(Clone, Debug)]
pub(super) struct RuleBlock {
    pub(super) name: String,
    pub(super) span: Span,
    pub(super) enabled: Option<bool>,
    pub(super) severity: Option<Severity>,
    /// Options: name, where the name stands, value.
    pub(super) options: Vec<(String, Span, NodeRef)>,
}

/// An `ignore` block.
#[derive(Clone, Debug)]
pub(super) struct Ignore {
    pub(super) span: Span,
    pub(super) rule: String,
    pub(super) rule_span: Span,
    pub(super) address: String,
    pub(super) reason: String,
    pub(super) expires: Option<String>,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            directory: PathBuf::new(),
            fail_on: None,
            undetermined: Severity::Warning,
            exclude: Vec::new(),
            rule_paths: Vec::new(),
            rules: Vec::new(),
            ignores: Vec::new(),
            intent: Intent::default(),
        }
    }
}

impl Configuration {
    /// Whether a path (absolute, or relative to `current`) is excluded.
    #[must_use]
    pub fn excludes(&self, path: &Path, current: &Path) -> bool {
        if self.exclude.is_empty() {
            return false;
        }
        let absolute = normal(&current.join(path));
        let Ok(inside) = absolute.strip_prefix(&self.directory) else { return false };
        let inside = inside.to_string_lossy().replace('\\', "/");
        self.exclude.iter().any(|pattern| pattern::matches_path(pattern, &inside))
    }
}

/// The configuration that holds for a directory: the nearest `.terravet.hcl` from there upward.
#[must_use]
pub fn find(directory: &Path) -> Option<PathBuf> {
    directory.ancestors().map(|ancestor| ancestor.join(FILE_NAME)).find(|path| path.is_file())
}

/// The path without `.` and `..`, by its text alone.
#[must_use]
pub fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            Component::Prefix(_) | Component::RootDir | Component::Normal(_) => normal.push(part),
        }
    }
    normal
}

/// The path as reports print it: relative to `current`, with `/`, with `../` where need be.
#[must_use]
pub fn shown(path: &Path, current: &Path) -> String {
    let (path, current) = (normal(&current.join(path)), normal(current));
    let common = path.components().zip(current.components()).take_while(|(left, right)| left == right).count();
    let up = current.components().skip(common).map(|_| "..".to_owned());
    let down = path.components().skip(common).map(|part| part.as_os_str().to_string_lossy().into_owned());
    let parts: Vec<String> = up.chain(down).collect();
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// Reads the file at `path`.
#[must_use]
pub fn read(path: &Path, current: &Path, sources: &mut Sources, trees: &mut Trees) -> (Configuration, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut configuration = Configuration::default();
    if let Some(tree) = form::open(path, &shown(path, current), native::parse_relaxed, sources, trees, &mut problems) {
        let (read, found) = read_tree(trees, tree);
        configuration = read;
        // Of an intent that is not understood in whole, nothing is concluded.
        if !problems.is_empty() {
            configuration.intent = Intent::default();
        }
        problems.extend(found);
    }
    configuration.directory = normal(&current.join(path)).parent().map(Path::to_path_buf).unwrap_or_default();
    (configuration, problems)
}

/// Reads a parsed file.
pub(super) fn read_tree(trees: &Trees, tree: TreeId) -> (Configuration, Vec<Problem>) {
    let mut reader = Reader::new(trees);
    let mut configuration = Configuration::default();
    let root = form::root(trees, tree);
    let blocks = &["rule", "ignore", "tier", "flow"];
    for attribute in reader.known(root, "the configuration", &["fail_on", "undetermined", "exclude", "rules"], blocks) {
        let at = attribute.expression;
        match &*attribute.name {
            "fail_on" => configuration.fail_on = fail_on(&mut reader, at),
            "undetermined" => {
                configuration.undetermined = reader.severity(at, "`undetermined`").unwrap_or(Severity::Warning);
            }
            "exclude" => configuration.exclude = reader.texts(at, "`exclude`"),
            "rules" => {
                let span = trees.span(at);
                configuration.rule_paths = reader.texts(at, "`rules`").into_iter().map(|path| (path, span)).collect();
            }
            _ => {}
        }
    }
    configuration.rules = root.blocks("rule", 1).iter().filter_map(|block| rule_block(&mut reader, block)).collect();
    for (index, block) in configuration.rules.iter().enumerate() {
        if configuration.rules[..index].iter().any(|earlier| earlier.name == block.name) {
            reader.problem(block.span, format!("rule `{}` is set twice", block.name), "Make one block of the two.");
        }
    }
    configuration.ignores = root.blocks("ignore", 0).iter().filter_map(|block| ignore(&mut reader, block)).collect();
    let mistakes = reader.problems.len();
    configuration.intent = intent::read(&mut reader, root);
    if reader.problems.len() > mistakes {
        configuration.intent = Intent::default();
    }
    (configuration, reader.problems)
}

fn fail_on(reader: &mut Reader<'_>, at: NodeRef) -> Option<FailOn> {
    let word = reader.text(at, "`fail_on`")?;
    let found = parse_fail_on(&word);
    if found.is_none() {
        let span = reader.trees.span(at);
        reader.unknown(span, &format!("`{word}` is no severity"), &word, &["error", "warning", "info", "never"]);
    }
    found
}

/// `error`, `warning`, `info` or `never`.
#[must_use]
pub fn parse_fail_on(word: &str) -> Option<FailOn> {
    if word == "never" { Some(None) } else { Severity::parse(word).map(Some) }
}

fn rule_block<'t>(reader: &mut Reader<'t>, block: &BlockView<'t>) -> Option<RuleBlock> {
    let name = reader.label(block, "a `rule`")?;
    let mut rule = RuleBlock { name, span: block.labels[0].span, enabled: None, severity: None, options: Vec::new() };
    let mut seen: Vec<String> = Vec::new();
    for nested in block.body.all_blocks() {
        reader.problem(
            nested.header,
            format!("`{}` is a block: options are plain arguments", nested.type_name),
            "Write `=` after the name.",
        );
    }
    for attribute in block.body.attributes() {
        let name = attribute.name.to_string();
        if seen.contains(&name) {
            reader.problem(attribute.name_span, format!("`{name}` is set twice"), "Remove one of the two.");
            continue;
        }
        let at = attribute.expression;
        match name.as_str() {
            "enabled" => {
                rule.enabled = reader.constant(at, &Type::Bool, "`enabled`").as_ref().and_then(Value::as_bool);
            }
            "severity" => rule.severity = reader.severity(at, "`severity`"),
            _ => rule.options.push((name.clone(), attribute.name_span, at)),
        }
        seen.push(name);
    }
    Some(rule)
}

fn ignore<'t>(reader: &mut Reader<'t>, block: &BlockView<'t>) -> Option<Ignore> {
    if let Some(label) = block.labels.first() {
        reader.problem(label.span, "an `ignore` has no name", "Write `rule = …` into the block.");
    }
    reader.known(block.body, "an `ignore`", &["rule", "address", "reason", "expires"], &[]);
    let mut text = |name: &str| {
        let attribute = block.body.attribute(name)?;
        reader.text(attribute.expression, &format!("`{name}`"))
    };
    let (rule, address, reason, expires) = (text("rule"), text("address"), text("reason"), text("expires"));
    for required in ["rule", "address"] {
        if block.body.attribute(required).is_none() {
            let help = "It says what is ignored: a rule's name, and an address in which `*` is any text.";
            reader.problem(block.header, format!("the `ignore` has no `{required}`"), help);
        }
    }
    let span_of = |name: &str| {
        block.body.attribute(name).map_or(block.header, |attribute| reader.trees.span(attribute.expression))
    };
    let (rule_span, expires_span) = (span_of("rule"), span_of("expires"));
    if let Some(date) = &expires
        && !is_date(date)
    {
        reader.problem(expires_span, format!("`{date}` is no date"), "Write a day as \"2027-01-31\".");
    }
    Some(Ignore {
        span: block.header,
        rule: rule?,
        rule_span,
        address: address.unwrap_or_default(),
        reason: reason.unwrap_or_default().trim().to_owned(),
        expires,
    })
}

/// Whether text is a day that exists, as `YYYY-MM-DD`: such text orders as the days do.
pub(super) fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = bytes.len() == 10
        && bytes
            .iter()
            .enumerate()
            .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
    if !shape {
        return false;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 => 28 + u32::from(leap),
        _ => 0,
    };
    (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_do_not_exist_are_no_dates() {
        for (text, expected) in [
            ("2027-01-31", true),
            ("2028-02-29", true),
            ("2027-02-29", false),
            ("2100-02-29", false),
            ("2027-13-01", false),
            ("2027-1-31", false),
            ("2027-00-10", false),
            ("tomorrow", false),
        ] {
            assert_eq!(is_date(text), expected, "{text}");
        }
    }

    #[test]
    fn paths_are_shown_from_where_terravet_was_started() {
        for (path, current, expected) in [
            ("/a/b/c.hcl", "/a/b", "c.hcl"),
            ("/a/c.hcl", "/a/b/d", "../../c.hcl"),
            ("../x/c.hcl", "/a/b", "../x/c.hcl"),
            ("./y/./c.hcl", "/a", "y/c.hcl"),
            ("/a", "/a", "."),
        ] {
            assert_eq!(shown(Path::new(path), Path::new(current)), expected, "{path} from {current}");
        }
    }
}
