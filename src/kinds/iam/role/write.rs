use super::{Outputs, Policy, Role, Spec, TRANSIENT};
use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{ownership, tag};
use crate::resource::normal::PolicyDocument;
use crate::resource::{Changes, Class, Failure, Found, Result, Tags, pointer};

/// Takes over a role that an earlier run of ours has left, and brings its trust up to date.
pub(super) async fn adopt(writer: &Writer, name: &str, spec: &Spec, ours: &Tags) -> Result<Outputs> {
    let answer = writer.iam().get_role().role_name(name).send().await?;
    let Some(role) = answer.role() else {
        return Err(Failure::new(Class::Other, format!("GetRole returned nothing for {name}")));
    };
    let live = tag::read(role.tags());
    ownership::adopt(&format!("the role {name}"), &live, ours)?;
    trust(writer, name, &spec.assume_role_policy_document).await?;
    Ok(outputs(Some(role)))
}

/// Gives a role that was just made its policies. IAM does not show it everywhere at once; a policy that is not there is
/// named by the answer, and not waited for.
pub(super) async fn equip(writer: &Writer, name: &str, spec: &Spec) -> Result<()> {
    let is_new = |failure: &Failure, policy: &str| failure.is(Class::NotFound) && !failure.message.contains(policy);
    for policy in &spec.policies {
        retry(MINUTE, |failure| failure.is(Class::NotFound), || put(writer, name, policy)).await?;
    }
    for arn in spec.managed_policy_arns.iter() {
        retry(MINUTE, |failure| is_new(failure, arn), || attach(writer, name, arn)).await?;
    }
    Ok(())
}

pub(super) async fn update_inline(writer: &Writer, live: &Found<Role>, spec: &Spec, changes: &Changes) -> Result<()> {
    let name = &live.outputs.role_name;
    let touched = |policy: &&Policy| changes.touches(&pointer::join("/Policies", &policy.policy_name));
    let wanted = |name: &str| spec.policies.iter().any(|policy| policy.policy_name == name);
    let new: Vec<_> = spec.policies.iter().filter(touched).collect();
    let old = live.spec.policies.iter().filter(|policy| touched(policy) && !wanted(&policy.policy_name));
    let old: Vec<_> = old.collect();
    exchange(&new, &old, |one| put(writer, name, one), |one| drop_inline(writer, name, &one.policy_name)).await
}

pub(super) async fn update_managed(writer: &Writer, live: &Found<Role>, spec: &Spec) -> Result<()> {
    let name = &live.outputs.role_name;
    let new: Vec<_> = spec.managed_policy_arns.minus(&live.spec.managed_policy_arns).collect();
    let old: Vec<_> = live.spec.managed_policy_arns.minus(&spec.managed_policy_arns).collect();
    exchange(&new, &old, |arn| attach(writer, name, arn), |arn| detach(writer, name, arn)).await
}

/// Adds before it takes away, so that nothing wanted is missing for a moment. Where AWS has no room for both, what goes
/// goes first, and comes back if the new does not fit by itself either.
async fn exchange<T, A, R>(new: &[T], old: &[T], add: impl Fn(T) -> A, remove: impl Fn(T) -> R) -> Result<()>
where
    T: Copy,
    A: Future<Output = Result<()>>,
    R: Future<Output = Result<()>>,
{
    match each(new, &add).await {
        Err(failure) if failure.is(Class::Quota) => each(old, &remove).await?,
        Err(failure) => return Err(failure),
        Ok(()) => return each(old, &remove).await,
    }
    if let Err(failure) = each(new, &add).await {
        each(old, &add).await?;
        return Err(failure);
    }
    Ok(())
}

async fn each<T: Copy, F: Future<Output = Result<()>>>(all: &[T], call: impl Fn(T) -> F) -> Result<()> {
    for one in all {
        call(*one).await?;
    }
    Ok(())
}

pub(super) async fn trust(writer: &Writer, name: &str, document: &PolicyDocument) -> Result<()> {
    let call = writer.iam().update_assume_role_policy().role_name(name).policy_document(document.to_string());
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

pub(super) async fn bound(writer: &Writer, name: &str, boundary: &str) -> Result<()> {
    if boundary.is_empty() {
        let call = writer.iam().delete_role_permissions_boundary().role_name(name);
        return off(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await);
    }
    let call = writer.iam().put_role_permissions_boundary().role_name(name).permissions_boundary(boundary);
    retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

async fn put(writer: &Writer, name: &str, policy: &Policy) -> Result<()> {
    let call = writer.iam().put_role_policy().role_name(name).policy_name(&policy.policy_name);
    let call = call.policy_document(policy.policy_document.to_string());
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

pub(super) async fn drop_inline(writer: &Writer, name: &str, policy: &str) -> Result<()> {
    let call = writer.iam().delete_role_policy().role_name(name).policy_name(policy);
    off(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)
}

async fn attach(writer: &Writer, name: &str, arn: &str) -> Result<()> {
    let call = writer.iam().attach_role_policy().role_name(name).policy_arn(arn);
    retry_while(MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}

pub(super) async fn detach(writer: &Writer, name: &str, arn: &str) -> Result<()> {
    let call = writer.iam().detach_role_policy().role_name(name).policy_arn(arn);
    off(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)
}

/// Takes for success that something is off the role already, but not that there is no role.
fn off<T>(answer: Result<T>) -> Result<()> {
    match answer {
        Err(failure) if failure.message.contains("role with name") => Err(failure),
        other => gone(other),
    }
}

/// Removes all that keeps a role from being deleted, as it is now and not as it was listed. Each list is read to its end
/// first: a page that begins behind what was removed meanwhile would miss some.
pub(super) async fn strip(writer: &Writer, name: &str) -> Result<()> {
    let inline = writer.iam().list_role_policies().role_name(name).into_paginator().items().send();
    for policy in inline.collect::<Result<Vec<_>, _>>().await? {
        drop_inline(writer, name, &policy).await?;
    }
    let attached = writer.iam().list_attached_role_policies().role_name(name).into_paginator().items().send();
    for policy in attached.collect::<Result<Vec<_>, _>>().await? {
        detach(writer, name, policy.policy_arn().unwrap_or_default()).await?;
    }
    let profiles = writer.iam().list_instance_profiles_for_role().role_name(name).into_paginator().items().send();
    for profile in profiles.collect::<Result<Vec<_>, _>>().await? {
        let call = writer.iam().remove_role_from_instance_profile().role_name(name);
        let call = call.instance_profile_name(profile.instance_profile_name);
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
    }
    Ok(())
}

pub(super) fn outputs(role: Option<&aws_sdk_iam::types::Role>) -> Outputs {
    let text =
        |part: fn(&aws_sdk_iam::types::Role) -> &str| role.map_or_else(String::new, |role| part(role).to_owned());
    Outputs {
        arn: text(aws_sdk_iam::types::Role::arn),
        role_id: text(aws_sdk_iam::types::Role::role_id),
        role_name: text(aws_sdk_iam::types::Role::role_name),
    }
}
