//! From the spec to Route 53's calls.

use aws_sdk_route53::operation::update_health_check::builders::UpdateHealthCheckFluentBuilder;
use aws_sdk_route53::types::{HealthCheckConfig, HealthCheckRegion, HealthCheckType, ResettableElementName};

use super::Outputs;
use super::spec::Config;
use crate::aws::Writer;
use crate::kinds::shared::list::some;
use crate::kinds::shared::text::given;
use crate::resource::{Class, Failure, Result};

/// What a new one is made by.
pub(super) fn config(from: &Config) -> Result<HealthCheckConfig> {
    HealthCheckConfig::builder()
        .set_enable_sni(sni(from))
        .failure_threshold(from.failure_threshold)
        .set_fully_qualified_domain_name(given(&from.fully_qualified_domain_name))
        .set_ip_address(given(&from.ip_address))
        .inverted(from.inverted)
        .measure_latency(from.measure_latency)
        .set_port(from.port)
        .set_regions(some(regions(from)))
        .request_interval(from.request_interval)
        .set_resource_path(given(&from.resource_path))
        .set_search_string(given(&from.search_string))
        .r#type(HealthCheckType::from(from.of_type.as_str()))
        .build()
        .map_err(|error| Failure::new(Class::Other, format!("bug: {error}")))
}

/// The call that gives one all that can be changed, if it is still as it was listed. Route 53 refuses an empty list of regions:
/// what is no longer said is reset.
pub(super) fn update(writer: &Writer, live: &Outputs, from: &Config) -> UpdateHealthCheckFluentBuilder {
    let resets = [
        (from.regions.is_empty(), ResettableElementName::Regions),
        (from.fully_qualified_domain_name.is_empty(), ResettableElementName::FullyQualifiedDomainName),
    ];
    let resets = resets.into_iter().filter(|(is_empty, _)| *is_empty).map(|(_, name)| name).collect();
    writer
        .route53()
        .update_health_check()
        .health_check_id(&live.health_check_id)
        .health_check_version(live.version)
        .disabled(false)
        .set_enable_sni(sni(from))
        .failure_threshold(from.failure_threshold)
        .set_fully_qualified_domain_name(given(&from.fully_qualified_domain_name))
        .set_ip_address(given(&from.ip_address))
        .inverted(from.inverted)
        .set_port(from.port)
        .set_regions(some(regions(from)))
        .set_reset_elements(some(resets))
        .set_resource_path(given(&from.resource_path))
        .set_search_string(given(&from.search_string))
}

/// Only HTTPS has it: Route 53 is told nothing of it elsewhere.
fn sni(from: &Config) -> Option<bool> {
    from.enable_sni.filter(|_| from.is_https())
}

fn regions(from: &Config) -> Vec<HealthCheckRegion> {
    from.regions.iter().map(|region| HealthCheckRegion::from(region.as_str())).collect()
}
