use aws_sdk_servicediscovery::error::SdkError;
use aws_sdk_servicediscovery::operation::create_http_namespace::CreateHttpNamespaceError;
use aws_sdk_servicediscovery::types::{
    HttpNamespaceChange, NamespaceFilter, NamespaceFilterName, NamespaceSummary, NamespaceType, OperationStatus,
    OperationTargetType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer, until};
use crate::kinds::shared::deletion::gone_as;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::retry::turn;
use crate::kinds::shared::tag;
use crate::kinds::shared::text::given;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, InUse, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, On, Permissions, Quota, Replacement, Result, Scope, Tags, Turn,
};

/// The longest description.
const MAX_DESCRIPTION: usize = 1024;
/// The largest page of ListNamespaces.
const PAGE: i32 = 100;

/// A namespace of Cloud Map without DNS: in it the services of ECS find each other by Service Connect.
pub struct HttpNamespace;

/// The properties of `AWS::ServiceDiscovery::HttpNamespace`; its name is the physical name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    #[serde(default)]
    pub description: String,
}

/// The return values of `AWS::ServiceDiscovery::HttpNamespace`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub arn: String,
    pub id: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::ServiceDiscovery::HttpNamespace
    name: main
    properties: { Description: Where services find each other }
";

const CHANGED: &str = "
resources:
  - type: AWS::ServiceDiscovery::HttpNamespace
    name: main
    properties: { Description: The services of the shop }
";

impl Kind for HttpNamespace {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        replacement: Replacement::DeleteFirst,
        // Seconds, as CreateHttpNamespace is only an operation's begin.
        seconds: 5,
        quotas: &[Quota::new("AWSCloudMap", "L-0FE3F50E", "Namespaces per Region")],
        ..Facts::of(Essentials {
            kind: "AWS::ServiceDiscovery::HttpNamespace",
            is_global: false,
            indexed_as: Some("servicediscovery"),
            reference: "Id",
            name: NameRule::Unique { max: 1024 },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::ServiceDiscovery::Service",
                Detection::Left("ECS makes and deletes those of our services; any other holds the deletion up"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["servicediscovery:ListNamespaces", "servicediscovery:ListTagsForResource"],
                create: &[
                    "servicediscovery:CreateHttpNamespace",
                    "servicediscovery:TagResource",
                    "servicediscovery:GetOperation",
                    "servicediscovery:GetNamespace",
                    "servicediscovery:ListNamespaces",
                    "servicediscovery:ListTagsForResource",
                ],
                update: &["servicediscovery:UpdateHttpNamespace", "servicediscovery:GetOperation"],
                retag: &["servicediscovery:TagResource", "servicediscovery:UntagResource"],
                delete: &["servicediscovery:DeleteNamespace", "servicediscovery:GetOperation"],
                on: &[
                    ("servicediscovery:CreateHttpNamespace", &[On::Made("")]),
                    ("servicediscovery:GetOperation", &[On::Everything]),
                    ("servicediscovery:TagResource", &[On::Everything]),
                    ("servicediscovery:UntagResource", &[On::Everything]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        Ok(Some(InUse::count(namespaces(reader, Vec::new()).await?.len())))
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        named::create(writer, name.as_str(), spec, tags, send(writer, name.as_str(), spec, tags)).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        let change = HttpNamespaceChange::builder().description(&spec.description).build();
        let change = change.expect("the description is set");
        let call = writer.service_discovery().update_http_namespace().id(&live.outputs.id).namespace(change);
        let answer = call.updater_request_id(writer.token()).send().await?;
        carried_out(writer, answer.operation_id()).await?;
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        let (cloud_map, arn) = (writer.service_discovery(), &bearer.outputs.arn);
        let add = |tags: Vec<_>| cloud_map.tag_resource().resource_arn(arn).set_tags(Some(tags)).send();
        let remove = |keys| cloud_map.untag_resource().resource_arn(arn).set_tag_keys(Some(keys)).send();
        tag::change((set, unset), add, remove).await
    }

    /// ECS takes the names of a service out of it some time after the service has gone.
    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let sent = writer.service_discovery().delete_namespace().id(&live.outputs.id).send().await;
        let deleted = match sent.map_err(Failure::from) {
            Ok(answer) => carried_out(writer, answer.operation_id()).await.map(drop),
            Err(failure) => Err(failure),
        };
        turn(gone_as(&["NamespaceNotFound"], deleted).map(|()| Vec::new()), |failure| failure.is(Class::Busy))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let long = spec.description.chars().count() > MAX_DESCRIPTION;
        Mistake::all([(long, "/Description", "has more than 1024 characters")]).collect()
    }
}

impl Named for HttpNamespace {
    type Summary = NamespaceSummary;

    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<NamespaceSummary>>> {
        let all = of_type(reader, Vec::new()).await?;
        // Those that other accounts share are theirs.
        let own = all.into_iter().filter(|one| one.resource_owner().is_none_or(|owner| owner == reader.account()));
        Ok(own.filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<NamespaceSummary>, _: &TagIndex) -> Result<Tags> {
        let answer = clients.service_discovery().list_tags_for_resource().resource_arn(&one.arn).send().await?;
        Ok(tag::read(answer.tags()))
    }

    async fn read(_: &Reader, one: Listed<NamespaceSummary>, tags: Tags) -> Result<Found<Self>> {
        let spec = Spec { description: one.summary.description().unwrap_or_default().to_owned() };
        let outputs = outputs(&one);
        Ok(Found::ready(one.id, Some(one.name), spec, outputs, tags))
    }
}

impl Adopted for HttpNamespace {
    const WHAT: &'static str = "the namespace";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<NamespaceSummary>>> {
        let named = filter(NamespaceFilterName::Name, name);
        Ok(of_type(writer, vec![named]).await?.into_iter().find_map(listed))
    }

    async fn made(_: &Writer, one: Listed<NamespaceSummary>, _: &Spec) -> Result<Made<Self>> {
        let outputs = outputs(&one);
        Ok(Made::ready(one.id, outputs))
    }
}

/// The namespaces without DNS that pass the filters as well.
async fn of_type(clients: &Clients, mut filters: Vec<NamespaceFilter>) -> Result<Vec<NamespaceSummary>> {
    filters.push(filter(NamespaceFilterName::Type, NamespaceType::Http.as_str()));
    namespaces(clients, filters).await
}

/// All namespaces that pass the filters.
async fn namespaces(clients: &Clients, filters: Vec<NamespaceFilter>) -> Result<Vec<NamespaceSummary>> {
    let call = clients.service_discovery().list_namespaces().set_filters(Some(filters)).max_results(PAGE);
    let mut pages = call.into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.extend(page?.namespaces.unwrap_or_default());
    }
    Ok(all)
}

fn filter(name: NamespaceFilterName, value: &str) -> NamespaceFilter {
    NamespaceFilter::builder().name(name).values(value).build().expect("name and values are set")
}

fn listed(one: NamespaceSummary) -> Option<Listed<NamespaceSummary>> {
    Listed::by_arn(one.name.clone(), one.arn.clone(), one)
}

fn outputs(one: &Listed<NamespaceSummary>) -> Outputs {
    Outputs { arn: one.arn.clone(), id: one.summary.id().unwrap_or_default().to_owned() }
}

/// Creates it, or goes on with the operation that an earlier try of this step has begun.
async fn send(writer: &Writer, name: &str, spec: &Spec, tags: &Tags) -> Result<Made<HttpNamespace>> {
    let call = writer.service_discovery().create_http_namespace().name(name).set_description(given(&spec.description));
    let sent = call.creator_request_id(writer.token()).set_tags(tag::write(tags)).send().await;
    let operation = match sent {
        Ok(answer) => answer.operation_id().map(str::to_owned),
        Err(error) => Some(begun(&error).ok_or_else(|| Failure::from(error))?),
    };
    let id = carried_out(writer, operation.as_deref()).await?;
    let answer = writer.service_discovery().get_namespace().id(&id).send().await?;
    let arn = answer.namespace().and_then(|namespace| namespace.arn()).map(str::to_owned);
    let arn = arn.ok_or_else(|| Failure::new(Class::Other, "GetNamespace returned no ARN"))?;
    Ok(Made::ready(arn.clone(), Outputs { arn, id }))
}

/// The operation that the same request has begun before.
fn begun(error: &SdkError<CreateHttpNamespaceError>) -> Option<String> {
    match error.as_service_error()? {
        CreateHttpNamespaceError::DuplicateRequest(duplicate) => duplicate.duplicate_operation_id().map(str::to_owned),
        _ => None,
    }
}

/// Waits until Cloud Map has carried an operation out; returns the namespace's id.
async fn carried_out(writer: &Writer, operation: Option<&str>) -> Result<String> {
    let id = operation.ok_or_else(|| Failure::new(Class::Other, "Cloud Map returned no operation"))?;
    let look = || async {
        let answer = writer.service_discovery().get_operation().operation_id(id).send().await?;
        let Some(operation) = answer.operation() else { return Ok(None) };
        match operation.status() {
            Some(OperationStatus::Success) => {
                let target = operation.targets().and_then(|targets| targets.get(&OperationTargetType::Namespace));
                Ok(Some(target.cloned().unwrap_or_default()))
            }
            Some(OperationStatus::Fail) => {
                let code = operation.error_code().unwrap_or("the operation failed");
                let text = operation.error_message().unwrap_or_default();
                Err(Failure::new(Class::Other, format!("{code}: {text}")))
            }
            _ => Ok(None),
        }
    };
    until(2 * MINUTE, "the namespace", look).await
}
