//! The sections of a document: which there are, what it says of itself, and where the elements are that are read.

use super::batch::{Outgoing, Section};
use super::stream::{Fault, Stream, What};

/// What a document says of itself.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) format_version: Option<String>,
    pub(super) terraform_version: Option<String>,
    /// Whether it has a section that only plans have.
    pub(super) is_plan: bool,
    /// Whether it has the values of a state.
    pub(super) is_state: bool,
    pub(super) has_changes: bool,
    pub(super) has_planned_values: bool,
    pub(super) errored: Option<bool>,
    pub(super) complete: Option<bool>,
    /// Whether changes are left for a later plan.
    pub(super) deferred: bool,
    /// A plan that is kept elsewhere.
    pub(super) remote: bool,
    pub(super) encrypted: bool,
    /// A plan as HCP Terraform shows it, without what is sensitive.
    pub(super) redacted: bool,
    /// Whether it has nothing but versions.
    pub(super) is_bare: bool,
    /// A message of Terraform's log.
    pub(super) is_log: bool,
    /// Of a state file.
    pub(super) state_version: Option<u64>,
    /// Whether it has the list of resources that state files have.
    pub(super) has_resources: bool,
}

/// The sections that are read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Pass {
    /// All but planned values.
    All,
    /// Planned values alone, where nothing says what is done.
    PlannedValues,
}

/// Goes over a document, and takes the elements out of its sections.
pub(super) fn document(stream: &mut Stream, pass: Pass, elements: &mut Outgoing) -> Result<Document, Fault> {
    let is_log = stream.start().starts_with(b"{\"@level\"");
    if stream.is_empty()? {
        return Err(stream.fault_here(What::Empty));
    }
    let mut document = Document { is_bare: true, ..Document::default() };
    stream.members("the JSON object of a plan or state", |stream, name| match pass {
        Pass::All => {
            section(stream, name, &mut document, elements)?;
            elements.send().map_err(|error| stream.fault_here(What::Input(error)))
        }
        Pass::PlannedValues if name == "planned_values" => state(stream, Section::Planned, elements),
        Pass::PlannedValues => stream.skip(),
    })?;
    stream.end().map_err(|fault| match fault.what {
        What::Trailing if is_log => Fault { what: What::Log, ..fault },
        _ => fault,
    })?;
    Ok(document)
}

fn section(stream: &mut Stream, name: &str, document: &mut Document, elements: &mut Outgoing) -> Result<(), Fault> {
    match name {
        "planned_values" | "resource_changes" | "output_changes" | "configuration" | "applyable"
        | "proposed_unknown" => document.is_plan = true,
        "values" => document.is_state = true,
        "remote_plan_format" => document.remote = true,
        "encrypted_data" => document.encrypted = true,
        "plan_format_version" => document.redacted = true,
        "@level" => document.is_log = true,
        _ => {}
    }
    document.is_bare &= matches!(name, "format_version" | "terraform_version");
    match name {
        "format_version" => document.format_version = stream.value()?,
        "terraform_version" => document.terraform_version = stream.value()?,
        "errored" => document.errored = stream.value()?,
        "complete" => document.complete = stream.value()?,
        // Other files have a version too.
        "version" => document.state_version = stream.text()?.parse().ok(),
        "planned_values" => {
            document.has_planned_values = !stream.is_null()?;
            if document.has_planned_values {
                stream.skip()?;
            }
        }
        "deferred_changes" => {
            each(stream, "a list of deferred changes", |stream| {
                document.deferred = true;
                stream.skip()
            })?;
        }
        "resource_changes" => {
            document.has_changes = each(stream, CHANGES, |stream| elements.take(stream, Section::Changes))?;
        }
        "resource_drift" => {
            each(stream, CHANGES, |stream| elements.take(stream, Section::Drift))?;
        }
        "prior_state" => {
            if !stream.is_null()? {
                stream.members("a state", |stream, name| match name {
                    "values" => state(stream, Section::Resources, elements),
                    _ => stream.skip(),
                })?;
            }
        }
        "values" => state(stream, Section::Resources, elements)?,
        "variables" => elements.take(stream, Section::Variables)?,
        "configuration" => elements.take(stream, Section::Configuration)?,
        "resources" => {
            document.has_resources = each(stream, RESOURCES, |stream| elements.take(stream, Section::StateFile))?;
        }
        _ => stream.skip()?,
    }
    Ok(())
}

/// The values of a state.
fn state(stream: &mut Stream, section: Section, elements: &mut Outgoing) -> Result<(), Fault> {
    if stream.is_null()? {
        return Ok(());
    }
    stream.members("the values of a state", |stream, name| match name {
        "root_module" => module(stream, section, elements, 0),
        _ => stream.skip(),
    })
}

fn module(stream: &mut Stream, section: Section, elements: &mut Outgoing, depth: usize) -> Result<(), Fault> {
    if stream.is_null()? {
        return Ok(());
    }
    stream.members("a module", |stream, name| {
        match name {
            "resources" => each(stream, RESOURCES, |stream| elements.take(stream, section))?,
            "child_modules" if depth < MAX_DEPTH => {
                each(stream, "a list of modules", |stream| module(stream, section, elements, depth + 1))?
            }
            "child_modules" => {
                return Err(stream.fault_here(What::Form("modules are nested too deeply".to_owned())));
            }
            _ => return stream.skip(),
        };
        Ok(())
    })
}

const CHANGES: &str = "a list of resource changes";
const RESOURCES: &str = "a list of resources";
/// Modules lie at most so deep in one another.
const MAX_DEPTH: usize = 100;

/// Goes over the elements of a list; whether there is one.
fn each(
    stream: &mut Stream,
    expected: &str,
    element: impl FnMut(&mut Stream) -> Result<(), Fault>,
) -> Result<bool, Fault> {
    if stream.is_null()? {
        return Ok(false);
    }
    stream.elements(expected, element).map(|()| true)
}
