mod example;
mod read;
mod spec;
mod write;

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{LaunchTemplateVersion, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::spec::Spec;
use crate::aws::{Aws, MINUTE, Reader, Writer, retry};
use crate::kinds::ec2;
use crate::kinds::shared::{ownership, tag};
use crate::resource::cloudformation::{CloudFormation, TagForm};
use crate::resource::{
    Bearer, Changes, Class, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name,
    NameConflict, NameRule, On, Permissions, Replacement, Result, Scope, Tags, Turn, Unseen,
};

/// What instances are made of, in versions.
pub struct LaunchTemplate;

/// The longest name.
const MAX_NAME: usize = 128;
/// How many templates, or versions, one answer has (docs.aws.amazon.com/AWSEC2/latest/APIReference).
const PAGE: i32 = 200;
/// All of a version's content.
const DATA: &str = "/LaunchTemplateData";
/// Where it is told that the default is not the latest version.
const DEFAULT: &str = "/DefaultVersionNumber";
/// The version that was made last.
const LATEST: &str = "$Latest";

/// The return values of `AWS::EC2::LaunchTemplate`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub launch_template_id: String,
    pub default_version_number: String,
    /// Another one after every update: who names it gets along.
    pub latest_version_number: String,
}

impl Kind for LaunchTemplate {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        replacement: Replacement::DeleteFirst,
        keyed: &[
            ("/LaunchTemplateData/BlockDeviceMappings", "DeviceName"),
            ("/LaunchTemplateData/TagSpecifications", "ResourceType"),
            ("/LaunchTemplateData/TagSpecifications/*/Tags", "Key"),
        ],
        digest_below: &[DATA],
        sensitive: &["/LaunchTemplateData/UserData"],
        updated_outputs: &["DefaultVersionNumber", "LatestVersionNumber"],
        // A version that somebody has made says all of it, and so does the next one.
        put_semantics: true,
        prunes: &[DATA, DEFAULT],
        cloudformation: CloudFormation {
            base64: &["LaunchTemplateData/UserData"],
            tags: "TagSpecifications",
            tag_form: TagForm::OfType("launch-template"),
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::EC2::LaunchTemplate",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "LaunchTemplateId",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("LaunchTemplateName"),
            non_idempotent: &[],
            id_prefixes: &["lt-"],
            attachable: &[],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["ec2:DescribeLaunchTemplates", "ec2:DescribeLaunchTemplateVersions"],
                create: &["ec2:CreateLaunchTemplate", "ec2:CreateTags", "ec2:DescribeLaunchTemplates"],
                update: &["ec2:CreateLaunchTemplateVersion", "ec2:ModifyLaunchTemplate"],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:DeleteLaunchTemplate"],
                on: &[
                    ("ec2:CreateLaunchTemplate", &[On::Made("launch-template/*")]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateLaunchTemplate")]),
                ],
            },
        })
    };

    /// All templates, as only their names tell of a conflict; their latest versions by one call for all.
    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.ec2().describe_launch_templates().max_results(PAGE).into_paginator().items();
        let all = call.send().collect::<std::result::Result<Vec<_>, _>>().await?;
        let mut listing = Listing::default();
        let mut ours = Vec::new();
        for template in all {
            let (id, name) = (text(template.launch_template_id()), text(template.launch_template_name()));
            let tags = tag::read(template.tags());
            if scope.owns(&id, &tags) {
                ours.push(template);
            } else if scope.may_own(&name, MAX_NAME) {
                listing.name_conflicts.push(NameConflict { id, name, tags });
            }
        }
        if ours.is_empty() {
            return Ok(listing);
        }
        let versions = latest(reader).await?;
        for template in ours {
            let id = text(template.launch_template_id());
            if let Some(version) = versions.get(&id) {
                listing.found.push(read::found(&template, version));
            } else {
                let what = "EC2 lists it, and not its latest version: run the command again";
                let failure = Failure::new(Class::NotFound, what);
                listing.unseen.push(Unseen { id, tags: Some(tag::read(template.tags())), failure });
            }
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = writer
            .ec2()
            .create_launch_template()
            .client_token(writer.token())
            .launch_template_name(name.as_str())
            .launch_template_data(write::data(&spec.launch_template_data))
            .tag_specifications(ec2::tagged(ResourceType::LaunchTemplate, tags));
        let template = match call.send().await.map_err(Failure::from) {
            Ok(answer) => answer.launch_template,
            Err(failure) if failure.is(Class::AlreadyExists) => Some(of_earlier(writer, name, tags, failure).await?),
            Err(failure) => return Err(failure),
        };
        let outputs = template.as_ref().map(read::outputs).filter(|outputs| !outputs.launch_template_id.is_empty());
        let outputs = outputs.ok_or_else(|| Failure::new(Class::Other, "CreateLaunchTemplate returned no id"))?;
        Ok(Made::ready(outputs.launch_template_id.clone(), outputs))
    }

    /// A version that says all, and then the default: a run that dies in between leaves a default to be mended.
    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let mut latest = live.outputs.latest_version_number.clone();
        if changes.touches(DATA) {
            let call = writer
                .ec2()
                .create_launch_template_version()
                .client_token(writer.token())
                .launch_template_id(&live.id)
                .launch_template_data(write::data(&spec.launch_template_data));
            let version = call.send().await?.launch_template_version.and_then(|version| version.version_number);
            let version = version.ok_or_else(|| Failure::new(Class::Other, "EC2 returned no version's number"))?;
            latest = version.to_string();
        }
        let call = writer.ec2().modify_launch_template().launch_template_id(&live.id).default_version(&latest);
        let send = || async { Ok(call.clone().send().await.map(drop)?) };
        // The version is seconds old.
        retry(MINUTE, ec2::is_fresh, send).await?;
        let outputs = Outputs {
            default_version_number: latest.clone(),
            latest_version_number: latest,
            launch_template_id: live.id.clone(),
        };
        Ok(Turn::Done(Made::ready(live.id.clone(), outputs)))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    /// With all its versions. Instances that were made of it run on.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let codes = &["InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.NotFoundException"];
        ec2::delete(MINUTE, codes, || writer.ec2().delete_launch_template().launch_template_id(&live.id).send())
            .await?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec::mistakes(spec)
    }
}

fn text(told: Option<&str>) -> String {
    told.unwrap_or_default().to_owned()
}

/// The latest version of every template, by the template's id.
async fn latest(reader: &Reader) -> Result<BTreeMap<String, LaunchTemplateVersion>> {
    let call = reader.ec2().describe_launch_template_versions().versions(LATEST).max_results(PAGE);
    let all = call.into_paginator().items().send().collect::<std::result::Result<Vec<_>, _>>().await?;
    Ok(all.into_iter().map(|version| (text(version.launch_template_id()), version)).collect())
}

/// The template that an earlier try has made under this name, unless it is somebody else's.
async fn of_earlier(
    writer: &Writer,
    name: &Name,
    tags: &Tags,
    failure: Failure,
) -> Result<aws_sdk_ec2::types::LaunchTemplate> {
    let call = writer.ec2().describe_launch_templates().launch_template_names(name.as_str());
    let there = call.send().await?.launch_templates.unwrap_or_default().into_iter().next().ok_or(failure)?;
    ownership::adopt(&format!("the launch template {name}"), &tag::read(there.tags()), tags)?;
    Ok(there)
}
