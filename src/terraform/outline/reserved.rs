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

/// Of resources, data sources and ephemeral resources.
pub(in crate::terraform) const RESOURCE: Reserved = Reserved {
    attributes: &["count", "for_each", "provider", "depends_on"],
    blocks: &["lifecycle", "connection", "provisioner", "_"],
    computed_id: false,
};

/// Of managed resources.
pub(in crate::terraform) const MANAGED: Reserved = Reserved { computed_id: true, ..RESOURCE };

/// Of provisioners: keywords that are no references.
pub(in crate::terraform) const PROVISIONER: Reserved =
    Reserved { attributes: &["when", "on_failure"], blocks: &["connection"], computed_id: false };

/// Of provider configurations.
pub(in crate::terraform) const PROVIDER: Reserved =
    Reserved { attributes: &["alias", "version"], blocks: &["_"], computed_id: false };
