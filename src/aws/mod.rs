//! Everything between the kinds and AWS: sessions, clients that can only read, writers that are fenced, error classes,
//! retries, rate limits, the tag index, the survey of a VPC, the store of leases.
//!
//! **Invariant:** `aws_sdk_*` is named only here and in `kinds/`.

mod actions;
mod allowlist;
mod attached;
mod class;
mod clients;
mod credentials;
mod endpoint;
mod failure;
mod gate_rules;
mod ids;
mod limiter;
mod meter;
mod once;
mod operation;
mod quotas;
mod rates;
mod reader;
mod recent;
mod retry;
mod session;
mod sessions;
mod setup;
mod store;
mod survey;
mod tag_index;
mod timings;
mod token_bucket;
mod writer;
mod writer_gate;
mod writer_scope;

pub use actions::action_of;
pub use class::classify;
pub use clients::Clients;
pub use gate_rules::GateRules;
pub use quotas::{QUOTA_READS, limits};
pub use reader::Reader;
pub use retry::{MINUTE, create_once, retry, until, until_paced};
pub use session::Session;
pub use sessions::{ATTEMPT, OWN_READS, Sessions};
pub use setup::Setup;
pub use store::{ObjectStore, STORE_CALLS, StoreCall, StoreResource};
pub use survey::{SURVEY_READS, Survey, SurveyedThing, Things, survey};
pub use tag_index::TagIndex;
pub use timings::{Timing, Timings};
pub use token_bucket::{Rate, TokenBucket};
pub use writer::Writer;
pub use writer_scope::{Fence, WriterScope};

use crate::resource::Cloud;

/// The hint of what only a mistake in the program can cause.
const BUG: &str = "nothing was sent; this is a bug in provision: please report it with this message";

/// The real cloud, or whatever answers at the endpoint.
pub struct Aws;

impl Cloud for Aws {
    type Reader = Reader;
    type Writer = Writer;
}
