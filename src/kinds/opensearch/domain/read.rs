//! What OpenSearch Service tells of a domain: all of it in one answer.

use aws_sdk_opensearch::types::{
    ClusterConfig as Cluster, ConfigChangeStatus, DomainProcessingStatusType as Processing, DomainStatus, EbsOptions,
    LogPublishingOption, LogType,
};

use super::Domain;
use super::spec::{
    self, AdvancedSecurity, ClusterConfig, DomainEndpoint, Ebs, EncryptionAtRest, LogPublishing, NodeToNodeEncryption,
    OffPeakWindow, OffPeakWindowOptions, Outputs, SoftwareUpdate, Spec, Vpc, WindowStart, ZoneAwareness,
};
use super::unmodelled::unmodelled;
use crate::resource::normal::PolicyDocument;
use crate::resource::{Class, Failure, Found, Result, State, Tags};

/// # Errors
/// If its access policy is no JSON.
pub(super) fn found(told: &DomainStatus, tags: Tags, is_poll: bool) -> Result<Found<Domain>> {
    let name = told.domain_name();
    Ok(Found {
        id: name.to_owned(),
        name: Some(name.to_owned()),
        spec: spec(told)?,
        outputs: outputs(told),
        tags,
        state: state(told, is_poll),
        unmodelled: unmodelled(told),
        external: None,
    })
}

/// A change that OpenSearch has found wrong stays under way until another one takes its place. It ends the wait for it; to a plan
/// the domain is as it was before, and ready for that other one.
pub(super) fn state(told: &DomainStatus, is_poll: bool) -> State {
    let status = told.domain_processing_status();
    if told.deleted() == Some(true) || status == Some(&Processing::Deleting) {
        return State::Deleting;
    }
    if status == Some(&Processing::Isolated) {
        return State::Failed("AWS has isolated it, and its support tells why".to_owned());
    }
    let is_new = told.created() == Some(false) || endpoint(told).is_none();
    if let Some(why) = refused(told) {
        return if is_new || is_poll { State::Failed(why) } else { State::Ready };
    }
    let is_at_work = told.processing() == Some(true) || told.upgrade_processing() == Some(true);
    match status {
        Some(Processing::Active) | None if is_new => State::Settling("its endpoint".to_owned()),
        Some(Processing::Active) | None if !is_at_work => State::Ready,
        Some(Processing::Active) | None => State::Settling("a change of the domain".to_owned()),
        Some(status) => State::Settling(progress(told).unwrap_or_else(|| format!("the domain ({status})"))),
    }
}

/// Why OpenSearch does not make the last change.
pub(super) fn refused(told: &DomainStatus) -> Option<String> {
    let change = told.change_progress_details()?;
    let is_refused = change.config_change_status() == Some(&ConfigChangeStatus::ValidationFailed);
    let why = change.message().filter(|why| !why.is_empty()).unwrap_or("it does not say why");
    is_refused.then(|| format!("OpenSearch refuses the last change: {why}"))
}

/// `the domain (Modifying, ApplyingChanges)`.
fn progress(told: &DomainStatus) -> Option<String> {
    let (status, step) = (told.domain_processing_status()?, told.change_progress_details()?.config_change_status()?);
    Some(format!("the domain ({status}, {step})"))
}

pub(super) fn outputs(told: &DomainStatus) -> Outputs {
    Outputs {
        arn: told.arn().to_owned(),
        domain_endpoint: endpoint(told),
        domain_name: told.domain_name().to_owned(),
        status: told.domain_processing_status().map_or("Active", Processing::as_str).to_owned(),
    }
}

/// One in a VPC has a map of them, with this one key.
fn endpoint(told: &DomainStatus) -> Option<String> {
    let inside = || told.endpoints()?.get("vpc").cloned();
    told.endpoint().map(str::to_owned).or_else(inside)
}

pub(super) fn spec(told: &DomainStatus) -> Result<Spec> {
    let text = told.access_policies().filter(|text| !text.is_empty());
    let policy = text.map_or_else(|| Ok(PolicyDocument::default()), PolicyDocument::parse);
    let policy =
        policy.map_err(|error| Failure::new(Class::Other, format!("the access policy is no JSON: {error}")))?;
    let security = told.advanced_security_options();
    let options = told.advanced_options().into_iter().flatten();
    let options = options.filter(|(name, value)| spec::usual(name) != Some(value.as_str()));
    Ok(Spec {
        access_policies: policy,
        advanced_options: options.map(|(name, value)| (name.clone(), value.clone())).collect(),
        advanced_security_options: AdvancedSecurity {
            enabled: security.and_then(|security| security.enabled()).unwrap_or_default(),
            master_user_options: None,
        },
        cluster_config: cluster(told.cluster_config()),
        domain_endpoint_options: names(told),
        ebs_options: volume(told.ebs_options()),
        encryption_at_rest_options: encryption(told),
        engine_version: told.engine_version().map(str::to_owned),
        ip_address_type: told.ip_address_type().map(|kind| kind.as_str().to_owned()),
        log_publishing_options: told.log_publishing_options().into_iter().flatten().filter_map(log).collect(),
        node_to_node_encryption_options: NodeToNodeEncryption {
            enabled: told.node_to_node_encryption_options().and_then(|nodes| nodes.enabled()).unwrap_or_default(),
        },
        off_peak_window_options: window(told),
        software_update_options: SoftwareUpdate {
            auto_software_update_enabled: told
                .software_update_options()
                .and_then(|options| options.auto_software_update_enabled())
                .unwrap_or_default(),
        },
        vpc_options: told.vpc_options().filter(|vpc| !vpc.subnet_ids().is_empty()).map(|vpc| Vpc {
            security_group_ids: vpc.security_group_ids().iter().cloned().collect(),
            subnet_ids: vpc.subnet_ids().iter().cloned().collect(),
        }),
    })
}

/// What belongs to something that is off is left out, whatever OpenSearch remembers of it.
fn cluster(told: Option<&Cluster>) -> ClusterConfig {
    let text = |of: Option<&str>| of.map(str::to_owned);
    let has_managers = told.and_then(|told| told.dedicated_master_enabled()).unwrap_or_default();
    let managers = told.filter(|_| has_managers);
    let is_spread = told.and_then(|told| told.zone_awareness_enabled()).unwrap_or_default();
    let zones = told.filter(|_| is_spread).and_then(|told| told.zone_awareness_config()?.availability_zone_count());
    ClusterConfig {
        dedicated_master_count: managers.and_then(|told| told.dedicated_master_count()),
        dedicated_master_enabled: has_managers,
        dedicated_master_type: text(managers.and_then(|told| Some(told.dedicated_master_type()?.as_str()))),
        instance_count: told.and_then(|told| told.instance_count()).unwrap_or(1),
        instance_type: text(told.and_then(|told| Some(told.instance_type()?.as_str()))).unwrap_or_default(),
        multi_az_with_standby_enabled: told.and_then(|told| told.multi_az_with_standby_enabled()).unwrap_or_default(),
        zone_awareness_config: zones.map(|availability_zone_count| ZoneAwareness { availability_zone_count }),
        zone_awareness_enabled: is_spread,
    }
}

fn names(told: &DomainStatus) -> DomainEndpoint {
    let told = told.domain_endpoint_options();
    let has_own = told.and_then(|told| told.custom_endpoint_enabled()).unwrap_or_default();
    let own = told.filter(|_| has_own);
    DomainEndpoint {
        custom_endpoint: own.and_then(|own| own.custom_endpoint()).map(str::to_owned),
        custom_endpoint_certificate_arn: own.and_then(|own| own.custom_endpoint_certificate_arn()).map(str::to_owned),
        custom_endpoint_enabled: has_own,
        enforce_https: told.and_then(|told| told.enforce_https()).unwrap_or_default(),
        tls_security_policy: told.and_then(|told| Some(told.tls_security_policy()?.as_str().to_owned())),
    }
}

fn volume(told: Option<&EbsOptions>) -> Ebs {
    let is_there = told.and_then(|told| told.ebs_enabled()).unwrap_or_default();
    let volume = told.filter(|_| is_there);
    Ebs {
        ebs_enabled: is_there,
        iops: volume.and_then(|volume| volume.iops()),
        throughput: volume.and_then(|volume| volume.throughput()),
        volume_size: volume.and_then(|volume| volume.volume_size()),
        volume_type: volume.and_then(|volume| Some(volume.volume_type()?.as_str().to_owned())),
    }
}

fn encryption(told: &DomainStatus) -> EncryptionAtRest {
    let told = told.encryption_at_rest_options();
    let is_on = told.and_then(|told| told.enabled()).unwrap_or_default();
    let key = told.filter(|_| is_on).and_then(|told| told.kms_key_id());
    EncryptionAtRest { enabled: is_on, kms_key_id: key.map(Into::into) }
}

fn log((name, told): (&LogType, &LogPublishingOption)) -> Option<(String, LogPublishing)> {
    let log = LogPublishing {
        cloud_watch_logs_log_group_arn: told.cloud_watch_logs_log_group_arn()?.trim_end_matches(":*").into(),
        enabled: told.enabled().unwrap_or_default(),
    };
    log.enabled.then(|| (name.as_str().to_owned(), log))
}

fn window(told: &DomainStatus) -> OffPeakWindowOptions {
    let told = told.off_peak_window_options();
    let start = told.and_then(|told| told.off_peak_window()?.window_start_time());
    let start = start.map(|start| WindowStart { hours: start.hours(), minutes: start.minutes() });
    OffPeakWindowOptions {
        enabled: told.and_then(|told| told.enabled()).unwrap_or_default(),
        off_peak_window: start.map(|window_start_time| OffPeakWindow { window_start_time }),
    }
}
