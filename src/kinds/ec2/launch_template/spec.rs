use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::ec2::security_group::SecurityGroup;
use crate::kinds::iam::instance_profile::InstanceProfile;
use crate::kinds::kms::key::Key;
use crate::resource::normal::Set;
use crate::resource::{Mistake, OPEN, Ref, pointer};

/// The properties of `AWS::EC2::LaunchTemplate`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// What an instance is made of. Every change makes a version, which is the default from then on; the versions before
    /// stay.
    pub launch_template_data: Data,
}

/// What an instance is made of; what is left out, EC2 or whoever launches decides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
#[derive(Default)]
pub struct Data {
    pub block_device_mappings: Vec<BlockDevice>,
    /// Null for the type's own way.
    pub ebs_optimized: Option<bool>,
    pub iam_instance_profile: Profile,
    /// `ami-...`, or `resolve:ssm:` and a parameter's name: what that says when an instance starts.
    pub image_id: String,
    pub instance_type: String,
    pub key_name: String,
    pub metadata_options: MetadataOptions,
    pub monitoring: Monitoring,
    pub security_group_ids: Set<Ref<SecurityGroup>>,
    /// Tags of what a launch makes.
    pub tag_specifications: Vec<TagSpecification>,
    /// A script that the instance runs when it first starts, as plain text: it is encoded on the way. Never a secret, since
    /// whoever may describe the template reads it.
    pub user_data: String,
}

/// A volume of an instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct BlockDevice {
    /// `/dev/xvda`.
    pub device_name: String,
    pub ebs: Ebs,
}

/// What a volume is like; null or empty is left to the image or to EC2.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Ebs {
    pub delete_on_termination: Option<bool>,
    pub encrypted: Option<bool>,
    pub iops: Option<i32>,
    /// The key's ARN; without one EBS's own of the account.
    pub kms_key_id: Ref<Key>,
    pub snapshot_id: String,
    /// MiB in a second, of `gp3`.
    pub throughput: Option<i32>,
    /// GiB.
    pub volume_size: Option<i32>,
    /// `gp3`, `io2` and others.
    pub volume_type: String,
}

/// The role of an instance, by either of the two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Profile {
    pub arn: Ref<InstanceProfile>,
    pub name: Ref<InstanceProfile>,
}

/// How an instance reads about itself, and with it the credentials of its role.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct MetadataOptions {
    /// `enabled` or `disabled`.
    pub http_endpoint: String,
    /// `enabled` or `disabled`.
    pub http_protocol_ipv6: String,
    /// 1 to 64: with 1 no container behind a bridge reads them.
    pub http_put_response_hop_limit: Option<i32>,
    /// `required` for version 2 alone, or `optional`.
    pub http_tokens: String,
    /// `enabled` or `disabled`.
    pub instance_metadata_tags: String,
}

/// How often EC2 tells figures of an instance.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Monitoring {
    /// Every minute, for a price.
    pub enabled: Option<bool>,
}

/// The tags of one sort of things that a launch makes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct TagSpecification {
    /// `instance`, `volume`, `network-interface` or `spot-instances-request`.
    pub resource_type: String,
    pub tags: Vec<Tag>,
}

/// A tag.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

/// The longest user data, in bytes before they are encoded
/// (docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html).
const USER_DATA: usize = 16 * 1024;

/// Returns what EC2 would refuse, or no launch could ever use.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    let data = &spec.launch_template_data;
    let at = |property: &str| format!("/LaunchTemplateData/{property}");
    let mut all = Vec::new();
    let mut mistake = |path: String, text: &str| all.push(Mistake::new(path, text));
    let image = data.image_id.as_str();
    let is_image = ["", "ami-", "resolve:ssm:"].iter().any(|start| image.starts_with(start) && !start.is_empty());
    if !image.is_empty() && !is_image && !image.contains(OPEN) {
        mistake(at("ImageId"), "is neither `ami-...` nor `resolve:ssm:` and the name of a parameter");
    }
    let profile = &data.iam_instance_profile;
    if !profile.arn.as_str().is_empty() && !profile.name.as_str().is_empty() {
        mistake(at("IamInstanceProfile"), "has Arn and Name: EC2 takes one of them");
    }
    if data.user_data.len() > USER_DATA {
        mistake(at("UserData"), "is longer than 16 KiB, which EC2 does not take");
    }
    let hops = data.metadata_options.http_put_response_hop_limit;
    if hops.is_some_and(|hops| !(1..=64).contains(&hops)) {
        mistake(at("MetadataOptions/HttpPutResponseHopLimit"), "has to be from 1 to 64");
    }
    for device in &data.block_device_mappings {
        let (ebs, at) = (&device.ebs, pointer::join(&at("BlockDeviceMappings"), &device.device_name));
        if !ebs.kms_key_id.as_str().is_empty() && ebs.encrypted != Some(true) {
            mistake(format!("{at}/Ebs/KmsKeyId"), "counts only with Encrypted: true, and EC2 refuses it without");
        }
        if ebs.throughput.is_some() && ebs.volume_type != "gp3" {
            mistake(format!("{at}/Ebs/Throughput"), "is of VolumeType gp3 alone");
        }
    }
    all
}
