//! Field types with one normal form, so that equal things compare equal.

mod policy;
mod set;
mod union;

pub use policy::PolicyDocument;
pub use set::Set;
pub use union::{union, union_statements};
