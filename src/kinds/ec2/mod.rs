//! What the EC2 kinds share: tag filters, tags, retagging.

pub(super) mod cidr;
pub(super) mod dhcp_options;
pub(super) mod ebs_encryption;
pub(super) mod egress_only_internet_gateway;
pub(super) mod eip;
pub(super) mod flow_log;
pub(super) mod instance_metadata;
pub(super) mod internet_gateway;
pub(super) mod launch_template;
pub(super) mod nat_gateway;
pub(super) mod route_table;
pub(super) mod security_group;
pub(super) mod subnet;
pub(super) mod vpc;
pub(super) mod vpc_endpoint;

use std::time::Duration;

use aws_sdk_ec2::types::{Filter, ResourceType, Tag, TagSpecification};
use serde_json::Value;

use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::shared::deletion::gone_as;
use crate::kinds::shared::retry::turn;
use crate::kinds::shared::tag;
use crate::resource::{Class, Failure, Ref, Result, Scope, Tags, Turn, key};

/// The page size of most Describe operations; set always, because unpaged reads are throttled harder.
pub(super) const PAGE: i32 = 1000;

/// How many values all filters of one call take together.
const VALUES: usize = 200;

/// The server-side filters for the scope's stacks. What comes back is filtered again with [`Scope::owns`]. What is asked
/// for by id may bear any tags or none: then nothing is filtered out here; nor is it by what has too many values.
pub(super) fn filters(scope: &Scope) -> Vec<Filter> {
    if !scope.requested.is_empty() {
        return Vec::new();
    }
    let tag =
        |key: &str, values: Vec<String>| Filter::builder().name(format!("tag:{key}")).set_values(Some(values)).build();
    let mut filters = vec![tag(key::PROJECT, vec![scope.project.clone()])];
    let mut left = VALUES - 1;
    for (key, values) in [(key::TENANT, scope.tenants()), (key::ENVIRONMENT, scope.environments())] {
        if values.len() <= left {
            left -= values.len();
            filters.push(tag(key, values));
        }
    }
    filters
}

/// The filter for one address, to look for what a lost answer made.
pub(super) fn filters_of(tags: &Tags) -> Vec<Filter> {
    [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME]
        .iter()
        .filter_map(|key| Some(Filter::builder().name(format!("tag:{key}")).values(tags.get(key)?).build()))
        .collect()
}

/// Tags for a create call.
pub(super) fn tagged(resource: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder().resource_type(resource).set_tags(tag::write(tags)).build()
}

/// Sets and removes tags of anything in EC2.
pub(super) async fn retag(writer: &Writer, id: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = async |tags: Vec<Tag>| {
        let call = writer.ec2().create_tags().resources(id).set_tags(Some(tags));
        // What was made moments ago is not known everywhere yet.
        retry(MINUTE, is_fresh, || async { Ok(call.clone().send().await.map(drop)?) }).await
    };
    let remove = |keys: Vec<String>| writer.ec2().delete_tags().resources(id).set_tags(tag::keys(&keys)).send();
    tag::change((set, unset), add, remove).await
}

/// Returns the id that a create answered with.
pub(super) fn id_in(answer: Option<&str>, operation: &str) -> Result<String> {
    answer.map(str::to_owned).ok_or_else(|| Failure::new(Class::Other, format!("{operation} returned no id")))
}

/// Returns whether a route table serves one of the subnets that a value names.
pub(super) fn serves(table: &Value, subnets: &Value) -> bool {
    let served = |subnet: &Value| table["SubnetIds"].as_array().is_some_and(|all| all.contains(subnet));
    match subnets {
        Value::Array(subnets) => subnets.iter().any(served),
        subnet => served(subnet),
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

/// Deletes a thing; `codes` say that it is gone already. What still uses it holds it, and for some seconds EC2 misses
/// instead what has just gone beside it (a network interface): both are waited out for at most `timeout`, and neither
/// says that the thing is gone.
pub(super) async fn delete<F, T, E>(timeout: Duration, codes: &[&str], mut call: impl FnMut() -> F) -> Result<()>
where
    F: Future<Output = Result<T, E>>,
    Failure: From<E>,
{
    let sent = retry(
        timeout,
        |failure| holds(failure, codes),
        || {
            let sent = call();
            async move { sent.await.map_err(Failure::from) }
        },
    );
    gone_as::<T, Failure>(codes, sent.await)
}

/// The same for what others may hold for minutes: the engine calls again.
pub(super) async fn release<F, T, E>(codes: &[&str], call: impl FnMut() -> F) -> Result<Turn<()>>
where
    F: Future<Output = Result<T, E>>,
    Failure: From<E>,
{
    turn(delete(MINUTE, codes, call).await, |failure| holds(failure, codes))
}

fn holds(failure: &Failure, codes: &[&str]) -> bool {
    failure.is(Class::Busy) || (failure.is(Class::NotFound) && !codes.contains(&failure.code.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::StackId;

    fn filters_for(tenants: usize) -> Vec<(String, usize)> {
        let environments = ["production", "staging"];
        let stacks = (0..tenants).flat_map(|n| environments.map(|name| StackId::new(format!("t{n}"), name)));
        let scope = Scope { project: "p".into(), stacks: stacks.collect(), ..Scope::default() };
        filters(&scope).iter().map(|one| (one.name().unwrap_or_default().to_owned(), one.values().len())).collect()
    }

    #[test]
    fn filters_never_have_more_values_than_one_call_takes() {
        let (project, tenant, environment) =
            ("tag:provision:project", "tag:provision:tenant", "tag:provision:environment");
        let named = |all: &[(&str, usize)]| all.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>();
        assert_eq!(filters_for(197), named(&[(project, 1), (tenant, 197), (environment, 2)]));
        assert_eq!(filters_for(198), named(&[(project, 1), (tenant, 198)]));
        assert_eq!(filters_for(1000), named(&[(project, 1), (environment, 2)]));
    }
}
