//! What Terraform's own blocks take: the tables that `structure.rs` checks blocks by ("Terraform Language", the reference
//! of each block type).

/// What a block takes.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) arguments: &'static [Argument],
    pub(super) blocks: &'static [Nested],
    /// What is not named here belongs to a provider or a module.
    pub(super) is_open: bool,
    /// Names that Terraform keeps for itself, though it has no use for them yet.
    pub(super) reserved: &'static [&'static str],
}

/// An argument.
#[derive(Debug)]
pub(super) struct Argument {
    pub(super) name: &'static str,
    pub(super) takes: Takes,
    pub(super) is_required: bool,
}

/// What may stand for an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Takes {
    /// An expression that is evaluated, or one that is looked at elsewhere.
    Expression,
    /// A literal truth value.
    Flag,
    /// Literal text.
    Text,
}

/// A nested block type.
#[derive(Debug)]
pub(super) struct Nested {
    pub(super) name: &'static str,
    pub(super) labels: usize,
    pub(super) only_one: bool,
    /// None where what is inside is looked at elsewhere.
    pub(super) form: Option<&'static Form>,
}

const fn optional(name: &'static str) -> Argument {
    Argument { name, takes: Takes::Expression, is_required: false }
}

const fn required(name: &'static str) -> Argument {
    Argument { name, takes: Takes::Expression, is_required: true }
}

const fn flag(name: &'static str) -> Argument {
    Argument { name, takes: Takes::Flag, is_required: false }
}

const fn text(name: &'static str) -> Argument {
    Argument { name, takes: Takes::Text, is_required: false }
}

const fn blocks(name: &'static str, labels: usize, form: &'static Form) -> Nested {
    Nested { name, labels, only_one: false, form: Some(form) }
}

const fn one(name: &'static str, form: &'static Form) -> Nested {
    Nested { name, labels: 0, only_one: true, form: Some(form) }
}

const fn closed(arguments: &'static [Argument], blocks: &'static [Nested]) -> Form {
    Form { arguments, blocks, is_open: false, reserved: &[] }
}

const fn open(arguments: &'static [Argument], blocks: &'static [Nested], reserved: &'static [&'static str]) -> Form {
    Form { arguments, blocks, is_open: true, reserved }
}

/// `validation`, `precondition`, `postcondition` and `assert`.
const CONDITION: Form = closed(&[required("condition"), required("error_message")], &[]);

pub(super) const VARIABLE: Form = closed(
    &[
        text("description"),
        optional("default"),
        optional("type"),
        flag("sensitive"),
        flag("nullable"),
        flag("ephemeral"),
    ],
    &[blocks("validation", 0, &CONDITION)],
);

pub(super) const OUTPUT: Form = closed(
    &[text("description"), required("value"), optional("depends_on"), flag("sensitive"), flag("ephemeral")],
    &[blocks("precondition", 0, &CONDITION)],
);

pub(super) const MODULE: Form = Form {
    arguments: &[
        required("source"),
        text("version"),
        optional("count"),
        optional("for_each"),
        optional("depends_on"),
        optional("providers"),
    ],
    blocks: &[Nested { name: "_", labels: 0, only_one: true, form: None }],
    is_open: true,
    reserved: &["lifecycle", "locals", "provider"],
};

pub(super) const PROVIDER: Form = open(
    &[text("alias"), text("version")],
    &[Nested { name: "_", labels: 0, only_one: true, form: None }],
    &["count", "depends_on", "for_each", "source", "lifecycle", "locals"],
);

const LIFECYCLE: Form = closed(
    &[
        flag("create_before_destroy"),
        flag("prevent_destroy"),
        optional("ignore_changes"),
        optional("replace_triggered_by"),
    ],
    &[blocks("precondition", 0, &CONDITION), blocks("postcondition", 0, &CONDITION)],
);

/// Of what is read, not made.
const READ_LIFECYCLE: Form =
    closed(&[], &[blocks("precondition", 0, &CONDITION), blocks("postcondition", 0, &CONDITION)]);

/// What is inside hangs on the provisioner beside it (`declared/provisioners.rs`).
const CONNECTION: Nested = Nested { name: "connection", labels: 0, only_one: true, form: None };

/// Any provisioner: what else it takes is its own.
const PROVISIONER: Form = open(&[optional("when"), optional("on_failure")], &[CONNECTION], &["lifecycle"]);

const REPEATED: [Argument; 4] = [optional("count"), optional("for_each"), optional("provider"), optional("depends_on")];

pub(super) const RESOURCE: Form = open(
    &REPEATED,
    &[
        one("lifecycle", &LIFECYCLE),
        CONNECTION,
        blocks("provisioner", 1, &PROVISIONER),
        Nested { name: "_", labels: 0, only_one: true, form: None },
    ],
    &["locals"],
);

pub(super) const DATA: Form = open(
    &REPEATED,
    &[one("lifecycle", &READ_LIFECYCLE), Nested { name: "_", labels: 0, only_one: true, form: None }],
    &["locals"],
);

/// The data source of a `check`.
pub(super) const SCOPED_DATA: Form = open(
    &[optional("provider"), optional("depends_on")],
    &[Nested { name: "_", labels: 0, only_one: true, form: None }],
    &["count", "for_each", "lifecycle", "locals"],
);

pub(super) const CHECK: Form = closed(
    &[],
    &[Nested { name: "data", labels: 2, only_one: true, form: Some(&SCOPED_DATA) }, blocks("assert", 0, &CONDITION)],
);

pub(super) const MOVED: Form = closed(&[required("from"), required("to")], &[]);

pub(super) const REMOVED: Form = closed(
    &[required("from")],
    &[one("lifecycle", &REMOVED_LIFECYCLE), CONNECTION, blocks("provisioner", 1, &PROVISIONER)],
);

const REMOVED_LIFECYCLE: Form = closed(&[flag("destroy")], &[]);

pub(super) const IMPORT: Form =
    closed(&[required("to"), required("id"), optional("provider"), optional("for_each")], &[]);

pub(super) const SETTINGS: Form = closed(
    &[optional("required_version"), optional("experiments"), optional("language")],
    &[
        Nested { name: "backend", labels: 1, only_one: false, form: None },
        Nested { name: "cloud", labels: 0, only_one: false, form: None },
        Nested { name: "required_providers", labels: 0, only_one: false, form: None },
        Nested { name: "provider_meta", labels: 1, only_one: false, form: None },
    ],
);
