//! A rule's page: what `terravet explain` shows and `docs/rules/` holds.

use std::fmt::Write;

use crate::source::walk;

use super::rule::{Example, Rule, RuleSeverity};

/// The page in Markdown. `rule` is read with its examples ([`super::Extent::Whole`]).
#[must_use]
pub fn page(rule: &Rule) -> String {
    let mut page = String::new();
    // Writing into a String never fails.
    let _ = write_page(rule, &mut page);
    page
}

/// The list of all rules, by family, in Markdown: `docs/rules/README.md`.
#[must_use]
pub fn index(rules: &[Rule]) -> String {
    let mut index = String::from("# Rules\n\nMade of the files in `rules/`; do not edit.\n");
    let mut family = "";
    for rule in rules {
        let (of, _) = rule.name.split_once('/').unwrap_or_default();
        if of != family {
            index.push_str("\n| rule | severity | what it finds |\n| --- | --- | --- |\n");
            family = of;
        }
        let severity = rule.severity.highest().word();
        // Writing into a String never fails.
        let _ = writeln!(index, "| [`{}`]({}.md) | {severity} | {} |", rule.name, rule.name, rule.title);
    }
    index
}

fn write_page(rule: &Rule, out: &mut String) -> std::fmt::Result {
    let severity = match &rule.severity {
        RuleSeverity::Fixed(severity) => severity.word().to_owned(),
        RuleSeverity::Computed { among, .. } => {
            among.iter().map(|severity| severity.word()).collect::<Vec<_>>().join(" or ")
        }
    };
    writeln!(out, "# {}\n\n{}\n", rule.name, sentence(&rule.title))?;
    write!(out, "Severity: {severity}")?;
    if !rule.since.is_empty() {
        write!(out, " · since {}", rule.since)?;
    }
    writeln!(out)?;
    for (heading, text) in [("Why", &rule.why), ("What to write instead", &rule.fix)] {
        if !text.is_empty() {
            writeln!(out, "\n## {heading}\n\n{text}")?;
        }
    }
    if !rule.options.is_empty() {
        writeln!(out, "\n## Options\n\n| name | type | default | |\n| --- | --- | --- | --- |")?;
        for option in &rule.options {
            let cell = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
            let (ty, default) = (cell(&option.type_text), cell(&option.default_text));
            writeln!(out, "| `{}` | `{ty}` | `{default}` | {} |", option.name, cell(&option.description))?;
        }
    }
    if !rule.yields_to.is_empty() {
        let names: Vec<String> = rule.yields_to.iter().map(|(name, _)| format!("`{name}`")).collect();
        writeln!(out, "\nSilent where one of these reports the same expression: {}.", names.join(", "))?;
    }
    if !rule.examples.is_empty() {
        writeln!(out, "\n## Examples")?;
    }
    for example in &rule.examples {
        write_example(rule, example, out)?;
    }
    if !rule.references.is_empty() {
        writeln!(out, "\n## References\n")?;
        for reference in &rule.references {
            writeln!(out, "- {reference}")?;
        }
    }
    Ok(())
}

fn write_example(rule: &Rule, example: &Example, out: &mut String) -> std::fmt::Result {
    writeln!(out, "\n### {}", capital(&example.name))?;
    if let Some(options) = example.options.as_ref().and_then(|options| options.entries()) {
        let names: Vec<String> = options.iter().map(|(name, _)| format!("`{name}`")).collect();
        writeln!(out, "\nWith {} set for `{}`: `{}`", names.join(" and "), rule.name, one_line(&example.options_text))?;
    }
    for file in &example.files {
        if example.files.len() > 1 || file.path != "main.tf" {
            writeln!(out, "\n`{}`", file.path)?;
        }
        let language = match file.path.as_str() {
            path if path.ends_with(".json") => "json",
            path if walk::is_script(path) => "groovy",
            _ => "hcl",
        };
        writeln!(out, "\n```{language}\n{}\n```", file.content.trim_end())?;
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// With a full stop, if it has none.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
