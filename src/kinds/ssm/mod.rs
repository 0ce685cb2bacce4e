//! Systems Manager.

pub(super) mod parameter;
