//! Identity and Access Management.

pub(super) mod role;
