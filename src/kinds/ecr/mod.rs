//! Elastic Container Registry.

pub(super) mod repository;
