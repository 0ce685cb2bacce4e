//! What should be: the checked graph of one stack's resources, acyclic but for `LATE` properties.

mod types;

pub use types::{Blueprint, Ignore, Origin, Resource};
