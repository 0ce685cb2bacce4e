//! Simple Queue Service.

pub(super) mod queue;
