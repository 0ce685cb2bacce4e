mod example;
mod rules;
mod spec;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use self::spec::Body;
pub use self::spec::Spec;
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::cloudwatch::{self, NAME_MAX, TRANSIENT};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Bearer, Changes, Class, Disruption, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing, Made,
    Mistake, Name, NameRule, On, Permissions, Result, Scope, Tags, Turn, partition,
};

/// A page of graphs, texts and states of alarms in CloudWatch's console. It is in no region: each graph says its own.
pub struct Dashboard;

/// The return values of `AWS::CloudWatch::Dashboard`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// CloudFormation's `Ref`.
    pub dashboard_name: String,
}

/// IAM knows no tags of dashboards as a condition: they are told by their names.
const NAMED: &[On] = &[On::Named("dashboard/")];

impl Kind for Dashboard {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        digest_below: &["/DashboardBody"],
        put_semantics: true,
        deletion_disruption: Disruption::None,
        cloudformation: CloudFormation { json_text: &["DashboardBody"], ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::CloudWatch::Dashboard",
            is_global: true,
            // AWS's page of what the index shows does not name dashboards.
            indexed_as: None,
            reference: "DashboardName",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("DashboardName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["cloudwatch:ListDashboards", "cloudwatch:GetDashboard", "cloudwatch:ListTagsForResource"],
                create: &[
                    "cloudwatch:GetDashboard",
                    "cloudwatch:ListTagsForResource",
                    "cloudwatch:PutDashboard",
                    "cloudwatch:TagResource",
                ],
                update: &["cloudwatch:PutDashboard"],
                retag: &["cloudwatch:TagResource", "cloudwatch:UntagResource"],
                delete: &["cloudwatch:DeleteDashboards"],
                on: &[
                    ("cloudwatch:PutDashboard", NAMED),
                    ("cloudwatch:TagResource", NAMED),
                    ("cloudwatch:UntagResource", NAMED),
                    ("cloudwatch:DeleteDashboards", NAMED),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    /// PutDashboard overwrites what has the name, whosever it is, and leaves its tags: so it is looked at first.
    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let name = name.as_str();
        let call = writer.cloudwatch().put_dashboard().dashboard_name(name);
        let call = call.dashboard_body(spec.dashboard_body.to_string()).set_tags(tag::write(tags));
        named::look_and_create(writer, name, spec, tags, async {
            retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
            Ok(made(name, arn(writer, name)))
        })
        .await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let call = writer.cloudwatch().put_dashboard().dashboard_name(&live.outputs.dashboard_name);
        let call = call.dashboard_body(spec.dashboard_body.to_string());
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        cloudwatch::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.cloudwatch().delete_dashboards().dashboard_names(&live.outputs.dashboard_name);
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }
}

impl Named for Dashboard {
    type Summary = ();

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<()>>> {
        let mut pages = reader.cloudwatch().list_dashboards().into_paginator().send();
        let mut all = Vec::new();
        while let Some(page) = pages.next().await {
            let entries = page?.dashboard_entries.unwrap_or_default();
            all.extend(entries.into_iter().filter_map(|one| Listed::by_arn(one.dashboard_name, one.dashboard_arn, ())));
        }
        Ok(all)
    }

    async fn tags(clients: &Clients, one: &Listed<()>, _: &TagIndex) -> Result<Tags> {
        cloudwatch::tags(clients, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<()>, tags: Tags) -> Result<Found<Self>> {
        let answer = reader.cloudwatch().get_dashboard().dashboard_name(&one.name).send().await?;
        let body = answer.dashboard_body.unwrap_or_default();
        let dashboard_body = Body::parse(&body).map_err(|error| {
            Failure::new(Class::Other, format!("the body of the dashboard {} is no JSON object: {error}", one.name))
        })?;
        let outputs = Outputs { dashboard_name: one.name.clone() };
        Ok(Found::ready(one.id, Some(one.name), Spec { dashboard_body }, outputs, tags))
    }
}

impl Adopted for Dashboard {
    const WHAT: &'static str = "the dashboard";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<()>>> {
        match writer.cloudwatch().get_dashboard().dashboard_name(name).send().await.map_err(Failure::from) {
            Ok(answer) => Ok(Listed::by_arn(answer.dashboard_name, answer.dashboard_arn, ())),
            Err(failure) if failure.is(Class::NotFound) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    async fn made(_: &Writer, one: Listed<()>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&one.name, one.arn))
    }
}

fn arn(writer: &Writer, name: &str) -> String {
    format!("arn:{}:cloudwatch::{}:dashboard/{name}", partition(writer.region()), writer.account())
}

fn made(name: &str, arn: String) -> Made<Dashboard> {
    Made::ready(arn, Outputs { dashboard_name: name.to_owned() })
}
