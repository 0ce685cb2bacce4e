//! The IPv6 range of a VPC: a /56 of Amazon's, which nobody can ask for by its number.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    Vpc as Description, VpcCidrBlockState, VpcCidrBlockStateCode as Code, VpcIpv6CidrBlockAssociation,
};
use ipnet::Ipv6Net;

use super::{Outputs, Vpc};
use crate::aws::{Writer, create_once};
use crate::kinds::ec2;
use crate::resource::{Found, Made, Result, State, Turn};

/// The pool of a range that Amazon has chosen; others are of the account, or of an IPAM.
const AMAZON: &str = "Amazon";
/// The length of a subnet's range: shorter ones are possible, and leave fewer subnets.
const OF_SUBNET: u8 = 64;

/// Whether a range is there, or about to be: what was taken away is listed for a while.
pub(super) fn is_there(state: Option<&VpcCidrBlockState>) -> bool {
    matches!(state.and_then(VpcCidrBlockState::state), Some(Code::Associated | Code::Associating))
}

/// The range that Amazon has given to a VPC.
pub(super) fn of_amazon(vpc: &Description) -> Option<&VpcIpv6CidrBlockAssociation> {
    let mut standing = vpc.ipv6_cidr_block_association_set().iter().filter(|set| is_there(set.ipv6_cidr_block_state()));
    standing.find(|set| set.ipv6_pool() == Some(AMAZON))
}

/// Whether a range is coming or going.
pub(super) fn is_settling(vpc: &Description) -> bool {
    vpc.ipv6_cidr_block_association_set().iter().any(|set| {
        let code = set.ipv6_cidr_block_state().and_then(VpcCidrBlockState::state);
        matches!(code, Some(Code::Associating | Code::Disassociating))
    })
}

/// The ranges that subnets can have of one, by their numbers.
pub(super) fn subnets(range: &str) -> BTreeMap<String, String> {
    let parts = range.parse::<Ipv6Net>().ok().and_then(|whole| whole.subnets(OF_SUBNET).ok());
    parts.into_iter().flatten().enumerate().map(|(at, part)| (at.to_string(), part.to_string())).collect()
}

/// Asks Amazon for a range, or gives it back; which takes seconds. A subnet that has a part of it holds it.
pub(super) async fn set(writer: &Writer, live: &Found<Vpc>, is_wanted: bool) -> Result<Turn<Made<Vpc>>> {
    let mut outputs = live.outputs.clone();
    if is_wanted {
        associate(writer, &live.id).await?;
    } else if let Some(id) = outputs.ipv6_association.take() {
        writer.admit(&id);
        let codes = &["InvalidVpcCidrBlockAssociationID.NotFound"];
        let call = || writer.ec2().disassociate_vpc_cidr_block().association_id(&id).send();
        if let Turn::Busy(failure) = ec2::release(codes, call).await? {
            return Ok(Turn::Busy(failure));
        }
        outputs = Outputs { ipv6_cidr_blocks: Vec::new(), ipv6_subnet_cidr_blocks: BTreeMap::new(), ..outputs };
    }
    Ok(Turn::Done(Made { id: live.id.clone(), outputs, state: State::Settling("its IPv6 range".into()) }))
}

/// Asks once: a VPC can have several ranges, and a second call brings a second one.
async fn associate(writer: &Writer, id: &str) -> Result<()> {
    let look = || async {
        let answer = writer.ec2().describe_vpcs().vpc_ids(id).send().await?;
        Ok(answer.vpcs().iter().any(|vpc| of_amazon(vpc).is_some()).then_some(()))
    };
    let send = || async {
        let call = writer.ec2().associate_vpc_cidr_block().vpc_id(id).amazon_provided_ipv6_cidr_block(true);
        Ok(call.send().await.map(drop)?)
    };
    create_once(look, send).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(pool: &str, code: Code) -> VpcIpv6CidrBlockAssociation {
        let state = VpcCidrBlockState::builder().state(code).build();
        let range = VpcIpv6CidrBlockAssociation::builder().ipv6_cidr_block("2600:1f18:19f6:2b00::/56");
        range.ipv6_pool(pool).ipv6_cidr_block_state(state).build()
    }

    /// A range that was given back stays listed, with the one that came after it.
    #[test]
    fn a_range_counts_from_when_it_is_asked_for_until_it_is_given_back() {
        let vpc = |all: &[(&str, Code)]| {
            let all = all.iter().map(|(pool, code)| of(pool, code.clone())).collect();
            Description::builder().set_ipv6_cidr_block_association_set(Some(all)).build()
        };
        let has = |all: &[(&str, Code)]| (of_amazon(&vpc(all)).is_some(), is_settling(&vpc(all)));
        assert_eq!(has(&[]), (false, false));
        assert_eq!(has(&[("Amazon", Code::Associating)]), (true, true));
        assert_eq!(has(&[("Amazon", Code::Disassociated), ("Amazon", Code::Associated)]), (true, false));
        assert_eq!(has(&[("Amazon", Code::Disassociating)]), (false, true));
        assert_eq!(has(&[("Amazon", Code::Disassociated)]), (false, false));
        assert_eq!(has(&[("ipv6pool-ec2-012345678", Code::Associated)]), (false, false), "it is the account's own");
    }

    #[test]
    fn a_range_has_256_subnets() {
        let all = subnets("2600:1f18:19f6:2b00::/56");
        assert_eq!(all.len(), 256);
        assert_eq!(all["0"], "2600:1f18:19f6:2b00::/64");
        assert_eq!(all["16"], "2600:1f18:19f6:2b10::/64");
        assert_eq!(all["255"], "2600:1f18:19f6:2bff::/64");
        assert!(subnets("pool").is_empty());
    }
}
