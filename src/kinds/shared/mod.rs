//! What kinds of several services use.

pub(super) mod attributes;
pub(super) mod defaults;
pub(super) mod deletion;
pub(super) mod dynamic_reference;
pub(super) mod fifo;
pub(super) mod filled;
pub(super) mod key_arn;
pub(super) mod list;
pub(super) mod lower_case;
pub(super) mod maintenance_window;
pub(super) mod metric;
pub(super) mod named;
pub(super) mod offers;
pub(super) mod ownership;
pub(super) mod parameters;
pub(super) mod pending;
pub(super) mod retry;
pub(super) mod setting;
pub(super) mod tag;
pub(super) mod text;
pub(super) mod unmodelled;
