pub(super) mod rule;
