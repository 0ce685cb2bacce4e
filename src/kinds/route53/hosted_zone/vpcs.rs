//! The VPCs in which a private zone answers.

use aws_sdk_route53::types::{Vpc as Sent, VpcRegion};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::Writer;
use crate::kinds::ec2::vpc::Vpc;
use crate::kinds::route53;
use crate::kinds::shared::deletion::gone_as;
use crate::resource::normal::Set;
use crate::resource::{Failure, Ref, Result};

/// A VPC in which a zone answers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Association {
    #[serde(rename = "VPCId")]
    pub vpc_id: Ref<Vpc>,
    /// The region that the VPC is in; a zone is in none.
    #[serde(rename = "VPCRegion")]
    pub vpc_region: String,
}

impl Association {
    pub(super) fn of(vpc: &Sent) -> Self {
        let region = vpc.vpc_region().map(VpcRegion::as_str).unwrap_or_default();
        Self { vpc_id: vpc.vpc_id().unwrap_or_default().into(), vpc_region: region.to_owned() }
    }

    pub(super) fn sent(&self) -> Sent {
        Sent::builder().vpc_id(self.vpc_id.as_str()).vpc_region(VpcRegion::from(self.vpc_region.as_str())).build()
    }
}

/// Associates what a new zone lacks: an earlier try may have come further than the first.
pub(super) async fn complete(writer: &Writer, zone: &str, wanted: &Set<Association>) -> Result<()> {
    let answer = writer.route53().get_hosted_zone().id(zone).send().await?;
    change(writer, zone, &answer.vpcs().iter().map(Association::of).collect(), wanted).await
}

/// Associates what is new, and only then ends what is no longer wanted: a private zone never is without a VPC.
pub(super) async fn change(
    writer: &Writer,
    zone: &str,
    live: &Set<Association>,
    wanted: &Set<Association>,
) -> Result<()> {
    for vpc in wanted.minus(live) {
        let call = writer.route53().associate_vpc_with_hosted_zone().hosted_zone_id(zone).vpc(vpc.sent());
        let answer = call.send().await.map_err(|error| conflict(error.into()))?;
        route53::spread(writer, answer.change_info()).await?;
    }
    for vpc in live.minus(wanted) {
        let call = writer.route53().disassociate_vpc_from_hosted_zone().hosted_zone_id(zone).vpc(vpc.sent());
        gone_as(&["VPCAssociationNotFound"], call.send().await)?;
    }
    Ok(())
}

/// A VPC asks one zone alone for a name: which one has it, AWS says in its message at most.
pub(super) fn conflict(failure: Failure) -> Failure {
    if failure.code == "ConflictingDomainExists" {
        return failure
            .hint("another private zone of this name answers in the VPC: choose another name, or let that zone go");
    }
    failure
}
