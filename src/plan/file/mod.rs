//! The saved plan file: what `terraform plan -out` writes, read without Terraform, provider or network.
//!
//! It is a zip of the plan (protobuf, values in MessagePack), the configuration that it was made of, and the state before.

mod change;
mod container;
mod message;
mod sensitive;
mod snapshot;
mod value;

use std::sync::Arc;

use prost::Message;

use self::container::Container;
use super::{Change, DEFERRED, ERRORED, Kind, Plan, json};
use crate::inventory::Demand;
use crate::lang::Str;
use crate::source::{FileId, Problem, Sources};

/// The one format version there is (Terraform: `internal/plans/planfile/tfplan.go`).
const FORMAT_VERSION: u64 = 3;

/// What is wrong with a plan file, as what follows "The plan file is damaged: ".
#[derive(Clone, Debug, PartialEq, Eq)]
struct Damage(String);

impl Damage {
    fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

/// Whether these are the first bytes of a zip file, as a saved plan is one.
#[must_use]
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// Reads a saved plan file, of the resources what is demanded. What cannot be read is a problem of the plan.
#[must_use]
pub fn read(bytes: &[u8], file: FileId, path: &str, demand: &Demand) -> Plan {
    let mut plan = Plan::new(Kind::File, file);
    if let Err(Damage(what)) = read_into(&mut plan, bytes, demand, path) {
        plan.problems.push(
            Problem::with_path(path, format!("The plan file is damaged: {what}"))
                .help("Make the plan anew: `terraform plan -out FILE`"),
        );
    }
    plan
}

fn read_into(plan: &mut Plan, bytes: &[u8], demand: &Demand, path: &str) -> Result<(), Damage> {
    let mut container = Container::open(bytes)?;
    let problem = |message: String, help: &str| Problem::with_path(path, message).help(help);
    let Some(content) = container.read("tfplan")? else {
        plan.problems.push(problem(
            "This zip file is no plan: it has no member `tfplan`".to_owned(),
            "terravet reads what `terraform plan -out FILE` writes",
        ));
        return Ok(());
    };
    let message = message::Plan::decode(prost::bytes::Bytes::from(content))
        .map_err(|what| Damage::new(format!("its member `tfplan` cannot be read ({what})")))?;
    plan.terraform_version = Some(message.terraform_version.clone()).filter(|version| !version.is_empty());
    if let Some(what) = unsupported(&message) {
        plan.problems.push(problem(what, "Check the JSON form instead: `terraform show -json PLAN > plan.json`"));
        return Ok(());
    }
    plan.snapshot = Some(snapshot::read(&mut container)?);
    plan.prior = state(&mut container, demand)?;
    plan.problems.extend(message.errored.then(|| problem(ERRORED.0.to_owned(), ERRORED.1)));
    plan.problems.extend((!message.deferred_changes.is_empty()).then(|| problem(DEFERRED.0.to_owned(), DEFERRED.1)));
    plan.workspace = message.backend.map(|backend| backend.workspace).filter(|workspace| !workspace.is_empty());
    plan.complete = has_completeness(plan.terraform_version.as_deref()).then_some(message.complete);
    for (name, value) in &message.variables {
        let value = change::variable(value).map_err(|Damage(what)| Damage(format!("variable \"{name}\": {what}")))?;
        plan.variables.insert(Str::from(name.as_str()), value);
    }
    for bytes in &message.resource_changes {
        plan.changes.push(change::read(bytes, demand)?);
    }
    for bytes in &message.resource_drift {
        plan.drift.push(change::read(bytes, demand)?);
    }
    for deferred in message.deferred_changes.into_iter().filter_map(|deferred| deferred.change) {
        plan.changes.push(change::change(deferred, demand)?);
    }
    Ok(())
}

/// The resource instances of the state that the plan was made from.
fn state(container: &mut Container<'_>, demand: &Demand) -> Result<Vec<Change>, Damage> {
    let Some(content) = container.read("tfstate")? else { return Ok(Vec::new()) };
    let broken = |what: &str| Damage::new(format!("its member `tfstate` cannot be read ({what})"));
    // Places in a member are none in the file.
    let state = json::read(&mut Arc::from(content), "tfstate", demand, &mut Sources::default());
    let state = state.map_err(|problem| broken(&problem.message))?;
    if let Some(problem) = state.problems.first() {
        return Err(broken(&problem.message));
    }
    Ok(state.prior.into_iter().map(|change| Change { place: None, ..change }).collect())
}

/// Why a plan is not read.
fn unsupported(message: &message::Plan) -> Option<String> {
    if message.version != FORMAT_VERSION {
        return Some(format!(
            "The plan file is of format version {}; terravet knows version {FORMAT_VERSION}",
            message.version
        ));
    }
    match release(&message.terraform_version)? {
        (0, _) | (1, 0) => Some(format!(
            "The plan file was made by Terraform {}; 1.1 is the first that is read",
            message.terraform_version
        )),
        _ => None,
    }
}

/// Whether a version of Terraform says if a plan is complete.
fn has_completeness(version: Option<&str>) -> bool {
    version.and_then(release).is_some_and(|release| release >= (1, 8))
}

/// Major and minor version.
fn release(version: &str) -> Option<(u32, u32)> {
    let mut parts = version.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}
