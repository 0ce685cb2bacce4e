//! Simple Storage Service.

pub(super) mod bucket;
