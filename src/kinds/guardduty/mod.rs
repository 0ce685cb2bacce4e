pub(super) mod detector;
