//! The messages of a saved plan, as far as they are read (Terraform: `internal/plans/planproto/planfile.proto`). Field
//! numbers have never been given another meaning but where said so here; unknown ones are skipped.

use prost::Message;
use prost::bytes::Bytes;

/// The member `tfplan`.
#[derive(Clone, PartialEq, Message)]
pub(super) struct Plan {
    /// 3 from Terraform 0.12 on.
    #[prost(uint64, tag = "1")]
    pub(super) version: u64,
    /// Values that were given to variables of the root module; no defaults.
    #[prost(btree_map = "string, message", tag = "2")]
    pub(super) variables: std::collections::BTreeMap<String, DynamicValue>,
    /// Each a [`ResourceInstanceChange`], undecoded: there may be a million of them.
    #[prost(bytes = "bytes", repeated, tag = "3")]
    pub(super) resource_changes: Vec<Bytes>,
    #[prost(message, optional, tag = "13")]
    pub(super) backend: Option<Backend>,
    #[prost(string, tag = "14")]
    pub(super) terraform_version: String,
    /// As [`Plan::resource_changes`].
    #[prost(bytes = "bytes", repeated, tag = "18")]
    pub(super) resource_drift: Vec<Bytes>,
    /// Planning failed: the plan holds what was planned until then (from 1.4 on).
    #[prost(bool, tag = "20")]
    pub(super) errored: bool,
    /// Whether nothing has to be planned after it is applied (from 1.8 on).
    #[prost(bool, tag = "26")]
    pub(super) complete: bool,
    /// Changes that are put off to a later plan (from 1.9 on).
    #[prost(message, repeated, tag = "27")]
    pub(super) deferred_changes: Vec<DeferredChange>,
}

/// A value as MessagePack.
#[derive(Clone, PartialEq, Message)]
pub(super) struct DynamicValue {
    #[prost(bytes = "bytes", tag = "1")]
    pub(super) msgpack: Bytes,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Backend {
    #[prost(string, tag = "3")]
    pub(super) workspace: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct DeferredChange {
    #[prost(message, optional, tag = "2")]
    pub(super) change: Option<ResourceInstanceChange>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct ResourceInstanceChange {
    #[prost(string, tag = "7")]
    pub(super) deposed_key: String,
    /// `provider["registry.terraform.io/hashicorp/aws"]`, with `.alias` after it and `module.x.` before it where so.
    #[prost(string, tag = "8")]
    pub(super) provider: String,
    #[prost(message, optional, tag = "9")]
    pub(super) change: Option<Change>,
    /// From 1.1 on; before that the address was in fields 1 to 6.
    #[prost(string, tag = "13")]
    pub(super) address: String,
    /// Where it was moved from.
    #[prost(string, tag = "14")]
    pub(super) previous_address: String,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Change {
    /// See [`super::change::action`].
    #[prost(int32, tag = "1")]
    pub(super) action: i32,
    /// Before, after, or both, by the action.
    #[prost(message, repeated, tag = "2")]
    pub(super) values: Vec<DynamicValue>,
    #[prost(message, repeated, tag = "3")]
    pub(super) before_sensitive_paths: Vec<Path>,
    #[prost(message, repeated, tag = "4")]
    pub(super) after_sensitive_paths: Vec<Path>,
    #[prost(message, optional, tag = "5")]
    pub(super) importing: Option<Importing>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Importing {}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Path {
    #[prost(message, repeated, tag = "1")]
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, PartialEq, Message)]
pub(super) struct Step {
    #[prost(string, optional, tag = "1")]
    pub(super) attribute_name: Option<String>,
    /// The index or key; in a set the element.
    #[prost(message, optional, tag = "2")]
    pub(super) element_key: Option<DynamicValue>,
}
