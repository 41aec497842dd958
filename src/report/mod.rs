//! One file per output format; each is a pure function of a [`crate::finding::Report`] and the sources.
