//! AWS Certificate Manager.

pub(super) mod certificate;
