use aws_sdk_ec2::types::{DnsOptions as DescribedDns, VpcEndpoint as Description};

use super::spec::{self, DnsOptions, INTERFACE, Spec};
use super::{Outputs, VpcEndpoint};
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::normal::PolicyDocument;
use crate::resource::{Found, State, Unmodelled};

/// Returns whether EC2 still shows one that is gone.
pub(super) fn is_gone(endpoint: &Description) -> bool {
    state_word(endpoint) == "deleted"
}

pub(super) fn found(endpoint: &Description) -> Found<VpcEndpoint> {
    Found {
        id: endpoint.vpc_endpoint_id().unwrap_or_default().to_owned(),
        name: None,
        spec: spec(endpoint),
        outputs: outputs(endpoint),
        tags: tag::read(endpoint.tags()),
        state: state(endpoint),
        unmodelled: unmodelled(endpoint),
        external: None,
    }
}

pub(super) fn outputs(endpoint: &Description) -> Outputs {
    let named = endpoint.dns_entries().iter().filter_map(|entry| Some((entry.hosted_zone_id()?, entry.dns_name()?)));
    Outputs {
        id: endpoint.vpc_endpoint_id().unwrap_or_default().to_owned(),
        dns_entries: named.map(|(zone, name)| format!("{zone}:{name}")).collect(),
        network_interface_ids: endpoint.network_interface_ids().to_vec(),
    }
}

fn spec(endpoint: &Description) -> Spec {
    let kind = endpoint.vpc_endpoint_type().map(|kind| kind.as_str().to_owned()).unwrap_or_default();
    let is_interface = kind == INTERFACE;
    let groups = endpoint.groups().iter().filter_map(|group| group.group_id());
    let policy = endpoint.policy_document().map(|text| PolicyDocument::parse(text).unwrap_or_default());
    Spec {
        vpc_id: endpoint.vpc_id().unwrap_or_default().into(),
        service_name: endpoint.service_name().unwrap_or_default().to_owned(),
        vpc_endpoint_type: kind,
        service_region: endpoint.service_region().map(str::to_owned),
        policy_document: spec::normal_policy(policy.unwrap_or_default()),
        route_table_ids: endpoint.route_table_ids().iter().map(String::as_str).collect(),
        subnet_ids: endpoint.subnet_ids().iter().map(String::as_str).collect(),
        security_group_ids: groups.collect(),
        private_dns_enabled: is_interface.then(|| endpoint.private_dns_enabled().unwrap_or_default()),
        ip_address_type: endpoint.ip_address_type().map(|kind| kind.as_str().to_ascii_lowercase()),
        dns_options: endpoint.dns_options().filter(|_| is_interface).map(dns_options),
    }
}

fn dns_options(told: &DescribedDns) -> DnsOptions {
    DnsOptions {
        dns_record_ip_type: told.dns_record_ip_type().map(|kind| kind.as_str().to_ascii_lowercase()),
        private_dns_only_for_inbound_resolver_endpoint: told.private_dns_only_for_inbound_resolver_endpoint(),
    }
}

/// EC2 writes its states small, which the SDK's enum does not know.
fn state_word(endpoint: &Description) -> String {
    endpoint.state().map(|state| state.as_str().to_ascii_lowercase()).unwrap_or_default()
}

fn state(endpoint: &Description) -> State {
    let why = || {
        let told = endpoint.last_error().and_then(|error| error.message()).or(endpoint.failure_reason());
        told.map(|text| format!(": {text}")).unwrap_or_default()
    };
    let service = endpoint.service_name().unwrap_or("the service");
    match state_word(endpoint).as_str() {
        "pending" => State::Settling("the endpoint".to_owned()),
        "pendingacceptance" => State::AwaitsAction(format!("whoever offers {service} has to accept the connection")),
        "deleting" => State::Deleting,
        "failed" => State::Failed(format!("EC2 could not make the endpoint{}", why())),
        "rejected" => State::Failed(format!("whoever offers {service} has rejected the connection{}", why())),
        "expired" => State::Failed(format!("nobody has accepted the connection to {service} in time{}", why())),
        _ => State::Ready,
    }
}

/// What someone may have given it and the spec has no word for.
fn unmodelled(endpoint: &Description) -> Vec<Unmodelled> {
    let dns = endpoint.dns_options();
    let preference = dns.and_then(|dns| dns.private_dns_preference());
    let domains = dns.map(|dns| dns.private_dns_specified_domains()).unwrap_or_default();
    let policy = endpoint.policy_document().filter(|text| PolicyDocument::parse(text).is_err());
    let payers = endpoint.payer_responsibilities().iter().map(|one| {
        let payer = one.payer_responsibility_type().map_or("somebody", |payer| payer.as_str());
        one.scope().map_or(format!("{payer} pays"), |scope| format!("{payer} pays for {}", scope.as_str()))
    });
    UnmodelledParts::default()
        .tell("/PolicyDocument", policy.map(|_| "is no JSON"))
        .value("/DnsOptions/PrivateDnsPreference", preference, "")
        .tell("/DnsOptions/PrivateDnsSpecifiedDomains", domains.iter().map(|domain| format!("has {domain}")))
        .value("/ServiceNetworkArn", endpoint.service_network_arn(), "")
        .value("/ResourceConfigurationArn", endpoint.resource_configuration_arn(), "")
        .tell("/PayerResponsibility", payers)
        .note("/RequesterManaged", endpoint.requester_managed() == Some(true), "an AWS service manages it")
        .take()
}
