//! Identity and Access Management.

pub(super) mod instance_profile;
pub(super) mod role;
