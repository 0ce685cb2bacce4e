//! Cloud Map.

pub(super) mod http_namespace;
