//! What a configuration set must not say, and what a change means to those who send.

use super::spec::{EVENTS, OPTIONAL, Spec};
use crate::resource::{Disruption, FieldDiff, Mistake, pointer};

/// How many event destinations a set has.
const DESTINATIONS: usize = 10;

/// Sending that is turned off refuses every mail.
pub(super) fn disruption(field: &FieldDiff) -> Disruption {
    let is_off = pointer::covers("/SendingOptions", &field.path)
        && field.after.as_ref().is_some_and(|after| *after == false || after["SendingEnabled"] == false);
    if is_off { Disruption::Outage } else { Disruption::None }
}

/// What SES refuses (docs.aws.amazon.com/ses/latest/APIReference-V2/API_CreateConfigurationSet.html), or takes and does nothing with.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let delivery = &spec.delivery_options;
    let reasons = spec.suppression_options.iter().flat_map(|options| options.suppressed_reasons.iter());
    let all = Mistake::all([
        (
            ![OPTIONAL, "REQUIRE"].contains(&delivery.tls_policy.as_str()),
            "/DeliveryOptions/TlsPolicy",
            "is none of REQUIRE and OPTIONAL",
        ),
        (
            delivery.max_delivery_seconds.is_some_and(|seconds| !(300..=50_400).contains(&seconds)),
            "/DeliveryOptions/MaxDeliverySeconds",
            "is outside of 300 to 50400",
        ),
        (
            reasons.into_iter().any(|reason| !["BOUNCE", "COMPLAINT"].contains(&reason.as_str())),
            "/SuppressionOptions/SuppressedReasons",
            "has another reason than BOUNCE and COMPLAINT",
        ),
        (spec.event_destinations.len() > DESTINATIONS, "/EventDestinations", "has more than 10 destinations"),
    ]);
    let destinations = spec.event_destinations.iter().flat_map(|one| {
        let at = pointer::join("/EventDestinations", &one.name);
        let is_sign = |sign: char| sign.is_ascii_alphanumeric() || "-_".contains(sign);
        let is_name = (1..=64).contains(&one.name.len()) && one.name.chars().all(is_sign);
        let is_event = |word: &String| EVENTS.iter().any(|(ours, _)| ours == word);
        let told = usize::from(one.sns_destination.is_some()) + usize::from(one.event_bridge_destination.is_some());
        let is_default = |arn: &str| arn.ends_with(":event-bus/default") || arn.contains(crate::resource::OPEN);
        let other = one.event_bridge_destination.as_ref().is_some_and(|bus| !is_default(&bus.event_bus_arn));
        let types = format!("{at}/MatchingEventTypes");
        Mistake::all([
            (!is_name, format!("{at}/Name"), "has to be 1 to 64 letters, digits, `-` and `_`"),
            (one.matching_event_types.is_empty(), types.clone(), "is empty: it would be told nothing"),
            (!one.matching_event_types.iter().all(is_event), types, "has a word that SES does not know"),
            (told != 1, at.clone(), "names no topic and no event bus, or both: SES tells one"),
            (
                other,
                format!("{at}/EventBridgeDestination/EventBusArn"),
                "is not the default event bus: SES takes no other",
            ),
        ])
    });
    all.chain(destinations).collect()
}
