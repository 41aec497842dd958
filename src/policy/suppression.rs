//! Suppressions: comments (`# terravet:ignore[sg/open-port] reason`) and the configuration's `ignore` blocks.
//!
//! A comment covers the line it stands on or, alone on its line, the next one, and the whole of every block, attribute
//! or element that begins there; as the first thing in a block it covers the block. What it covers is where findings
//! stand and where their values were typed; a `module` block that is covered covers all inside the module. In JSON a
//! property `"//": "terravet:ignore[…] reason"` covers the object that it is in.

use std::collections::BTreeMap;

use crate::finding::Suppressed;
use crate::lang::{Type, Value};
use crate::source::{Sources, Span, nearest, pattern};
use crate::syntax::{Syntax, Tree, Trees};

use super::Policy;
use super::candidate::Candidate;
use super::check::Check;
use super::comments::{comments, in_script, properties};
use super::configuration::is_date;
use super::facts::{Facts, Kept, Spot, object};

pub(super) const MARKER: &str = "terravet:ignore";

/// All suppressions of a run, with what came of them.
pub(super) struct Suppressions {
    entries: Vec<Entry>,
    /// Indices of those that are comments, by path.
    by_path: BTreeMap<String, Vec<usize>>,
    /// Indices of those in the configuration that name one address.
    by_address: BTreeMap<String, Vec<usize>>,
    /// Indices of those whose address is a pattern.
    patterns: Vec<usize>,
}

pub(super) struct Entry {
    pub(super) place: Span,
    /// Byte ranges of its file.
    pub(super) covers: Vec<(u32, u32)>,
    address: Option<String>,
    rules: Vec<Listed>,
    reason: String,
    expires: Option<String>,
    /// What is wrong with how it is written.
    mistake: Option<String>,
    active: bool,
}

/// A rule, or a pattern of rules, that a suppression names.
struct Listed {
    pattern: String,
    used: bool,
}

impl Suppressions {
    /// Reads the comments of everything that took part, and the configuration's entries.
    pub(super) fn read(check: &Check<'_>, sources: &Sources, trees: &Trees) -> Self {
        let mut all =
            Self { entries: Vec::new(), by_path: BTreeMap::new(), by_address: BTreeMap::new(), patterns: Vec::new() };
        for (path, (file, tree)) in &check.files {
            let Some(tree) = tree.map(|tree| trees.get(tree)) else { continue };
            let text = &sources.file(*file).text;
            let found = match tree.syntax {
                Syntax::Native => comments(tree, text),
                Syntax::Json => properties(tree),
                Syntax::Expression => Vec::new(),
            };
            let first = all.entries.len();
            all.entries.extend(found);
            all.by_path.insert(path.clone(), (first..all.entries.len()).collect());
        }
        for (path, (file, layout)) in &check.scripts {
            let first = all.entries.len();
            all.entries.extend(in_script(*file, layout, &sources.file(*file).text));
            all.by_path.insert(path.clone(), (first..all.entries.len()).collect());
        }
        let first = all.entries.len();
        all.entries.extend(check.policy.configuration.ignores.iter().map(|ignore| Entry {
            place: ignore.span,
            covers: Vec::new(),
            address: Some(ignore.address.clone()),
            rules: vec![Listed { pattern: ignore.rule.clone(), used: false }],
            reason: ignore.reason.clone(),
            expires: ignore.expires.clone(),
            mistake: None,
            active: false,
        }));
        for (index, ignore) in (first..).zip(&check.policy.configuration.ignores) {
            match ignore.address.contains('*') {
                true => all.patterns.push(index),
                false => all.by_address.entry(ignore.address.clone()).or_default().push(index),
            }
        }
        for entry in &mut all.entries {
            let expired = entry.expires.as_ref().is_some_and(|day| *day < check.today);
            entry.active = entry.mistake.is_none() && !entry.reason.is_empty() && !expired;
        }
        all
    }

    /// The suppression that covers a candidate, if one does; all that do count as used.
    pub(super) fn cover(&mut self, candidate: &Candidate, policy: &Policy, sources: &Sources) -> Option<Suppressed> {
        let rule = &policy.rules[candidate.rule].name;
        let mut covering: Vec<usize> = Vec::new();
        let typed = candidate.spot.related.iter().map(|related| related.span);
        let places = candidate.spot.span.into_iter().chain(typed).map(|span| (span, false));
        for (span, whole) in
            places.chain(candidate.calls.iter().flat_map(|calls| calls.iter()).map(|call| (*call, true)))
        {
            let Some(entries) = self.by_path.get(&sources.file(span.file).path) else { continue };
            let covers = |&(start, end): &(u32, u32)| {
                if whole { start <= span.start && span.end <= end } else { start < span.end && span.start < end }
            };
            covering.extend(entries.iter().filter(|&&entry| self.entries[entry].covers.iter().any(covers)));
        }
        let address = candidate.address.as_deref().unwrap_or_default();
        let comments = covering.len();
        covering.extend(self.by_address.get(address).into_iter().flatten());
        covering.extend(self.patterns.iter().filter(|&&entry| {
            self.entries[entry].address.as_ref().is_some_and(|wanted| pattern::matches(wanted, address))
        }));
        // The first one that is written says why.
        covering[comments..].sort_unstable();
        let mut by = None;
        for index in covering {
            let entry = &mut self.entries[index];
            let mut listed = entry.rules.iter_mut().filter(|listed| pattern::matches(&listed.pattern, rule)).peekable();
            if !entry.active || listed.peek().is_none() {
                continue;
            }
            listed.for_each(|listed| listed.used = true);
            by = by.or_else(|| {
                Some(Suppressed { reason: entry.reason.clone(), expires: entry.expires.clone(), place: entry.place })
            });
        }
        by
    }

    /// `policy.suppressions`: what the `suppression/` rules look at.
    pub(super) fn facts(&self, policy: &Policy, facts: &Facts<'_>, today: &str) -> Value {
        let list =
            |texts: Vec<String>| Value::list(Type::String, texts.iter().map(|text| Value::string(text)).collect());
        let fact = |entry: &Entry| {
            let rules: Vec<String> = entry.rules.iter().map(|listed| listed.pattern.clone()).collect();
            let unused =
                entry.rules.iter().filter(|listed| entry.active && !listed.used && all_ran(policy, &listed.pattern));
            let path = format!("{}:{}", entry.address.as_deref().unwrap_or_default(), rules.join(","));
            let spot = Spot { span: Some(entry.place), path, ..Spot::default() };
            object(
                facts.keep(Kept::Spot(spot)),
                [
                    ("rules", list(rules)),
                    (
                        "unknown",
                        list(entry.rules.iter().filter_map(|listed| unknown(policy, &listed.pattern)).collect()),
                    ),
                    ("mistake", Value::string(entry.mistake.as_deref().unwrap_or_default())),
                    ("reason", Value::string(&entry.reason)),
                    ("expires", Value::string(entry.expires.as_deref().unwrap_or_default())),
                    ("expired", Value::bool(entry.expires.as_ref().is_some_and(|day| day.as_str() < today))),
                    ("unused", list(unused.map(|listed| listed.pattern.clone()).collect())),
                ],
            )
        };
        Value::tuple(self.entries.iter().map(fact).collect())
    }
}

/// Whether every rule that a pattern names ran (there is at least one).
fn all_ran(policy: &Policy, named: &str) -> bool {
    let mut matched = policy
        .rules
        .iter()
        .zip(&policy.set)
        .filter(|(rule, _)| pattern::matches(named, &rule.name))
        .map(|(_, set)| set.enabled)
        .peekable();
    matched.peek().is_some() && matched.all(|enabled| enabled)
}

/// A name that is no rule's, with the nearest one that is.
fn unknown(policy: &Policy, named: &str) -> Option<String> {
    if policy.rules.iter().any(|rule| pattern::matches(named, &rule.name)) {
        return None;
    }
    // Longer than any name, and too long to compare.
    if named.len() > 100 {
        return Some("a name of more than 100 characters".to_owned());
    }
    Some(match nearest(named, policy.rules.iter().map(|rule| rule.name.as_str())) {
        Some(near) => format!("`{named}` (did you mean `{near}`?)"),
        None => format!("`{named}`"),
    })
}

/// Whether a file of native syntax may hold suppressions, well written or not.
pub(super) fn is_any_in(tree: &Tree, text: &str) -> bool {
    match tree.syntax {
        Syntax::Native => tree.comments.iter().any(|&(start, end)| {
            let comment = text.get(start as usize..end as usize).unwrap_or_default();
            is_any(inner(comment))
        }),
        Syntax::Json => memchr::memmem::find(text.as_bytes(), MARKER.as_bytes()).is_some(),
        Syntax::Expression => false,
    }
}

/// A comment without its markers.
pub(super) fn inner(comment: &str) -> &str {
    comment.trim_start_matches(['#', '/', '*']).trim_end_matches(['*', '/'])
}

/// Whether a text is a suppression, well written or not.
pub(super) fn is_any(text: &str) -> bool {
    text.trim_start().starts_with(MARKER) || is_meant(text)
}

/// Whether a text that is no suppression was meant to be one: `terravet: ignore[…]`, `Terravet:ignroe[…]`.
fn is_meant(text: &str) -> bool {
    let text = text.trim_start();
    if !text.starts_with(['t', 'T']) {
        return false;
    }
    let word = |text: &str| text.find(|character: char| !character.is_ascii_alphabetic()).unwrap_or(text.len());
    let (tool, rest) = text.split_at(word(text));
    let between = rest.find(|character: char| !matches!(character, ' ' | '\t' | ':' | '-' | '_')).unwrap_or(rest.len());
    let (between, rest) = rest.split_at(between);
    let (verb, rest) = rest.split_at(word(rest));
    let near = |word: &str, wanted: &str| word.len() < 20 && nearest(&word.to_lowercase(), [wanted]).is_some();
    // In prose there is neither.
    let is_marked = between.contains(':') || rest.trim_start().starts_with('[');
    let verbs = ["ignore", "skip", "suppress", "disable"];
    is_marked && near(tool, "terravet") && verbs.iter().any(|wanted| near(verb, wanted))
}

/// The suppression that a text (of a comment, without its markers) is.
pub(super) fn parse(text: &str, place: Span, covers: Vec<(u32, u32)>) -> Option<Entry> {
    let rest = text.trim_start().strip_prefix(MARKER);
    if rest.is_none() && !is_meant(text) {
        return None;
    }
    let mut entry = Entry {
        place,
        covers,
        address: None,
        rules: Vec::new(),
        reason: String::new(),
        expires: None,
        mistake: None,
        active: false,
    };
    let Some(rest) = rest else {
        entry.mistake = Some(format!("does not begin with `{MARKER}[`"));
        return Some(entry);
    };
    let listed = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let Some((rules, rest)) = listed else {
        entry.mistake = Some("names no rules in brackets".into());
        return Some(entry);
    };
    let rules = rules.split(',').map(str::trim).filter(|rule| !rule.is_empty());
    entry.rules = rules.map(|rule| Listed { pattern: rule.to_owned(), used: false }).collect();
    if entry.rules.is_empty() {
        entry.mistake = Some("names no rules in brackets".into());
    }
    let words = rest.split_whitespace().filter(|word| match word.strip_prefix("expires=") {
        Some(day) => {
            let day = day.trim_matches(['"', ',', ';', ':', '.']);
            if !is_date(day) {
                entry.mistake = Some(format!("expires on `{day}`, which is no day as 2027-01-31 is"));
            }
            entry.expires = Some(day.to_owned());
            false
        }
        None => true,
    });
    let reason = words.collect::<Vec<_>>().join(" ");
    if reason.contains(char::is_alphanumeric) {
        entry.reason = reason;
    }
    Some(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::FileId;

    #[test]
    fn a_suppression_has_rules_a_reason_and_maybe_a_day() {
        let place = Span::new(FileId(0), 0, 1);
        for (text, rules, reason, expires, mistake) in [
            (" terravet:ignore[a/b] why", "a/b", "why", None, false),
            ("terravet:ignore[a/b,c/*]  why  not", "a/b c/*", "why not", None, false),
            ("terravet:ignore[a/b] expires=2027-01-31 why", "a/b", "why", Some("2027-01-31"), false),
            ("terravet:ignore[a/b] why, expires=\"2027-01-31\"", "a/b", "why,", Some("2027-01-31"), false),
            ("terravet:ignore[a/b] expires=2027-02-31 why", "a/b", "why", Some("2027-02-31"), true),
            ("terravet:ignore[a/b]", "a/b", "", None, false),
            ("terravet:ignore[a/b] --", "a/b", "", None, false),
            ("terravet:ignore why", "", "", None, true),
            ("terravet:ignore[] why", "", "why", None, true),
            ("terravet:ignore[a/b why", "", "", None, true),
        ] {
            let entry = parse(text, place, Vec::new()).unwrap();
            let found: Vec<&str> = entry.rules.iter().map(|listed| listed.pattern.as_str()).collect();
            assert_eq!(found.join(" "), rules, "{text}");
            assert_eq!(entry.reason, reason, "{text}");
            assert_eq!(entry.expires.as_deref(), expires, "{text}");
            assert_eq!(entry.mistake.is_some(), mistake, "{text}");
        }
        assert!(parse("ignore[a/b] why", place, Vec::new()).is_none());
    }
}
