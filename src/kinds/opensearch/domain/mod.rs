mod example;
mod read;
mod rules;
mod spec;
#[cfg(test)]
mod tests;
mod unmodelled;
mod write;

use aws_sdk_opensearch::types::DomainStatus;
use serde_json::Value;

pub use self::spec::{Outputs, Spec};
use crate::aws::{Aws, Clients, MINUTE, Reader, TagIndex, Writer};
use crate::kinds::logs::resource_policy::ResourcePolicy;
use crate::kinds::opensearch;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::named::{self, Adopted, Listed, Named};
use crate::kinds::shared::offers;
use crate::kinds::shared::retry::{retry_while, turn};
use crate::resource::{
    Address, Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found,
    Identity, InUse, Kept, Kind, Listing, Made, Mistake, Name, NameRule, Neighbours, On, Permissions, Question, Quota,
    Result, Scope, State, States, Switch, Tags, Turn,
};

/// A cluster of OpenSearch, or of its forerunner Elasticsearch, that AWS runs.
///
/// OpenSearch Service takes one change after the other. Most build as many new nodes beside the old ones (blue/green) and take
/// half an hour to hours. AWS takes no last snapshot when it is deleted, and its hourly ones go with it.
pub struct Domain;

/// The longest name.
const NAME_MAX: usize = 28;
/// How many domains one DescribeDomains takes.
const DESCRIBED: usize = 5;

/// Who may do everything in it; AWS does not tell.
const MASTER: &str = "/AdvancedSecurityOptions/MasterUserOptions";

impl Kind for Domain {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        memberships: &["/VPCOptions/SecurityGroupIds"],
        grants: &["/AccessPolicies/Statement"],
        write_only: &[MASTER],
        switches: &[
            Switch::beside("/ClusterConfig/DedicatedMasterCount", "/ClusterConfig/DedicatedMasterEnabled"),
            Switch::beside("/ClusterConfig/DedicatedMasterType", "/ClusterConfig/DedicatedMasterEnabled"),
            Switch::beside("/ClusterConfig/ZoneAwarenessConfig", "/ClusterConfig/ZoneAwarenessEnabled"),
            Switch::beside("/EBSOptions/Iops", "/EBSOptions/EBSEnabled"),
            Switch::beside("/EBSOptions/Throughput", "/EBSOptions/EBSEnabled"),
            Switch::beside("/EBSOptions/VolumeSize", "/EBSOptions/EBSEnabled"),
            Switch::beside("/EBSOptions/VolumeType", "/EBSOptions/EBSEnabled"),
        ],
        stateful: true,
        // A create that hangs can be taken back.
        deletable_unsettled: true,
        // 15 to 40 minutes; a change of a large domain takes hours.
        seconds: 25 * 60,
        timeout: Some(6 * 60 * 60),
        preflight_reads: &["es:ListVersions", "es:ListInstanceTypeDetails"],
        quotas: &[
            Quota::new("es", "L-076D529E", "Domains per Region"),
            Quota::new("es", "L-6408ABDE", "Instances per domain").of_itself("/ClusterConfig/InstanceCount", nodes),
        ],
        ..Facts::of(Essentials {
            kind: "AWS::OpenSearchService::Domain",
            is_global: false,
            indexed_as: Some("es"),
            reference: "DomainName",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("DomainName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::OpenSearchService::VpcEndpoint",
                Detection::Left("it is a way in that its access policy and the endpoint's own groups decide about"),
            )],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["es:ListDomainNames", "es:DescribeDomain", "es:DescribeDomains", "es:ListTags"],
                create: &[
                    "es:CreateDomain",
                    "es:AddTags",
                    "es:DescribeDomain",
                    "es:ListTags",
                    "iam:CreateServiceLinkedRole",
                    "kms:CreateGrant",
                    "kms:DescribeKey",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeVpcs",
                ],
                update: &[
                    "es:UpdateDomainConfig",
                    "es:UpgradeDomain",
                    "es:GetCompatibleVersions",
                    "es:DescribeDomain",
                    "kms:CreateGrant",
                    "kms:DescribeKey",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeVpcs",
                ],
                retag: &["es:AddTags", "es:RemoveTags"],
                delete: &["es:DeleteDomain"],
                on: &[
                    ("es:CreateDomain", &[On::Made("domain/*")]),
                    ("es:AddTags", &[On::Ours, On::Untagged("domain/*")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("opensearchservice.amazonaws.com")]),
                    ("kms:CreateGrant", &[On::Via("es")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        named::list(reader, scope).await
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        let mut states = States::new();
        for some in ids.chunks(DESCRIBED) {
            let answer = reader.opensearch().describe_domains().set_domain_names(Some(some.to_vec())).send().await?;
            let all = answer.domain_status_list().iter();
            states.extend(all.map(|one| (one.domain_name().to_owned(), read::state(one, true))));
        }
        Ok(Some(states))
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        named::count::<Self>(reader).await.map(Some)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let call = write::creation(writer, name.as_str(), spec, tags);
        named::create(writer, name.as_str(), spec, tags, async {
            if spec.vpc_options.is_some() {
                write::linked_role(writer).await?;
            }
            let answer = retry_while(5 * MINUTE, opensearch::TRANSIENT, || call.clone().send()).await?;
            let nothing = || Failure::new(Class::Other, "CreateDomain returned nothing");
            Ok(made(&answer.domain_status.ok_or_else(nothing)?))
        })
        .await
    }

    /// The version comes last: an upgrade that its check refuses leaves nothing undone behind it.
    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let is_version = |field: &FieldDiff| field.path == "/EngineVersion";
        // It can't be read, so it is among the changes until the end.
        let is_unseen = |field: &FieldDiff| field.path.starts_with(MASTER);
        let version = spec.engine_version.as_deref().filter(|_| changes.fields().iter().any(is_version));
        let has_more = changes.fields().iter().any(|field| !is_version(field) && !is_unseen(field));
        let sent = match version {
            Some(version) if !has_more => write::upgrade(writer, live, version).await,
            _ => write::configure(writer, live, spec, changes).await,
        };
        if let Turn::Busy(failure) = turn(sent, opensearch::is_transient)? {
            return Ok(Turn::Busy(failure));
        }
        write::await_started(writer, live).await;
        if version.is_some() && has_more {
            return Ok(Turn::More("the change before the upgrade".to_owned()));
        }
        if version.is_some() && changes.fields().iter().any(is_unseen) {
            return Ok(Turn::More("the upgrade before the change".to_owned()));
        }
        let state = State::Settling("the change of the domain".to_owned());
        Ok(Turn::Done(Made { id: live.id.clone(), outputs: live.outputs.clone(), state }))
    }

    fn health(found: &Found<Self>) -> Option<String> {
        Some(found.outputs.status.clone())
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        opensearch::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let sent = gone(writer.opensearch().delete_domain().domain_name(&live.id).send().await);
        turn(sent.map(|()| Vec::new()), opensearch::is_transient)
    }

    /// What is in it is known inside alone: so each is taken for one that has something.
    async fn contents(_: &Reader, _: &str) -> Result<Option<String>> {
        Ok(Some("all of its indices and AWS's snapshots of them".to_owned()))
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        fields.iter().map(rules::disruption).max().unwrap_or_default()
    }

    fn update_seconds(live: &Value, fields: &[FieldDiff]) -> u32 {
        rules::Way::of_all(live, fields).seconds()
    }

    fn irreversible(_: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        rules::irreversible(fields)
    }

    fn advice(live: &Value, _: &Value, fields: &[FieldDiff]) -> Vec<String> {
        rules::advice(live, fields)
    }

    fn refuses(_: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        rules::refusal(fields)
    }

    fn replaces(_: &Value, _: &Value, field: &FieldDiff) -> bool {
        rules::replaces(field)
    }

    /// OpenSearch looks for the policy that lets it write its logs before it takes them.
    fn depends_on(spec: &Value, other: &Address, other_spec: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        let writes = spec["LogPublishingOptions"].as_object().is_some_and(|logs| !logs.is_empty());
        let lets = other.kind == ResourcePolicy::FACTS.kind && other_spec.to_string().contains("es.amazonaws.com");
        (writes && lets).then_some("/LogPublishingOptions")
    }

    fn questions(spec: &Spec) -> Vec<Question> {
        let Some(version) = spec.engine_version.as_deref() else { return Vec::new() };
        let cluster = &spec.cluster_config;
        let nodes = [
            ("/ClusterConfig/InstanceType", Some(cluster.instance_type.as_str())),
            ("/ClusterConfig/DedicatedMasterType", cluster.dedicated_master_type.as_deref()),
        ];
        let of_nodes = nodes.into_iter().filter_map(|(at, name)| Some(Question::new(at, &[version, name?])));
        std::iter::once(Question::new("/EngineVersion", &[version])).chain(of_nodes).collect()
    }

    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        match about {
            [version] => offers::search_version(reader, version).await,
            [version, node_type] => offers::search_node(reader, version, node_type).await,
            _ => Ok(None),
        }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        rules::mistakes(spec)
    }
}

/// The nodes that hold data: managers have a quota of their own, which nobody meets.
fn nodes(spec: &Value) -> f64 {
    spec.pointer("/ClusterConfig/InstanceCount").and_then(Value::as_f64).unwrap_or_default()
}

impl Named for Domain {
    type Summary = ();

    /// OpenSearch Service tells all names at once, and nothing else.
    async fn all(reader: &Reader, _: &Scope) -> Result<Vec<Listed<()>>> {
        let answer = reader.opensearch().list_domain_names().send().await?;
        let names = answer.domain_names.unwrap_or_default().into_iter().filter_map(|one| one.domain_name);
        let listed = |name: String| {
            let arn = opensearch::arn_of(reader.account(), reader.region(), &name);
            Listed::named(Some(name), Some(arn), ())
        };
        Ok(names.filter_map(listed).collect())
    }

    async fn tags(clients: &Clients, one: &Listed<()>, _: &TagIndex) -> Result<Tags> {
        opensearch::tags_of(clients, &one.arn).await
    }

    async fn read(reader: &Reader, one: Listed<()>, tags: Tags) -> Result<Found<Self>> {
        read::found(&write::look(reader, &one.name).await?, tags, reader.is_poll())
    }
}

impl Adopted for Domain {
    const WHAT: &'static str = "the domain";

    async fn at(writer: &Writer, name: &str, _: &Spec) -> Result<Option<Listed<()>>> {
        let there = write::look(writer, name).await?;
        Ok(Listed::named(Some(name), Some(there.arn()), ()))
    }

    async fn made(writer: &Writer, one: Listed<()>, _: &Spec) -> Result<Made<Self>> {
        Ok(made(&write::look(writer, &one.name).await?))
    }
}

fn made(told: &DomainStatus) -> Made<Domain> {
    let state = State::Settling("the domain".to_owned());
    Made { id: told.domain_name().to_owned(), outputs: read::outputs(told), state }
}
