//! What holds of the project as a whole: which part may import which, and what every rule file has.
//! `BLESS=1` rewrites the pages in docs/rules.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use terravet::finding::Verdict;
use terravet::policy::{Extent, Rule, examples, page, rules, shipped};
use terravet::source::Sources;
use terravet::syntax::Trees;

/// A part, and the parts that it may import.
const PARTS: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("address", &[]),
    ("finding", &["source", "address"]),
    ("syntax", &["source"]),
    ("lang", &["source", "address", "syntax"]),
    ("schema", &["address", "lang"]),
    ("inventory", &["source", "address", "finding", "syntax", "lang", "schema"]),
    ("jenkinsfile", &["source"]),
    ("terraform", &["source", "address", "finding", "syntax", "lang", "schema", "inventory"]),
    ("plan", &["source", "address", "finding", "syntax", "lang", "schema", "inventory", "terraform"]),
    ("picture", &["finding"]),
    ("network", &["source", "address", "finding", "syntax", "lang", "schema", "inventory", "picture"]),
    (
        "policy",
        &[
            "source",
            "address",
            "finding",
            "syntax",
            "lang",
            "schema",
            "inventory",
            "terraform",
            "plan",
            "network",
            "jenkinsfile",
        ],
    ),
    ("gate", &[]),
    ("report", &["source", "finding"]),
    (
        "cli",
        &[
            "source",
            "address",
            "finding",
            "syntax",
            "lang",
            "schema",
            "inventory",
            "terraform",
            "plan",
            "picture",
            "network",
            "jenkinsfile",
            "policy",
            "gate",
            "report",
        ],
    ),
];

#[test]
fn imports_point_at_what_a_part_is_built_from() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = BTreeSet::new();
    for file in files(&source, "rs") {
        let inside = file.strip_prefix(&source).unwrap();
        let part = inside.components().next().unwrap().as_os_str().to_str().unwrap().trim_end_matches(".rs");
        if ["lib", "main"].contains(&part) {
            continue;
        }
        let Some((_, allowed)) = PARTS.iter().find(|(name, _)| *name == part) else {
            wrong.push(format!("{}: `{part}` is not in the table of this test", inside.display()));
            continue;
        };
        seen.insert(part.to_owned());
        let text = fs::read_to_string(&file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for imported in imported_parts(code) {
            if imported != part && !allowed.contains(&imported.as_str()) {
                wrong.push(format!("{}: `{part}` may not import `{imported}`", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let missing: Vec<&str> = PARTS.iter().map(|(part, _)| *part).filter(|part| !seen.contains(*part)).collect();
    assert!(missing.is_empty(), "the table names parts that are not there: {missing:?}");
}

/// The parts behind `crate::`, in `use` lines and in paths; `use crate::{a, b}` included.
fn imported_parts(code: &str) -> BTreeSet<String> {
    let word = |text: &str| {
        text.chars().take_while(|letter| letter.is_ascii_alphanumeric() || *letter == '_').collect::<String>()
    };
    let code: String = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    let mut parts = BTreeSet::new();
    for after in code.split("crate::").skip(1) {
        match after.strip_prefix('{') {
            Some(list) => {
                let list = list.split(';').next().unwrap_or_default();
                parts.extend(list.split([',', '\n']).map(|item| word(item.trim())).filter(|name| !name.is_empty()));
            }
            None => {
                parts.insert(word(after));
            }
        }
    }
    parts
}

fn files(directory: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut entries: Vec<PathBuf> =
        fs::read_dir(directory).into_iter().flatten().map(|entry| entry.expect("readable").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|found| found == extension) {
            found.push(path);
        }
    }
    found
}

struct Shipped {
    rules: Vec<Rule>,
    sources: Sources,
    trees: Trees,
}

fn read(extent: Extent) -> Shipped {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (rules, problems) = rules(extent, &[], Path::new("/"), &mut sources, &mut trees);
    assert!(problems.is_empty(), "{problems:?}");
    Shipped { rules, sources, trees }
}

/// Asks something of every rule; says all that is wrong at once.
#[track_caller]
fn every_rule(ask: impl Fn(&Rule, &Shipped) -> Vec<String>) {
    let shipped = read(Extent::Whole);
    let wrong: Vec<String> = shipped
        .rules
        .iter()
        .flat_map(|rule| ask(rule, &shipped).into_iter().map(move |mistake| format!("{}: {mistake}", rule.name)))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_file_holds_the_one_rule_that_it_is_named_after() {
    let mut files: Vec<String> = shipped::files().map(|(path, _)| path.trim_end_matches(".hcl").to_owned()).collect();
    files.sort();
    let rules: Vec<String> = read(Extent::Whole).rules.into_iter().map(|rule| rule.name).collect();
    assert_eq!(files, rules);
}

#[test]
fn names_say_the_bad_thing() {
    every_rule(|rule, _| {
        let (_, name) = rule.name.split_once('/').unwrap();
        let wrong = ["no", "require", "check", "disallow", "must", "forbid"].into_iter();
        wrong
            .filter(|word| name.split('-').next() == Some(word))
            .map(|word| format!("the name begins with `{word}`"))
            .collect()
    });
}

#[test]
fn texts_are_whole_and_of_one_form() {
    every_rule(|rule, shipped| {
        let mut wrong = Vec::new();
        let mut ask = |holds: bool, what: &str| {
            if !holds {
                wrong.push(what.to_owned());
            }
        };
        ask(rule.title.starts_with(|first: char| first.is_uppercase()), "the title begins with a capital");
        ask(!rule.title.ends_with('.'), "the title has no full stop");
        ask(rule.since.split('.').count() == 3, "`since` is a version");
        ask(rule.why.ends_with('.'), "`why` is there, in sentences");
        ask(rule.fix.ends_with('.'), "`fix` is there, in sentences");
        ask(!rule.references.is_empty() || rule.name.starts_with("suppression/"), "there are references");
        for reference in &rule.references {
            let titled =
                reference.split_once(": ").is_some_and(|(publisher, title)| !publisher.is_empty() && title.len() > 3);
            let rfc = reference.starts_with("RFC ");
            ask(
                reference.starts_with("https://") || titled || rfc,
                &format!("`{reference}` is an address or `Publisher: Title`"),
            );
        }
        for option in &rule.options {
            ask(option.description.ends_with('.'), &format!("the description of `{}` is a sentence", option.name));
        }
        let text = |at: terravet::syntax::NodeRef| shipped.trees.get(at.tree).text(at.node).to_owned();
        for message in [Some(rule.error_message), rule.undetermined_message].into_iter().flatten().map(text) {
            let plain = message.trim_matches('"');
            ask(!plain.ends_with(['.', '!']), "a message has no full stop");
            ask(
                !plain.starts_with(|first: char| first.is_uppercase()),
                "a message begins with its subject, not a capital",
            );
        }
        wrong
    });
}

#[test]
fn every_option_is_used_and_has_an_example() {
    every_rule(|rule, shipped| {
        let source = shipped.sources.text(
            shipped
                .sources
                .files()
                .map(|(id, file)| terravet::source::Span::new(id, 0, file.text.len() as u32))
                .find(|span| span.file == rule.span.file)
                .unwrap(),
        );
        let mut wrong = Vec::new();
        for option in &rule.options {
            if !source.contains(&format!("option.{}", option.name)) {
                wrong.push(format!("option `{}` is not used", option.name));
            }
            let set = |example: &terravet::policy::rule::Example| {
                example.options.as_ref().is_some_and(|options| options.get(&option.name).is_some())
            };
            if !rule.examples.iter().any(set) {
                wrong.push(format!("no example sets option `{}`", option.name));
            }
        }
        wrong
    });
}

/// Rules that cannot have an example of some kind, and why.
const WITHOUT: &[(&str, Verdict, &str)] = &[
    ("suppression/", Verdict::Undetermined, "a comment is there or not: nothing about it is unknown"),
    ("plan/source-differs", Verdict::Undetermined, "the plan and the configuration are both there to be compared"),
    ("module/not-available", Verdict::Violation, "what is not there is never known to be wrong"),
    ("module/unknown-argument", Verdict::Undetermined, "a name is in the schema or not: nothing about it is unknown"),
    ("sg/redundant-rule", Verdict::Undetermined, "what is not known makes no rule needless"),
    ("network/unused-route", Verdict::Undetermined, "what is not known makes no route needless"),
    ("nacl/unreached-entry", Verdict::Undetermined, "what is not known leaves no entry without packets"),
    ("network/unattached", Verdict::Undetermined, "an expression names it or none does"),
    ("jenkins/retried-apply", Verdict::Undetermined, "a step stands inside of another or not"),
    ("jenkins/lost-exit-code", Verdict::Undetermined, "what is not known of a script is no pipe in it"),
    ("jenkins/ignored-failure", Verdict::Undetermined, "what is not known of a script is no `||` in it"),
    (
        "jenkins/targeted-run",
        Verdict::Undetermined,
        "arguments that are not known may be anything, and mostly are not this",
    ),
    ("jenkins/late-condition", Verdict::Undetermined, "both stand in the same stage"),
    ("jenkins/input-in-lock", Verdict::Undetermined, "a lock around the step of a library is its caller's affair"),
    (
        "jenkins/timeout-around-lock",
        Verdict::Undetermined,
        "a timeout around the step of a library is its caller's affair",
    ),
    ("jenkins/missing-timeout", Verdict::Undetermined, "a pipeline is whole in its file"),
    ("jenkins/hard-coded-secret", Verdict::Undetermined, "text is there or not"),
    ("module/missing-argument", Verdict::Undetermined, "an argument is written or not: nothing about it is unknown"),
];

#[test]
fn every_rule_has_a_violating_a_passing_and_an_undetermined_example() {
    every_rule(|rule, _| {
        let expected: Vec<BTreeSet<Verdict>> = rule.examples.iter().map(examples::expected).collect();
        let mut wrong = Vec::new();
        for verdict in [Verdict::Violation, Verdict::Undetermined] {
            let exempt = WITHOUT.iter().any(|(name, without, _)| rule.name.starts_with(name) && *without == verdict);
            if !exempt && !expected.iter().any(|verdicts| verdicts.contains(&verdict)) {
                wrong.push(format!("no example is marked `{}`", verdict.word()));
            }
        }
        if !expected.iter().any(BTreeSet::is_empty) {
            wrong.push("no example passes".to_owned());
        }
        wrong
    });
}

#[test]
fn the_short_form_that_checks_reads_like_the_whole_file() {
    let (short, whole) = (read(Extent::Checking).rules, read(Extent::Whole).rules);
    assert_eq!(short.len(), whole.len());
    for (short, whole) in short.iter().zip(&whole) {
        assert!(short.examples.is_empty(), "{}: its examples begin where the build does not see it", short.name);
        let mut whole = whole.clone();
        whole.examples.clear();
        assert_eq!(page::page(short), page::page(&whole));
    }
}

#[test]
fn pages_are_made_of_the_rule_files() {
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let rules = read(Extent::Whole).rules;
    let mut wanted = vec![(pages.join("README.md"), page::index(&rules))];
    wanted.extend(rules.iter().map(|rule| (pages.join(format!("{}.md", rule.name)), page::page(rule))));
    if std::env::var_os("BLESS").is_some() {
        let _ = fs::remove_dir_all(&pages);
        for (path, text) in &wanted {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let stale: Vec<_> = wanted
        .iter()
        .filter(|(path, text)| fs::read_to_string(path).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect();
    assert!(stale.is_empty(), "run `BLESS=1 cargo test --test meta`: stale are {stale:?}");
    let wanted: BTreeSet<PathBuf> = wanted.into_iter().map(|(path, _)| path).collect();
    let extra: Vec<PathBuf> = files(&pages, "md").into_iter().filter(|path| !wanted.contains(path)).collect();
    assert!(extra.is_empty(), "pages of rules that are gone: {extra:?}");
}
