use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{DhcpOptions, Vpc as Description};

use crate::aws::Reader;
use crate::resource::Failure;

/// What VPCs have for an id if they were given no set of options at all.
const NONE: &str = "default";

/// What the sets of DHCP options of the scope's VPCs say, by their ids.
pub struct Options(Result<BTreeMap<String, DhcpOptions>, Failure>);

impl Options {
    /// Asks once for all VPCs of a region; where they have none, nobody is asked.
    pub async fn read(reader: &Reader, vpcs: &[Description]) -> Self {
        let ids: BTreeSet<_> = vpcs.iter().filter_map(Description::dhcp_options_id).filter(|id| *id != NONE).collect();
        if ids.is_empty() {
            return Self(Ok(BTreeMap::new()));
        }
        // Most share the region's own set. Ids and pages exclude each other.
        let ids = ids.into_iter().map(str::to_owned).collect();
        let answer = reader.ec2().describe_dhcp_options().set_dhcp_options_ids(Some(ids)).send().await;
        let by_id = |set: DhcpOptions| Some((set.dhcp_options_id()?.to_owned(), set));
        Self(match answer {
            Ok(answer) => Ok(answer.dhcp_options.unwrap_or_default().into_iter().filter_map(by_id).collect()),
            Err(error) => Err(error.into()),
        })
    }

    /// Returns in words what a set is, unless it is the one that AWS gives every VPC: its own resolver and domain.
    ///
    /// One that could not be looked at is told as well: it is somebody's, and nobody's to change here.
    pub fn beyond_aws(&self, id: &str) -> Option<&'static str> {
        match &self.0 {
            _ if id == NONE => None,
            Ok(sets) if sets.get(id).is_some_and(is_of_aws) => None,
            Ok(_) => Some("what starts in it is told another resolver, domain or clock"),
            Err(_) => Some("its DHCP options could not be looked at"),
        }
    }
}

/// Returns whether a set says no more than `AmazonProvidedDNS` and the region's own domain.
fn is_of_aws(set: &DhcpOptions) -> bool {
    set.dhcp_configurations().iter().all(|one| {
        let mut values = one.values().iter().filter_map(|value| value.value());
        match one.key() {
            Some("domain-name-servers") => values.all(|value| value == "AmazonProvidedDNS"),
            Some("domain-name") => {
                values.all(|value| value.ends_with("ec2.internal") || value.ends_with(".compute.internal"))
            }
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{AttributeValue, DhcpConfiguration};

    use super::*;

    fn set(key: &str, value: &str) -> DhcpOptions {
        let value = AttributeValue::builder().value(value).build();
        let one = DhcpConfiguration::builder().key(key).values(value).build();
        DhcpOptions::builder().dhcp_options_id("dopt-1").dhcp_configurations(one).build()
    }

    #[test]
    fn only_options_beyond_those_of_aws_are_told() {
        let told = |set: DhcpOptions| Options(Ok(BTreeMap::from([("dopt-1".to_owned(), set)]))).beyond_aws("dopt-1");
        assert_eq!(told(set("domain-name-servers", "AmazonProvidedDNS")), None);
        assert_eq!(told(set("domain-name", "eu-west-1.compute.internal")), None);
        assert!(told(set("domain-name-servers", "10.0.0.2")).is_some());
        assert!(told(set("ntp-servers", "169.254.169.123")).is_some());
    }
}
