//! Field types with one normal form, so that equal things compare equal.

mod both;
mod policy;
mod set;

pub use both::{both, both_statements};
pub use policy::PolicyDocument;
pub use set::Set;
