//! Which topics there are, what each is, and which of them has the name that a create wants.

use super::secret_endpoint::{Endpoints, SecretEndpoints};
use super::spec::Spec;
use super::{Outputs, Topic, attributes, subscribed};
use crate::aws::{Clients, Reader, TagIndex, Writer};
use crate::kinds::shared::named::{Adopted, Listed, Named};
use crate::kinds::shared::{fifo, tag};
use crate::resource::{Class, Found, Made, Result, Scope, Tags, partition};

impl Named for Topic {
    type Summary = ();

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<()>>> {
        let topics = reader.sns().list_topics().into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        Ok(topics.into_iter().filter_map(|topic| topic.topic_arn).map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<()>, _: &TagIndex) -> Result<Tags> {
        let answer = clients.sns().list_tags_for_resource().resource_arn(&one.arn).send().await?;
        Ok(tag::read(answer.tags()))
    }

    async fn read(reader: &Reader, one: Listed<()>, mut tags: Tags) -> Result<Found<Self>> {
        let attributes = attributes::get(reader, &one.arn).await?;
        let seen = subscribed::seen(reader, &one.arn, &mut tags).await?;
        let unmodelled = attributes::unmodelled(&attributes).into_iter().chain(seen.unmodelled).collect();
        let spec = Spec { subscription: seen.ours, ..attributes::read(&attributes)? };
        let outputs = Outputs { waiting: seen.waiting, secrets: seen.secrets, ..outputs(one.arn) };
        Ok(Found { unmodelled, ..Found::ready(one.id, Some(one.name), spec, outputs, tags) })
    }
}

impl Adopted for Topic {
    const WHAT: &'static str = "the topic";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<()>>> {
        let (region, account) = (writer.region(), writer.account());
        let arn = format!("arn:{}:sns:{region}:{account}:{name}", partition(region));
        match attributes::get(writer, &arn).await {
            Err(failure) if failure.is(Class::NotFound) => Ok(None),
            answer => answer.map(|_| Some(listed(arn))),
        }
    }

    /// Gives it what the spec says now: an earlier try may have made it by another.
    async fn made(writer: &Writer, one: Listed<()>, spec: &Spec) -> Result<Made<Self>> {
        let there = attributes::read(&attributes::get(writer, &one.arn).await?)?;
        attributes::set(writer, &one.arn, &there, spec, |_| true).await?;
        let endpoints = Endpoints::of_new(writer, spec).await?;
        subscribed::mark(writer, &one.arn, &SecretEndpoints::default(), spec, &endpoints).await?;
        Ok(made(one.arn))
    }
}

fn listed(arn: String) -> Listed<()> {
    let name = fifo::without_suffix(&outputs(arn.clone()).topic_name).to_owned();
    Listed { id: arn.clone(), name, arn, summary: (), is_deleting: false }
}

pub(super) fn made(arn: String) -> Made<Topic> {
    Made::ready(arn.clone(), outputs(arn))
}

/// What a topic's ARN tells of it: it ends in the name.
fn outputs(arn: String) -> Outputs {
    let topic_name = arn.rsplit(':').next().unwrap_or_default().to_owned();
    Outputs { topic_arn: arn, topic_name, waiting: Vec::new(), secrets: SecretEndpoints::default() }
}
