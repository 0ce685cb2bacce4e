//! What an identity must not say, and what a change means to those who send.

use serde_json::Value;

use super::spec::{REJECT, RSA_2048, Spec, USE_DEFAULT};
use crate::resource::{FieldDiff, Mistake, OPEN, pointer};

pub(super) fn advice(desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
    let touches = |path: &str| fields.iter().any(|field| pointer::covers(path, &field.path));
    let mail_from = &desired["MailFromAttributes"];
    let refuses = mail_from["BehaviorOnMxFailure"] == REJECT && !mail_from["MailFromDomain"].is_null();
    let says = [
        (
            touches("/MailFromAttributes/MailFromDomain") && refuses,
            "SES takes no mail until it has seen the MX record of the new MAIL FROM domain, which may take hours.",
        ),
        (
            touches("/DkimSigningAttributes"),
            "SES makes a key of another length once a day at most, and signs with the old one until the new one is known.",
        ),
        (
            touches("/DkimAttributes") && desired["DkimAttributes"]["SigningEnabled"] == false,
            "Mails are no longer signed, and those whom DMARC tells to do so refuse them.",
        ),
    ];
    says.into_iter().filter(|(is_so, _)| *is_so).map(|(_, text)| text.to_owned()).collect()
}

/// What SES refuses (docs.aws.amazon.com/ses/latest/APIReference-V2/API_PutEmailIdentityMailFromAttributes.html), or takes and
/// does nothing with.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let (identity, mail_from) = (&spec.email_identity, &spec.mail_from_attributes);
    let behavior = mail_from.behavior_on_mx_failure.as_str();
    let is_open = |text: &str| text.contains(OPEN);
    let below =
        |name: &str| name.strip_suffix(identity.as_str()).is_some_and(|rest| rest.ends_with('.') && rest.len() > 1);
    let outside = mail_from.mail_from_domain.as_deref().is_some_and(|name| !is_open(name) && !below(name));
    Mistake::all([
        (
            identity.contains('@'),
            "/EmailIdentity",
            "is an address: name its domain, all of whose addresses can send then",
        ),
        (!is_open(identity) && !is_domain(identity), "/EmailIdentity", "is no domain, such as acme.example"),
        (
            ![RSA_2048, "RSA_1024_BIT"].contains(&spec.dkim_signing_attributes.next_signing_key_length.as_str()),
            "/DkimSigningAttributes/NextSigningKeyLength",
            "is none of RSA_2048_BIT and RSA_1024_BIT",
        ),
        (
            ![USE_DEFAULT, REJECT].contains(&behavior),
            "/MailFromAttributes/BehaviorOnMxFailure",
            "is none of USE_DEFAULT_VALUE and REJECT_MESSAGE",
        ),
        (
            behavior == REJECT && mail_from.mail_from_domain.is_none(),
            "/MailFromAttributes/BehaviorOnMxFailure",
            "is REJECT_MESSAGE without a MailFromDomain, whose record could be missing",
        ),
        (
            outside && !is_open(identity),
            "/MailFromAttributes/MailFromDomain",
            "is no domain below that of the identity, as SES wants it",
        ),
    ])
    .collect()
}

fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        let signs = label.chars().all(|sign| sign.is_ascii_lowercase() || sign.is_ascii_digit() || "-_".contains(sign));
        (1..=63).contains(&label.len()) && signs
    };
    name.contains('@') || (name.len() <= 255 && name.contains('.') && name.split('.').all(is_label))
}
