//! What Route 53 calls a caller reference: it comes with each create, and is never taken twice, also not that of a thing which
//! is gone. By it a thing is known whose tags a run did not come to write.

use sha2::{Digest as _, Sha256};

use crate::aws::Writer;
use crate::resource::{Tags, key};

/// How the references begin that this program gives.
pub(super) const START: &str = "provision-";
/// The bytes of an address's hash: with a token behind them a reference has 63 characters, and Route 53 takes 64.
const HASH: usize = 10;

/// How every reference of an address begins.
pub(super) fn mark(tags: &Tags) -> String {
    let parts = [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME].map(|key| tags.get(key).unwrap_or_default());
    format!("{START}{}", hex::encode(&Sha256::digest(parts.join("/"))[..HASH]))
}

/// The reference for a create, the same whenever that is tried again.
pub(super) fn new(writer: &Writer, mark: &str) -> String {
    let reference = format!("{mark}-{}", writer.token());
    writer.admit(&reference);
    reference
}
