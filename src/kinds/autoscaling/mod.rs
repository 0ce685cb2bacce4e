//! Application Auto Scaling.

pub(super) mod scalable_target;
