//! What the kinds stand on, over canned answers: sessions, gates, limits, error codes.

pub mod canned;
pub mod cbor;
mod error_classes;
mod gates;
mod lease_store;
mod rate_limits;
mod retries;
mod sessions;
mod survey;
mod tag_index;
