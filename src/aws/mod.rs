//! Everything between the kinds and AWS: sessions, clients that can only read, writers that are fenced, error classes,
//! retries, rate limits, the tag index.
//!
//! **Invariant:** `aws_sdk_*` is named only here and in `kinds/`.

mod class;
mod clients;
mod failure;
mod once;
mod reader;
mod retry;
mod tag_index;
mod writer;

pub use clients::Clients;
pub use reader::Reader;
pub use retry::{MINUTE, create_once, retry, until};
pub use tag_index::TagIndex;
pub use writer::{Fence, Writer};

use crate::resource::Cloud;

/// The real cloud, or whatever answers at the endpoint.
pub struct Aws;

impl Cloud for Aws {
    type Reader = Reader;
    type Writer = Writer;
}
