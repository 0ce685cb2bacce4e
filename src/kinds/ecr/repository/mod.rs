mod example;
mod read;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_ecr::types::Tag;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::spec::Spec;
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{named, tag};
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn,
};

/// The longest name.
const MAX_NAME: usize = 256;

/// A repository of container images.
pub struct Repository;

/// What `AWS::ECR::Repository` returns, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    pub repository_name: String,
    /// An image's name without its tag.
    pub repository_uri: String,
}

impl Kind for Repository {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/EncryptionConfiguration"],
        grants: &["/RepositoryPolicyText"],
        deferrable: &["/RepositoryPolicyText"],
        stateful: true,
        several_calls: true,
        cloudformation: CloudFormation {
            nothing_without: &[("LifecyclePolicy", "LifecyclePolicyText")],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::ECR::Repository",
            is_global: false,
            indexed_as: Some("ecr"),
            reference: "RepositoryName",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("RepositoryName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new(
                    "AWS::ECR::RegistryPolicy",
                    Detection::Left("it is the account's, for all repositories"),
                ),
                Attachable::new(
                    "AWS::ECR::RegistryScanningConfiguration",
                    Detection::Left("it is the account's: it searches more images, and never fewer"),
                ),
                Attachable::new(
                    "AWS::ECR::ReplicationConfiguration",
                    Detection::Left("it is the account's: it copies images to registries of its own choice"),
                ),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "ecr:DescribeRepositories",
                    "ecr:ListTagsForResource",
                    "ecr:GetLifecyclePolicy",
                    "ecr:GetRepositoryPolicy",
                    "ecr:ListImages",
                ],
                create: &[
                    "ecr:CreateRepository",
                    "ecr:TagResource",
                    "ecr:PutLifecyclePolicy",
                    "ecr:SetRepositoryPolicy",
                    "kms:CreateGrant",
                    "kms:DescribeKey",
                    "kms:RetireGrant",
                ],
                update: &[
                    "ecr:PutImageScanningConfiguration",
                    "ecr:PutImageTagMutability",
                    "ecr:PutLifecyclePolicy",
                    "ecr:DeleteLifecyclePolicy",
                    "ecr:SetRepositoryPolicy",
                    "ecr:DeleteRepositoryPolicy",
                ],
                retag: &["ecr:TagResource", "ecr:UntagResource"],
                delete: &["ecr:DeleteRepository", "kms:RetireGrant"],
                on: &[
                    ("ecr:CreateRepository", &[On::Made("repository/*")]),
                    ("ecr:TagResource", &[On::Ours, On::Untagged("repository/*")]),
                    ("kms:CreateGrant", &[On::Via("ecr")]),
                    ("kms:RetireGrant", &[On::Via("ecr")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        let call = write::create(writer, name, spec).set_tags(tag::write(tags));
        let sent = async {
            let answer = retry_while(2 * MINUTE, write::TRANSIENT, || call.clone().send()).await?;
            read::created(answer.repository)
        };
        let made = named::create(writer, name, spec, tags, sent).await?;
        write::configure(writer, name, spec, |property| match property {
            "/LifecyclePolicy" => !spec.lifecycle_policy.lifecycle_policy_text.is_empty(),
            "/RepositoryPolicyText" => !spec.repository_policy_text.is_empty(),
            _ => false,
        })
        .await?;
        Ok(made)
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        write::configure(writer, &live.id, spec, |property| changes.touches(property)).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (ecr, arn) = (writer.ecr(), bearer.outputs.arn.as_str());
        let add = |tags: Vec<Tag>| ecr.tag_resource().resource_arn(arn).set_tags(Some(tags)).send();
        let remove = |keys| ecr.untag_resource().resource_arn(arn).set_tag_keys(Some(keys)).send();
        tag::change((set, unset), add, remove).await
    }

    /// ECR deletes none that has images. They go with it if its name was said.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.ecr().delete_repository().repository_name(&live.id).force(writer.is_named());
        match call.send().await.map_err(Failure::from) {
            Err(failure) if failure.code == "RepositoryNotEmptyException" => {
                Err(failure.hint("the images in it go only if you name it: see --allow-destroy"))
            }
            Err(failure) if !failure.is(Class::NotFound) => Err(failure),
            _ => Ok(Turn::Done(Vec::new())),
        }
    }

    async fn contents(reader: &Reader, id: &str) -> Result<Option<String>> {
        read::contents(reader, id).await
    }

    /// Images that the rules mean go within a day, for good.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let expires = |field: &FieldDiff| {
            field.path.starts_with("/LifecyclePolicy") && field.after.as_ref().is_some_and(has_rules)
        };
        if fields.iter().any(expires) { Disruption::DestroysData } else { Disruption::None }
    }

    fn several_calls(desired: &Value) -> bool {
        let has_policy = desired["RepositoryPolicyText"].as_object().is_some_and(|policy| !policy.is_empty());
        has_policy || has_rules(&desired["LifecyclePolicy"])
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}

/// Whether a lifecycle policy, or its text, says something.
fn has_rules(policy: &Value) -> bool {
    let text = policy.as_str().or_else(|| policy["LifecyclePolicyText"].as_str());
    text.is_some_and(|text| !text.is_empty())
}
