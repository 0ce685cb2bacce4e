//! What kinds of several services use.

pub(super) mod beyond;
pub(super) mod candidate;
pub(super) mod dynamic_reference;
pub(super) mod idempotence;
pub(super) mod key_arn;
pub(super) mod lower_case;
pub(super) mod maintenance_window;
pub(super) mod offers;
pub(super) mod pending;
