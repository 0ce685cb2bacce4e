use aws_sdk_iam::types::{InstanceProfile as Description, SummaryKeyType, Tag};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::role::Role;
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::iam;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::cloudformation::{CloudFormation, TagForm};
use crate::resource::normal::Set;
use crate::resource::{
    Attached, Bearer, Changes, Class, Essentials, Facts, Failure, Found, Identity, InUse, Kept, Kind, Listing, Made,
    Mistake, Name, NameRule, On, Permissions, Quota, Ref, Replacement, Result, Scope, Tags, Turn,
};

/// The role of instances, in the form in which EC2 takes it.
pub struct InstanceProfile;

/// The longest name.
const MAX_NAME: usize = 128;
/// What passes by itself: the role was made moments ago, or two changes meet.
const TRANSIENT: &[Class] = &[Class::Propagating, Class::Conflict, Class::Busy];

/// The properties of `AWS::IAM::InstanceProfile`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    #[serde(default = "default_path")]
    pub path: String,
    /// The name of the role; IAM takes one.
    pub roles: Set<Ref<Role>>,
}

/// The return values of `AWS::IAM::InstanceProfile`, and its name, which is what `Ref` gives.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    pub instance_profile_name: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = r#"
resources:
  - type: AWS::IAM::Role
    name: instances
    properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }
  - type: AWS::IAM::InstanceProfile
    name: instances
    properties:
      Roles: ["{{ ref('AWS::IAM::Role/instances') }}"]
"#;

const CHANGED: &str = r#"
resources:
  - type: AWS::IAM::Role
    name: instances
    properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }
  - type: AWS::IAM::Role
    name: others
    properties:
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement:
          - { Effect: Allow, Principal: { Service: ec2.amazonaws.com }, Action: sts:AssumeRole }
  - type: AWS::IAM::InstanceProfile
    name: instances
    properties:
      Roles: ["{{ ref('AWS::IAM::Role/others') }}"]
"#;

impl Kind for InstanceProfile {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/Path"],
        replacement: Replacement::DeleteFirst,
        several_calls: true,
        cloudformation: CloudFormation { tag_form: TagForm::Nowhere, ..CloudFormation::SAME },
        preflight_reads: &["iam:GetAccountSummary"],
        quotas: &[Quota::new("iam", "L-6E65F664", "Instance profiles per account").of_account()],
        ..Facts::of(Essentials {
            kind: "AWS::IAM::InstanceProfile",
            is_global: true,
            indexed_as: None,
            reference: "InstanceProfileName",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("InstanceProfileName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["iam:ListInstanceProfiles", "iam:ListInstanceProfileTags"],
                create: &[
                    "iam:CreateInstanceProfile",
                    "iam:TagInstanceProfile",
                    "iam:GetInstanceProfile",
                    "iam:ListInstanceProfileTags",
                    "iam:AddRoleToInstanceProfile",
                    "iam:RemoveRoleFromInstanceProfile",
                    "iam:PassRole",
                ],
                update: &["iam:AddRoleToInstanceProfile", "iam:RemoveRoleFromInstanceProfile", "iam:PassRole"],
                retag: &["iam:TagInstanceProfile", "iam:UntagInstanceProfile"],
                delete: &["iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"],
                on: &[
                    ("iam:CreateInstanceProfile", &[On::Made("instance-profile/*")]),
                    ("iam:TagInstanceProfile", &[On::Ours, On::Untagged("instance-profile/*")]),
                    ("iam:UntagInstanceProfile", &[On::Ours]),
                    ("iam:GetInstanceProfile", &[On::Any("instance-profile/*")]),
                    ("iam:AddRoleToInstanceProfile", &[On::Ours]),
                    ("iam:RemoveRoleFromInstanceProfile", &[On::Ours]),
                    ("iam:DeleteInstanceProfile", &[On::Ours]),
                    ("iam:PassRole", &[On::PassedTo("ec2.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let mut listing = named::list::<Self>(reader, scope).await?;
        let all = reader.once(PROFILES_KEY, profiles(reader)).await?;
        let others = all.iter().filter(|profile| !listing.found.iter().any(|found| found.outputs.arn == profile.arn()));
        listing.attached = others.flat_map(attached).collect();
        Ok(listing)
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        iam::in_use(reader, &SummaryKeyType::InstanceProfiles).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        let call = writer.iam().create_instance_profile().instance_profile_name(name).path(&spec.path);
        let call = call.set_tags(tag::write(tags));
        let made = named::create(writer, name, spec, tags, async {
            let answer = retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
            Ok(made(name, answer.instance_profile().map(|profile| profile.arn()).unwrap_or_default()))
        })
        .await?;
        // An earlier try may have come further than its answer.
        let there = look(writer, name).await?;
        fill(writer, name, &there.as_ref().map(roles).unwrap_or_default(), &spec.roles).await?;
        Ok(made)
    }

    /// IAM takes one role only: the new one can't be there before the old one is gone.
    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches("/Roles") {
            fill(writer, &live.outputs.instance_profile_name, &live.spec.roles, &spec.roles).await?;
        }
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let name = &bearer.outputs.instance_profile_name;
        let add = async |tags: Vec<Tag>| {
            let call = writer.iam().tag_instance_profile().instance_profile_name(name).set_tags(Some(tags));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
        };
        let remove = async |keys| {
            let call = writer.iam().untag_instance_profile().instance_profile_name(name).set_tag_keys(Some(keys));
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
        };
        // To IAM a key is the same in any case: what is set takes the place of its other spelling.
        let is_set = |key: &&String| set.iter().any(|(other, _)| other.eq_ignore_ascii_case(key));
        let unset: Vec<_> = unset.iter().filter(|key| !is_set(key)).cloned().collect();
        tag::change((set, &unset), add, remove).await
    }

    /// What has a role in it can't be deleted.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let name = &live.outputs.instance_profile_name;
        gone(fill(writer, name, &live.spec.roles, &Set::default()).await)?;
        let call = writer.iam().delete_instance_profile().instance_profile_name(name);
        gone(retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let is_path = spec.path.starts_with('/') && spec.path.ends_with('/');
        Mistake::all([
            (
                spec.roles.len() != 1,
                "/Roles",
                "has to name one role: IAM takes no more, and instances without get nothing",
            ),
            (!is_path, "/Path", "has to begin and end with a slash"),
        ])
        .collect()
    }
}

/// The profiles of the account. With [`Reader::once`].
const PROFILES_KEY: &str = "iam:instance-profiles";

async fn profiles(reader: &Reader) -> Result<Vec<Description>> {
    let pages = reader.iam().list_instance_profiles().into_paginator().page_size(1000).items();
    Ok(pages.send().collect::<std::result::Result<Vec<_>, _>>().await?)
}

impl Named for InstanceProfile {
    type Summary = Description;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<Description>>> {
        let all = reader.once(PROFILES_KEY, profiles(reader)).await?;
        Ok(all.iter().cloned().filter_map(listed).collect())
    }

    /// The list leaves them out, though its type has a member for them.
    async fn tags(clients: &Clients, one: &Listed<Description>, _: &TagIndex) -> Result<Tags> {
        // At most 50, which are one page.
        let call = clients.iam().list_instance_profile_tags().instance_profile_name(&one.name).max_items(100);
        Ok(tag::read(call.send().await?.tags()))
    }

    async fn read(_: &Reader, one: Listed<Description>, tags: Tags) -> Result<Found<Self>> {
        let spec = Spec { path: one.summary.path().to_owned(), roles: roles(&one.summary) };
        let outputs = Outputs { arn: one.arn.clone(), instance_profile_name: one.name.clone() };
        Ok(Found::ready(one.id, Some(one.name), spec, outputs, tags))
    }
}

impl Adopted for InstanceProfile {
    const WHAT: &'static str = "the instance profile";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<Description>>> {
        Ok(look(writer, name).await?.and_then(listed))
    }

    async fn made(_: &Writer, one: Listed<Description>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.name, &one.arn))
    }
}

fn listed(profile: Description) -> Option<Listed<Description>> {
    Listed::by_arn(Some(profile.instance_profile_name().to_owned()), Some(profile.arn().to_owned()), profile)
}

/// By a profile of somebody else's, instances take on the role.
fn attached(profile: &Description) -> impl Iterator<Item = Attached> {
    let attach = |host: &str| Attached { id: profile.arn().to_owned(), host: host.to_owned() };
    profile.roles().iter().map(move |role| attach(role.arn()))
}

fn made(name: &str, arn: &str) -> Made<InstanceProfile> {
    Made::ready(arn.to_owned(), Outputs { arn: arn.to_owned(), instance_profile_name: name.to_owned() })
}

fn roles(profile: &Description) -> Set<Ref<Role>> {
    profile.roles().iter().map(|role| role.role_name()).collect()
}

async fn look(writer: &Writer, name: &str) -> Result<Option<Description>> {
    match writer.iam().get_instance_profile().instance_profile_name(name).send().await.map_err(Failure::from) {
        Err(failure) if failure.is(Class::NotFound) => Ok(None),
        answer => Ok(answer?.instance_profile),
    }
}

/// Puts exactly these roles into a profile that has those.
async fn fill(writer: &Writer, name: &str, before: &Set<Ref<Role>>, after: &Set<Ref<Role>>) -> Result<()> {
    for role in before.minus(after) {
        let call = writer.iam().remove_role_from_instance_profile().instance_profile_name(name);
        let call = call.role_name(role.as_str());
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
    }
    for role in after.minus(before) {
        let call = writer.iam().add_role_to_instance_profile().instance_profile_name(name).role_name(role.as_str());
        // IAM does not show everywhere at once what was made moments ago.
        let classes = &[Class::Propagating, Class::Conflict, Class::Busy, Class::NotFound];
        retry_while(MINUTE, classes, || call.clone().send()).await?;
    }
    Ok(())
}

fn default_path() -> String {
    "/".to_owned()
}
