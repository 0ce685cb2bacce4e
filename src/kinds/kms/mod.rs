//! Key Management Service.

pub(super) mod key;
