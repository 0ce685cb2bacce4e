mod example;
mod read;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_secretsmanager::types::Tag;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::spec::Spec;
use crate::aws::{Aws, Reader, Writer};
use crate::kinds::shared::tag;
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::normal;
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Essentials, Facts, FieldDiff, Found, Identity, Kept, Kind, Listing, Made,
    Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn, pointer,
};

/// The longest name.
const MAX_NAME: usize = 512;

/// A secret, whose value nobody reads here.
pub struct Secret;

/// The return values of `AWS::SecretsManager::Secret`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// The whole ARN, with the characters that AWS adds to the name: by less a policy or a task finds nothing.
    pub id: String,
}

impl Kind for Secret {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        ignored_after_create: &["/GenerateSecretString"],
        write_only: &["/Rotation/RotateImmediatelyOnUpdate"],
        call_parameters: &["/Rotation/RotateImmediatelyOnUpdate"],
        sensitive: &["/GenerateSecretString/SecretStringTemplate"],
        grants: &["/Policy"],
        deferrable: &["/Policy"],
        kept_with: &["/KmsKeyId"],
        stateful: true,
        awaits_action: true,
        several_calls: true,
        cloudformation: CloudFormation {
            parts: &[
                Part::of("AWS::SecretsManager::ResourcePolicy", "Policy", Source::Property("Policy"), "SecretId")
                    .with_value("ResourcePolicy"),
                Part::of("AWS::SecretsManager::RotationSchedule", "Rotation", Source::Property("Rotation"), "SecretId"),
            ],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::SecretsManager::Secret",
            is_global: false,
            indexed_as: Some("secretsmanager"),
            reference: "Id",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::SecretsManager::SecretTargetAttachment",
                Detection::Left("it writes into the value where its database is, and nobody reads that here"),
            )],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "secretsmanager:ListSecrets",
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetResourcePolicy",
                ],
                create: &[
                    "secretsmanager:DescribeSecret",
                    "secretsmanager:GetResourcePolicy",
                    "secretsmanager:CreateSecret",
                    "secretsmanager:TagResource",
                    "secretsmanager:GetRandomPassword",
                    "secretsmanager:PutSecretValue",
                    "secretsmanager:RestoreSecret",
                    "secretsmanager:UpdateSecret",
                    "secretsmanager:PutResourcePolicy",
                    "secretsmanager:DeleteResourcePolicy",
                    "secretsmanager:RotateSecret",
                    "secretsmanager:CancelRotateSecret",
                    "lambda:InvokeFunction",
                    "kms:GenerateDataKey",
                    "kms:Decrypt",
                ],
                update: &[
                    "secretsmanager:UpdateSecret",
                    "secretsmanager:PutResourcePolicy",
                    "secretsmanager:DeleteResourcePolicy",
                    "secretsmanager:RotateSecret",
                    "secretsmanager:CancelRotateSecret",
                    "lambda:InvokeFunction",
                    "kms:GenerateDataKey",
                    "kms:Decrypt",
                ],
                retag: &["secretsmanager:TagResource", "secretsmanager:UntagResource"],
                delete: &["secretsmanager:DeleteSecret"],
                on: &[
                    ("secretsmanager:CreateSecret", &[On::Made("secret:*")]),
                    ("secretsmanager:TagResource", &[On::Ours, On::Untagged("secret:*")]),
                    ("secretsmanager:GetRandomPassword", &[On::Everything]),
                    ("lambda:InvokeFunction", &[On::InYaml("function:")]),
                    ("kms:GenerateDataKey", &[On::Via("secretsmanager")]),
                    ("kms:Decrypt", &[On::Via("secretsmanager")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        read::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        write::create(writer, name.as_str(), spec, tags).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        write::change(writer, live, spec, changes).await?;
        Ok(Turn::Done(Made { state: live.state.clone(), ..live.updated() }))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (secrets, arn) = (writer.secrets_manager(), bearer.id);
        let add = |tags: Vec<Tag>| secrets.tag_resource().secret_id(arn).set_tags(Some(tags)).send();
        let remove = |keys| secrets.untag_resource().secret_id(arn).set_tag_keys(Some(keys)).send();
        tag::change((set, unset), add, remove).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        write::delete(writer, live).await.map(Turn::Done)
    }

    fn union(path: &str, before: &Value, after: &Value) -> Option<Value> {
        normal::union_statements(before, after).filter(|_| path.ends_with("/Statement"))
    }

    fn needs_person(desired: &Value) -> bool {
        desired["GenerateSecretString"].is_null()
    }

    fn advice(_: &Value, desired: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let is_rotated = desired["Rotation"]["RotateImmediatelyOnUpdate"] == true
            && fields.iter().any(|field| pointer::property(&field.path) == "Rotation");
        let text = "makes a new value at once; with RotateImmediatelyOnUpdate: false only when it is time";
        Vec::from_iter(is_rotated.then(|| text.to_owned()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}
