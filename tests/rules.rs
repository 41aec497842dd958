//! The examples of the shipped rules, and what every rule file must have. `RULE=sg/` restricts the examples to the rules
//! whose names hold that text.

use std::path::{Path, PathBuf};

use terravet::policy::{Extent, Rule, examples, rules};
use terravet::source::{Problem, Sources};
use terravet::syntax::Trees;

struct Shipped {
    rules: Vec<Rule>,
    sources: Sources,
    trees: Trees,
}

fn shipped() -> Shipped {
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let (rules, problems) = rules(Extent::Whole, &[], Path::new("/"), &mut sources, &mut trees);
    assert!(problems.is_empty(), "{}", show(&problems, &sources));
    Shipped { rules, sources, trees }
}

fn show(problems: &[Problem], sources: &Sources) -> String {
    let line = |problem: &Problem| match problem.span {
        Some(span) => format!("{}:{}: {}", sources.file(span.file).path, sources.position(span).line, problem.message),
        None => format!("{:?}: {}", problem.path, problem.message),
    };
    problems.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn examples_find_what_is_marked_and_nothing_else() {
    let Shipped { rules, mut sources, mut trees } = shipped();
    let scratch = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("examples-{}", std::process::id()));
    let part = std::env::var("RULE").unwrap_or_default();
    let outcomes = examples::run(&rules, |rule| rule.name.contains(&part), &scratch, &mut sources, &mut trees)
        .expect("written out");
    assert!(!outcomes.is_empty());
    let failed: Vec<String> = outcomes
        .iter()
        .filter(|outcome| !outcome.failures.is_empty())
        .map(|outcome| {
            let line = sources.position(outcome.span).line;
            let file = &sources.file(outcome.span.file).path;
            format!("{file}:{line}: {}\n    {}", outcome.example, outcome.failures.join("\n    "))
        })
        .collect();
    assert!(failed.is_empty(), "{} of {} examples fail:\n{}", failed.len(), outcomes.len(), failed.join("\n"));
}
