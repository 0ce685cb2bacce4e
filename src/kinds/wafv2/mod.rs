//! What the WAF kinds share: scopes, tags, lock tokens and patience.

pub(super) mod ip_set;
pub(super) mod web_acl;

use aws_sdk_wafv2::types::{Scope as WafScope, Tag};

use crate::aws::{Clients, MINUTE, TagIndex, retry};
use crate::kinds::shared::candidate::Candidate;
use crate::kinds::shared::idempotence::gone;
use crate::resource::{Class, Failure, Kept, Result, Scope, Tags};

/// The page size of the List operations: the most they take.
pub(super) const PAGE: i32 = 100;
/// The longest name.
pub(super) const NAME_MAX: usize = 128;

/// What the List operations tell of one thing; its name and ARN are the candidate's.
pub(super) struct Summary {
    pub id: String,
    pub scope: WafScope,
}

/// The scopes that live in a region: what guards CloudFront is kept in us-east-1 only.
pub(super) fn scopes(region: &str) -> &'static [WafScope] {
    match region {
        "us-east-1" => &[WafScope::Regional, WafScope::Cloudfront],
        _ => &[WafScope::Regional],
    }
}

/// Returns what was listed as a candidate if its name or the tag index says that it may be ours.
pub(super) fn candidate(
    scope: &Scope,
    index: &TagIndex,
    listed: (Option<&str>, Option<&str>, Option<&str>),
    waf_scope: &WafScope,
) -> Option<Candidate<Summary>> {
    let (name, id, arn) = (listed.0?, listed.1?, listed.2?);
    (scope.may_own(name, NAME_MAX) || scope.asks_for(arn) || index.get(arn).is_some()).then(|| Candidate {
        id: arn.to_owned(),
        name: name.to_owned(),
        arn: arn.to_owned(),
        summary: Summary { id: id.to_owned(), scope: waf_scope.clone() },
        is_leaving: false,
    })
}

pub(super) async fn tags(clients: &Clients, arn: &str) -> Result<Tags> {
    let answer = clients.wafv2().list_tags_for_resource().resource_arn(arn).limit(PAGE).send().await?;
    let list = answer.tag_info_for_resource().map(|all| all.tag_list()).unwrap_or_default();
    Ok(list.iter().map(|tag| (tag.key(), tag.value())).collect())
}

pub(super) fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build().expect("key and value are set"))
        .collect()
}

/// Sets and removes tags.
pub(super) async fn retag(clients: &Clients, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        let call = clients.wafv2().tag_resource().resource_arn(arn).set_tags(Some(sdk_tags(set)));
        patiently(|| async { Ok(call.clone().send().await.map(drop)?) }).await?;
    }
    if !unset.is_empty() {
        let call = clients.wafv2().untag_resource().resource_arn(arn).set_tag_keys(Some(unset.to_vec()));
        patiently(|| async { Ok(call.clone().send().await.map(drop)?) }).await?;
    }
    Ok(())
}

/// Repeats a change while WAF has not spread what it refers to, or still counts the last user of what is to go.
pub(super) async fn patiently<T, F: Future<Output = Result<T>>>(call: impl FnMut() -> F) -> Result<T> {
    retry(5 * MINUTE, |failure| failure.is(Class::Busy), call).await
}

/// Deletes; what is gone already is done. `call` reads its lock token anew, since the end of the last reference moves it.
pub(super) async fn delete<F: Future<Output = Result<()>>>(call: impl FnMut() -> F) -> Result<Vec<Kept>> {
    gone(retry(5 * MINUTE, |failure| failure.is(Class::Busy) || failure.is(Class::Conflict), call).await)?;
    Ok(Vec::new())
}

/// The failure of an update that found other content than the plan saw.
pub(super) fn changed(name: &str) -> Failure {
    Failure::new(Class::Conflict, format!("{name} was changed by somebody else since it was read"))
}

/// CloudFormation's `Ref` of both kinds.
pub(super) fn reference(name: &str, id: &str, scope: &str) -> String {
    format!("{name}|{id}|{scope}")
}
