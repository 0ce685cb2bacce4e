use aws_sdk_cloudfront::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{COMPLETE, PAGE};
use crate::aws::{Aws, Reader, Writer};
use crate::kinds::shared::deletion::gone;
use crate::resource::{
    Bearer, Changes, Class, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name,
    NameRule, On, Permissions, Result, Scope, Tags, Turn, key,
};

/// The longest name, and the longest description, which is the note.
const NAME_MAX: usize = 64;
const NOTE_MAX: usize = 256;

/// Lets CloudFront sign what it asks of a bucket, whose policy then admits that one distribution and nobody else.
pub struct OriginAccessControl;

/// The properties of `AWS::CloudFront::OriginAccessControl`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub origin_access_control_config: Config,
}

/// How requests are signed. The name is the resource's, and the description has its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Config {
    /// `s3`, `lambda`, `mediastore` or `mediapackagev2`.
    pub origin_access_control_origin_type: String,
    /// `always`; or `never`, or `no-override`, which lets viewers sign.
    pub signing_behavior: String,
    /// `sigv4`.
    pub signing_protocol: String,
}

/// The return values of `AWS::CloudFront::OriginAccessControl`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
}

const EXAMPLE: &str = "
resources:
  - type: AWS::CloudFront::OriginAccessControl
    name: assets
    properties:
      OriginAccessControlConfig: { OriginAccessControlOriginType: s3, SigningBehavior: always, SigningProtocol: sigv4 }
";

const CHANGED: &str = "
resources:
  - type: AWS::CloudFront::OriginAccessControl
    name: assets
    properties:
      OriginAccessControlConfig: { OriginAccessControlOriginType: s3, SigningBehavior: no-override, SigningProtocol: sigv4 }
";

impl Kind for OriginAccessControl {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        digest_below: &["/OriginAccessControlConfig"],
        put_semantics: true,
        ..Facts::of(Essentials {
            kind: "AWS::CloudFront::OriginAccessControl",
            is_global: true,
            indexed_as: None,
            reference: "Id",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Name { note: Some(NOTE_MAX) },
            name_property: Some("OriginAccessControlConfig/Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["cloudfront:ListOriginAccessControls"],
                create: &["cloudfront:CreateOriginAccessControl", "cloudfront:ListOriginAccessControls"],
                update: &["cloudfront:GetOriginAccessControl", "cloudfront:UpdateOriginAccessControl"],
                retag: &["cloudfront:GetOriginAccessControl", "cloudfront:UpdateOriginAccessControl"],
                delete: &["cloudfront:GetOriginAccessControl", "cloudfront:DeleteOriginAccessControl"],
                on: &[
                    ("cloudfront:CreateOriginAccessControl", &[On::Everything]),
                    ("cloudfront:GetOriginAccessControl", &[On::Any("origin-access-control/*")]),
                    ("cloudfront:UpdateOriginAccessControl", &[On::Any("origin-access-control/*")]),
                    ("cloudfront:DeleteOriginAccessControl", &[On::Any("origin-access-control/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let pages = reader.cloudfront().list_origin_access_controls().into_paginator().page_size(PAGE);
        let mut pages = pages.send();
        let mut listing = Listing::default();
        while let Some(page) = pages.next().await {
            let page = page?;
            let all = page.origin_access_control_list().map(sdk::OriginAccessControlList::items).unwrap_or_default();
            listing.found.extend(all.iter().filter(|one| scope.owns_named(one.id(), one.name())).map(found));
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let config = config(name.as_str(), &spec.origin_access_control_config, tags.get(key::NOTE));
        let answer = writer.cloudfront().create_origin_access_control().origin_access_control_config(config);
        let id = match answer.send().await.map_err(Failure::from) {
            // The name is ours alone: an earlier try made it.
            Err(failure) if failure.is(Class::AlreadyExists) => at(writer, name.as_str()).await?.ok_or(failure)?,
            answer => answer?.origin_access_control.map(|made| made.id).unwrap_or_default(),
        };
        writer.admit(&id);
        Ok(made(id))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let wanted = &spec.origin_access_control_config;
        put(writer, &live.id, |now| config(&now.name, wanted, now.description.as_deref())).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, _: &[String]) -> Result<()> {
        let note = set.get(key::NOTE).map(str::to_owned);
        put(writer, bearer.id, |now| {
            let mut noted = now.clone();
            noted.description = note;
            noted
        })
        .await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        match current(writer, &live.id).await {
            Err(failure) if failure.is(Class::NotFound) => Ok(Turn::Done(Vec::new())),
            answer => {
                let (_, etag) = answer?;
                let call = writer.cloudfront().delete_origin_access_control().id(&live.id).if_match(etag);
                match gone(call.send().await) {
                    // A distribution lets go of it when its change has spread.
                    Err(failure) if failure.is(Class::Busy) => Ok(Turn::Busy(failure)),
                    answer => answer.map(|()| Turn::Done(Vec::new())),
                }
            }
        }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let Config { origin_access_control_origin_type: kind, signing_behavior, signing_protocol } =
            &spec.origin_access_control_config;
        let none_of = |known: &[&str], value: &String| !known.contains(&value.as_str());
        let at = |property: &str| format!("/OriginAccessControlConfig/{property}");
        let wrong = Mistake::all([
            (
                none_of(sdk::OriginAccessControlOriginTypes::values(), kind),
                at("OriginAccessControlOriginType"),
                "is none of s3, lambda, mediastore and mediapackagev2",
            ),
            (
                none_of(sdk::OriginAccessControlSigningBehaviors::values(), signing_behavior),
                at("SigningBehavior"),
                "is none of always, never and no-override",
            ),
            (signing_protocol != "sigv4", at("SigningProtocol"), "is not sigv4"),
        ]);
        wrong.collect()
    }
}

fn found(one: &sdk::OriginAccessControlSummary) -> Found<OriginAccessControl> {
    let config = Config {
        origin_access_control_origin_type: one.origin_access_control_origin_type().as_str().to_owned(),
        signing_behavior: one.signing_behavior().as_str().to_owned(),
        signing_protocol: one.signing_protocol().as_str().to_owned(),
    };
    let tags = Tags::from_iter([(key::NOTE, one.description())]);
    let spec = Spec { origin_access_control_config: config };
    Found::ready(one.id.clone(), Some(one.name.clone()), spec, Outputs { id: one.id.clone() }, tags)
}

fn config(name: &str, wanted: &Config, note: Option<&str>) -> sdk::OriginAccessControlConfig {
    let config = sdk::OriginAccessControlConfig::builder()
        .name(name)
        .set_description(note.map(str::to_owned))
        .origin_access_control_origin_type(wanted.origin_access_control_origin_type.as_str().into())
        .signing_behavior(wanted.signing_behavior.as_str().into())
        .signing_protocol(wanted.signing_protocol.as_str().into());
    config.build().expect(COMPLETE)
}

/// Returns what there is now, and the tag that the next change has to show.
async fn current(writer: &Writer, id: &str) -> Result<(sdk::OriginAccessControlConfig, String)> {
    let answer = writer.cloudfront().get_origin_access_control().id(id).send().await?;
    let etag = answer.e_tag.unwrap_or_default();
    let config = answer.origin_access_control.and_then(|control| control.origin_access_control_config);
    let nothing = || Failure::new(Class::Other, format!("GetOriginAccessControl returned nothing of {id}"));
    Ok((config.ok_or_else(nothing)?, etag))
}

/// Sends the whole of it anew.
async fn put(
    writer: &Writer,
    id: &str,
    change: impl FnOnce(&sdk::OriginAccessControlConfig) -> sdk::OriginAccessControlConfig,
) -> Result<()> {
    let (now, etag) = current(writer, id).await?;
    let call = writer.cloudfront().update_origin_access_control().id(id).if_match(etag);
    call.origin_access_control_config(change(&now)).send().await?;
    Ok(())
}

/// The id of the one that has a name.
async fn at(writer: &Writer, name: &str) -> Result<Option<String>> {
    let mut pages = writer.cloudfront().list_origin_access_controls().into_paginator().page_size(PAGE).send();
    while let Some(page) = pages.next().await {
        let page = page?;
        let all = page.origin_access_control_list().map(sdk::OriginAccessControlList::items).unwrap_or_default();
        if let Some(one) = all.iter().find(|one| one.name() == name) {
            return Ok(Some(one.id.clone()));
        }
    }
    Ok(None)
}

fn made(id: String) -> Made<OriginAccessControl> {
    Made::ready(id.clone(), Outputs { id })
}
