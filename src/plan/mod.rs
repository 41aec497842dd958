//! Plans and state into inventory: what Terraform itself worked out, read from plan JSON, the saved plan file or state.
//!
//! Each reader makes a [`Plan`]: resource instances whose values are of the types of the built-in schema, with what is
//! unknown and sensitive marked. What is judged is the world after apply.

mod configuration;
pub mod file;
mod identities;
mod inline;
mod joins;
pub mod json;
mod merge;
mod open;
mod reading;
mod shape;
mod tags;
mod world;

pub use open::{Input, MAX_SIZE, START, may_be_plan, mistaken, open};
pub use reading::{reading, refused};
pub use shape::{Member, Shape};

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::address::{Address, Mode};
use crate::inventory::Action;
use crate::lang::{Str, Value};
use crate::source::{FileId, Problem, Span};

/// A plan or state, as far as rules ask for it.
#[derive(Debug)]
pub struct Plan {
    /// What it was read from.
    pub kind: Kind,
    /// The file.
    pub file: FileId,
    /// The version of Terraform that made it.
    pub terraform_version: Option<String>,
    /// What happens to resource instances: one entry for each change, in the order of the plan. Deposed objects included.
    pub changes: Vec<Change>,
    /// Resource instances of the state before the plan. Those that no change speaks of are kept as they are (data sources
    /// that were read while planning, what `-target` left out).
    pub prior: Vec<Change>,
    /// What was found to have changed outside Terraform.
    pub drift: Vec<Change>,
    /// Resources whose configuration Terraform writes while planning (`-generate-config-out`), as it has none yet.
    pub generated: Vec<Arc<Address>>,
    /// Values of the root module's variables, sensitive ones marked where the plan says so.
    pub variables: BTreeMap<Str, Value>,
    /// The workspace, where the plan says which.
    pub workspace: Option<String>,
    /// Whether the plan takes the configuration to its end (`None` where its version does not say): not so with `-target`.
    pub complete: Option<bool>,
    /// The configuration that the plan was made of, where it is inside.
    pub snapshot: Option<Snapshot>,
    /// The `configuration` section of plan JSON: its text, and where it begins.
    pub configuration: Option<(String, Span)>,
    /// What was not understood, and why the plan is none to be applied (it failed, or is not there).
    pub problems: Vec<Problem>,
}

impl Plan {
    /// A plan of which nothing is known yet.
    #[must_use]
    pub const fn new(kind: Kind, file: FileId) -> Self {
        Self {
            kind,
            file,
            terraform_version: None,
            changes: Vec::new(),
            prior: Vec::new(),
            drift: Vec::new(),
            generated: Vec::new(),
            variables: BTreeMap::new(),
            workspace: None,
            complete: None,
            snapshot: None,
            configuration: None,
            problems: Vec::new(),
        }
    }

    /// How many resource instances are added, changed and destroyed, as Terraform counts them ("Plan: 1 to add, …"): a
    /// replacement is both added and destroyed.
    #[must_use]
    pub fn counts(&self) -> (usize, usize, usize) {
        let (mut add, mut change, mut destroy) = (0, 0, 0);
        for planned in &self.changes {
            match planned.action {
                Action::Create => add += 1,
                Action::Update => change += 1,
                Action::Replace => (add, destroy) = (add + 1, destroy + 1),
                Action::Delete if planned.address.mode == Mode::Managed => destroy += 1,
                Action::Delete | Action::Configured | Action::None | Action::Read | Action::Forget => {}
            }
        }
        (add, change, destroy)
    }
}

/// Why a plan is none to be applied, and what to do: planning failed.
const ERRORED: (&str, &str) = (
    "This plan cannot be applied: planning ended with errors, so it does not hold everything",
    "Mend what `terraform plan` complains about, and check the plan that comes out then.",
);

/// Why a plan is not all there is to check, and what to do: changes are put off.
const DEFERRED: (&str, &str) = (
    "This plan is not whole: it leaves changes for a later plan, and what these will be is not known",
    "Apply it, plan again, and check that plan too.",
);

/// What a [`Plan`] was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `terraform show -json` of a plan.
    Json,
    /// A saved plan file.
    File,
    /// A state, or `terraform show -json` of one.
    State,
}

impl Kind {
    /// The word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Json => "plan",
            Self::File => "plan-file",
            Self::State => "state",
        }
    }
}

/// What happens to a resource instance.
#[derive(Clone, Debug)]
pub struct Change {
    /// Its address.
    pub address: Arc<Address>,
    /// The address that it had before, where it was moved.
    pub previous_address: Option<Arc<Address>>,
    /// The key of a deposed object: what a replacement has left behind, to be destroyed.
    pub deposed: Option<Str>,
    /// The provider's source address, e.g. `registry.terraform.io/hashicorp/aws`.
    pub provider: Str,
    /// What is done.
    pub action: Action,
    /// Whether it is imported.
    pub imported: bool,
    /// The values before, of what will not be there any more, or is replaced; `None` where there are none or nobody asks for them.
    pub before: Option<Value>,
    /// The values after: an object of the attributes that somebody asks for, of the types of the schema, what is unknown or
    /// sensitive marked. `None` where there are none or nobody asks for them.
    pub after: Option<Value>,
    /// Where it stands in the file, if that is text.
    pub place: Option<Span>,
}

/// The configuration inside a saved plan file.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The modules; the root module has the empty key.
    pub modules: Vec<SnapshotModule>,
}

/// A module of a [`Snapshot`].
#[derive(Clone, Debug)]
pub struct SnapshotModule {
    /// The names of the calls that lead to it, with dots between (`network.subnets`); instances have no part in it.
    pub key: String,
    /// Its directory, as Terraform saw it from the root module's.
    pub directory: PathBuf,
    /// Its files: name, content.
    pub files: Vec<(String, Vec<u8>)>,
}
