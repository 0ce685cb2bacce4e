//! CloudWatch Logs.

pub(super) mod log_group;
