//! From SES's answers to an identity.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_sesv2::operation::get_account::GetAccountOutput;
use aws_sdk_sesv2::operation::get_email_identity::GetEmailIdentityOutput as Description;
use aws_sdk_sesv2::types::{DkimAttributes as Dkim, DkimSigningAttributesOrigin as Origin, VerificationStatus};
use futures_util::future::join_all;

use super::spec::{
    ConfigurationSetAttributes, DkimAttributes, DkimSigningAttributes, FeedbackAttributes, MailFromAttributes, Outputs,
    Spec,
};
use super::{EmailIdentity, SORT, waiting};
use crate::aws::{Clients, Reader};
use crate::kinds::ses;
use crate::kinds::shared::named::{self, Sight};
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Class, Failure, Found, Listing, Result, Scope, Tags, Unmodelled, Unseen, pointer};

/// Of identities that the tag index does not know, those are looked at that SES has not verified yet: the index lags by minutes,
/// and no domain is verified sooner. How many of them: SES describes one a second.
const MOST: usize = 100;

/// The zone in which SES has the keys, where it does not say.
const SIGNING_ZONE: &str = "dkim.amazonses.com";

/// Its description has the tags, so that a name is all that a list has to tell.
pub(super) async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<EmailIdentity>> {
    let (listed, index) = tokio::try_join!(listed(reader), reader.tag_index(scope))?;
    let known: BTreeSet<String> = ses::indexed(&index, SORT).into_iter().collect();
    let is_known = |name: &str| known.contains(name) || scope.requests(name);
    let fresh = listed.iter().filter(|(name, is_verified)| !**is_verified && !is_known(name)).take(MOST);
    let asked = listed.keys().filter(|name| is_known(name));
    let all: BTreeSet<&String> = known.iter().chain(asked).chain(fresh.map(|(name, _)| name)).collect();
    let place = (reader.account(), reader.region());
    let looks = all.into_iter().map(|name| async {
        let arn = ses::arn(place, SORT, name);
        let tags = index.get(&arn).cloned();
        look(reader, scope, (name, arn), (listed.contains_key(name), is_known(name)), tags).await
    });
    let mut listing = named::listing(join_all(looks).await);
    if !listing.found.is_empty() {
        let account = account(reader).await;
        listing.found.iter_mut().for_each(|found| found.outputs.waiting.extend(waiting::for_account(&account)));
    }
    Ok(listing)
}

/// The names of all, and whether SES has verified them.
async fn listed(reader: &Reader) -> Result<BTreeMap<String, bool>> {
    let mut pages = reader.ses().list_email_identities().page_size(ses::PAGE).into_paginator().send();
    let mut all = BTreeMap::new();
    while let Some(page) = pages.next().await {
        let items = page?.email_identities.unwrap_or_default().into_iter();
        let is_verified = |status: Option<VerificationStatus>| status == Some(VerificationStatus::Success);
        all.extend(items.filter_map(|item| Some((item.identity_name?, is_verified(item.verification_status)))));
    }
    Ok(all)
}

async fn look(
    reader: &Reader,
    scope: &Scope,
    (name, arn): (&str, String),
    (is_listed, is_known): (bool, bool),
    indexed: Option<Tags>,
) -> Sight<EmailIdentity> {
    match describe(reader, name).await {
        Ok(there) => {
            let tags = tag::read(there.tags());
            if scope.owns(name, &tags) { Sight::Ours(found((name, arn), &there, tags)) } else { Sight::Gone }
        }
        // The tag index goes on naming what is deleted; and ours let us look at them.
        Err(failure) if failure.is(Class::NotFound) && !is_listed => Sight::Gone,
        Err(failure) if failure.is(Class::Denied) && !is_known => Sight::Gone,
        Err(failure) => Sight::Unseen(Unseen { id: name.to_owned(), tags: indexed, failure }),
    }
}

pub(super) async fn describe(clients: &Clients, name: &str) -> Result<Description> {
    Ok(clients.ses().get_email_identity().email_identity(name).send().await?)
}

async fn account(reader: &Reader) -> Result<Arc<GetAccountOutput>> {
    reader.once("ses:account", async { reader.ses().get_account().send().await.map_err(Failure::from) }).await
}

pub(super) fn found((name, arn): (&str, String), there: &Description, tags: Tags) -> Found<EmailIdentity> {
    let outputs = Outputs { waiting: waiting::of(there), ..outputs((name, arn), there.dkim_attributes()) };
    Found { unmodelled: unmodelled(there), ..Found::ready(name.to_owned(), None, spec(name, there), outputs, tags) }
}

fn spec(name: &str, there: &Description) -> Spec {
    let dkim = there.dkim_attributes();
    let length = dkim.and_then(Dkim::next_signing_key_length).map(|length| length.as_str().to_owned());
    // Without a domain of its own SES tells the behaviour alone.
    let mail_from = there.mail_from_attributes().filter(|attributes| !attributes.mail_from_domain().is_empty());
    Spec {
        configuration_set_attributes: ConfigurationSetAttributes {
            configuration_set_name: there.configuration_set_name().map(Into::into),
        },
        dkim_attributes: DkimAttributes { signing_enabled: dkim.is_some_and(Dkim::signing_enabled) },
        dkim_signing_attributes: DkimSigningAttributes {
            next_signing_key_length: length.unwrap_or_else(|| DkimSigningAttributes::default().next_signing_key_length),
        },
        email_identity: name.to_owned(),
        feedback_attributes: FeedbackAttributes { email_forwarding_enabled: there.feedback_forwarding_status() },
        mail_from_attributes: mail_from.map_or_else(MailFromAttributes::default, |attributes| MailFromAttributes {
            behavior_on_mx_failure: attributes.behavior_on_mx_failure().as_str().to_owned(),
            mail_from_domain: Some(attributes.mail_from_domain().to_owned()),
        }),
    }
}

/// The records of DKIM; they stay as they are when SES makes a new key.
pub(super) fn outputs((name, arn): (&str, String), dkim: Option<&Dkim>) -> Outputs {
    let zone = dkim.and_then(Dkim::signing_hosted_zone).unwrap_or(SIGNING_ZONE).trim_end_matches('.');
    let token = |at: usize| dkim.and_then(|dkim| dkim.tokens().get(at));
    let record = |at: usize| token(at).map(|token| format!("{token}._domainkey.{name}")).unwrap_or_default();
    let value = |at: usize| token(at).map(|token| format!("{token}.{zone}")).unwrap_or_default();
    Outputs {
        arn,
        email_identity: name.to_owned(),
        name_1: record(0),
        name_2: record(1),
        name_3: record(2),
        value_1: value(0),
        value_2: value(1),
        value_3: value(2),
        waiting: Vec::new(),
    }
}

/// What no template can say.
fn unmodelled(there: &Description) -> Vec<Unmodelled> {
    let origin = there.dkim_attributes().and_then(Dkim::signing_attributes_origin);
    let key = match origin {
        None | Some(Origin::AwsSes) => None,
        Some(Origin::External) => Some("a key of its owner's signs, which SES did not make".to_owned()),
        Some(other) => Some(format!("the key of another region signs: {}", other.as_str())),
    };
    let mut beyond = UnmodelledParts::default();
    beyond.tell("/DkimSigningAttributes/DomainSigningSelector", key);
    let policies = there.policies().into_iter().flatten().map(|(name, _)| pointer::join("/Policies", name));
    for path in policies.collect::<BTreeSet<_>>() {
        beyond.note(&path, true, "a policy lets others send for the domain");
    }
    beyond.take()
}
