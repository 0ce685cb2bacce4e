//! The desired state: the checked graph of one stack's resources, acyclic but for `deferrable` properties.

mod after;
mod arns;
mod build;
mod explain;
mod findings;
mod fleet;
mod graph;
mod index;
mod kinds;
mod layers;
mod lint;
mod load;
mod make;
mod names;
mod place;
mod references;
mod schema;
mod skeleton;
mod sources;
mod switches;
mod template_schema;
mod types;
mod unique;

pub use crate::template::{Family, Origin};
pub use build::build;
pub use explain::{Explained, explain};
pub use findings::Findings;
pub use kinds::Kinds;
pub use load::{Loaded, load, load_each, load_files};
pub use schema::schema;
pub use skeleton::skeleton;
pub use sources::{Files, Source};
pub use template_schema::template_schema;
pub use types::{Blueprint, Ignore, Resource};
