mod spec;

use aws_sdk_ecs::types::{
    Cluster as Description, ClusterField, ClusterServiceConnectDefaultsRequest as ServiceConnectDefaults,
};

use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::ecs::{self, CapacityProviderStrategy, MAX_NAME};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::{retry_while, turn};
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::kinds::shared::{ownership, tag};
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing,
    Made, Mistake, Name, NameConflict, NameRule, On, Permissions, Replacement, Result, Scope, State, Switch, Tags,
    Turn, pointer,
};

pub use spec::{Outputs, Spec};

/// What services can run on.
const PROVIDERS: &str = "/CapacityProviders";
/// The pointer of the strategy that services get which name none.
const DEFAULT_STRATEGY: &str = "/DefaultCapacityProviderStrategy";

/// Where commands that people run in containers are logged, and whether; ECS refuses each without the other.
const EXEC_LOG: &str = "/Configuration/ExecuteCommandConfiguration/LogConfiguration";
const EXEC_LOGGING: &str = "/Configuration/ExecuteCommandConfiguration/Logging";

/// Where the namespace is told that somebody lets services join, for an update to take away.
const DEFAULTS: &str = "/ServiceConnectDefaults";

/// The providers of the stack's own, whose instances need the cluster.
const PARTS: &[Part] = &[Part::of(
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "Providers",
    Source::Referring("CapacityProviders"),
    "Cluster",
)
.with_value("CapacityProviders")
.along("DefaultCapacityProviderStrategy", "[]")];

/// A cluster, in which services run.
pub struct Cluster;

/// Where instances that others have registered are told, by their number.
const INSTANCES: &str = "/ContainerInstances";

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::ECS::Cluster
    name: main
    properties:
      ClusterSettings:
        - { Name: containerInsights, Value: enabled }
      CapacityProviders: [FARGATE]
";

const CHANGED: &str = "
resources:
  - type: AWS::ECS::Cluster
    name: main
    properties:
      ClusterSettings:
        - { Name: containerInsights, Value: enhanced }
      CapacityProviders: [FARGATE, FARGATE_SPOT]
      DefaultCapacityProviderStrategy:
        - { CapacityProvider: FARGATE, Base: 1, Weight: 1 }
        - { CapacityProvider: FARGATE_SPOT, Weight: 3 }
      Configuration: { ExecuteCommandConfiguration: { Logging: NONE } }
";

impl Kind for Cluster {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        replacement: Replacement::DeleteFirst,
        keyed: &[("/ClusterSettings", "Name"), (DEFAULT_STRATEGY, "CapacityProvider")],
        additive: &[INSTANCES],
        // The instances of a provider need the cluster before it can offer them.
        deferrable: &[PROVIDERS],
        deferred_with: &[(DEFAULT_STRATEGY, PROVIDERS)],
        grants: &[PROVIDERS],
        switches: &[Switch::with(EXEC_LOG, EXEC_LOGGING, &["OVERRIDE"])],
        tombstone: Some("ECS goes on showing it as inactive, with its tags, for a while; it costs nothing"),
        prunes: &[DEFAULTS],
        cloudformation: CloudFormation { parts: PARTS, ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::ECS::Cluster",
            is_global: false,
            indexed_as: Some("ecs"),
            reference: "ClusterName",
            name: NameRule::Unique { max: MAX_NAME },
            identity: Identity::Tags,
            name_property: Some("ClusterName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::ECS::Service", Detection::Listed),
                Attachable::new("AWS::ECS::CapacityProvider", Detection::Compared(PROVIDERS)),
                Attachable::new("ContainerInstances", Detection::Additive(INSTANCES)),
                Attachable::new("Tasks", Detection::Left("those that somebody runs end by themselves")),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ecs:ListClusters", "ecs:DescribeClusters"],
                create: &[
                    "ecs:CreateCluster",
                    "ecs:DescribeClusters",
                    "ecs:TagResource",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &["ecs:UpdateCluster", "ecs:PutClusterCapacityProviders"],
                retag: &["ecs:TagResource", "ecs:UntagResource"],
                delete: &["ecs:DeleteCluster"],
                on: &[
                    ("ecs:CreateCluster", &[On::Made("cluster/*")]),
                    ("ecs:TagResource", &[On::Ours, On::MadeBy("CreateCluster")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("ecs.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let clusters = reader.once(ecs::CLUSTERS_KEY, ecs::clusters(reader, scope)).await?;
        let mut listing = Listing { unseen: clusters.unseen.clone(), ..Listing::default() };
        for cluster in &clusters.seen {
            let tags = tag::read(cluster.tags());
            let name = cluster.cluster_name().unwrap_or_default().to_owned();
            if scope.owns(&name, &tags) {
                listing.found.push(found(cluster, tags));
            } else if scope.may_own(&name, MAX_NAME) {
                listing.name_conflicts.push(NameConflict { id: name.clone(), name, tags });
            }
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        // CreateCluster hands out whatever has the name, so whose it is has to be asked before.
        let answer =
            writer.ecs().describe_clusters().clusters(name.as_str()).include(ClusterField::Tags).send().await?;
        for there in answer.clusters().iter().filter(|cluster| cluster.status() != Some("INACTIVE")) {
            ownership::adopt(&format!("the cluster {name}"), &tag::read(there.tags()), tags)?;
        }
        let call = writer
            .ecs()
            .create_cluster()
            .cluster_name(name.as_str())
            .set_settings(Some(spec.settings()))
            .set_configuration(spec.configuration.sdk())
            .set_capacity_providers(Some(spec.providers()))
            .set_default_capacity_provider_strategy(Some(spec.strategy()))
            .set_tags(tag::write(tags));
        // The first cluster of an account makes ECS's service-linked role, which takes its time.
        let answer = retry_while(2 * MINUTE, &[Class::Propagating], || call.clone().send()).await?;
        let arn = answer.cluster().and_then(|cluster| cluster.cluster_arn()).map(str::to_owned);
        let arn = arn.ok_or_else(|| Failure::new(Class::Other, "CreateCluster returned no ARN"))?;
        Ok(made(name.as_str().to_owned(), arn))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches_any(&["/ClusterSettings", "/Configuration", DEFAULTS]) {
            let call = writer.ecs().update_cluster().cluster(&live.id).set_settings(Some(spec.settings()));
            let configuration = changes.touches("/Configuration").then(|| spec.configuration.complete());
            // An empty namespace takes it away.
            let none = || ServiceConnectDefaults::builder().namespace("").build().expect("it has all that it needs");
            let none = changes.touches(DEFAULTS).then(none);
            let call = call.set_configuration(configuration).set_service_connect_defaults(none);
            retry_while(MINUTE, &[Class::Busy], || call.clone().send()).await?;
        }
        let made = made(live.id.clone(), live.outputs.arn.clone());
        if !changes.touches_any(&[PROVIDERS, DEFAULT_STRATEGY]) {
            return Ok(Turn::Done(made));
        }
        let call = writer
            .ecs()
            .put_cluster_capacity_providers()
            .cluster(&live.id)
            .set_capacity_providers(Some(spec.providers()))
            .set_default_capacity_provider_strategy(Some(spec.strategy()));
        // Refused while an earlier change of the providers is under way, and while the last tasks of one that goes still stop.
        let sent = retry_while(MINUTE, &[Class::Busy], || call.clone().send()).await;
        turn(sent.map(|_| made), |failure| failure.is(Class::Busy))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ecs::retag(writer, &bearer.outputs.arn, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.ecs().delete_cluster().cluster(&live.id);
        // Tasks of the last services are still stopping.
        let sent = gone(retry_while(MINUTE, &[Class::Busy], || call.clone().send()).await);
        turn(sent.map(|()| Vec::new()), |failure| failure.is(Class::Busy))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let strategy = &spec.default_capacity_provider_strategy;
        let names = strategy.iter().map(|part| &part.capacity_provider);
        let unknown = names.filter(|name| !spec.offers(name)).map(|name| {
            let path = pointer::join(DEFAULT_STRATEGY, name);
            Mistake::new(path, format!("names {name}, which is not among CapacityProviders"))
        });
        let text = "is OVERRIDE, which needs a LogConfiguration with a log group or a bucket";
        let nowhere = Mistake::all([(spec.configuration.logs_nowhere(), EXEC_LOGGING, text)]);
        unknown.chain(CapacityProviderStrategy::mistakes(strategy, DEFAULT_STRATEGY)).chain(nowhere).collect()
    }
}

fn found(cluster: &Description, tags: Tags) -> Found<Cluster> {
    let name = cluster.cluster_name().unwrap_or_default().to_owned();
    let namespace = cluster.service_connect_defaults().and_then(|defaults| defaults.namespace());
    let spec = Spec::read(cluster);
    let instances = cluster.registered_container_instances_count();
    let has_others = instances > 0 && !spec.has_machines();
    let unmodelled = UnmodelledParts::default()
        .tell(DEFAULTS, namespace.map(|namespace| format!("services join the namespace {namespace}")))
        .note(&format!("{INSTANCES}/{instances}"), has_others, "instances of others offer to run tasks")
        .take();
    let state = match cluster.status() {
        Some("PROVISIONING") => State::Settling("the cluster".into()),
        Some("DEPROVISIONING") => State::Deleting,
        Some("FAILED") => State::Failed("its capacity providers could not be set up".into()),
        _ if cluster.attachments_status() == Some("UPDATE_IN_PROGRESS") => {
            State::Settling("its capacity providers".into())
        }
        _ => State::Ready,
    };
    Found {
        id: name.clone(),
        name: Some(name.clone()),
        spec,
        outputs: Outputs { cluster_name: name, arn: cluster.cluster_arn().unwrap_or_default().to_owned() },
        tags,
        state,
        unmodelled,
        external: None,
    }
}

fn made(cluster_name: String, arn: String) -> Made<Cluster> {
    let state = State::Settling("the cluster".into());
    Made { id: cluster_name.clone(), outputs: Outputs { cluster_name, arn }, state }
}
