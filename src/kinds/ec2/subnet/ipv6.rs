//! The IPv6 range of a subnet, and whether what starts in it has addresses of that.

use aws_sdk_ec2::types::{
    AttributeBooleanValue, Subnet as Description, SubnetCidrBlockStateCode as Code, SubnetIpv6CidrBlockAssociation,
};

use super::{ASSIGNS, IPV6, Spec, Subnet};
use crate::aws::{MINUTE, Writer, create_once, retry};
use crate::kinds::ec2;
use crate::kinds::ec2::cidr::Cidr;
use crate::resource::{Changes, Class, Failure, Found, Made, Result, State, Turn};

fn code(set: &SubnetIpv6CidrBlockAssociation) -> Option<&Code> {
    set.ipv6_cidr_block_state().and_then(|state| state.state())
}

/// The ranges that are there, or about to be: what was taken away is listed for a while.
pub(super) fn standing(subnet: &Description) -> impl Iterator<Item = &SubnetIpv6CidrBlockAssociation> {
    let all = subnet.ipv6_cidr_block_association_set().iter();
    all.filter(|set| matches!(code(set), Some(Code::Associated | Code::Associating)))
}

/// The range that is compared: the first whose addresses EC2 tells.
pub(super) fn own(subnet: &Description) -> Option<&SubnetIpv6CidrBlockAssociation> {
    standing(subnet).find(|set| set.ipv6_cidr_block().is_some())
}

/// Whether a range is coming or going.
pub(super) fn is_settling(subnet: &Description) -> bool {
    let mut all = subnet.ipv6_cidr_block_association_set().iter();
    all.any(|set| matches!(code(set), Some(Code::Associating | Code::Disassociating)))
}

/// Changes the range and what is assigned of it, in the order that EC2 takes: no range goes while its addresses are assigned,
/// and none are assigned before one is there. A range goes before another comes, and not while something has an address of it.
pub(super) async fn change(
    writer: &Writer,
    live: &Found<Subnet>,
    spec: &Spec,
    changes: &Changes,
) -> Result<Turn<Made<Subnet>>> {
    let (was, is) = (&live.spec, spec);
    let is_moved = changes.touches(IPV6) && was.ipv6_cidr_block != is.ipv6_cidr_block;
    let mut assigns = was.assign_ipv6_address_on_creation;
    if assigns && (is_moved || (changes.touches(ASSIGNS) && !is.assign_ipv6_address_on_creation)) {
        set_assigned(writer, &live.id, false).await?;
        assigns = false;
    }
    if is_moved && let Some(id) = &live.outputs.ipv6_association {
        writer.admit(id);
        let codes = &["InvalidSubnetCidrBlockAssociationID.NotFound"];
        let call = || writer.ec2().disassociate_subnet_cidr_block().association_id(id).send();
        if let Turn::Busy(failure) = ec2::release(codes, call).await? {
            return Ok(Turn::Busy(failure.hint(HELD)));
        }
        if is.ipv6_cidr_block.is_some() {
            return Ok(Turn::More("the range that it gives up, before the new one".into()));
        }
    }
    if let Some(range) = is.ipv6_cidr_block.as_ref().filter(|_| is_moved) {
        associate(writer, &live.id, range).await?;
    }
    if !assigns && is.assign_ipv6_address_on_creation && (is_moved || changes.touches(ASSIGNS)) {
        set_assigned(writer, &live.id, true).await?;
    }
    let state = if is_moved { State::Settling("its IPv6 range".into()) } else { State::Ready };
    Ok(Turn::Done(Made { id: live.id.clone(), outputs: live.outputs.clone(), state }))
}

/// Who holds a range, and how it lets go.
const HELD: &str = "tasks and instances keep the IPv6 address that they have started with: stop those that have one";

async fn associate(writer: &Writer, id: &str, range: &Cidr) -> Result<()> {
    let look = || async {
        let answer = writer.ec2().describe_subnets().subnet_ids(id).send().await?;
        let has = |subnet: &Description| standing(subnet).any(|set| set.ipv6_cidr_block() == Some(range.as_str()));
        Ok(answer.subnets().iter().any(has).then_some(()))
    };
    let send = || {
        let call = writer.ec2().associate_subnet_cidr_block().subnet_id(id).ipv6_cidr_block(range.as_str());
        async move { Ok::<_, Failure>(call.send().await.map(drop)?) }
    };
    // The range of a subnet that is seconds gone is not free everywhere yet.
    let again = |failure: &Failure| failure.is(Class::AlreadyExists) || ec2::is_fresh(failure);
    create_once(look, || retry(2 * MINUTE, again, send)).await
}

/// Lets what starts here have addresses; EC2 knows of a new range some seconds later.
pub(super) async fn set_assigned(writer: &Writer, id: &str, on: bool) -> Result<()> {
    let value = AttributeBooleanValue::builder().value(on).build();
    let call = || {
        let call = writer.ec2().modify_subnet_attribute().subnet_id(id).assign_ipv6_address_on_creation(value.clone());
        async move { Ok(call.send().await.map(drop)?) }
    };
    let is_early = |failure: &Failure| failure.message.contains("has an IPv6 CIDR block associated with it");
    retry(5 * MINUTE, |failure| ec2::is_fresh(failure) || (on && is_early(failure)), call).await
}
