//! The attributes of a topic: read all at once, set one by one.

use std::collections::{BTreeMap, HashMap};

use super::spec::Spec;
use super::{TRANSIENT, logging, policy};
use crate::aws::{Clients, MINUTE, Writer};
use crate::kinds::shared::attributes::{from_text, to_text};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Result, Unmodelled};

/// What takes an archive away, and with it all that is in it.
pub(super) const NO_ARCHIVE: &str = "{}";
/// Properties that are no attributes, or that only a new topic can have.
const OTHERS: [&str; 3] = ["DeliveryStatusLogging", "FifoTopic", "Subscription"];

pub(super) async fn get(clients: &Clients, arn: &str) -> Result<HashMap<String, String>> {
    let answer = clients.sns().get_topic_attributes().topic_arn(arn).send().await?;
    Ok(answer.attributes.unwrap_or_default())
}

/// The spec but for its subscriptions.
pub(super) fn read(attributes: &HashMap<String, String>) -> Result<Spec> {
    Ok(Spec { delivery_status_logging: logging::read(attributes), ..from_text(attributes)? })
}

/// What CloudFormation, too, has no property for.
pub(super) fn unmodelled(attributes: &HashMap<String, String>) -> Vec<Unmodelled> {
    let has_own = attributes.get("DeliveryPolicy").is_some_and(|text| !text.is_empty());
    let text = "somebody has set how often SNS tries to deliver over HTTP";
    UnmodelledParts::default().note("/DeliveryPolicy", has_own, text).take()
}

/// The attributes that a new topic is made with: SNS refuses some of what counts for one sort of topics also where it is
/// off.
pub(super) fn of_new(spec: &Spec) -> HashMap<String, String> {
    let usual = texts(&Spec::usual(spec.fifo_topic), "");
    let given = texts(spec, "").into_iter().filter(|(name, text)| usual.get(name) != Some(text));
    given.chain(spec.fifo_topic.then(|| ("FifoTopic".to_owned(), "true".to_owned()))).collect()
}

/// Sets what differs, of the properties that `is_meant` chooses.
pub(super) async fn set(
    writer: &Writer,
    arn: &str,
    there: &Spec,
    wanted: &Spec,
    is_meant: impl Fn(&str) -> bool,
) -> Result<()> {
    let there = texts(there, arn);
    let property = |name: &str| if logging::has(name) { OTHERS[0].to_owned() } else { name.to_owned() };
    let changed = texts(wanted, arn).into_iter().filter(|(name, text)| there.get(name) != Some(text));
    for (name, text) in changed.filter(|(name, _)| is_meant(&property(name))) {
        let call = writer.sns().set_topic_attributes().topic_arn(arn).attribute_name(name).attribute_value(text);
        retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await?;
    }
    Ok(())
}

/// All attributes that can be set, also those that take something away.
fn texts(spec: &Spec, arn: &str) -> BTreeMap<String, String> {
    let mut texts: BTreeMap<_, _> = to_text(spec, |name| !OTHERS.contains(&name)).into_iter().collect();
    if spec.policy.is_empty() {
        texts.insert("Policy".to_owned(), policy::default_for(arn).to_string());
    }
    if spec.archive_policy.is_none() {
        texts.insert("ArchivePolicy".to_owned(), NO_ARCHIVE.to_owned());
    }
    texts.extend(logging::texts(&spec.delivery_status_logging));
    texts
}
