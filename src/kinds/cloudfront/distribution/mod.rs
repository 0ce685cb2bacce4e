mod behavior;
mod example;
mod origin;
mod read;
mod rules;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use aws_sdk_cloudfront::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::spec::Spec;
use super::{DEPLOYED, PAGE, TRANSIENT};
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    InUse, Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Quota, Result, Scope, State, States,
    Tags, Turn, Unmodelled,
};

/// The version of TLS that CloudFront takes under its own name.
const OLDEST: &str = "TLSv1";
/// For how many seconds a change may be unknown to the tag index, by a wide margin.
const INDEXED: i64 = 60 * 60;
/// What a name is refused with that another distribution serves.
const TAKEN: &str = "CNAMEAlreadyExists";

/// A content delivery network in front of buckets and load balancers.
pub struct Distribution;

/// The return values of `AWS::CloudFront::Distribution`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
    /// `d111111abcdef8.cloudfront.net`.
    pub domain_name: String,
    #[serde(skip)]
    arn: String,
    /// What the next change has to show.
    #[serde(skip)]
    etag: String,
    /// As CloudFront answered it: an update sends some of it again.
    #[serde(skip)]
    config: Option<sdk::DistributionConfig>,
}

impl Kind for Distribution {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        cloudformation: CloudFormation {
            left_out: &[("DistributionConfig/ViewerCertificate/CloudFrontDefaultCertificate", "false")],
            ..CloudFormation::SAME
        },
        digest_below: &["/DistributionConfig"],
        keyed: &[("/DistributionConfig/Origins", "Id")],
        put_semantics: true,
        // A header that only CloudFront sends tells the origin who asks.
        sensitive: &["/DistributionConfig/Origins/*/OriginCustomHeaders"],
        // The next change takes the place of the one that is being spread.
        preempts: &["/DistributionConfig"],
        deletable_unsettled: true,
        prunes: &[
            "/DistributionConfig/Origins/**",
            "/DistributionConfig/OriginGroups",
            "/DistributionConfig/DefaultCacheBehavior/**",
            "/DistributionConfig/CacheBehaviors/**",
        ],
        // 3 to 13 minutes were seen.
        seconds: 300,
        quotas: &[Quota::new("cloudfront", "L-24B04930", "Web distributions per AWS account").of_account()],
        ..Facts::of(Essentials {
            kind: "AWS::CloudFront::Distribution",
            is_global: true,
            // In us-east-1 alone, wherever its stack lives.
            indexed_as: None,
            reference: "Id",
            name: NameRule::Assigned { max: 128 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new(
                    "AWS::CloudFront::ContinuousDeploymentPolicy",
                    Detection::Noted("/DistributionConfig/ContinuousDeploymentPolicyId"),
                ),
                Attachable::new(
                    "AWS::CloudFront::MonitoringSubscription",
                    Detection::Left("it measures, and changes nothing"),
                ),
                Attachable::new("AWS::Logs::DeliverySource", Detection::Left("it writes logs, and changes nothing")),
                Attachable::new(
                    "AWS::CloudFront::DistributionTenant",
                    Detection::Noted("/DistributionConfig/ConnectionMode"),
                ),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["cloudfront:ListDistributions", "cloudfront:GetDistribution", "cloudfront:ListTagsForResource"],
                create: &[
                    "cloudfront:CreateDistribution",
                    "cloudfront:TagResource",
                    "cloudfront:ListDistributions",
                    "cloudfront:GetDistribution",
                ],
                update: &["cloudfront:UpdateDistribution", "cloudfront:GetDistribution"],
                retag: &["cloudfront:TagResource", "cloudfront:UntagResource"],
                delete: &["cloudfront:UpdateDistribution", "cloudfront:DeleteDistribution"],
                on: &[
                    ("cloudfront:CreateDistribution", &[On::Made("")]),
                    ("cloudfront:TagResource", &[On::Ours, On::Untagged("distribution/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let listing = named::list(reader, scope).await?;
        // It has no name that could be in the way.
        Ok(Listing { name_conflicts: Vec::new(), ..listing })
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        let mut states = States::new();
        for id in ids {
            match reader.cloudfront().get_distribution().id(id).send().await.map_err(Failure::from) {
                Err(failure) if failure.is(Class::NotFound) => {}
                answer => states.extend(answer?.distribution.map(|one| (one.id, state(&one.status)))),
            }
        }
        Ok(Some(states))
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        Ok(Some(InUse::count(summaries(reader).await?.len())))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let config = write::config(&spec.distribution_config, writer.token(), None);
        let config = sdk::DistributionConfigWithTags::builder().distribution_config(config).tags(super::given(tags));
        let call = writer.cloudfront().create_distribution_with_tags();
        let call = call.distribution_config_with_tags(config.build());
        match retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await {
            Err(failure) if failure.code == "DistributionAlreadyExists" => ours(writer).await?.ok_or(failure),
            Err(failure) => Err(told(failure)),
            Ok(answer) => {
                let nothing = || Failure::new(Class::Other, "CreateDistributionWithTags returned no distribution");
                made(answer.distribution.as_ref(), answer.e_tag.as_deref()).ok_or_else(nothing)
            }
        }
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let Outputs { id, etag, config: now, .. } = &live.outputs;
        match put(writer, id, etag, spec, now.as_ref()).await {
            Err(failure) if failure.is(Class::Conflict) => {}
            answer => return answer.map(Turn::Done),
        }
        // The tag moved; what is there now decides.
        let (outputs, now) = current(writer, id).await?;
        if now == *spec {
            // By an attempt of our own, whose answer was lost.
            return Ok(Turn::Done(settling(outputs)));
        }
        if now != live.spec {
            let text = format!("{id} was changed by somebody else since it was read");
            return Err(Failure::new(Class::Conflict, text));
        }
        put(writer, id, &outputs.etag, spec, outputs.config.as_ref()).await.map(Turn::Done)
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        super::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    /// CloudFront deletes what is switched off, everywhere.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let Outputs { id, etag, config, .. } = &live.outputs;
        if live.spec.distribution_config.enabled {
            let Some(now) = config else { return Err(Failure::new(Class::Other, format!("{id} was not read whole"))) };
            let mut off = now.clone();
            off.enabled = false;
            let call = writer.cloudfront().update_distribution().id(id).if_match(etag).distribution_config(off);
            return match call.send().await.map_err(Failure::from) {
                Err(failure) if failure.is(Class::NotFound) => Ok(Turn::Done(Vec::new())),
                // Somebody's change came between: the next list has its tag.
                Err(failure) if failure.is(Class::Conflict) => Ok(Turn::Busy(failure)),
                answer => answer.map(|_| Turn::More(OFF.to_owned())),
            };
        }
        if matches!(live.state, State::Settling(_)) {
            return Ok(Turn::More(OFF.to_owned()));
        }
        match gone(writer.cloudfront().delete_distribution().id(id).if_match(etag).send().await) {
            Err(failure) if failure.is(Class::Busy) || failure.is(Class::Conflict) => Ok(Turn::Busy(failure)),
            answer => answer.map(|()| Turn::Done(Vec::new())),
        }
    }

    fn health(found: &Found<Self>) -> Option<String> {
        let is_on = found.spec.distribution_config.enabled;
        let state = if matches!(found.state, State::Ready) { "deployed" } else { "being deployed" };
        Some(if is_on { state.to_owned() } else { format!("switched off, {state}") })
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        rules::disruption(fields)
    }

    fn advice(_: &Value, _: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let lost = rules::lost(fields);
        let names =
            || format!("no longer serves {}: who calls it by that gets an error of CloudFront", lost.join(", "));
        if lost.is_empty() { Vec::new() } else { vec![names()] }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}

/// What a deletion waits for.
const OFF: &str = "CloudFront to switch it off everywhere";

impl Named for Distribution {
    /// Whether it was changed lately.
    type Summary = bool;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<bool>>> {
        let all = summaries(reader).await?;
        let is_late = lately(&all);
        let listed = all.iter().map(|one| Listed {
            name: one.id.clone(),
            id: one.id.clone(),
            arn: one.arn.clone(),
            summary: is_late(one),
            is_deleting: false,
        });
        Ok(listed.collect())
    }

    /// No name tells whose it is: the index does, but for what was made or changed so lately that it may not know of it.
    fn may_be_ours(scope: &Scope, index: &TagIndex, one: &Listed<bool>) -> bool {
        scope.requests(&one.id) || scope.requests(&one.arn) || index.get(&one.arn).is_some() || one.summary
    }

    async fn index(reader: &Reader, scope: &Scope) -> Result<std::sync::Arc<TagIndex>> {
        reader.global_tag_index(scope).await
    }

    async fn tags(clients: &Clients, one: &Listed<bool>, _: &TagIndex) -> Result<Tags> {
        super::tags(clients, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<bool>, tags: Tags) -> Result<Found<Self>> {
        let answer = reader.cloudfront().get_distribution().id(&one.id).send().await?;
        let found = answer.distribution.as_ref().and_then(|distribution| {
            let (spec, unmodelled) = read::spec(distribution.distribution_config()?)?;
            let outputs = outputs(distribution, answer.e_tag.as_deref());
            let found = Found::ready(one.id.clone(), None, spec, outputs, tags);
            Some(Found { state: state(&distribution.status), unmodelled, ..found })
        });
        found.ok_or_else(|| nothing(&one.id))
    }
}

fn nothing(id: &str) -> Failure {
    Failure::new(Class::Other, format!("GetDistribution returned no distribution {id} that can be made out"))
}

/// All distributions of the account.
async fn summaries(clients: &Clients) -> Result<Vec<sdk::DistributionSummary>> {
    let mut pages = clients.cloudfront().list_distributions().into_paginator().page_size(PAGE).send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.extend(page?.distribution_list.and_then(|list| list.items).unwrap_or_default());
    }
    Ok(all)
}

/// Tells what was changed not long before the newest change of all: whatever the time is now, what was made just now is among
/// that.
fn lately(all: &[sdk::DistributionSummary]) -> impl Fn(&sdk::DistributionSummary) -> bool + use<> {
    let newest = all.iter().map(|one| one.last_modified_time.secs()).max().unwrap_or_default();
    move |one| one.last_modified_time.secs() + INDEXED >= newest
}

/// The one that an earlier attempt of this create has made: it bears its reference.
async fn ours(writer: &Writer) -> Result<Option<Made<Distribution>>> {
    let all = summaries(writer).await?;
    let is_late = lately(&all);
    for one in all.iter().filter(|one| is_late(one)) {
        let answer = writer.cloudfront().get_distribution().id(&one.id).send().await?;
        let config = answer.distribution().and_then(sdk::Distribution::distribution_config);
        if config.is_some_and(|config| config.caller_reference() == writer.token()) {
            return Ok(made(answer.distribution.as_ref(), answer.e_tag.as_deref()));
        }
    }
    Ok(None)
}

/// Sends the whole of it.
async fn put(
    writer: &Writer,
    id: &str,
    etag: &str,
    spec: &Spec,
    now: Option<&sdk::DistributionConfig>,
) -> Result<Made<Distribution>> {
    let reference = now.map(|now| now.caller_reference.clone()).unwrap_or_default();
    let config = write::config(&spec.distribution_config, &reference, now);
    let call = writer.cloudfront().update_distribution().id(id).if_match(etag).distribution_config(config);
    let answer = retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map_err(told)?;
    made(answer.distribution.as_ref(), answer.e_tag.as_deref()).ok_or_else(|| nothing(id))
}

/// What is there now.
async fn current(writer: &Writer, id: &str) -> Result<(Outputs, Spec)> {
    let answer = writer.cloudfront().get_distribution().id(id).send().await?;
    let distribution = answer.distribution.as_ref().ok_or_else(|| nothing(id))?;
    let read = distribution.distribution_config().and_then(read::spec);
    let (spec, _): (Spec, Vec<Unmodelled>) = read.ok_or_else(|| nothing(id))?;
    Ok((outputs(distribution, answer.e_tag.as_deref()), spec))
}

/// A refusal with what to do next, where the code alone tells too little.
fn told(failure: Failure) -> Failure {
    match failure.code.as_str() {
        TAKEN => failure.hint(
            "a name is served by one distribution alone, in all accounts of AWS, and its DNS must not point at another: take it off \
             the other one, or bring it over with ⟪aws cloudfront associate-alias --target-distribution-id ID --alias NAME⟫",
        ),
        "InvalidViewerCertificate" => failure.hint(
            "the certificate has to be issued, in us-east-1, with all of the Aliases on it, and of RSA up to 2048 bits or of prime256v1",
        ),
        "InvalidWebACLId" => failure.hint("the web ACL has to be there, with the scope CLOUDFRONT"),
        "AccessDenied" if failure.message.contains("must be verified") => failure
            .hint("AWS lets a new account have distributions once it is verified: ask AWS support for that, it takes a day"),
        _ => failure,
    }
}

fn state(status: &str) -> State {
    match status {
        DEPLOYED => State::Ready,
        _ => State::Settling("CloudFront to spread the change".to_owned()),
    }
}

fn outputs(from: &sdk::Distribution, etag: Option<&str>) -> Outputs {
    Outputs {
        id: from.id.clone(),
        domain_name: from.domain_name.clone(),
        arn: from.arn.clone(),
        etag: etag.unwrap_or_default().to_owned(),
        config: from.distribution_config.clone(),
    }
}

fn made(from: Option<&sdk::Distribution>, etag: Option<&str>) -> Option<Made<Distribution>> {
    from.map(|from| Made { state: state(&from.status), ..settling(outputs(from, etag)) })
}

fn settling(outputs: Outputs) -> Made<Distribution> {
    Made { id: outputs.id.clone(), outputs, state: State::Settling("CloudFront to spread the change".to_owned()) }
}
