//! What EFS tells of a file system: a bulk list, and of each of ours its rules, policies and mount targets.

use aws_sdk_efs::types::{
    FileSystemDescription, LifeCycleState, LifecyclePolicy as Rule, MountTargetDescription,
    ReplicationConfigurationDescription as Replication, ReplicationOverwriteProtection, Status,
};
use futures_util::future::{join_all, try_join_all};
use jiff::Timestamp;
use serde_json::Value;

use super::FileSystem;
use super::spec::{
    BackupPolicy, DISABLED, ENABLED, FileSystemProtection, LifecyclePolicy, MountTarget, Outputs, Spec, Target,
    bursting,
};
use crate::aws::{Clients, Reader};
use crate::kinds::efs;
use crate::kinds::shared::named::{Sight, listing};
use crate::kinds::shared::tag;
use crate::resource::normal::PolicyDocument;
use crate::resource::{Class, Failure, Found, Listing, Ref, Result, Scope, State, Tags, Unmodelled, Unseen, pointer};

/// The page size of the list.
const PAGE: i32 = 100;
/// For how long the name of a new file system may not be known everywhere: its mount targets take a minute and a half, and AWS asks for
/// 90 seconds more (docs.aws.amazon.com/efs/latest/ug/mounting-fs-mount-cmd-dns-name.html).
const SPREADING: i64 = 180;
/// What an empty file system measures.
const EMPTY: i64 = 6144;

/// The parts of a file system that have calls of their own.
pub(super) struct Parts {
    pub(super) rules: Vec<Rule>,
    pub(super) backup: Option<Status>,
    pub(super) policy: PolicyDocument,
    /// Each with its security groups.
    pub(super) targets: Vec<(MountTargetDescription, Vec<String>)>,
}

pub(super) async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<FileSystem>> {
    let pages = reader.efs().describe_file_systems().max_items(PAGE).into_paginator().items();
    let all = pages.send().collect::<Result<Vec<_>, _>>().await?;
    let ours = all.into_iter().filter(|one| scope.owns(one.file_system_id(), &tag::read(one.tags())));
    let ours: Vec<_> = ours.filter(|one| one.life_cycle_state() != &LifeCycleState::Deleted).collect();
    if ours.is_empty() {
        return Ok(Listing::default());
    }
    let replications = replications(reader).await?;
    Ok(listing(join_all(ours.iter().map(|one| look(reader, one, &replications))).await))
}

/// What fails for one stays unseen for that one.
async fn look(reader: &Reader, one: &FileSystemDescription, replications: &[Replication]) -> Sight<FileSystem> {
    let tags = tag::read(one.tags());
    match parts(reader, one.file_system_id()).await {
        Ok(parts) => Sight::Ours(found(one, &parts, replications, tags, reader.made_at())),
        Err(failure) if failure.is(Class::NotFound) && one.life_cycle_state() == &LifeCycleState::Deleting => {
            Sight::Gone
        }
        Err(failure) => Sight::Unseen(Unseen { id: one.file_system_id().to_owned(), tags: Some(tags), failure }),
    }
}

async fn parts(reader: &Reader, id: &str) -> Result<Parts> {
    let (rules, backup, policy, targets) =
        tokio::try_join!(rules(reader, id), backup(reader, id), policy(reader, id), with_groups(reader, id))?;
    Ok(Parts { rules, backup, policy, targets })
}

/// Those of the account and region; EFS says in both ways that there are none.
async fn replications(reader: &Reader) -> Result<Vec<Replication>> {
    let mut pages = reader.efs().describe_replication_configurations().max_results(PAGE).into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        match page.map_err(Failure::from) {
            Err(failure) if failure.code == "ReplicationNotFound" => break,
            page => all.extend(page?.replications.unwrap_or_default()),
        }
    }
    Ok(all)
}

async fn rules(reader: &Reader, id: &str) -> Result<Vec<Rule>> {
    let answer = reader.efs().describe_lifecycle_configuration().file_system_id(id).send().await?;
    Ok(answer.lifecycle_policies.unwrap_or_default())
}

async fn backup(reader: &Reader, id: &str) -> Result<Option<Status>> {
    let answer = reader.efs().describe_backup_policy().file_system_id(id).send().await;
    Ok(unless_absent(answer)?.and_then(|told| told.backup_policy).map(|policy| policy.status))
}

async fn policy(reader: &Reader, id: &str) -> Result<PolicyDocument> {
    let answer = reader.efs().describe_file_system_policy().file_system_id(id).send().await;
    let text = unless_absent(answer)?.and_then(|told| told.policy);
    let document = text.map_or_else(|| Ok(PolicyDocument::default()), |text| PolicyDocument::parse(&text));
    document.map_err(|error| Failure::new(Class::Other, format!("the policy is no JSON: {error}")))
}

/// None if the file system has not this policy, of which only this code says so.
fn unless_absent<T, E>(answer: Result<T, E>) -> Result<Option<T>>
where
    Failure: From<E>,
{
    match answer.map_err(Failure::from) {
        Err(failure) if failure.code == "PolicyNotFound" => Ok(None),
        answer => answer.map(Some),
    }
}

/// Its mount targets. EFS lists those of one file system alone.
pub(super) async fn targets(clients: &Clients, id: &str) -> Result<Vec<MountTargetDescription>> {
    let pages = clients.efs().describe_mount_targets().file_system_id(id).max_items(PAGE).into_paginator().items();
    Ok(pages.send().collect::<Result<Vec<_>, _>>().await?)
}

async fn with_groups(reader: &Reader, id: &str) -> Result<Vec<(MountTargetDescription, Vec<String>)>> {
    let of_one = |target: MountTargetDescription| async move {
        if is_leaving(&target) {
            return Ok::<_, Failure>((target, Vec::new()));
        }
        let asked = reader.efs().describe_mount_target_security_groups().mount_target_id(target.mount_target_id());
        let groups = asked.send().await?.security_groups;
        Ok((target, groups))
    };
    try_join_all(targets(reader, id).await?.into_iter().map(of_one)).await
}

fn is_leaving(target: &MountTargetDescription) -> bool {
    matches!(target.life_cycle_state(), LifeCycleState::Deleting | LifeCycleState::Deleted)
}

pub(super) fn found(
    one: &FileSystemDescription,
    parts: &Parts,
    replications: &[Replication],
    tags: Tags,
    now: Option<Timestamp>,
) -> Found<FileSystem> {
    let (id, arn) = (one.file_system_id(), one.file_system_arn().unwrap_or_default());
    let targets: Vec<_> = parts.targets.iter().map(|(target, _)| target).collect();
    Found {
        id: id.to_owned(),
        name: None,
        spec: spec(one, parts),
        outputs: Outputs {
            arn: arn.to_owned(),
            file_system_id: id.to_owned(),
            is_copy: protection(one) == Some(&ReplicationOverwriteProtection::Replicating),
            targets: targets.iter().map(|target| known(target)).collect(),
        },
        tags,
        state: state(one, &targets, now),
        unmodelled: copies(id, replications).into_iter().chain(addresses(&targets)).collect(),
        external: None,
    }
}

pub(super) fn known(target: &MountTargetDescription) -> Target {
    let (id, subnet) = (target.mount_target_id().to_owned(), target.subnet_id().to_owned());
    Target { id, subnet, is_leaving: is_leaving(target) }
}

fn protection(one: &FileSystemDescription) -> Option<&ReplicationOverwriteProtection> {
    one.file_system_protection().and_then(|protection| protection.replication_overwrite_protection())
}

fn spec(one: &FileSystemDescription, parts: &Parts) -> Spec {
    let is_on = matches!(parts.backup, Some(Status::Enabled | Status::Enabling));
    let is_protected = protection(one).is_none_or(|protection| *protection == ReplicationOverwriteProtection::Enabled);
    let word = |is_on: bool| if is_on { ENABLED } else { DISABLED }.to_owned();
    Spec {
        availability_zone_name: one.availability_zone_name().map(str::to_owned),
        backup_policy: BackupPolicy { status: word(is_on) },
        encrypted: one.encrypted().unwrap_or_default(),
        file_system_policy: about_itself(&parts.policy, one.file_system_arn().unwrap_or_default()),
        file_system_protection: FileSystemProtection { replication_overwrite_protection: word(is_protected) },
        kms_key_id: one.kms_key_id().map(Into::into),
        lifecycle_policies: parts.rules.iter().map(rule).collect(),
        mount_targets: mount_targets(&parts.targets),
        performance_mode: one.performance_mode().as_str().to_owned(),
        provisioned_throughput_in_mibps: one.provisioned_throughput_in_mibps().filter(|figure| *figure > 0.0),
        throughput_mode: one.throughput_mode().map_or_else(bursting, |mode| mode.as_str().to_owned()),
    }
}

fn rule(told: &Rule) -> LifecyclePolicy {
    LifecyclePolicy {
        transition_to_archive: told.transition_to_archive().map(|when| when.as_str().to_owned()),
        transition_to_ia: told.transition_to_ia().map(|when| when.as_str().to_owned()),
        transition_to_primary_storage_class: told
            .transition_to_primary_storage_class()
            .map(|when| when.as_str().to_owned()),
    }
}

/// Those that stay, in the order of their subnets.
fn mount_targets(told: &[(MountTargetDescription, Vec<String>)]) -> Vec<MountTarget> {
    let stay = told.iter().filter(|(target, _)| !is_leaving(target));
    let mut all: Vec<_> = stay
        .map(|(target, groups)| MountTarget {
            security_groups: groups.iter().map(|group| Ref::new(group.as_str())).collect(),
            subnet_id: target.subnet_id().into(),
        })
        .collect();
    all.sort_by(|one, other| one.subnet_id.as_str().cmp(other.subnet_id.as_str()));
    all
}

/// The policy as somebody would write it: EFS writes the file system's own ARN into statements that name nothing, which no
/// template can name before there is one.
fn about_itself(policy: &PolicyDocument, arn: &str) -> PolicyDocument {
    let mut document = policy.value().clone();
    for statement in document.get_mut("Statement").and_then(Value::as_array_mut).into_iter().flatten() {
        if statement["Resource"] == arn
            && let Some(fields) = statement.as_object_mut()
        {
            fields.remove("Resource");
        }
    }
    PolicyDocument::new(document)
}

/// The state of a file system with its mount targets: without them nobody gets in.
pub(super) fn state(one: &FileSystemDescription, targets: &[&MountTargetDescription], now: Option<Timestamp>) -> State {
    let own = efs::state(Some(one.life_cycle_state()), "the file system");
    if own != State::Ready {
        return own;
    }
    let of_target = |target: &&MountTargetDescription| {
        let what = format!("its mount target in {}", target.subnet_id());
        match efs::state(Some(target.life_cycle_state()), &what) {
            State::Ready => None,
            State::Deleting => Some(State::Settling(format!("{what} (deleting)"))),
            state => Some(state),
        }
    };
    let age = now.map_or(i64::MAX, |now| now.as_second() - one.creation_time().secs());
    let spreads = !targets.is_empty() && age < SPREADING;
    let spreading = spreads.then(|| State::Settling("its name, which spreads in DNS".to_owned()));
    targets.iter().find_map(of_target).or(spreading).unwrap_or(State::Ready)
}

/// The copies that replication keeps of it, or of what it is one itself.
fn copies(id: &str, replications: &[Replication]) -> Vec<Unmodelled> {
    let of_one = |one: &Replication| {
        let (source, from) = (one.source_file_system_id().to_owned(), one.source_file_system_region().to_owned());
        let told = one.destinations().iter().filter_map(move |to| {
            let status = to.status().as_str();
            if source == id {
                Some(format!("is copied to {} in {} ({status})", to.file_system_id(), to.region()))
            } else if to.file_system_id() == id {
                Some(format!("is a copy of {source} in {from} ({status})"))
            } else {
                None
            }
        });
        told.collect::<Vec<_>>()
    };
    let texts = replications.iter().flat_map(of_one);
    texts.map(|text| Unmodelled { path: "/ReplicationConfiguration".to_owned(), text }).collect()
}

/// The addresses of IPv6, which nobody gets unasked.
fn addresses(targets: &[&MountTargetDescription]) -> Vec<Unmodelled> {
    let has_one = |target: &&&MountTargetDescription| target.ipv6_address().is_some_and(|address| !address.is_empty());
    let told = targets.iter().filter(has_one).map(|target| Unmodelled {
        path: pointer::join("/MountTargets", target.subnet_id()),
        text: format!("has the address {} as well", target.ipv6_address().unwrap_or_default()),
    });
    told.collect()
}

/// What is in a file system, by its last measurement; EFS measures it about every hour.
pub(super) async fn contents(reader: &Reader, id: &str) -> Result<Option<String>> {
    let answer = reader.efs().describe_file_systems().file_system_id(id).send().await?;
    let size = answer.file_systems().first().and_then(|one| one.size_in_bytes()).map_or(0, |size| size.value());
    Ok((size > EMPTY).then(|| format!("files of {}", measure(size))))
}

/// `3.2 GiB`.
fn measure(bytes: i64) -> String {
    let units = ["KiB", "MiB", "GiB", "TiB"];
    let step = |unit: usize| 1_i64 << (10 * (unit + 1));
    let unit = (1..units.len()).rev().find(|unit| bytes >= step(*unit)).unwrap_or(0);
    let tenths = bytes.saturating_mul(10) / step(unit);
    format!("{}.{} {}", tenths / 10, tenths % 10, units[unit])
}
