use aws_sdk_ec2::types::SseType;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::kms::key::Key;
use crate::kinds::shared::defaults::yes;
use crate::kinds::shared::key_arn;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::setting::{self, Outputs, Read, Setting};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Bearer, Changes, Class, Disruption, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind, Listing, Made,
    Mistake, Name, NameRule, On, Permissions, Ref, Result, Scope, Sole, Tags, Turn,
};

/// Whether new volumes of EBS are encrypted in this account and region where nobody says so, and with which key.
pub struct EbsEncryptionByDefault;

/// The properties of `AWS::EC2::EBSEncryptionByDefault`, which CloudFormation does not have.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Whether new volumes and copies of snapshots are encrypted, also where the call says nothing of it.
    #[serde(default = "yes")]
    pub enabled: bool,
    /// The ARN of the key for those whose call names none; null is AWS's own, `alias/aws/ebs`.
    #[serde(default)]
    pub kms_key_id: Option<Ref<Key>>,
}

/// The alias of AWS's own key.
const OWN_KEY: &str = "alias/aws/ebs";

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::EBSEncryptionByDefault
    name: volumes
    properties: {}
";

const CHANGED: &str = "
resources:
  - type: AWS::KMS::Key
    name: volumes
    properties: { EnableKeyRotation: true }
  - type: AWS::EC2::EBSEncryptionByDefault
    name: volumes
    properties:
      Enabled: false
      KmsKeyId: \"{{ ref('AWS::KMS::Key/volumes', 'Arn') }}\"
";

impl Kind for EbsEncryptionByDefault {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        sole: Some(Sole::OfRegion),
        nameless: &[
            "ec2:EnableEbsEncryptionByDefault",
            "ec2:DisableEbsEncryptionByDefault",
            "ec2:ModifyEbsDefaultKmsKeyId",
            "ec2:ResetEbsDefaultKmsKeyId",
        ],
        several_calls: true,
        deletion_disruption: Disruption::None,
        left_as: Some(
            "new volumes are encrypted as they are now, though with AWS's own key where there was one of ours",
        ),
        cloudformation: CloudFormation::NONE,
        ..Facts::of(Essentials {
            kind: "AWS::EC2::EBSEncryptionByDefault",
            is_global: false,
            indexed_as: Some(setting::INDEXED_AS),
            reference: "Mark",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ec2:GetEbsDefaultKmsKeyId", "ec2:GetEbsEncryptionByDefault", setting::READ],
                create: &[
                    setting::CREATE[0],
                    setting::CREATE[1],
                    "ec2:EnableEbsEncryptionByDefault",
                    "ec2:DisableEbsEncryptionByDefault",
                    "ec2:ModifyEbsDefaultKmsKeyId",
                    "ec2:ResetEbsDefaultKmsKeyId",
                ],
                update: &[
                    "ec2:EnableEbsEncryptionByDefault",
                    "ec2:DisableEbsEncryptionByDefault",
                    "ec2:ModifyEbsDefaultKmsKeyId",
                    "ec2:ResetEbsDefaultKmsKeyId",
                ],
                retag: setting::RETAG,
                delete: &[setting::DELETE, "ec2:ResetEbsDefaultKmsKeyId"],
                on: &[
                    setting::ON[0],
                    setting::ON[1],
                    ("ec2:EnableEbsEncryptionByDefault", &[On::Everything]),
                    ("ec2:DisableEbsEncryptionByDefault", &[On::Everything]),
                    ("ec2:ModifyEbsDefaultKmsKeyId", &[On::Everything]),
                    ("ec2:ResetEbsDefaultKmsKeyId", &[On::Everything]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        setting::list(reader, scope).await
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        setting::create(writer, spec, tags).await
    }

    async fn update(writer: &Writer, _: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        setting::update(writer, spec, changes).await
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        setting::retag(writer, bearer, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        setting::delete(writer, live).await
    }

    fn advice(_: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let touches = |path: &str| fields.iter().any(|field| field.path == path);
        let is_off = touches("/Enabled") && desired["Enabled"] == false;
        let told = [
            (is_off, "new volumes are encrypted only where their call says so"),
            (
                touches("/KmsKeyId"),
                "who starts an instance needs rights on the new key; volumes that are there keep the key they have",
            ),
        ];
        told.into_iter().filter(|(is_said, _)| *is_said).map(|(_, text)| text.to_owned()).collect()
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        key_arn::mistake("/KmsKeyId", spec.kms_key_id.as_ref()).into_iter().collect()
    }
}

impl Setting for EbsEncryptionByDefault {
    const NAME: &'static str = "ebs-encryption-by-default";
    const WHAT: &'static str = "EBS encryption by default";

    async fn read(reader: &Reader) -> Result<Read<Spec>> {
        let (is_on, key) = (reader.ec2().get_ebs_encryption_by_default(), reader.ec2().get_ebs_default_kms_key_id());
        let (is_on, key) = tokio::join!(is_on.send(), key.send());
        let (is_on, key) = (is_on?, key?);
        let spec =
            Spec { enabled: is_on.ebs_encryption_by_default() == Some(true), kms_key_id: key_of(key.kms_key_id()) };
        // What encrypts is KMS, or nothing.
        let sort = is_on.sse_type().filter(|sort| **sort != SseType::None).map(SseType::as_str);
        let unmodelled = UnmodelledParts::default().value("/SseType", sort, SseType::SseKms.as_str()).take();
        Ok(Read { spec, unmodelled })
    }

    /// The key comes before the encryption with it.
    async fn write(writer: &Writer, spec: &Spec, changes: Option<&Changes>) -> Result<()> {
        let is_due = |path: &str| changes.is_none_or(|changes| changes.touches(path));
        if is_due("/KmsKeyId") {
            match &spec.kms_key_id {
                Some(key) => {
                    let call = writer.ec2().modify_ebs_default_kms_key_id().kms_key_id(key.as_str());
                    // A key that was made moments ago is not known everywhere.
                    retry_while(MINUTE, &[Class::NotFound, Class::Propagating], || call.clone().send()).await?;
                }
                None => drop(writer.ec2().reset_ebs_default_kms_key_id().send().await?),
            }
        }
        if is_due("/Enabled") {
            if spec.enabled {
                writer.ec2().enable_ebs_encryption_by_default().send().await?;
            } else {
                writer.ec2().disable_ebs_encryption_by_default().send().await?;
            }
        }
        Ok(())
    }

    /// A key that goes with the stack would leave nobody able to make a volume.
    async fn leave(writer: &Writer, spec: &Spec) -> Result<String> {
        if spec.kms_key_id.is_some() {
            writer.ec2().reset_ebs_default_kms_key_id().send().await?;
        }
        let is_on = if spec.enabled { "stays on, with AWS's own key" } else { "stays off" };
        Ok(format!("it {is_on}, and nobody looks after it any more"))
    }
}

/// The key that is set; none: AWS's own, which EC2 tells by its alias, alone or in an ARN.
fn key_of(told: Option<&str>) -> Option<Ref<Key>> {
    told.filter(|key| !key.is_empty() && !key.ends_with(OWN_KEY)).map(Into::into)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn awss_own_key_is_none_by_whichever_name_it_is_told() {
        assert!(key_of(Some("alias/aws/ebs")).is_none());
        assert!(key_of(Some("arn:aws:kms:eu-west-1:123456789012:alias/aws/ebs")).is_none());
        assert!(key_of(None).is_none());
        let arn = "arn:aws:kms:eu-west-1:123456789012:key/1";
        assert_eq!(key_of(Some(arn)).unwrap().as_str(), arn);
    }

    #[test]
    fn a_reviewer_hears_what_is_no_longer_encrypted_and_who_needs_the_key() {
        let field = |path: &str| FieldDiff { path: path.to_owned(), before: None, after: Some(json!(1)) };
        let told = |enabled: bool, path: &str| {
            EbsEncryptionByDefault::advice(&json!({}), &json!({ "Enabled": enabled }), &[field(path)])
        };
        assert_eq!(told(false, "/Enabled").len(), 1);
        assert!(told(true, "/Enabled").is_empty());
        assert!(told(true, "/KmsKeyId")[0].contains("rights on the new key"));
    }
}
