//! Simple Notification Service.

pub(super) mod topic;
