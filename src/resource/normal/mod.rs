//! Field types with one normal form, so that equal things compare equal.

mod policy;
mod set;

pub use policy::PolicyDocument;
pub use set::Set;

use crate::resource::OPEN;

/// Returns a name in which case means nothing (a domain, a header) as AWS gives it back; references stay as they are.
pub fn lower_case(name: &str) -> String {
    if name.contains(OPEN) { name.to_owned() } else { name.to_ascii_lowercase() }
}
