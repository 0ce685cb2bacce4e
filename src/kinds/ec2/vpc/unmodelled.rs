use aws_sdk_ec2::types::Vpc as Description;

use super::{CLOSED, ENCRYPTION, OPTIONS, RANGES, ipv6};
use crate::kinds::ec2::dhcp_options::Options;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Unmodelled, pointer};

/// Further ranges, and what others have set for all that stands in it; what is being taken away does not count.
pub(super) fn unmodelled(vpc: &Description, options: &Options) -> Vec<Unmodelled> {
    let more = vpc.cidr_block_association_set().iter().filter(|set| ipv6::is_there(set.cidr_block_state()));
    // What AWS does not name is there all the same.
    let more = more.filter_map(|set| set.cidr_block().or(set.association_id()));
    let more = more.filter(|range| Some(*range) != vpc.cidr_block());
    let six = vpc.ipv6_cidr_block_association_set().iter().filter(|set| ipv6::is_there(set.ipv6_cidr_block_state()));
    let six = six.filter(|set| !ipv6::of_amazon(vpc).is_some_and(|own| std::ptr::eq(own, *set)));
    let six = six.filter_map(|set| set.ipv6_cidr_block().or(set.association_id()));
    let mut parts = UnmodelledParts::default();
    for range in more.chain(six) {
        parts.note(&pointer::join(RANGES, range), true, &format!("it also has the range {range}"));
    }
    if let Some((id, text)) = vpc.dhcp_options_id().and_then(|id| Some((id, options.beyond_aws(id)?))) {
        parts.note(&pointer::join(OPTIONS, id), true, text);
    }
    if let Some(mode) = encryption(vpc) {
        parts.note(&pointer::join(ENCRYPTION, mode), true, &format!("traffic without encryption: {mode}"));
    }
    let blocked = vpc.block_public_access_states().and_then(|states| states.internet_gateway_block_mode());
    if let Some(mode) = blocked.map(|mode| mode.as_str()).filter(|mode| *mode != "off") {
        parts.note(&pointer::join(CLOSED, mode), true, "the region keeps internet gateways from it");
    }
    parts.take()
}

/// What becomes of traffic that is not encrypted, unless the control is being deleted.
fn encryption(vpc: &Description) -> Option<&str> {
    let control = vpc.encryption_control()?;
    let is_leaving = control.state().is_some_and(|state| ["deleting", "deleted"].contains(&state.as_str()));
    control.mode().map(|mode| mode.as_str()).filter(|_| !is_leaving)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ec2::types::{VpcEncryptionControl, VpcEncryptionControlMode, VpcEncryptionControlState};

    use super::*;

    #[test]
    fn an_encryption_control_counts_until_it_is_being_deleted() {
        let of = |state: Option<VpcEncryptionControlState>| {
            let control = VpcEncryptionControl::builder().mode(VpcEncryptionControlMode::Enforce).set_state(state);
            let vpc = Description::builder().encryption_control(control.build()).build();
            encryption(&vpc).map(str::to_owned)
        };
        assert_eq!(of(Some(VpcEncryptionControlState::Available)).as_deref(), Some("enforce"));
        assert_eq!(of(None).as_deref(), Some("enforce"), "a state that is not told is no deletion");
        assert_eq!(of(Some(VpcEncryptionControlState::Deleting)), None);
    }
}
