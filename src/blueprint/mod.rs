//! What should be: the checked graph of one stack's resources, acyclic but for `LATE` properties.

mod build;
mod explain;
mod fleet;
mod graph;
mod kinds;
mod lint;
mod load;
mod place;
mod schema;
mod skeleton;
mod sources;
mod types;

pub use crate::template::{Family, Origin};
pub use build::build;
pub use explain::{Explained, explain};
pub use kinds::Kinds;
pub use load::{Loaded, load, load_files};
pub use schema::schema;
pub use skeleton::skeleton;
pub use sources::{Files, Source};
pub use types::{Blueprint, Ignore, Resource};
