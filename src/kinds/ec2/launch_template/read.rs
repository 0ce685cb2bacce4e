use aws_sdk_ec2::types::{
    self as sdk, LaunchTemplate as Description, LaunchTemplateVersion as Version, ResponseLaunchTemplateData as Told,
};
use aws_smithy_types::base64;

use super::spec::{BlockDevice, Data, Ebs, MetadataOptions, Monitoring, Profile, Spec, Tag, TagSpecification};
use super::{DATA, DEFAULT, LaunchTemplate, Outputs};
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{Found, State, Unmodelled};

/// Joins what the list tells of a template, and what its latest version says.
pub(super) fn found(template: &Description, version: &Version) -> Found<LaunchTemplate> {
    let outputs = outputs(template);
    let told = version.launch_template_data();
    Found {
        id: outputs.launch_template_id.clone(),
        name: template.launch_template_name().map(str::to_owned),
        spec: Spec { launch_template_data: told.map(data).unwrap_or_default() },
        unmodelled: unmodelled(&outputs, told),
        outputs,
        tags: tag::read(template.tags()),
        state: State::Ready,
        external: None,
    }
}

pub(super) fn outputs(template: &Description) -> Outputs {
    let number = |number: Option<i64>| number.map(|number| number.to_string()).unwrap_or_default();
    Outputs {
        launch_template_id: template.launch_template_id().unwrap_or_default().to_owned(),
        default_version_number: number(template.default_version_number()),
        latest_version_number: number(template.latest_version_number()),
    }
}

fn text(told: Option<&str>) -> String {
    told.unwrap_or_default().to_owned()
}

fn data(told: &Told) -> Data {
    let profile = told.iam_instance_profile();
    Data {
        block_device_mappings: told.block_device_mappings().iter().map(device).collect(),
        ebs_optimized: told.ebs_optimized(),
        iam_instance_profile: Profile {
            arn: profile.and_then(|profile| profile.arn()).unwrap_or_default().into(),
            name: profile.and_then(|profile| profile.name()).unwrap_or_default().into(),
        },
        image_id: text(told.image_id()),
        instance_type: text(told.instance_type().map(|kind| kind.as_str())),
        key_name: text(told.key_name()),
        metadata_options: told.metadata_options().map(metadata).unwrap_or_default(),
        monitoring: Monitoring { enabled: told.monitoring().and_then(|monitoring| monitoring.enabled()) },
        security_group_ids: told.security_group_ids().iter().map(String::as_str).collect(),
        tag_specifications: told.tag_specifications().iter().map(tags).collect(),
        user_data: told.user_data().and_then(decoded).unwrap_or_default(),
    }
}

/// None of what is no text, a compressed script for instance.
fn decoded(text: &str) -> Option<String> {
    String::from_utf8(base64::decode(text).ok()?).ok()
}

fn device(told: &sdk::LaunchTemplateBlockDeviceMapping) -> BlockDevice {
    let ebs = |ebs: &sdk::LaunchTemplateEbsBlockDevice| Ebs {
        delete_on_termination: ebs.delete_on_termination(),
        encrypted: ebs.encrypted(),
        iops: ebs.iops(),
        kms_key_id: ebs.kms_key_id().unwrap_or_default().into(),
        snapshot_id: text(ebs.snapshot_id()),
        throughput: ebs.throughput(),
        volume_size: ebs.volume_size(),
        volume_type: text(ebs.volume_type().map(|kind| kind.as_str())),
    };
    BlockDevice { device_name: text(told.device_name()), ebs: told.ebs().map(ebs).unwrap_or_default() }
}

fn metadata(told: &sdk::LaunchTemplateInstanceMetadataOptions) -> MetadataOptions {
    MetadataOptions {
        http_endpoint: text(told.http_endpoint().map(|word| word.as_str())),
        http_protocol_ipv6: text(told.http_protocol_ipv6().map(|word| word.as_str())),
        http_put_response_hop_limit: told.http_put_response_hop_limit(),
        http_tokens: text(told.http_tokens().map(|word| word.as_str())),
        instance_metadata_tags: text(told.instance_metadata_tags().map(|word| word.as_str())),
    }
}

fn tags(told: &sdk::LaunchTemplateTagSpecification) -> TagSpecification {
    let tag = |tag: &sdk::Tag| Tag { key: text(tag.key()), value: text(tag.value()) };
    TagSpecification {
        resource_type: text(told.resource_type().map(|kind| kind.as_str())),
        tags: told.tags().iter().map(tag).collect(),
    }
}

/// What a version says that a spec can't, and a default that is not the latest.
fn unmodelled(outputs: &Outputs, told: Option<&Told>) -> Vec<Unmodelled> {
    let mut parts = UnmodelledParts::default();
    let (default, latest) = (&outputs.default_version_number, &outputs.latest_version_number);
    parts.note(DEFAULT, default != latest, &format!("is {default}, and the latest is {latest}"));
    let Some(told) = told else { return parts.take() };
    let at = |name: &str| format!("{DATA}/{name}");
    let features = [
        ("KernelId", told.kernel_id().is_some()),
        ("RamDiskId", told.ram_disk_id().is_some()),
        ("NetworkInterfaces", !told.network_interfaces().is_empty()),
        ("SecondaryInterfaces", !told.secondary_interfaces().is_empty()),
        ("Placement", told.placement().is_some()),
        ("ElasticGpuSpecifications", !told.elastic_gpu_specifications().is_empty()),
        ("ElasticInferenceAccelerators", !told.elastic_inference_accelerators().is_empty()),
        ("InstanceMarketOptions", told.instance_market_options().is_some()),
        ("CreditSpecification", told.credit_specification().is_some()),
        ("CpuOptions", told.cpu_options().is_some()),
        ("CapacityReservationSpecification", told.capacity_reservation_specification().is_some()),
        ("LicenseSpecifications", !told.license_specifications().is_empty()),
        ("HibernationOptions", told.hibernation_options().is_some()),
        ("EnclaveOptions", told.enclave_options().is_some()),
        ("InstanceRequirements", told.instance_requirements().is_some()),
        ("PrivateDnsNameOptions", told.private_dns_name_options().is_some()),
        ("MaintenanceOptions", told.maintenance_options().is_some()),
        ("NetworkPerformanceOptions", told.network_performance_options().is_some()),
        ("DisableApiTermination", told.disable_api_termination().is_some()),
        ("DisableApiStop", told.disable_api_stop().is_some()),
    ];
    for (name, is_there) in features {
        parts.note(&at(name), is_there, "is set");
    }
    let ends = told.instance_initiated_shutdown_behavior().map(|word| word.as_str());
    parts
        .value(&at("InstanceInitiatedShutdownBehavior"), ends, "")
        .tell(&at("SecurityGroups"), told.security_groups().iter().map(|name| format!("has {name}, by its name")))
        .note(&at("UserData"), told.user_data().is_some_and(|text| decoded(text).is_none()), "is no text");
    for device in told.block_device_mappings() {
        let ebs = device.ebs();
        parts
            .value(&at("BlockDeviceMappings"), device.virtual_name(), "")
            .note(&at("BlockDeviceMappings"), device.no_device().is_some(), "leaves out a volume of the image")
            .note(
                &at("BlockDeviceMappings"),
                ebs.is_some_and(|ebs| ebs.volume_initialization_rate().is_some() || ebs.ebs_card_index().is_some()),
                "has a volume with an initialization rate, or at a card of its own",
            );
    }
    parts.take()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_data_is_read_as_it_was_written() {
        let text = "#!/bin/bash\necho ECS_CLUSTER=a >> /etc/ecs/ecs.config\n";
        assert_eq!(decoded(&base64::encode(text)).as_deref(), Some(text));
        assert_eq!(decoded(&base64::encode([0x1f, 0x8b, 0xff])), None, "a compressed one");
    }

    #[test]
    fn a_version_without_anything_reads_as_an_empty_block() {
        let empty: Spec = serde_json::from_value(serde_json::json!({ "LaunchTemplateData": {} })).unwrap();
        assert_eq!(data(&Told::builder().build()), empty.launch_template_data);
    }

    #[test]
    fn a_default_that_is_not_the_latest_and_what_no_spec_can_say_are_told() {
        let outputs = Outputs {
            launch_template_id: "lt-1".into(),
            default_version_number: "1".into(),
            latest_version_number: "2".into(),
        };
        let told = Told::builder().placement(sdk::LaunchTemplatePlacement::builder().build()).build();
        let told: Vec<_> = unmodelled(&outputs, Some(&told)).into_iter().map(|one| one.path).collect();
        assert_eq!(told, [DEFAULT, "/LaunchTemplateData/Placement"]);
    }
}
