//! `terravet gate`: the check of a saved plan file, with a record of what was checked.

use std::cell::RefCell;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use clap::Args;

use super::arguments::{Rules, fail_on_word};
use super::check::{CheckOptions, Run};
use super::{Failure, environment, git, output};
use crate::finding::{Report, Summary};
use crate::gate::{self, Counts, Record, RuleSet, Verdict};
use crate::plan::{self, Plan, Snapshot};
use crate::source::Problem;
use crate::source::disk::{self, clean, relative};
use crate::source::walk::reason;

/// Check a saved plan file and record the verdict
///
/// The check of a plan, with all its options, formats and exit codes. The record says which plan file was checked, by which
/// rules, when, and what came of it: `terravet verify-gate` later proves that a plan file is the one that passed. The record
/// holds digests, names and counts, and no value of the plan. The verdict in it is `pass` exactly when the exit code is 0; a
/// record that is there is removed before anything else happens.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terraform plan -out=tfplan
  terravet gate tfplan --record tfplan.record.json
  terravet verify-gate tfplan tfplan.record.json --consume && terraform apply tfplan

`--format env` also prints plan_sha256, record_sha256, add, change and destroy.

Exit codes: 0 pass, 1 findings, 2 something could not be checked.")]
pub(super) struct Arguments {
    /// What `terraform plan -out=FILE` wrote
    #[arg(value_name = "PLAN_FILE")]
    plan: PathBuf,
    /// Where to write the record
    #[arg(long, value_name = "FILE")]
    record: PathBuf,
    #[command(flatten)]
    options: CheckOptions,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    clear(arguments, &current)?;
    let seen = RefCell::new(None);
    let paths = [arguments.plan.clone()];
    let mut run = Run::new(&paths, &arguments.options, Box::new(|plan| *seen.borrow_mut() = Some(Seen::of(plan))))?;
    run.ask_for_digests();
    let mut report = run.report()?;
    let directory = directory(arguments.options.source.as_deref(), &arguments.plan, &current);
    let lock_file = lock_file(&directory).unwrap_or_else(|problem| {
        add(&mut report, problem);
        None
    });
    let Some(plan_sha256) = plan_file(&report) else {
        if report.problems.is_empty() {
            let message = "is no saved plan file: nothing was recorded";
            let help = "Name what `terraform plan -out=FILE` wrote: that is what is applied, and what is recorded.";
            add(&mut report, Problem::with_path(arguments.plan.to_string_lossy(), message).help(help));
        }
        return arguments.options.destinations.write(&report, &run.sources, &[]);
    };
    let rule_set = rule_set(&arguments.options, &current);
    let texts = run.rule_texts(&directory);
    let seen = seen.take().unwrap_or_default();
    let mut record = Record {
        terravet_version: env!("CARGO_PKG_VERSION").to_owned(),
        time: environment::now(),
        verdict: Verdict::of(report.exit_code()),
        plan_sha256,
        configuration_sha256: seen.configuration_sha256,
        lock_file_sha256: lock_file,
        rule_set_sha256: rule_set.sha256(env!("CARGO_PKG_VERSION"), &texts),
        rule_set,
        terraform_version: seen.terraform_version,
        workspace: seen.workspace.unwrap_or_else(|| "default".to_owned()),
        commit: git::commit(&directory),
        counts: counts(seen.counts, &report.summary),
        used: None,
    };
    let text = record.text();
    let more = lines(&record, &text);
    let code = arguments.options.destinations.write(&report, &run.sources, &more)?;
    // The record comes last: there is none that says pass before all has gone well.
    let text = if code == report.exit_code() {
        text
    } else {
        record.verdict = Verdict::of(code);
        record.text()
    };
    let path = &arguments.record;
    write_new(&current.join(path), text.as_bytes()).map_err(|error| {
        Failure::new(format!("the record cannot be written to `{}`: {}", path.display(), reason(&error)))
    })?;
    if arguments.options.destinations.is_human() {
        output::print(&told(&record, path))?;
    }
    std::mem::forget((report, run));
    Ok(code)
}

/// The directory of the root module: the source, else where the plan file lies.
pub(super) fn directory(source: Option<&Path>, plan: &Path, current: &Path) -> PathBuf {
    let plan = clean(&current.join(plan));
    source.map_or_else(|| plan.parent().unwrap_or(current).to_owned(), |source| clean(&current.join(source)))
}

/// SHA-256 of the lock file in a directory, if there is one.
pub(super) fn lock_file(directory: &Path) -> Result<Option<String>, Problem> {
    let path = directory.join(".terraform.lock.hcl");
    match disk::read(&path, disk::MAX_FILE_SIZE) {
        Ok(bytes) => Ok(Some(gate::sha256(&bytes))),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let message = format!("the lock file cannot be read: {}", reason(&error));
            Err(Problem::with_path(path.to_string_lossy(), message).help("Make it a readable file, or remove it."))
        }
    }
}

/// What a record keeps of a plan.
#[derive(Default)]
struct Seen {
    terraform_version: Option<String>,
    workspace: Option<String>,
    counts: (usize, usize, usize),
    configuration_sha256: String,
}

impl Seen {
    fn of(plan: &Plan) -> Self {
        Self {
            terraform_version: plan.terraform_version.clone(),
            workspace: plan.workspace.clone(),
            counts: plan.counts(),
            configuration_sha256: digest(plan.snapshot.as_ref()),
        }
    }
}

/// Digest of the configuration inside a plan file, whatever directory it was made in.
fn digest(snapshot: Option<&Snapshot>) -> String {
    let modules = snapshot.map_or(&[][..], |snapshot| &snapshot.modules);
    let mut files: Vec<(&str, &str, &[u8])> = modules
        .iter()
        .flat_map(|module| {
            module.files.iter().map(|(name, text)| (module.key.as_str(), name.as_str(), text.as_slice()))
        })
        .collect();
    files.sort_unstable();
    gate::sha256_of_all(files.iter().flat_map(|(key, name, text)| [key.as_bytes(), name.as_bytes(), text]))
}

/// The digest of the plan file that the report is of.
fn plan_file(report: &Report) -> Option<String> {
    let mut inputs = report.inputs.iter();
    let input = inputs.next().filter(|input| input.kind == plan::Kind::File.word())?;
    if inputs.next().is_some() { None } else { input.sha256.clone() }
}

/// The options that choose the rules, as a record keeps them.
fn rule_set(options: &CheckOptions, current: &Path) -> RuleSet {
    let top = git::top(current);
    let path = |path: &Path| {
        let absolute = clean(&current.join(path));
        let inside = absolute.starts_with(current) || top.as_ref().is_some_and(|top| absolute.starts_with(top));
        if inside { relative(&absolute, current) } else { absolute.to_string_lossy().into_owned() }
    };
    let Rules { config, rules, select, ignore } = &options.rules;
    RuleSet {
        source: options.source.as_deref().map(path),
        config: config.as_deref().map(path),
        rules: rules.iter().map(|rules| path(rules)).collect(),
        select: select.clone(),
        ignore: ignore.clone(),
        fail_on: options.fail_on.map(|threshold| fail_on_word(threshold).to_owned()),
        only_changed: options.only_changed,
        today: options.today.clone(),
    }
}

fn counts((add, change, destroy): (usize, usize, usize), summary: &Summary) -> Counts {
    Counts {
        add,
        change,
        destroy,
        errors: summary.errors,
        warnings: summary.warnings,
        infos: summary.infos,
        undetermined: summary.undetermined,
        suppressed: summary.suppressed,
        problems: summary.problems,
    }
}

fn add(report: &mut Report, problem: Problem) {
    report.problems.push(problem);
    report.summary.problems += 1;
}

/// What the env format says beside the counts of the check.
fn lines(record: &Record, text: &str) -> Vec<(&'static str, String)> {
    vec![
        ("plan_sha256", record.plan_sha256.clone()),
        ("record_sha256", gate::sha256(text.as_bytes())),
        ("add", record.counts.add.to_string()),
        ("change", record.counts.change.to_string()),
        ("destroy", record.counts.destroy.to_string()),
    ]
}

fn told(record: &Record, path: &Path) -> String {
    let verdict = match record.verdict {
        Verdict::Pass => "passed",
        Verdict::Fail => "did not pass",
        Verdict::Error => "could not be checked",
    };
    let Counts { add, change, destroy, .. } = record.counts;
    format!(
        "\nPlan {}: {add} to add, {change} to change, {destroy} to destroy; {verdict}, recorded in {}\n",
        record.plan_sha256.get(..12).unwrap_or_default(),
        path.display()
    )
}

/// Takes away the record that is there, so that none of an earlier check is left whatever happens now.
fn clear(arguments: &Arguments, current: &Path) -> Result<(), Failure> {
    let path = clean(&current.join(&arguments.record));
    let refused = |why: &str| Err(Failure::new(format!("--record: `{}` {why}", arguments.record.display())));
    let plan = clean(&current.join(&arguments.plan));
    let is_plan = path == plan || disk::real(&path).is_some_and(|real| disk::real(&plan) == Some(real));
    if arguments.record.as_os_str() == "-" {
        return refused("stands for a stream elsewhere; a record has to be a file");
    }
    if is_plan || arguments.options.destinations.goes_to(&path, current) {
        return refused("is the plan file or a report of this run; name another file");
    }
    if !path.parent().is_some_and(Path::is_dir) {
        return refused("is in a directory that is not there");
    }
    match fs::symlink_metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return refused(&format!("cannot be looked at: {}", reason(&error))),
        Ok(found) if found.is_symlink() => {}
        Ok(found) if !found.is_file() => return refused("is no file"),
        // A slip of the hand must not cost anybody a file: a record begins with a brace, or with nothing.
        Ok(_) if !may_be_record(&path) => return refused("is a file that is no record; name another, or remove it"),
        Ok(_) => {}
    }
    fs::remove_file(&path).or_else(|error| refused(&format!("cannot be replaced: {}", reason(&error))))
}

fn may_be_record(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(1).read_to_end(&mut start));
    // What cannot be read cannot be told from a record.
    read.is_err() || start.is_empty() || start == b"{"
}

/// Writes a file that nobody sees half written; what is there is replaced, and a link is not followed.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let beside = path.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let written = fs::File::create_new(&beside)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| fs::rename(&beside, path));
    if written.as_ref().is_err_and(|error| error.kind() != io::ErrorKind::AlreadyExists) {
        // What is left of the attempt is of no use; the error that counts is the first one.
        let _ = fs::remove_file(&beside);
    }
    written
}
