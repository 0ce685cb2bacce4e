use aws_sdk_ec2::types::{self as sdk, RequestLaunchTemplateData};
use aws_smithy_types::base64;

use super::spec::{BlockDevice, Data, MetadataOptions, TagSpecification};
use crate::kinds::shared::text::given;

/// A version's content for a call: what is empty is not said.
pub(super) fn data(spec: &Data) -> RequestLaunchTemplateData {
    let profile = &spec.iam_instance_profile;
    let (arn, name) = (given(profile.arn.as_str()), given(profile.name.as_str()));
    let profile = (arn.is_some() || name.is_some()).then(|| {
        sdk::LaunchTemplateIamInstanceProfileSpecificationRequest::builder().set_arn(arn).set_name(name).build()
    });
    let monitoring = spec.monitoring.enabled;
    let monitoring = monitoring.map(|on| sdk::LaunchTemplatesMonitoringRequest::builder().enabled(on).build());
    let groups: Vec<_> = spec.security_group_ids.iter().map(|group| group.as_str().to_owned()).collect();
    RequestLaunchTemplateData::builder()
        .set_block_device_mappings(listed(&spec.block_device_mappings, device))
        .set_ebs_optimized(spec.ebs_optimized)
        .set_iam_instance_profile(profile)
        .set_image_id(given(&spec.image_id))
        .set_instance_type(given(&spec.instance_type).as_deref().map(sdk::InstanceType::from))
        .set_key_name(given(&spec.key_name))
        .set_metadata_options(
            (spec.metadata_options != MetadataOptions::default()).then(|| metadata(&spec.metadata_options)),
        )
        .set_monitoring(monitoring)
        .set_security_group_ids((!groups.is_empty()).then_some(groups))
        .set_tag_specifications(listed(&spec.tag_specifications, tags))
        .set_user_data(given(&spec.user_data).map(base64::encode))
        .build()
}

fn listed<T, S>(all: &[T], one: impl Fn(&T) -> S) -> Option<Vec<S>> {
    (!all.is_empty()).then(|| all.iter().map(one).collect())
}

fn device(spec: &BlockDevice) -> sdk::LaunchTemplateBlockDeviceMappingRequest {
    let from = &spec.ebs;
    let ebs = sdk::LaunchTemplateEbsBlockDeviceRequest::builder()
        .set_delete_on_termination(from.delete_on_termination)
        .set_encrypted(from.encrypted)
        .set_iops(from.iops)
        .set_kms_key_id(given(from.kms_key_id.as_str()))
        .set_snapshot_id(given(&from.snapshot_id))
        .set_throughput(from.throughput)
        .set_volume_size(from.volume_size)
        .set_volume_type(given(&from.volume_type).as_deref().map(sdk::VolumeType::from))
        .build();
    sdk::LaunchTemplateBlockDeviceMappingRequest::builder().device_name(&spec.device_name).ebs(ebs).build()
}

fn metadata(spec: &MetadataOptions) -> sdk::LaunchTemplateInstanceMetadataOptionsRequest {
    sdk::LaunchTemplateInstanceMetadataOptionsRequest::builder()
        .set_http_endpoint(
            given(&spec.http_endpoint).as_deref().map(sdk::LaunchTemplateInstanceMetadataEndpointState::from),
        )
        .set_http_protocol_ipv6(
            given(&spec.http_protocol_ipv6).as_deref().map(sdk::LaunchTemplateInstanceMetadataProtocolIpv6::from),
        )
        .set_http_put_response_hop_limit(spec.http_put_response_hop_limit)
        .set_http_tokens(given(&spec.http_tokens).as_deref().map(sdk::LaunchTemplateHttpTokensState::from))
        .set_instance_metadata_tags(
            given(&spec.instance_metadata_tags).as_deref().map(sdk::LaunchTemplateInstanceMetadataTagsState::from),
        )
        .build()
}

fn tags(spec: &TagSpecification) -> sdk::LaunchTemplateTagSpecificationRequest {
    let tags = spec.tags.iter().map(|tag| sdk::Tag::builder().key(&tag.key).value(&tag.value).build());
    sdk::LaunchTemplateTagSpecificationRequest::builder()
        .resource_type(sdk::ResourceType::from(spec.resource_type.as_str()))
        .set_tags(Some(tags.collect()))
        .build()
}
