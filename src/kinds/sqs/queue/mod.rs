mod example;
mod read;
mod redrive;
mod rules;
mod spec;
#[cfg(test)]
mod tests;
mod write;

use std::collections::HashMap;

use aws_sdk_sqs::types::QueueAttributeName;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::spec::Spec;
use self::write::attributes;
use crate::aws::{Aws, Clients, Reader, TagIndex, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::{fifo, tag};
use crate::resource::cloudformation::{CloudFormation, NameSuffix, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity,
    Kept, Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn, partition,
};

/// A queue of messages.
pub struct Queue;

/// The return values of `AWS::SQS::Queue`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub queue_url: String,
    pub arn: String,
    pub queue_name: String,
}

/// The page size; without one SQS tells of a thousand queues and no more.
const PAGE: i32 = 1000;

impl Kind for Queue {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/FifoQueue"],
        switches: spec::SWITCHES,
        grants: &["/Policy", "/RedriveAllowPolicy"],
        deferrable: &["/Policy", "/RedriveAllowPolicy", "/RedrivePolicy"],
        stateful: true,
        cloudformation: CloudFormation {
            parts: &[Part::of("AWS::SQS::QueuePolicy", "Policy", Source::Property("Policy"), "Queues")
                .with_value("PolicyDocument")
                .of_list()],
            left_out: &[("FifoQueue", "false"), ("ContentBasedDeduplication", "false")],
            name_suffix: Some(NameSuffix::while_true("FifoQueue", fifo::SUFFIX)),
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::SQS::Queue",
            is_global: false,
            indexed_as: Some("sqs"),
            reference: "QueueUrl",
            // With `.fifo` behind it.
            name: NameRule::Unique { max: 75 },
            identity: Identity::Tags,
            name_property: Some("QueueName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new(
                    "AWS::SQS::Queue",
                    Detection::Left("it sends its dead letters here and changes nothing"),
                ),
                Attachable::new("AWS::SNS::Subscription", Detection::Left("it sends here and changes nothing")),
                Attachable::new(
                    "AWS::Lambda::EventSourceMapping",
                    Detection::Left("it receives here and changes nothing"),
                ),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["sqs:ListQueues", "sqs:ListQueueTags", "sqs:GetQueueAttributes"],
                create: &["sqs:CreateQueue", "sqs:TagQueue", "sqs:GetQueueUrl", "sqs:ListQueueTags"],
                update: &["sqs:SetQueueAttributes"],
                retag: &["sqs:TagQueue", "sqs:UntagQueue"],
                delete: &["sqs:DeleteQueue"],
                on: &[
                    ("sqs:CreateQueue", &[On::Made("*")]),
                    ("sqs:TagQueue", &[On::Ours, On::Untagged("*")]),
                    ("sqs:GetQueueUrl", &[On::Any("*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = fifo::with_suffix(name.as_str(), spec.fifo_queue);
        writer.admit(&name);
        // SQS refuses what a queue that is not FIFO cannot have, also if it is off.
        let is_sent = |name: &str| spec.fifo_queue || !["FifoQueue", "ContentBasedDeduplication"].contains(&name);
        let given = attributes(spec, is_sent).into_iter().filter(|(_, text)| !text.is_empty()).collect();
        let call = writer.sqs().create_queue().queue_name(&name).set_attributes(Some(given)).set_tags(tag::write(tags));
        named::look_and_create(writer, &name, spec, tags, async {
            let answer = write::send(|| call.clone().send()).await?;
            Ok(made(listed(writer.region(), answer.queue_url.unwrap_or_default())))
        })
        .await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let changed = attributes(spec, |name| changes.touches(&format!("/{name}")));
        let call = writer.sqs().set_queue_attributes().queue_url(&live.outputs.queue_url).set_attributes(Some(changed));
        write::send(|| call.clone().send()).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (sqs, url) = (writer.sqs(), bearer.outputs.queue_url.as_str());
        let add = |tags: HashMap<_, _>| sqs.tag_queue().queue_url(url).set_tags(Some(tags)).send();
        let remove = |keys| sqs.untag_queue().queue_url(url).set_tag_keys(Some(keys)).send();
        tag::change((set, unset), add, remove).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        gone(writer.sqs().delete_queue().queue_url(&live.outputs.queue_url).send().await)?;
        Ok(Turn::Done(Vec::new()))
    }

    /// Messages that are older than the retention go.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let seconds = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
        let is_shorter = |field: &FieldDiff| {
            field.path == "/MessageRetentionPeriod" && seconds(&field.after) < seconds(&field.before)
        };
        if fields.iter().any(is_shorter) { Disruption::DestroysData } else { Disruption::None }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}

impl Named for Queue {
    /// Its URL, as SQS tells it: that depends on the endpoint.
    type Summary = String;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<String>>> {
        let pages = reader.sqs().list_queues().max_results(PAGE).into_paginator().items();
        let urls = pages.send().collect::<Result<Vec<_>, _>>().await?;
        Ok(urls.into_iter().map(|url| listed(reader.region(), url)).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<String>, _: &TagIndex) -> Result<Tags> {
        let answer = clients.sqs().list_queue_tags().queue_url(&one.summary).send().await?;
        Ok(tag::read_map(answer.tags()))
    }

    async fn read(reader: &Reader, one: Listed<String>, tags: Tags) -> Result<Found<Self>> {
        let call = reader.sqs().get_queue_attributes().queue_url(&one.summary);
        let answer = call.attribute_names(QueueAttributeName::All).send().await?;
        let (spec, unmodelled) = read::spec(answer.attributes)?;
        let found = Found::ready(one.id.clone(), Some(one.name.clone()), spec, made(one).outputs, tags);
        Ok(Found { unmodelled, ..found })
    }
}

impl Adopted for Queue {
    const WHAT: &'static str = "the queue";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<String>>> {
        match writer.sqs().get_queue_url().queue_name(name).send().await.map_err(Failure::from) {
            Err(failure) if failure.is(Class::NotFound) => Ok(None),
            answer => Ok(answer?.queue_url.map(|url| listed(writer.region(), url))),
        }
    }

    async fn made(_: &Writer, one: Listed<String>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(one))
    }
}

/// A queue by its URL, which ends in its account and name.
fn listed(region: &str, url: String) -> Listed<String> {
    let mut end = url.rsplit('/').map(str::to_owned);
    let (id, account) = (end.next().unwrap_or_default(), end.next().unwrap_or_default());
    let arn = format!("arn:{}:sqs:{region}:{account}:{id}", partition(region));
    Listed { name: fifo::without_suffix(&id).to_owned(), id, arn, summary: url, is_deleting: false }
}

fn made(one: Listed<String>) -> Made<Queue> {
    Made::ready(one.id.clone(), Outputs { queue_url: one.summary, arn: one.arn, queue_name: one.id })
}
