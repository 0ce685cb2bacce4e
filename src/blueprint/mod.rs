//! The desired state: the checked graph of one stack's resources, acyclic but for `deferrable` properties.

mod after;
mod arns;
mod build;
mod explain;
mod fleet;
mod graph;
mod ignored;
mod kinds;
mod lint;
mod load;
mod names;
mod place;
mod profile;
mod references;
mod schema;
mod skeleton;
mod sources;
mod switches;
mod template_schema;
mod templates;
mod types;
mod unique;

pub use crate::template::{Family, Origin};
pub use build::build;
pub use explain::{Explained, explain};
pub use kinds::Kinds;
pub use load::{Loaded, load, load_files};
pub use schema::schema;
pub use skeleton::{skeleton, template_files};
pub use sources::{Files, Source};
pub use template_schema::template_schema;
pub use templates::{TemplateCopy, TemplateSummary, template_copies, templates};
pub use types::{Blueprint, Ignore, Resource};
