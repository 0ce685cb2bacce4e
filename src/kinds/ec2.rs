//! What the EC2 kinds share: tag filters, tags, retagging.

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};

use crate::aws::{MINUTE, Writer, retry};
use crate::resource::{Class, Failure, Ref, Result, Scope, Tags, key};

/// The page size of most Describe operations; set always, because unpaged reads are throttled harder.
pub(super) const PAGE: i32 = 1000;

/// The server-side filters for the scope's stacks. What comes back is filtered again with [`Scope::owns`].
pub(super) fn filters(scope: &Scope) -> Vec<Filter> {
    let tag =
        |key: &str, values: Vec<String>| Filter::builder().name(format!("tag:{key}")).set_values(Some(values)).build();
    vec![
        tag(key::PROJECT, vec![scope.project.clone()]),
        tag(key::TENANT, scope.tenants()),
        tag(key::ENVIRONMENT, scope.environments()),
    ]
}

/// The filter for one address, to look for what a lost answer made.
pub(super) fn filters_of(tags: &Tags) -> Vec<Filter> {
    [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME]
        .iter()
        .filter_map(|key| Some(Filter::builder().name(format!("tag:{key}")).values(tags.get(key)?).build()))
        .collect()
}

pub(super) fn tags(from: &[Tag]) -> Tags {
    from.iter().filter_map(|tag| Some((tag.key()?, tag.value()?))).collect()
}

/// Tags for a create call.
pub(super) fn tagged(resource: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder().resource_type(resource).set_tags(Some(sdk_tags(tags))).build()
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

/// Sets and removes tags of anything in EC2.
pub(super) async fn retag(writer: &Writer, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
    if !set.is_empty() {
        writer.ec2().create_tags().resources(id).set_tags(Some(sdk_tags(set))).send().await?;
    }
    if !unset.is_empty() {
        let tags = unset.iter().map(|key| Tag::builder().key(key).build()).collect();
        writer.ec2().delete_tags().resources(id).set_tags(Some(tags)).send().await?;
    }
    Ok(())
}

/// Returns the id that a create answered with.
pub(super) fn id_in(answer: Option<&str>, operation: &str) -> Result<String> {
    answer.map(str::to_owned).ok_or_else(|| Failure::new(Class::Other, format!("{operation} returned no id")))
}

/// Returns whether two sets of tags claim the same address of the same stack.
pub(super) fn claims_same(one: &Tags, other: &Tags) -> bool {
    [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME]
        .iter()
        .all(|key| one.get(key).is_some() && one.get(key) == other.get(key))
}

/// Who a thing with our name belongs to, in words.
pub(super) fn owner(tags: &Tags) -> String {
    match (tags.get(key::PROJECT), tags.stack(), tags.get(key::NAME)) {
        (Some(project), Some(stack), Some(name)) => {
            format!("`{name}` of {}/{} (project {project})", stack.tenant, stack.environment)
        }
        _ => "somebody else (it bears none of our tags)".to_owned(),
    }
}

/// Whether a reference is not given; such are not written out.
pub(super) fn is_blank<K>(reference: &Ref<K>) -> bool {
    reference.as_str().is_empty()
}

/// Returns whether a failure passes by itself just after a create: EC2 does not show a new id everywhere at once.
pub(super) fn is_fresh(failure: &Failure) -> bool {
    failure.is(Class::NotFound)
}

/// Deletes, while network interfaces that AWS removes in its own time still hold on, for at most `minutes`; what is gone
/// already is done.
pub(super) async fn delete<F, T, E>(minutes: u32, call: impl FnMut() -> F) -> Result<()>
where
    F: Future<Output = std::result::Result<T, E>>,
    Failure: From<E>,
{
    let mut call = call;
    let gone = retry(
        MINUTE * minutes,
        |failure| failure.is(Class::Busy),
        || {
            let sent = call();
            async move { sent.await.map(drop).map_err(Failure::from) }
        },
    );
    match gone.await {
        Err(failure) if failure.is(Class::NotFound) => Ok(()),
        other => other,
    }
}
