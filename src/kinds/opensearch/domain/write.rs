//! The calls that make and change a domain. OpenSearch Service takes one change after the other, and each section whole.

use std::collections::HashMap;

use aws_sdk_opensearch::operation::create_domain::builders::CreateDomainFluentBuilder;
use aws_sdk_opensearch::operation::update_domain_config::builders::UpdateDomainConfigFluentBuilder;
use aws_sdk_opensearch::types::{
    AdvancedSecurityOptionsInput, ClusterConfig, DomainEndpointOptions, DomainStatus, EbsOptions,
    EncryptionAtRestOptions, LogPublishingOption, LogType, MasterUserOptions, NodeToNodeEncryptionOptions,
    OffPeakWindow, OffPeakWindowOptions, SoftwareUpdateOptions, VpcOptions, WindowStartTime, ZoneAwarenessConfig,
};

use super::spec::{self, Spec};
use super::{Domain, read};
use crate::aws::{Clients, MINUTE, Writer};
use crate::kinds::shared::retry::{self, retry_while};
use crate::kinds::shared::tag;
use crate::resource::{Changes, Class, Failure, Found, Result, State, Tags};

/// The service in whose name OpenSearch puts its interfaces into a VPC.
const LINKED_TO: &str = "opensearchservice.amazonaws.com";

pub(super) fn creation(writer: &Writer, name: &str, spec: &Spec, tags: &Tags) -> CreateDomainFluentBuilder {
    let policy = (!spec.access_policies.is_empty()).then(|| spec.access_policies.to_string());
    let options: HashMap<_, _> = spec.advanced_options.clone().into_iter().collect();
    writer
        .opensearch()
        .create_domain()
        .domain_name(name)
        .set_access_policies(policy)
        .set_advanced_options(Some(options).filter(|options| !options.is_empty()))
        .advanced_security_options(security(spec))
        .cluster_config(cluster(spec))
        .domain_endpoint_options(names(spec))
        .ebs_options(volume(spec, spec))
        .encryption_at_rest_options(encryption(spec))
        .set_engine_version(spec.engine_version.clone())
        .set_ip_address_type(spec.ip_address_type.as_deref().map(Into::into))
        .set_log_publishing_options(Some(logs(spec, spec)).filter(|logs| !logs.is_empty()))
        .node_to_node_encryption_options(between_nodes(spec))
        .off_peak_window_options(window(spec))
        .software_update_options(software(spec))
        .set_vpc_options(vpc(spec))
        .set_tag_list(tag::write(tags))
}

/// OpenSearch Service makes no domain in a VPC before this role is there, and does not make it by itself. An account has one.
pub(super) async fn linked_role(writer: &Writer) -> Result<()> {
    // No stack's: the call names the service alone.
    writer.admit(LINKED_TO);
    match writer.iam().create_service_linked_role().aws_service_name(LINKED_TO).send().await.map_err(Failure::from) {
        Err(failure) if failure.is(Class::AlreadyExists) => Ok(()),
        // Whoever may not make it may find it there; else the create says that it is missing.
        Err(failure) if failure.is(Class::Denied) => Ok(()),
        answer => answer.map(drop),
    }
}

/// Sends what changes of the configuration, in one call.
pub(super) async fn configure(writer: &Writer, live: &Found<Domain>, spec: &Spec, changes: &Changes) -> Result<()> {
    let call = changed(writer.opensearch().update_domain_config().domain_name(&live.id), &live.spec, spec, changes);
    retry_while(5 * MINUTE, &[Class::Propagating], || call.clone().send()).await.map(drop)
}

fn changed(
    call: UpdateDomainConfigFluentBuilder,
    live: &Spec,
    spec: &Spec,
    changes: &Changes,
) -> UpdateDomainConfigFluentBuilder {
    let touches = |section: &str| changes.touches(section);
    let policy = || if spec.access_policies.is_empty() { String::new() } else { spec.access_policies.to_string() };
    let addresses = spec.ip_address_type.as_deref().filter(|_| touches("/IPAddressType"));
    call.set_access_policies(touches("/AccessPolicies").then(policy))
        .set_advanced_options(touches("/AdvancedOptions").then(|| options(live, spec)))
        .set_advanced_security_options(touches("/AdvancedSecurityOptions").then(|| security(spec)))
        .set_cluster_config(touches("/ClusterConfig").then(|| cluster(spec)))
        .set_domain_endpoint_options(touches("/DomainEndpointOptions").then(|| names(spec)))
        .set_ebs_options(touches("/EBSOptions").then(|| volume(live, spec)))
        .set_encryption_at_rest_options(touches("/EncryptionAtRestOptions").then(|| encryption(spec)))
        .set_ip_address_type(addresses.map(Into::into))
        .set_log_publishing_options(touches("/LogPublishingOptions").then(|| logs(live, spec)))
        .set_node_to_node_encryption_options(touches("/NodeToNodeEncryptionOptions").then(|| between_nodes(spec)))
        .set_off_peak_window_options(touches("/OffPeakWindowOptions").then(|| window(spec)))
        .set_software_update_options(touches("/SoftwareUpdateOptions").then(|| software(spec)))
        .set_vpc_options(vpc(spec).filter(|_| touches("/VPCOptions")))
}

/// Starts the way to another version, after asking whether there is one: OpenSearch Service goes from some versions to some others
/// only.
pub(super) async fn upgrade(writer: &Writer, live: &Found<Domain>, version: &str) -> Result<()> {
    let answer = writer.opensearch().get_compatible_versions().domain_name(&live.id).send().await?;
    let ways = answer.compatible_versions();
    let to: Vec<_> = ways.iter().flat_map(|way| way.target_versions()).map(String::as_str).collect();
    if !ways.is_empty() && !to.contains(&version) {
        let from = live.spec.engine_version.as_deref().unwrap_or("its version");
        let text = format!("OpenSearch Service has no way from {from} to {version}; there is one to {}", to.join(", "));
        return Err(
            Failure::new(Class::Invalid, text).hint("go to one of these first, from which the next step leads on")
        );
    }
    let call = writer.opensearch().upgrade_domain().domain_name(&live.id).target_version(version);
    call.send().await?;
    Ok(())
}

/// Waits until OpenSearch has begun with a call, or is done: for a while it may show the domain as it was before.
pub(super) async fn await_started(writer: &Writer, live: &Found<Domain>) {
    retry::await_started(MINUTE, "a change that OpenSearch Service has taken", || async move {
        let told = look(writer, &live.id).await?;
        Ok(read::state(&told, true) != State::Ready || read::spec(&told)? != live.spec)
    })
    .await;
}

pub(super) async fn look(clients: &Clients, name: &str) -> Result<DomainStatus> {
    let answer = clients.opensearch().describe_domain().domain_name(name).send().await?;
    answer.domain_status.ok_or_else(|| Failure::new(Class::Other, format!("DescribeDomain returned nothing of {name}")))
}

/// Options that nobody sets any more go back to what they usually are, where that is known.
fn options(live: &Spec, spec: &Spec) -> HashMap<String, String> {
    let gone = live.advanced_options.keys().filter(|name| !spec.advanced_options.contains_key(*name));
    let back = gone.filter_map(|name| Some((name.clone(), spec::usual(name)?.to_owned())));
    back.chain(spec.advanced_options.clone()).collect()
}

fn security(spec: &Spec) -> AdvancedSecurityOptionsInput {
    let wanted = &spec.advanced_security_options;
    let master = wanted
        .master_user_options
        .as_ref()
        .map(|master| MasterUserOptions::builder().master_user_arn(master.master_user_arn.as_str()).build());
    // No passwords: who comes in is known to IAM.
    let passwords = wanted.enabled.then_some(false);
    AdvancedSecurityOptionsInput::builder()
        .enabled(wanted.enabled)
        .set_internal_user_database_enabled(passwords)
        .set_master_user_options(master)
        .build()
}

fn cluster(spec: &Spec) -> ClusterConfig {
    let wanted = &spec.cluster_config;
    let zones = wanted
        .zone_awareness_config
        .as_ref()
        .filter(|_| wanted.zone_awareness_enabled)
        .map(|zones| ZoneAwarenessConfig::builder().availability_zone_count(zones.availability_zone_count).build());
    ClusterConfig::builder()
        .instance_type(wanted.instance_type.as_str().into())
        .instance_count(wanted.instance_count)
        .dedicated_master_enabled(wanted.dedicated_master_enabled)
        .set_dedicated_master_type(wanted.dedicated_master_type.as_deref().map(Into::into))
        .set_dedicated_master_count(wanted.dedicated_master_count)
        .zone_awareness_enabled(wanted.zone_awareness_enabled)
        .set_zone_awareness_config(zones)
        .multi_az_with_standby_enabled(wanted.multi_az_with_standby_enabled)
        .build()
}

fn names(spec: &Spec) -> DomainEndpointOptions {
    let wanted = &spec.domain_endpoint_options;
    DomainEndpointOptions::builder()
        .enforce_https(wanted.enforce_https)
        .set_tls_security_policy(wanted.tls_security_policy.as_deref().map(Into::into))
        .custom_endpoint_enabled(wanted.custom_endpoint_enabled)
        .set_custom_endpoint(wanted.custom_endpoint.clone())
        .set_custom_endpoint_certificate_arn(wanted.custom_endpoint_certificate_arn.clone())
        .build()
}

/// What the YAML leaves to AWS stays as it is: AWS would set it back with another size.
fn volume(live: &Spec, spec: &Spec) -> EbsOptions {
    let (have, wanted) = (&live.ebs_options, &spec.ebs_options);
    let is_same = have.volume_type == wanted.volume_type;
    let kept = |own: Option<i32>, live: Option<i32>| own.or(live.filter(|_| is_same && wanted.ebs_enabled));
    EbsOptions::builder()
        .ebs_enabled(wanted.ebs_enabled)
        .set_volume_type(wanted.volume_type.as_deref().map(Into::into))
        .set_volume_size(wanted.volume_size)
        .set_iops(kept(wanted.iops, have.iops))
        .set_throughput(kept(wanted.throughput, have.throughput))
        .build()
}

fn encryption(spec: &Spec) -> EncryptionAtRestOptions {
    let wanted = &spec.encryption_at_rest_options;
    let key = wanted.kms_key_id.as_ref().map(String::from);
    EncryptionAtRestOptions::builder().enabled(wanted.enabled).set_kms_key_id(key).build()
}

/// Those that are wanted, and off what there is beside them.
fn logs(live: &Spec, spec: &Spec) -> HashMap<LogType, LogPublishingOption> {
    let (have, want) = (&live.log_publishing_options, &spec.log_publishing_options);
    let to = |group: &str, is_on| {
        LogPublishingOption::builder().cloud_watch_logs_log_group_arn(group).enabled(is_on).build()
    };
    let on = want.iter().map(|(name, log)| (name, to(log.cloud_watch_logs_log_group_arn.as_str(), true)));
    let gone = have.iter().filter(|(name, _)| !want.contains_key(*name));
    let off = gone.map(|(name, log)| (name, to(log.cloud_watch_logs_log_group_arn.as_str(), false)));
    on.chain(off).map(|(name, log)| (LogType::from(name.as_str()), log)).collect()
}

fn between_nodes(spec: &Spec) -> NodeToNodeEncryptionOptions {
    NodeToNodeEncryptionOptions::builder().enabled(spec.node_to_node_encryption_options.enabled).build()
}

fn window(spec: &Spec) -> OffPeakWindowOptions {
    let wanted = &spec.off_peak_window_options;
    let window = wanted.off_peak_window.as_ref().map(|window| {
        let start = &window.window_start_time;
        let start = WindowStartTime::builder().hours(start.hours).minutes(start.minutes).build();
        OffPeakWindow::builder().window_start_time(start).build()
    });
    OffPeakWindowOptions::builder().enabled(wanted.enabled).set_off_peak_window(window).build()
}

fn software(spec: &Spec) -> SoftwareUpdateOptions {
    let is_on = spec.software_update_options.auto_software_update_enabled;
    SoftwareUpdateOptions::builder().auto_software_update_enabled(is_on).build()
}

fn vpc(spec: &Spec) -> Option<VpcOptions> {
    let wanted = spec.vpc_options.as_ref()?;
    let groups = wanted.security_group_ids.iter().map(String::from).collect();
    let subnets = wanted.subnet_ids.iter().map(String::from).collect();
    Some(VpcOptions::builder().set_security_group_ids(Some(groups)).set_subnet_ids(Some(subnets)).build())
}
