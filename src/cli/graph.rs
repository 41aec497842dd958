//! `terravet graph`: a picture of the network, with what a check finds marked in it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::{Rules, Variables};
use super::check::Loaded;
use super::environment;
use super::reading::{Input, read};
use super::rules::complain;
use super::{Failure, INCOMPLETE, output};
use crate::finding::Report;
use crate::network::reach::Reach;
use crate::picture::{self, Finding, Format, Picture, Rule};
use crate::policy::{Check, configuration};
use crate::source::Sources;
use crate::source::disk::clean;
use crate::syntax::Trees;

/// Draw the network: VPCs, subnets, gateways, what is in them and what gets where
///
/// The picture shows what is there after apply, from configuration, a plan or a state: subnets by zone and by what their routes
/// make of them, tiers (as `.terravet.hcl` declares them, else by the tag `Tier`; other things by themselves), gateways, and
/// the flows between them with their ports. What the internet reaches is red, what hangs on values that are not known yet is
/// dashed, and what a check finds is marked. An SVG is a file of its own, in the light or dark theme of whoever looks at it.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet graph > network.svg
  terravet graph envs/prod --output network.svg --output network.json
  terravet graph plan.json --source . --format mermaid
  terravet graph --format dot | dot -Tpdf -o network.pdf
  terravet graph --select 'network/*,sg/*'

Exit codes: 0 whatever is found, 2 where something was not understood (what was is drawn).")]
pub(super) struct Arguments {
    /// Directory of a root module, a plan or a state; `-` is a plan or state from standard input
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// What to print: svg, mermaid, dot or json [default: svg; nothing where --output is given]
    #[arg(long, value_name = "FORMAT", value_parser = Format::parse)]
    format: Option<Format>,
    /// Write the picture to a file instead; may be given several times. The format goes by the ending where none is said
    #[arg(long = "output", value_name = "[FORMAT=]FILE", value_parser = file_of_format)]
    outputs: Vec<(Format, PathBuf)>,
    /// Leave out what a check finds
    #[arg(long)]
    no_findings: bool,
    /// The root module that a plan was made of [default: the directory that the plan lies in]
    #[arg(long, value_name = "DIR")]
    source: Option<PathBuf>,
    #[command(flatten)]
    rules: Rules,
    #[command(flatten)]
    variables: Variables,
    /// The day by which suppressions expire, instead of today
    #[arg(long, value_name = "YYYY-MM-DD", hide = true)]
    today: Option<String>,
}

fn file_of_format(argument: &str) -> Result<(Format, PathBuf), String> {
    if let Some((word, path)) = argument.split_once('=')
        && let Ok(format) = Format::parse(word)
        && !path.is_empty()
    {
        return Ok((format, PathBuf::from(path)));
    }
    let path = PathBuf::from(argument);
    let format = path.extension().and_then(|ending| Format::of_ending(&ending.to_string_lossy()));
    let format = format.ok_or("its ending says no format: name one, for example svg=network.xml")?;
    Ok((format, path))
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    let config = arguments.rules.config(&current)?;
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let input = Input {
        path: &arguments.path,
        source: arguments.source.as_deref(),
        options: arguments.variables.options(current.clone()),
        current: &current,
    };
    let reading = read(&input, &mut sources, &mut trees)?;
    let near = arguments.source.as_ref().unwrap_or(&arguments.path);
    let config = config.or_else(|| configuration::find(&directory(&current.join(near))));
    let loaded = Loaded::new(&arguments.rules, config, None, &current, &mut sources, &mut trees);
    let reach = Reach::new(&reading.inventory, &trees).with(&loaded.policy.configuration.intent);
    let mut picture = reach.picture(&title(&arguments.path));
    let problems = if arguments.no_findings {
        reading.problems.iter().chain(&loaded.problems).cloned().collect()
    } else {
        let today = arguments.today.clone().unwrap_or_else(environment::today);
        let mut check = Check::new(&loaded.policy, &today);
        check.add(&reading, None, &sources, &trees);
        check.problems(loaded.problems.iter().cloned());
        let report = check.finish(Vec::new(), &BTreeSet::new(), &sources, &trees);
        mark(&mut picture, &report, &sources);
        // Those of the input are among them.
        report.problems
    };
    let mut code = complain(&problems, &sources);
    for (format, path) in &arguments.outputs {
        let mut bytes = Vec::new();
        let written = picture::write(*format, &picture, &mut bytes).and_then(|()| output::replace(path, &bytes));
        if let Err(error) = written {
            output::error(&format!("the picture cannot be written to `{}`: {error}", path.display()));
            code = INCOMPLETE;
        }
    }
    let format = arguments.format.or_else(|| arguments.outputs.is_empty().then_some(Format::Svg));
    if let Some(format) = format {
        output::print_with(|out| picture::write(format, &picture, out))?;
    }
    Ok(code)
}

/// What the picture shows.
fn title(path: &Path) -> String {
    match path.to_str() {
        Some("." | "-") => "Network".to_owned(),
        _ => format!("Network of {}", path.display()),
    }
}

/// The directory in which a path is, or that it is.
fn directory(path: &Path) -> PathBuf {
    let path = clean(path);
    if path.is_dir() { path } else { path.parent().map_or_else(|| path.clone(), Path::to_owned) }
}

/// Marks in the picture what was found.
fn mark(picture: &mut Picture, report: &Report, sources: &Sources) {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let found = || report.findings.iter().filter(|finding| finding.suppressed.is_none());
    let named: BTreeSet<&str> = found().map(|finding| &*finding.rule).collect();
    for rule in report.rules.iter().filter(|rule| named.contains(rule.name.as_str())) {
        numbers.insert(&rule.name, picture.rules.len());
        picture.rules.push(Rule { name: rule.name.clone(), title: rule.title.clone() });
    }
    for finding in found() {
        let Some(&rule) = numbers.get(&*finding.rule) else { continue };
        let place = finding.location.map(|span| (sources.file(span.file).path.clone(), sources.position(span).line));
        let of = finding.address.as_deref().and_then(|address| picture.concerned.get(address));
        picture.findings.push(Finding {
            rule,
            severity: finding.severity,
            verdict: finding.verdict,
            message: finding.message.clone(),
            address: finding.address.as_deref().map(str::to_owned),
            place,
            elements: of.cloned().unwrap_or_default(),
        });
    }
}
