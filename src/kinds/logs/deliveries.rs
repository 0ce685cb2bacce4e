//! What the parts of a log's delivery share.

use crate::resource::{Class, Failure};

/// The longest name of a source or destination
/// (docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutDeliverySource.html).
pub(super) const NAME_MAX: usize = 60;
/// Two deliveries of one source, or to one destination, are made at the same time: AWS refuses the second.
pub(super) const TRANSIENT: &[Class] = &[Class::Busy, Class::Propagating, Class::Conflict];

/// AWS took the call and told nothing.
pub(super) fn empty(part: &str) -> Failure {
    Failure::new(Class::Other, format!("CloudWatch Logs answered without the delivery {part}"))
}

/// What has the name is ours and another: nothing changes it.
pub(super) fn differs(what: &str, name: &str) -> Failure {
    let text = format!("the {what} {name} is there already, of another thing, and AWS changes none");
    Failure::new(Class::AlreadyExists, text).hint("delete it, and run the command again")
}
