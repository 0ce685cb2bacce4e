//! What the load balancing kinds share: the reads, and tags (which come only on request).

pub(super) mod action;
pub(super) mod attribute;
pub(super) mod condition;
pub(super) mod listener;
pub(super) mod listener_rule;
pub(super) mod load_balancer;
pub(super) mod target_group;

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_sdk_elasticloadbalancingv2::types::{Listener, LoadBalancer, ProtocolEnum, Tag};
use futures_util::future::join_all;
use serde::Serialize;

use crate::aws::{Clients, MINUTE, Reader, Writer, retry};
use crate::kinds::ec2::vpc;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{Class, Failure, Found, Kind, Listing, Result, Scope, Tags, Unseen, pointer};

/// The largest page of these operations.
pub(super) const PAGE: i32 = 400;
/// The longest name of a load balancer or target group.
pub(super) const NAME_MAX: usize = 32;
/// What load balancing says of a target group that another load balancer has.
const SHARED: &str = "TargetGroupAssociationLimit";
/// How many resources one `DescribeTags` or `DescribeLoadBalancers` names.
pub(super) const AT_ONCE: usize = 20;

/// A resource with its tags.
pub(super) struct Tagged<T> {
    pub item: T,
    pub tags: Tags,
}

/// What was read of things, and those, or the parents of those, that did not answer.
pub(super) struct Looked<T> {
    pub seen: Vec<Tagged<T>>,
    pub unseen: Vec<Unseen>,
}

/// The load balancers that may be the scope's, with their tags; read once. Neither a name nor a VPC makes one ours.
///
/// One of ours stands in the stack's VPC and bears the stack's name, so either sign makes its tags worth reading; the
/// tagging API could tell no more.
pub(super) async fn load_balancers(reader: &Reader, scope: &Scope) -> Result<Arc<Looked<LoadBalancer>>> {
    reader.once("elb:load-balancers", describe_load_balancers(reader, scope)).await
}

async fn describe_load_balancers(reader: &Reader, scope: &Scope) -> Result<Looked<LoadBalancer>> {
    let call = reader.elb().describe_load_balancers().page_size(PAGE);
    let mut all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let vpcs = vpc::ids(reader, scope).await?;
    all.retain(|one| {
        one.vpc_id().is_some_and(|vpc| vpcs.contains(vpc))
            || one.load_balancer_name().is_some_and(|name| scope.may_own(name, NAME_MAX))
            || one.load_balancer_arn().is_some_and(|arn| scope.requests(arn))
    });
    with_tags(reader, all, LoadBalancer::load_balancer_arn).await
}

/// The listeners of the scope's load balancers, with their tags; read once.
pub(super) async fn listeners(reader: &Reader, scope: &Scope) -> Result<Arc<Looked<Listener>>> {
    reader.once("elb:listeners", describe_listeners(reader, scope)).await
}

async fn describe_listeners(reader: &Reader, scope: &Scope) -> Result<Looked<Listener>> {
    let parents = load_balancers(reader, scope).await?;
    let arns = parents.seen.iter().map(|one| (one.item.load_balancer_arn(), &one.tags));
    let arns = arns.filter(|(arn, tags)| owns(scope, *arn, tags)).filter_map(|(arn, _)| arn);
    let reads = arns.map(|arn| async move {
        let call = reader.elb().describe_listeners().load_balancer_arn(arn).page_size(PAGE);
        let read = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await;
        (arn.to_owned(), read.map_err(Failure::from))
    });
    let (all, unseen) = gather(join_all(reads).await);
    let mut looked = with_tags(reader, all, Listener::listener_arn).await?;
    // Whose load balancer it is, nobody knows: so the listeners of it are as unseen.
    looked.unseen.extend(parents.unseen.iter().cloned().chain(unseen));
    Ok(looked)
}

/// Returns whether tags or ARN make something the scope's.
pub(super) fn owns(scope: &Scope, arn: Option<&str>, tags: &Tags) -> bool {
    scope.owns(arn.unwrap_or_default(), tags)
}

/// Joins what the parents answered. Of one that did not, everything is unseen; also of one that was not found, since a
/// list has just shown it.
pub(super) fn gather<T>(answers: Vec<(String, Result<Vec<T>>)>) -> (Vec<T>, Vec<Unseen>) {
    let mut all = Vec::new();
    let mut unseen = Vec::new();
    for (parent, answer) in answers {
        match answer {
            Ok(items) => all.extend(items),
            Err(failure) => unseen.push(Unseen { id: parent, tags: None, failure }),
        }
    }
    (all, unseen)
}

/// Adds what the read of one resource's details gave to the listing: what could not be read, or was not found although a
/// list has just shown it, is unseen, alone.
pub(super) fn keep<K: Kind>(listing: &mut Listing<K>, id: Option<&str>, tags: &Tags, read: Result<Found<K>>) {
    match read {
        Ok(found) => listing.found.push(found),
        Err(failure) => {
            listing.unseen.push(Unseen { id: id.unwrap_or_default().to_owned(), tags: Some(tags.clone()), failure });
        }
    }
}

/// Reads the tags of resources that a list has shown; those that are not found are unseen.
pub(super) async fn with_tags<T>(
    clients: &Clients,
    items: Vec<T>,
    arn: impl Fn(&T) -> Option<&str>,
) -> Result<Looked<T>> {
    let arns: Vec<_> = items.iter().filter_map(|item| arn(item).map(str::to_owned)).collect();
    let mut tags = BTreeMap::new();
    for answer in join_all(arns.chunks(AT_ONCE).map(|some| tags_of(clients, some))).await {
        tags.extend(answer?);
    }
    let mut looked = Looked { seen: Vec::new(), unseen: Vec::new() };
    for item in items {
        let Some(id) = arn(&item).map(str::to_owned) else { continue };
        match tags.remove(&id) {
            Some(tags) => looked.seen.push(Tagged { item, tags }),
            None => looked.unseen.push(Unseen { failure: no_tags(&id), id, tags: None }),
        }
    }
    Ok(looked)
}

fn no_tags(arn: &str) -> Failure {
    Failure::new(Class::NotFound, format!("load balancing lists {arn}, and does not find its tags"))
        .hint("run the command again: it was made or deleted just now")
}

/// The tags by ARN. One resource that is not found fails the call for all of them; then they are asked for one by one.
async fn tags_of(clients: &Clients, arns: &[String]) -> Result<BTreeMap<String, Tags>> {
    match describe_tags(clients, arns).await {
        Err(failure) if failure.is(Class::NotFound) => {}
        other => return other,
    }
    let mut all = BTreeMap::new();
    for answer in join_all(arns.iter().map(|arn| describe_tags(clients, std::slice::from_ref(arn)))).await {
        match answer {
            Err(failure) if failure.is(Class::NotFound) => {}
            other => all.extend(other?),
        }
    }
    Ok(all)
}

async fn describe_tags(clients: &Clients, arns: &[String]) -> Result<BTreeMap<String, Tags>> {
    let answer = clients.elb().describe_tags().set_resource_arns(Some(arns.to_vec())).send().await?;
    let pairs = answer.tag_descriptions().iter().filter_map(|one| {
        let tags = tag::read(one.tags());
        Some((one.resource_arn()?.to_owned(), tags))
    });
    Ok(pairs.collect())
}

/// Reads the tags of one resource.
pub(super) async fn tags(clients: &Clients, arn: &str) -> Result<Tags> {
    Ok(describe_tags(clients, &[arn.to_owned()]).await?.remove(arn).unwrap_or_default())
}

/// Checks that what has the name or port that we want is ours, from an earlier create that was cut short.
pub(super) async fn adopt(writer: &Writer, arn: &str, ours: &Tags) -> Result<()> {
    ownership::adopt(arn, &tags(writer, arn).await?, ours)
}

/// Returns what is wrong with a protocol: it is none of those that the API has, but for some that don't go here.
pub(super) fn no_protocol(protocol: &str, excepted: &[&str]) -> Option<String> {
    let known: Vec<_> = ProtocolEnum::values().iter().copied().filter(|one| !excepted.contains(one)).collect();
    (!known.contains(&protocol)).then(|| format!("is `{protocol}`, and not one of {}", known.join(", ")))
}

/// Sets and removes tags of anything in load balancing.
pub(super) async fn retag(writer: &Writer, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = async |tags: Vec<Tag>| {
        let call = writer.elb().add_tags().resource_arns(arn).set_tags(Some(tags));
        when_known(|| async { Ok(call.clone().send().await.map(drop)?) }).await
    };
    let remove = |keys| writer.elb().remove_tags().resource_arns(arn).set_tag_keys(Some(keys)).send();
    tag::change((set, unset), add, remove).await
}

/// Repeats a call about what may have been made moments ago, until load balancing knows it.
pub(super) async fn when_known<F: Future<Output = Result<()>>>(call: impl FnMut() -> F) -> Result<()> {
    retry(MINUTE, |failure| failure.is(Class::NotFound), call).await
}

/// Returns whether a failure passes by itself: load balancing does not see a new load balancer, target group, listener,
/// subnet or certificate everywhere at once, and a replaced load balancer's other listeners may not have let go of a target
/// group yet. What the spec names and the stack has not made is never new: if that is not found, it is wrong.
pub(super) fn is_fresh(writer: &Writer, spec: &impl Serialize, failure: &Failure) -> bool {
    let is_transient = failure.is(Class::NotFound)
        || ["UnsupportedCertificate", "InvalidSecurityGroup", SHARED].contains(&failure.code.as_str());
    let meant = match failure.code.as_str() {
        "CertificateNotFound" | "UnsupportedCertificate" => "certificate/",
        "TargetGroupNotFound" | SHARED => ":targetgroup/",
        "LoadBalancerNotFound" => ":loadbalancer/",
        "SubnetNotFound" => "subnet-",
        "InvalidSecurityGroup" => "sg-",
        _ => return is_transient,
    };
    let mut is_foreign = false;
    pointer::walk(&serde_json::to_value(spec).unwrap_or_default(), &mut |_, leaf| {
        is_foreign |= leaf.as_str().is_some_and(|id| id.contains(meant) && !writer.is_ours(id));
    });
    is_transient && !is_foreign
}

/// Says what to do about something that the spec names and load balancing does not take.
pub(super) fn explain(failure: Failure) -> Failure {
    match failure.code.as_str() {
        "CertificateNotFound" | "UnsupportedCertificate" => failure
            .hint("CertificateArn has to name a certificate of this account and region that is issued and not expired"),
        "TargetGroupNotFound" => failure.hint("TargetGroupArn has to name a target group of this account and region"),
        SHARED => failure.hint("a target group belongs to one load balancer: give each its own"),
        _ => failure,
    }
}

/// The ARN that a create answered with.
pub(super) fn arn_in(answer: Option<&str>, operation: &str) -> Result<String> {
    answer.map(str::to_owned).ok_or_else(|| Failure::new(Class::Other, format!("{operation} returned no ARN")))
}
