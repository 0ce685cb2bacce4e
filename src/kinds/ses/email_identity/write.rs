//! From an identity to SES's calls: one for each part.

use aws_sdk_sesv2::operation::create_email_identity::builders::CreateEmailIdentityFluentBuilder as Creation;
use aws_sdk_sesv2::types::{DkimSigningAttributes, DkimSigningAttributesOrigin};

use super::spec::Spec;
use crate::aws::{MINUTE, Writer};
use crate::kinds::ses::TRANSIENT;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{Result, Tags};

/// What each part is called.
pub(super) const CONFIGURATION_SET: &str = "/ConfigurationSetAttributes";
pub(super) const SIGNING: &str = "/DkimAttributes";
pub(super) const KEYS: &str = "/DkimSigningAttributes";
pub(super) const FEEDBACK: &str = "/FeedbackAttributes";
pub(super) const MAIL_FROM: &str = "/MailFromAttributes";

/// All parts that can be changed.
pub(super) const PARTS: &[&str] = &[CONFIGURATION_SET, SIGNING, KEYS, FEEDBACK, MAIL_FROM];

pub(super) fn creation(writer: &Writer, spec: &Spec, tags: &Tags) -> Creation {
    writer
        .ses()
        .create_email_identity()
        .email_identity(&spec.email_identity)
        .set_configuration_set_name(configuration_set(spec))
        .dkim_signing_attributes(keys(spec))
        .set_tags(tag::write(tags))
}

/// The parts that a create does not take and that a new one has otherwise: it is signed, bounces are mailed, and they go to a
/// domain of SES.
pub(super) fn unlike_new(spec: &Spec) -> impl Iterator<Item = &'static str> {
    let parts = [
        (!spec.dkim_attributes.signing_enabled, SIGNING),
        (!spec.feedback_attributes.email_forwarding_enabled, FEEDBACK),
        (spec.mail_from_attributes.mail_from_domain.is_some(), MAIL_FROM),
    ];
    parts.into_iter().filter(|(is_unlike, _)| *is_unlike).map(|(_, part)| part)
}

/// Writes one part as it is to be.
pub(super) async fn part(writer: &Writer, spec: &Spec, part: &str) -> Result<()> {
    let (ses, name) = (writer.ses(), spec.email_identity.as_str());
    match part {
        CONFIGURATION_SET => {
            let call = ses.put_email_identity_configuration_set_attributes().email_identity(name);
            let call = call.set_configuration_set_name(configuration_set(spec));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
        }
        SIGNING => {
            let is_on = spec.dkim_attributes.signing_enabled;
            let call = ses.put_email_identity_dkim_attributes().email_identity(name).signing_enabled(is_on);
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
        }
        KEYS => {
            let call = ses.put_email_identity_dkim_signing_attributes().email_identity(name);
            let call =
                call.signing_attributes_origin(DkimSigningAttributesOrigin::AwsSes).signing_attributes(keys(spec));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
        }
        FEEDBACK => {
            let is_on = spec.feedback_attributes.email_forwarding_enabled;
            let call = ses.put_email_identity_feedback_attributes().email_identity(name);
            let call = call.email_forwarding_enabled(is_on);
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
        }
        _ => {
            let mail_from = &spec.mail_from_attributes;
            let call = ses
                .put_email_identity_mail_from_attributes()
                .email_identity(name)
                .set_mail_from_domain(mail_from.mail_from_domain.clone())
                .behavior_on_mx_failure(mail_from.behavior_on_mx_failure.as_str().into());
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
        }
    }
}

fn configuration_set(spec: &Spec) -> Option<String> {
    spec.configuration_set_attributes.configuration_set_name.as_ref().map(|name| name.as_str().to_owned())
}

fn keys(spec: &Spec) -> DkimSigningAttributes {
    let length = spec.dkim_signing_attributes.next_signing_key_length.as_str();
    DkimSigningAttributes::builder().next_signing_key_length(length.into()).build()
}
