//! From a configuration set to SES's calls: one for each part.

use aws_sdk_sesv2::types::{
    DeliveryOptions, EventBridgeDestination, EventDestinationDefinition, ReputationOptions, SendingOptions,
    SnsDestination, SuppressionListReason, SuppressionOptions,
};

use super::spec::{EVENTS, EventDestination, Spec};
use crate::aws::{MINUTE, Writer};
use crate::kinds::ses::TRANSIENT;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{Changes, Class, Result, Tags};

/// Makes one without destinations.
pub(super) async fn create(writer: &Writer, name: &str, spec: &Spec, tags: &Tags) -> Result<()> {
    let delivery = &spec.delivery_options;
    let delivery = DeliveryOptions::builder()
        .tls_policy(delivery.tls_policy.as_str().into())
        .set_sending_pool_name(delivery.sending_pool_name.clone())
        .set_max_delivery_seconds(delivery.max_delivery_seconds)
        .build();
    let reputation = spec.reputation_options.reputation_metrics_enabled;
    let sending = spec.sending_options.sending_enabled;
    let suppression =
        reasons(spec).map(|reasons| SuppressionOptions::builder().set_suppressed_reasons(Some(reasons)).build());
    let call = writer
        .ses()
        .create_configuration_set()
        .configuration_set_name(name)
        .delivery_options(delivery)
        .reputation_options(ReputationOptions::builder().reputation_metrics_enabled(reputation).build())
        .sending_options(SendingOptions::builder().sending_enabled(sending).build())
        .set_suppression_options(suppression)
        .set_tags(tag::write(tags));
    retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

/// None is the account's setting, an empty list one of its own.
fn reasons(spec: &Spec) -> Option<Vec<SuppressionListReason>> {
    let options = spec.suppression_options.as_ref()?;
    Some(options.suppressed_reasons.iter().map(|reason| reason.as_str().into()).collect())
}

/// Writes the parts that are to change, but for the destinations.
pub(super) async fn parts(writer: &Writer, name: &str, spec: &Spec, changes: &Changes) -> Result<()> {
    let ses = writer.ses();
    if changes.touches("/DeliveryOptions") {
        let delivery = &spec.delivery_options;
        let call = ses
            .put_configuration_set_delivery_options()
            .configuration_set_name(name)
            .tls_policy(delivery.tls_policy.as_str().into())
            .set_sending_pool_name(delivery.sending_pool_name.clone())
            .set_max_delivery_seconds(delivery.max_delivery_seconds);
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
    }
    if changes.touches("/ReputationOptions") {
        let is_on = spec.reputation_options.reputation_metrics_enabled;
        let call = ses.put_configuration_set_reputation_options().configuration_set_name(name);
        let call = call.reputation_metrics_enabled(is_on);
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
    }
    if changes.touches("/SendingOptions") {
        let is_on = spec.sending_options.sending_enabled;
        let call = ses.put_configuration_set_sending_options().configuration_set_name(name).sending_enabled(is_on);
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
    }
    if changes.touches("/SuppressionOptions") {
        let call = ses.put_configuration_set_suppression_options().configuration_set_name(name);
        let call = call.set_suppressed_reasons(reasons(spec));
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
    }
    Ok(())
}

/// Makes and changes destinations, and takes away those that were there and are not wanted; `known` are the names of all, also
/// of those that no spec can express.
pub(super) async fn destinations(
    writer: &Writer,
    name: &str,
    (live, known): (&[EventDestination], &[String]),
    wanted: &[EventDestination],
) -> Result<()> {
    for one in wanted.iter().filter(|one| !live.contains(one)) {
        let is_there = known.contains(&one.name);
        if is_there || !make(writer, name, one).await? {
            let call = writer.ses().update_configuration_set_event_destination().configuration_set_name(name);
            let call = call.event_destination_name(&one.name).event_destination(definition(one));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
        }
    }
    for one in live.iter().filter(|one| wanted.iter().all(|wanted| wanted.name != one.name)) {
        let call = writer.ses().delete_configuration_set_event_destination().configuration_set_name(name);
        let call = call.event_destination_name(&one.name);
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
    }
    Ok(())
}

/// Makes one; false if it is there, by an earlier try.
async fn make(writer: &Writer, name: &str, one: &EventDestination) -> Result<bool> {
    let call = writer.ses().create_configuration_set_event_destination().configuration_set_name(name);
    let call = call.event_destination_name(&one.name).event_destination(definition(one));
    match retry_while(MINUTE, TRANSIENT, || call.clone().send()).await {
        Err(failure) if failure.is(Class::AlreadyExists) => Ok(false),
        answer => answer.map(|_| true),
    }
}

fn definition(one: &EventDestination) -> EventDestinationDefinition {
    let api = |word: &String| EVENTS.iter().find(|(ours, _)| ours == word).map_or(word.as_str(), |(_, api)| api).into();
    let sns = one
        .sns_destination
        .as_ref()
        .map(|to| SnsDestination::builder().topic_arn(to.topic_arn.as_str()).build().expect("the topic is set"));
    let bus = one
        .event_bridge_destination
        .as_ref()
        .map(|to| EventBridgeDestination::builder().event_bus_arn(&to.event_bus_arn).build().expect("the bus is set"));
    EventDestinationDefinition::builder()
        .enabled(one.enabled)
        .set_matching_event_types(Some(one.matching_event_types.iter().map(api).collect()))
        .set_sns_destination(sns)
        .set_event_bridge_destination(bus)
        .build()
}
