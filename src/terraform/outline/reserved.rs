//! Names that are Terraform's own in the body of a block, not the provider's.

/// Names that are Terraform's own in a body.
pub(in crate::terraform) struct Reserved {
    pub(in crate::terraform) attributes: &'static [&'static str],
    pub(in crate::terraform) blocks: &'static [&'static str],
    /// `id` cannot be set, though the schema says so by an old habit of the provider's.
    pub(in crate::terraform) computed_id: bool,
}

/// Inside nested blocks nothing is reserved.
pub(super) const NOTHING: Reserved = Reserved { attributes: &[], blocks: &[], computed_id: false };

const META_ARGUMENTS: &[&str] = &["count", "for_each", "provider", "depends_on"];

/// Of managed resources.
pub(in crate::terraform) const MANAGED: Reserved = Reserved {
    attributes: META_ARGUMENTS,
    blocks: &["lifecycle", "connection", "provisioner", ESCAPE],
    computed_id: true,
};

/// Of data sources and ephemeral resources.
pub(in crate::terraform) const READ: Reserved =
    Reserved { attributes: META_ARGUMENTS, blocks: &["lifecycle", ESCAPE], computed_id: false };

/// The block in which nothing is reserved, so that a provider may have arguments named like Terraform's own.
pub(super) const ESCAPE: &str = "_";

/// Of provisioners: keywords that are no references.
pub(in crate::terraform) const PROVISIONER: Reserved =
    Reserved { attributes: &["when", "on_failure"], blocks: &["connection"], computed_id: false };

/// Of provider configurations.
pub(in crate::terraform) const PROVIDER: Reserved =
    Reserved { attributes: &["alias", "version"], blocks: &[ESCAPE], computed_id: false };
