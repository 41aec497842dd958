//! `terravet verify-gate`: whether a plan file is the one that passed the gate.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use clap::Args;

use super::arguments::{self, Rules};
use super::check::Loaded;
use super::{Failure, environment, gate as command, output};
use crate::gate::{self, Claim, Record};
use crate::plan;
use crate::policy::configuration;
use crate::source::walk::reason;
use crate::source::{Sources, disk};
use crate::syntax::Trees;

/// The largest record that is read.
const MAX_RECORD: u64 = 16 * 1024 * 1024;
/// How long another terravet may hold a record.
const PATIENCE: Duration = Duration::from_secs(10);
/// The plan file is not to be applied.
const REFUSED: u8 = 1;

/// Prove that a plan file is the one that passed the gate
///
/// Holds a plan file against the record that `terravet gate` wrote: it is that very file, the verdict was pass, the rules are
/// the same ones, the record is not too old and was not used before.
///
/// The rules are looked at again, where the record says they were (start this in the directory that `gate` was started in,
/// or in the same place of a copy): the shipped ones, .terravet.hcl, rule files of your own. Another terravet version, a changed
/// or missing rule file, and a changed .terraform.lock.hcl are refused.
///
/// A record's checksum tells damage, not malice. Where others can write the files, keep `plan_sha256` and `record_sha256` (which
/// `terravet gate --format env` prints) out of their reach, and give them here.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  terravet verify-gate tfplan tfplan.record.json
  terravet verify-gate tfplan tfplan.record.json --max-age 1h --consume && terraform apply tfplan

Exit codes: 0 it is the plan that passed, 1 refused, 2 the plan or the record cannot be used.")]
pub(super) struct Arguments {
    /// The plan file that is to be applied
    #[arg(value_name = "PLAN_FILE")]
    plan: PathBuf,
    /// The record that `terravet gate` wrote
    #[arg(value_name = "RECORD")]
    record: PathBuf,
    /// The record must be younger, for example 30m or 4h
    #[arg(long, value_name = "TIME", default_value = "4h", value_parser = gate::duration)]
    max_age: u64,
    /// The SHA-256 that the plan file must have
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    plan_sha256: Option<String>,
    /// The SHA-256 that the record must have
    #[arg(long, value_name = "DIGEST", value_parser = digest)]
    record_sha256: Option<String>,
    /// Mark the record as used: it holds once, however many ask at the same time
    #[arg(long)]
    consume: bool,
}

fn digest(text: &str) -> Result<String, String> {
    let digest = text.to_ascii_lowercase();
    let right = digest.len() == 64 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    if right { Ok(digest) } else { Err("it takes a SHA-256: 64 hexadecimal digits".to_owned()) }
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let current = environment::current_directory()?;
    let unusable = |what: &str, path: &Path, why: &str| {
        Failure::new(format!("the {what} `{}` cannot be used: {why}", path.display()))
    };
    let (mut file, bytes) = open(&current.join(&arguments.record), arguments.consume)
        .map_err(|why| unusable("record", &arguments.record, &why))?;
    let read = gate::read(&bytes);
    let is_used = read.as_ref().is_ok_and(|record| record.used.is_some());
    if let Some(expected) = &arguments.record_sha256
        && *expected != gate::sha256(&bytes)
        && !is_used
    {
        let is = gate::sha256(&bytes);
        let why = format!("the record is not the one that is expected (--record-sha256): its SHA-256 is {is}");
        return Ok(refused(arguments, &[why]));
    }
    let mut record = read.map_err(|gate::Unusable(why)| unusable("record", &arguments.record, &why))?;
    let plan = disk::read(&current.join(&arguments.plan), plan::MAX_SIZE);
    let plan = plan.map_err(|error| unusable("plan file", &arguments.plan, &reason(&error)))?;
    let directory = command::directory(record.rule_set.source.as_deref().map(Path::new), &arguments.plan, &current);
    let lock_file = match directory.is_dir() {
        true => Some(command::lock_file(&directory).map_err(|problem| Failure::new(problem.message))?),
        false => None,
    };
    let rule_set_sha256 = rule_set_sha256(&record, &directory, &current);
    let claim = Claim {
        plan_sha256: &gate::sha256(&plan),
        expected_plan: arguments.plan_sha256.as_deref(),
        terravet_version: env!("CARGO_PKG_VERSION"),
        rule_set_sha256: rule_set_sha256.as_deref().map_err(|Failure(why)| why.as_str()),
        lock_file: lock_file.as_ref().map(Option::as_deref),
        now: environment::now(),
        max_age: arguments.max_age,
    };
    let reasons = record.refusals(&claim);
    if !reasons.is_empty() {
        return Ok(refused(arguments, &reasons));
    }
    let time = record.time;
    if arguments.consume {
        record.used = Some(claim.now);
        replace(&mut file, record.text().as_bytes()).map_err(|error| {
            unusable("record", &arguments.record, &format!("it cannot be marked as used: {}", reason(&error)))
        })?;
    }
    output::print(&format!("verified: `{}` passed the gate at {time}\n", arguments.plan.display()))?;
    Ok(0)
}

fn refused(arguments: &Arguments, reasons: &[String]) -> u8 {
    for why in reasons {
        output::error(&format!("refused: {why}"));
    }
    output::error(&format!("`{}` is not to be applied: plan again, and check that plan", arguments.plan.display()));
    REFUSED
}

/// The digest of the rules that would be used now, as the record says which.
fn rule_set_sha256(record: &Record, directory: &Path, current: &Path) -> Result<String, Failure> {
    let set = &record.rule_set;
    let rules = Rules {
        config: set.config.as_ref().map(PathBuf::from),
        rules: set.rules.iter().map(PathBuf::from).collect(),
        select: set.select.clone(),
        ignore: set.ignore.clone(),
    };
    let configuration = rules.config(current)?.or_else(|| configuration::find(directory));
    let fail_on = set.fail_on.as_deref().map(arguments::fail_on).transpose().map_err(Failure)?;
    let (mut sources, mut trees) = (Sources::default(), Trees::default());
    let loaded = Loaded::new(&rules, configuration, fail_on, current, &mut sources, &mut trees);
    Ok(set.sha256(env!("CARGO_PKG_VERSION"), &loaded.texts(&sources)))
}

/// Opens a record, locks it against others (for good, if it is to be marked) and reads it.
fn open(path: &Path, to_write: bool) -> Result<(File, Vec<u8>), String> {
    let found = fs::metadata(path).map_err(|error| reason(&error))?;
    if !found.is_file() {
        return Err("it is no file".to_owned());
    }
    let file = OpenOptions::new().read(true).write(to_write).open(path).map_err(|error| reason(&error))?;
    let begun = Instant::now();
    loop {
        match if to_write { file.try_lock() } else { file.try_lock_shared() } {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if begun.elapsed() < PATIENCE => sleep(Duration::from_millis(10)),
            Err(TryLockError::WouldBlock) => return Err("another process holds its lock".to_owned()),
            Err(TryLockError::Error(error)) => return Err(format!("it cannot be locked: {}", reason(&error))),
        }
    }
    let mut bytes = Vec::new();
    (&file).take(MAX_RECORD + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    if bytes.len() as u64 > MAX_RECORD { Err("it is too large".to_owned()) } else { Ok((file, bytes)) }
}

/// Writes a record anew under its lock. Who is stopped half-way leaves a damaged one, which nobody can use.
fn replace(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(bytes)?;
    file.sync_all()
}
