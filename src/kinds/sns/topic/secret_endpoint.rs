//! Endpoints that bear a secret, `https://events.pagerduty.com/integration/{{resolve:secretsmanager:ARN}}/enqueue`. The
//! specification names the secret; its value is read when somebody is subscribed, and handed to SNS alone. A tag of the topic
//! keeps by a hash which subscription was made of which text: so it is found again, and nothing reads the secret to compare.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::spec::Spec;
use super::subscription::Subscription;
use crate::aws::Writer;
use crate::kinds::shared::dynamic_reference::DynamicReference;
use crate::resource::normal::Set;
use crate::resource::{Class, Failure, Result, Tags};

/// How the tags begin that keep them. Never shown to the engine.
const TAG: &str = "provision:endpoint:";
/// The letters of a hash in such a tag.
const LETTERS: usize = 16;
/// The longest value of a tag.
const LONGEST: usize = 256;
/// What stands on both sides of a secret in a tag, which has no braces.
const MARK: char = '@';

/// The texts of endpoints with a secret, by the hash of the endpoint that each stood for when it was subscribed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SecretEndpoints(BTreeMap<String, String>);

/// The endpoints of a specification, with the secrets of those that are yet to be subscribed.
#[derive(Default)]
pub(super) struct Endpoints {
    pub(super) kept: SecretEndpoints,
    /// The secrets by the text; neither stored nor told.
    read: BTreeMap<String, String>,
}

/// The hash by which subscriptions are told apart.
pub(super) fn hash(one: &Subscription) -> String {
    hex::encode(Sha256::digest(format!("{} {}", one.protocol, one.endpoint)))
}

impl SecretEndpoints {
    /// Takes the tags that keep them out of a topic's.
    pub(super) fn take(tags: &mut Tags) -> Self {
        let (ours, others) = std::mem::take(&mut tags.0).into_iter().partition(|(key, _)| key.starts_with(TAG));
        tags.0 = others;
        let ours: BTreeMap<String, String> = ours;
        let text = |(key, value): (String, String)| Some((key.strip_prefix(TAG)?.to_owned(), from_tag(&value)?));
        Self(ours.into_iter().filter_map(text).collect())
    }

    pub(super) fn tags(&self) -> Tags {
        self.0.iter().map(|(hash, text)| (format!("{TAG}{hash}"), to_tag(text))).collect()
    }

    /// The keys of tags that keep what another has no more.
    pub(super) fn tags_beyond(&self, other: &Self) -> Vec<String> {
        self.0.keys().filter(|hash| !other.0.contains_key(*hash)).map(|hash| format!("{TAG}{hash}")).collect()
    }

    /// A subscription as its template has it.
    pub(super) fn told(&self, mut one: Subscription) -> Subscription {
        if let Some(text) = self.0.get(&hash(&one)[..LETTERS]) {
            one.endpoint.clone_from(text);
        }
        one
    }

    /// The hash of the endpoint that a subscription of a template stands for.
    pub(super) fn hash(&self, one: &Subscription) -> String {
        let known = self.0.iter().find(|(_, text)| **text == one.endpoint);
        known.map_or_else(|| hash(one), |(hash, _)| hash.clone())
    }
}

impl Endpoints {
    /// Those of a new topic.
    pub(super) async fn of_new(writer: &Writer, spec: &Spec) -> Result<Self> {
        Self::of(writer, &SecretEndpoints::default(), &Set::default(), spec).await
    }

    /// Those of a specification, of a topic that was listed with these subscriptions: the secrets of the others are read.
    pub(super) async fn of(
        writer: &Writer,
        before: &SecretEndpoints,
        there: &Set<Subscription>,
        spec: &Spec,
    ) -> Result<Self> {
        let mut all = Self::default();
        for one in spec.subscription.iter() {
            let Some((start, reference, end)) = DynamicReference::within(&one.endpoint) else { continue };
            let known = before.0.iter().find(|(_, text)| **text == one.endpoint);
            if let Some((hash, text)) = known.filter(|_| there.iter().any(|live| live.is(one))) {
                all.kept.0.insert(hash.clone(), text.clone());
                continue;
            }
            let secret = reference.value(writer).await?;
            let is_part = !secret.is_empty()
                && secret.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_~.".contains(letter));
            if !is_part {
                let what = "what a secret has for an endpoint is no part of a URL: letters, digits and -_~. alone";
                return Err(Failure::new(Class::Invalid, what));
            }
            let mut hash = hash(&Subscription { endpoint: format!("{start}{secret}{end}"), ..one.clone() });
            hash.truncate(LETTERS);
            all.kept.0.insert(hash, one.endpoint.clone());
            all.read.insert(one.endpoint.clone(), secret);
        }
        Ok(all)
    }

    /// What SNS is handed for an endpoint.
    ///
    /// # Errors
    /// If its secret was not read, since it was subscribed when the topic was listed.
    pub(super) fn real(&self, one: &Subscription) -> Result<String> {
        let Some((start, _, end)) = DynamicReference::within(&one.endpoint) else { return Ok(one.endpoint.clone()) };
        let unread = || Failure::new(Class::Conflict, "somebody has unsubscribed an endpoint with a secret meanwhile");
        let secret = self.read.get(&one.endpoint).ok_or_else(unread)?;
        Ok(format!("{start}{secret}{end}"))
    }

    /// A failure without what only SNS may see.
    pub(super) fn hide_in(&self, mut failure: Failure) -> Failure {
        for secret in self.read.values() {
            failure.message = failure.message.replace(secret, "(sensitive)");
        }
        failure
    }
}

/// What is wrong with an endpoint that has a secret in it, or that looks so.
pub(super) fn mistake(one: &Subscription) -> Option<&'static str> {
    if !one.endpoint.contains("{{") {
        return None;
    }
    let Some((start, _, end)) = DynamicReference::within(&one.endpoint) else {
        return Some("has an Endpoint with braces that names no secret: {{resolve:secretsmanager:ARN}}");
    };
    let is_plain = |text: &str| text.chars().all(|letter| letter.is_ascii_alphanumeric() || "+-=._:/".contains(letter));
    let table = [
        (one.protocol != "https", "has an Endpoint with a secret, which only https has"),
        (
            !is_plain(start) || !is_plain(end),
            "has an Endpoint that beside its secret has more than letters, digits and +-=._:/",
        ),
        (to_tag(&one.endpoint).len() > LONGEST, "has an Endpoint whose secret has too long a name"),
    ];
    table.into_iter().find(|(is_made, _)| *is_made).map(|(_, what)| what)
}

fn to_tag(text: &str) -> String {
    match DynamicReference::within(text) {
        Some((start, reference, end)) => format!("{start}{MARK}{}{MARK}{end}", reference.inner()),
        None => text.to_owned(),
    }
}

fn from_tag(value: &str) -> Option<String> {
    let [start, inner, end] = value.split(MARK).collect::<Vec<_>>()[..] else { return None };
    Some(format!("{start}{}{end}", DynamicReference::of(inner)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:pagerduty-Ab1";

    fn one(endpoint: String) -> Subscription {
        Subscription::plain("https".into(), endpoint)
    }

    fn written() -> String {
        format!(
            "https://events.pagerduty.com/integration/{{{{resolve:secretsmanager:{ARN}:SecretString:key}}}}/enqueue"
        )
    }

    #[test]
    fn a_tag_keeps_the_text_and_not_the_secret() {
        let real = one("https://events.pagerduty.com/integration/0123456789abcdef/enqueue".into());
        let kept = SecretEndpoints(BTreeMap::from([(hash(&real)[..LETTERS].to_owned(), written())]));
        let mut tags = kept.tags();
        let (key, value) = tags.iter().next().unwrap();
        assert!(!key.contains("0123456789abcdef") && !value.contains("0123456789abcdef"), "{key} {value}");
        assert!(value.chars().all(|letter| letter.is_ascii_alphanumeric() || "_.:/=+-@".contains(letter)), "{value}");
        tags.set("keeper", "ann");
        assert_eq!(SecretEndpoints::take(&mut tags), kept);
        assert_eq!(tags, Tags::from_iter([("keeper", "ann")]), "the engine sees none of it");
        assert_eq!(kept.told(real.clone()).endpoint, written());
        assert_eq!(kept.hash(&one(written())), hash(&real)[..LETTERS]);
        let other = one("https://other.example/".into());
        assert_eq!(kept.told(other.clone()), other);
    }

    #[test]
    fn what_no_tag_could_keep_is_a_mistake() {
        assert_eq!(mistake(&one(written())), None);
        assert_eq!(mistake(&one("https://ops.example/a?b=c".into())), None);
        assert!(mistake(&one("https://ops.example/{{key}}".into())).is_some());
        assert!(mistake(&one(format!("https://ops.example/?k={{{{resolve:secretsmanager:{ARN}}}}}"))).is_some());
        assert!(mistake(&Subscription::plain("email".into(), written())).is_some());
        let long = written().replace("pagerduty-Ab1", &"p".repeat(200));
        assert!(mistake(&one(long)).is_some());
    }
}
