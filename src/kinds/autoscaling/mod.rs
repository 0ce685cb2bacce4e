//! Auto Scaling: of applications, and of groups of instances.

pub(super) mod auto_scaling_group;
pub(super) mod scalable_target;
