//! What the RDS kinds share: bulk reads, tags, patience, states.

pub(super) mod db_cluster;
pub(super) mod db_cluster_parameter_group;
pub(super) mod db_instance;
pub(super) mod db_parameter_group;
pub(super) mod db_proxy;
pub(super) mod db_subnet_group;
pub(super) mod final_snapshot;
mod parameters;

use aws_sdk_rds::types::{DbCluster, DbInstance, Filter, Tag};

use crate::aws::{Clients, MINUTE, Reader};
use crate::kinds::shared::{retry, tag};
use crate::resource::version::{self, Move};
use crate::resource::{
    Changes, Class, Failure, Found, Kind, Listing, NameConflict, Result, Scope, Shape as _, State, Tags, pointer,
};

/// The page size of the Describe operations: the most they take.
pub(super) const PAGE: i32 = 100;
/// What a person has to do with one that was stopped.
const STOPPED: &str = "somebody stopped it: start it (⟪aws rds start-db-cluster⟫)";
/// The longest name of clusters and instances.
pub(super) const ID_MAX: usize = 63;
/// The longest name of groups.
pub(super) const GROUP_MAX: usize = 255;

/// The filter for things by their identifiers.
pub(super) fn by_id(name: &str, ids: &[String]) -> Filter {
    Filter::builder().name(name).set_values(Some(ids.to_vec())).build()
}

/// Every cluster of the account and region; they cannot be filtered by tag.
pub(super) async fn clusters(reader: &Reader) -> Result<Vec<DbCluster>> {
    let pages = reader.rds().describe_db_clusters().max_records(PAGE).into_paginator().items();
    Ok(pages.send().collect::<Result<Vec<_>, _>>().await?)
}

/// Every instance of the account and region; they cannot be filtered by tag.
pub(super) async fn instances(reader: &Reader) -> Result<Vec<DbInstance>> {
    let pages = reader.rds().describe_db_instances().max_records(PAGE).into_paginator().items();
    Ok(pages.send().collect::<Result<Vec<_>, _>>().await?)
}

/// Adds something whose tags came with it: ours, or a stranger if it only has a name that could be ours.
pub(super) fn sort<K: Kind>(
    listing: &mut Listing<K>,
    scope: &Scope,
    id: &str,
    tags: &[Tag],
    read: impl FnOnce(Tags) -> Found<K>,
) {
    let tags = tag::read(tags);
    if scope.owns(id, &tags) {
        listing.found.push(read(tags));
    } else if scope.may_own(id, ID_MAX) {
        listing.name_conflicts.push(NameConflict { id: id.to_owned(), name: id.to_owned(), tags });
    }
}

pub(super) async fn tags_of(clients: &Clients, arn: &str) -> Result<Tags> {
    Ok(tag::read(clients.rds().list_tags_for_resource().resource_name(arn).send().await?.tag_list()))
}

/// Sets and removes tags of anything in RDS.
pub(super) async fn retag(clients: &Clients, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let rds = clients.rds();
    let add = |tags: Vec<Tag>| rds.add_tags_to_resource().resource_name(arn).set_tags(Some(tags)).send();
    let remove = |keys| rds.remove_tags_from_resource().resource_name(arn).set_tag_keys(Some(keys)).send();
    tag::change((set, unset), add, remove).await
}

/// The thing, or what it needs, is in a state that refuses a change for now.
pub(super) const TRANSIENT: &[Class] = &[Class::Busy, Class::Propagating];

/// Whether a refusal passes by itself.
pub(super) fn is_transient(failure: &Failure) -> bool {
    TRANSIENT.contains(&failure.class)
}

/// Waits until RDS has begun with what was to be changed at once: for tens of seconds it shows the thing as `available`,
/// with the values from before.
pub(super) async fn await_started<F: Future<Output = Result<bool>>>(has_started: impl FnMut() -> F) {
    retry::await_started(3 * MINUTE, "a change that RDS has taken", has_started).await;
}

/// Returns whether RDS has begun with the sent changes, or is through with them: `shown` is what it shows, without what
/// is pending.
///
/// What is pending is told apart only here. Later nobody knows whether it was to be done at once or in the window, and a
/// plan must not wait for the window.
pub(super) fn has_started<K: Kind>(kind: &K, status: &str, shown: &K::Spec, spec: &K::Spec, changes: &Changes) -> bool {
    let value = |spec| serde_json::to_value(spec).unwrap_or_default();
    let left = kind.compare(&value(shown), &value(spec)).fields;
    let is_read_back = |path: &str| !K::FACTS.write_only.iter().any(|pattern| pointer::covers(pattern, path));
    let is_sent = |path: &str| is_read_back(path) && changes.fields().iter().any(|sent| sent.path == path);
    state(status) != State::Ready || !left.iter().any(|left| is_sent(&left.path))
}

/// Returns whether an upgrade to another major version is pending: until then the cluster and its instances keep their
/// parameter groups, and RDS refuses those of the other version.
pub(super) fn is_upgraded_later(cluster: &DbCluster) -> bool {
    let have = cluster.engine_version().unwrap_or_default();
    let want = cluster.pending_modified_values().and_then(|pending| pending.engine_version());
    want.is_some_and(|want| version::between(have, want) == Move::Major)
}

/// Returns how a stopped cluster or instance sleeps: RDS refuses to change or delete it.
pub(super) fn stopped(state: &State, what: &str) -> Option<String> {
    let is_stopped = matches!(state, State::AwaitsAction(why) if why == STOPPED);
    is_stopped.then(|| format!("{what} is stopped"))
}

/// Starts a cluster with all its instances; one that starts already, or runs, is left to that.
pub(super) async fn start_cluster(clients: &Clients, id: &str) -> Result<()> {
    let started = clients.rds().start_db_cluster().db_cluster_identifier(id).send().await;
    started_already(started.map(drop).map_err(Failure::from))
}

/// What is on its way already needs no second start.
pub(super) fn started_already(answer: Result<()>) -> Result<()> {
    match answer {
        Err(failure) if failure.is(Class::Busy) => Ok(()),
        other => other,
    }
}

/// Reads the status of a cluster or an instance; what is not named here passes by itself.
pub(super) fn state(status: &str) -> State {
    match status {
        // Optimising the storage takes hours and hinders nobody; a backup only changes, which wait for it.
        "available" | "storage-optimization" | "backing-up" => State::Ready,
        "deleting" | "delete-precheck" => State::Deleting,
        "stopped" => State::AwaitsAction(STOPPED.to_owned()),
        "failed"
        | "restore-error"
        | "storage-full"
        | "insufficient-capacity"
        | "cloning-failed"
        | "migration-failed" => State::Failed(format!("RDS says {status}")),
        _ if status.starts_with("incompatible-") || status.starts_with("inaccessible-encryption") => {
            State::Failed(format!("RDS says {status}"))
        }
        _ => State::Settling(status.to_owned()),
    }
}

/// The failure of an answer that lacks what it is about.
pub(super) fn empty(operation: &str) -> Failure {
    Failure::new(Class::Other, format!("{operation} returned nothing"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_is_ready_and_what_has_failed() {
        for status in ["available", "storage-optimization", "backing-up"] {
            assert_eq!(state(status), State::Ready, "{status}");
        }
        for status in ["creating", "modifying", "configuring-enhanced-monitoring", "upgrading", "one of tomorrow"] {
            assert_eq!(state(status), State::Settling(status.to_owned()));
        }
        for status in ["failed", "incompatible-parameters", "inaccessible-encryption-credentials"] {
            assert!(matches!(state(status), State::Failed(_)), "{status}");
        }
        assert_eq!(state("deleting"), State::Deleting);
    }
}
