//! What SQS answers of a queue.

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName;

use super::spec::Spec;
use crate::kinds::shared::attributes::from_text;
use crate::resource::{Result, Unmodelled};

/// A spec, and what it can't express.
pub(super) fn spec(attributes: Option<HashMap<QueueAttributeName, String>>) -> Result<(Spec, Vec<Unmodelled>)> {
    let texts = attributes.into_iter().flatten().map(|(name, text)| (name.as_str().to_owned(), text));
    let mut texts: HashMap<_, _> = texts.collect();
    // SQS does not tell it of a queue from before there was this encryption, which has none.
    texts.entry("SqsManagedSseEnabled".to_owned()).or_insert_with(|| "false".to_owned());
    Ok((from_text(&texts)?, unmodelled(&texts)))
}

/// Attributes that SQS did not have when this was written.
fn unmodelled(texts: &HashMap<String, String>) -> Vec<Unmodelled> {
    let unknown = texts.iter().filter(|(name, _)| !QueueAttributeName::values().contains(&name.as_str()));
    let told = |(name, text): (&String, &String)| Unmodelled { path: format!("/{name}"), text: format!("is {text}") };
    unknown.map(told).collect()
}
