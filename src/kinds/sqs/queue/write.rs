//! What SQS is sent, and what it refuses for a while.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName;

use super::spec::{REMOVABLE, Spec};
use crate::aws::MINUTE;
use crate::kinds::shared::attributes::to_text;
use crate::kinds::shared::retry::retry_while;
use crate::resource::{Class, Failure, Result};

/// The name was given up within the last minute; or what the policies name, or the queue itself, was made moments ago.
const TRANSIENT: &[Class] = &[Class::Busy, Class::NotFound, Class::Propagating];

/// Attributes for a call: an empty one is taken away, which those that always have a value do not take.
pub(super) fn attributes(spec: &Spec, is_sent: impl Fn(&str) -> bool) -> HashMap<QueueAttributeName, String> {
    let texts = to_text(spec, is_sent).into_iter();
    let sent = texts.filter(|(name, text)| !text.is_empty() || REMOVABLE.contains(&name.as_str()));
    sent.map(|(name, text)| (QueueAttributeName::from(name.as_str()), text)).collect()
}

/// Sends a call until what it names is known everywhere. SQS does not say what of a policy it refuses.
pub(super) async fn send<F, T, E>(call: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = std::result::Result<T, E>>,
    Failure: From<E>,
{
    retry_while(2 * MINUTE, TRANSIENT, call).await.map_err(|failure| match failure.class {
        Class::Propagating => failure.hint(
            "IAM may not know a principal of the policy, an action may not be one of SQS, or the dead-letter queue is not there",
        ),
        _ => failure,
    })
}
