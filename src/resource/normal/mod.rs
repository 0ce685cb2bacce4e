//! Field types with one normal form, so that equal things compare equal.

mod policy;
mod set;

pub use policy::PolicyDocument;
pub use set::Set;
