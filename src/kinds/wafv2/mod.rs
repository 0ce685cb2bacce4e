//! What the WAF kinds share: scopes, tags, lock tokens and patience.

pub(super) mod ip_set;
pub(super) mod regex_pattern_set;
mod sets;
pub(super) mod web_acl;

use aws_sdk_wafv2::types::{Scope as WafScope, Tag};

use crate::aws::{Clients, MINUTE, retry};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::Listed;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{Class, Failure, Kept, Result, Tags};

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

/// A set or web ACL as a list tells it.
pub(super) fn listed(
    (name, id, arn): (Option<&str>, Option<&str>, Option<&str>),
    scope: &WafScope,
) -> Option<Listed<Summary>> {
    Listed::by_arn(name, arn, Summary { id: id?.to_owned(), scope: scope.clone() })
}

pub(super) async fn tags(clients: &Clients, arn: &str) -> Result<Tags> {
    let answer = clients.wafv2().list_tags_for_resource().resource_arn(arn).limit(PAGE).send().await?;
    let list = answer.tag_info_for_resource().map(|all| all.tag_list()).unwrap_or_default();
    Ok(tag::read(list))
}

/// Sets and removes tags.
pub(super) async fn retag(clients: &Clients, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = async |tags: Vec<Tag>| {
        let call = clients.wafv2().tag_resource().resource_arn(arn).set_tags(Some(tags));
        retry_while(5 * MINUTE, TRANSIENT, || call.clone().send()).await
    };
    let remove = async |keys| {
        let call = clients.wafv2().untag_resource().resource_arn(arn).set_tag_keys(Some(keys));
        retry_while(5 * MINUTE, TRANSIENT, || call.clone().send()).await
    };
    tag::change((set, unset), add, remove).await
}

/// WAF has not spread what a change refers to, or still counts the last user of what is to go.
pub(super) const TRANSIENT: &[Class] = &[Class::Busy];

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
