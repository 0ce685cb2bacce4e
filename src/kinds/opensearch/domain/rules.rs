//! What a domain must not say, and what a change means to those who search in it.

use serde_json::Value;

use super::spec::Spec;
use crate::kinds::shared::key_arn;
use crate::resource::{CLOSE, Disruption, FieldDiff, Mistake, pointer};

/// Minutes of a blue/green deployment of a small domain; one with much data takes hours.
const BLUE_GREEN: u32 = 40;
/// Minutes of an upgrade: a check, a snapshot, a blue/green deployment.
const UPGRADE: u32 = 60;
/// Minutes of a change that moves no node.
const SETTING: u32 = 5;
/// The logs that OpenSearch publishes.
const LOGS: [&str; 4] = ["AUDIT_LOGS", "ES_APPLICATION_LOGS", "INDEX_SLOW_LOGS", "SEARCH_SLOW_LOGS"];
/// What can't be turned off again.
const ONE_WAY: [(&str, &str); 3] = [
    ("/AdvancedSecurityOptions/Enabled", "fine-grained access control"),
    ("/EncryptionAtRestOptions/Enabled", "encryption at rest"),
    ("/NodeToNodeEncryptionOptions/Enabled", "encryption between nodes"),
];

/// What new nodes are made for.
const MOVES: [&str; 7] = [
    "/AdvancedOptions",
    "/AdvancedSecurityOptions/Enabled",
    "/ClusterConfig",
    "/EBSOptions",
    "/EncryptionAtRestOptions",
    "/NodeToNodeEncryptionOptions",
    "/VPCOptions",
];

/// How OpenSearch makes a change (docs.aws.amazon.com/opensearch-service/latest/developerguide/managedomains-configuration-changes.html).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// On the nodes that there are.
    InPlace,
    /// With as many new nodes, to which all data is copied.
    BlueGreen,
    /// The same with another version of the engine, after a check and a snapshot.
    Upgrade,
}

impl Way {
    pub(super) fn of(live: &Value, field: &FieldDiff) -> Self {
        let path = field.path.as_str();
        let is = |pattern: &str| pointer::covers(pattern, path) || pointer::covers(path, pattern);
        let has_managers = live.pointer("/ClusterConfig/DedicatedMasterEnabled") == Some(&Value::Bool(true));
        let beside_managers = [
            "/ClusterConfig/InstanceCount",
            "/ClusterConfig/DedicatedMasterCount",
            "/ClusterConfig/DedicatedMasterType",
        ];
        let is_quick = (has_managers && beside_managers.contains(&path))
            // More of a volume, or a faster one, comes without: less does not.
            || (is("/EBSOptions") && !shrinks(field));
        let starts_audit = is("/LogPublishingOptions/AUDIT_LOGS") && is_there(field.after.as_ref());
        if is("/EngineVersion") {
            Self::Upgrade
        } else if starts_audit || (MOVES.iter().any(|section| is(section)) && !is_quick) {
            Self::BlueGreen
        } else {
            Self::InPlace
        }
    }

    /// The way of the slowest of some changes.
    pub(super) fn of_all(live: &Value, fields: &[FieldDiff]) -> Self {
        fields.iter().map(|field| Self::of(live, field)).max().unwrap_or(Self::InPlace)
    }

    pub(super) fn seconds(self) -> u32 {
        60 * match self {
            Self::InPlace => SETTING,
            Self::BlueGreen => BLUE_GREEN,
            Self::Upgrade => UPGRADE,
        }
    }
}

fn is_there(value: Option<&Value>) -> bool {
    value.is_some_and(|value| !value.is_null())
}

fn shrinks(field: &FieldDiff) -> bool {
    let size = |value: &Option<Value>| value.as_ref().and_then(Value::as_i64);
    pointer::covers("/EBSOptions/VolumeSize", &field.path) && size(&field.after) < size(&field.before)
}

pub(super) fn advice(live: &Value, fields: &[FieldDiff]) -> Vec<String> {
    let way = Way::of_all(live, fields);
    let how = match way {
        Way::InPlace => return Vec::new(),
        Way::BlueGreen => "is a blue/green deployment".to_owned(),
        Way::Upgrade => "is a check, a snapshot and a blue/green deployment".to_owned(),
    };
    let minutes = way.seconds() / 60;
    vec![format!(
        "{how}: OpenSearch makes as many new nodes, copies all data to them and switches over. It takes about {minutes} minutes, or \
         hours with much data, costs both sets of nodes and weighs on searches meanwhile, and no other change is taken until it ends"
    )]
}

/// Returns what one changed field does.
pub(super) fn disruption(field: &FieldDiff) -> Disruption {
    let is_on = field.after == Some(Value::Bool(true));
    match field.path.as_str() {
        // Who comes without TLS, or speaks an older one, is refused from then on.
        "/DomainEndpointOptions/EnforceHTTPS" if is_on => Disruption::Outage,
        "/DomainEndpointOptions/TLSSecurityPolicy" => Disruption::Outage,
        // So is everybody whom the master gives no role.
        "/AdvancedSecurityOptions/Enabled" if is_on => Disruption::Outage,
        _ => Disruption::None,
    }
}

/// Returns why a change can't be taken back.
pub(super) fn irreversible(fields: &[FieldDiff]) -> Option<String> {
    let changed = |path: &str| fields.iter().find(|field| field.path == path);
    if changed("/EngineVersion").is_some() {
        return Some("OpenSearch does not go back to an older version".to_owned());
    }
    let turned_on = |path: &str| changed(path).is_some_and(|field| field.after == Some(Value::Bool(true)));
    let (_, what) = ONE_WAY.iter().find(|(path, _)| turned_on(path))?;
    Some(format!("{what} can't be turned off again"))
}

/// Returns why a change can't be made in place nor by a new domain.
pub(super) fn refusal(fields: &[FieldDiff]) -> Option<String> {
    let field = fields.iter().find(|field| field.path == "/EngineVersion")?;
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::as_str).map(str::to_owned);
    let (have, want) = (text(&field.before)?, text(&field.after)?);
    (age(&want)? < age(&have)?).then(|| {
        format!("OpenSearch cannot go back from {have} to {want}: put the newer version into the YAML, or declare another domain")
    })
}

/// The order of versions: all of Elasticsearch's come before OpenSearch's.
fn age(version: &str) -> Option<(bool, Vec<u32>)> {
    let (engine, numbers) = version.split_once('_')?;
    let numbers = numbers.split('.').map(|part| part.parse().ok()).collect::<Option<Vec<_>>>()?;
    Some((engine == "OpenSearch", numbers))
}

/// Returns whether only a new domain can have a value.
pub(super) fn replaces(field: &FieldDiff) -> bool {
    let was_on = field.before == Some(Value::Bool(true));
    let moves = field.path == "/VPCOptions" && is_there(field.before.as_ref()) != is_there(field.after.as_ref());
    // A key given with the encryption that it is for comes with it.
    let other_key = field.path == "/EncryptionAtRestOptions/KmsKeyId" && is_there(field.before.as_ref());
    (was_on && ONE_WAY.iter().any(|(path, _)| *path == field.path)) || moves || other_key
}

/// What OpenSearch refuses, or takes and does otherwise.
pub(super) fn mistakes(spec: &Spec) -> Vec<Mistake> {
    of_nodes(spec).chain(of_safety(spec)).chain(of_the_rest(spec)).collect()
}

fn of_nodes(spec: &Spec) -> impl Iterator<Item = Mistake> {
    let cluster = &spec.cluster_config;
    let (zones, nodes, volume) = (spec.zones(), cluster.instance_count, &spec.ebs_options);
    let managers = cluster.dedicated_master_count;
    let is_gp3 = volume.volume_type.as_deref() == Some("gp3");
    let subnets = spec.vpc_options.as_ref().map(|vpc| vpc.subnet_ids.len());
    let is_type = |name: &str| name.ends_with(".search") || name.ends_with(".elasticsearch");
    Mistake::all([
        (
            !is_type(&cluster.instance_type),
            "/ClusterConfig/InstanceType",
            "does not end in `.search`, as `r7g.large.search`",
        ),
        (
            cluster.dedicated_master_type.as_deref().is_some_and(|name| !is_type(name)),
            "/ClusterConfig/DedicatedMasterType",
            "does not end in `.search`, as `m7g.large.search`",
        ),
        (
            !(1..=3).contains(&zones) || (cluster.zone_awareness_enabled && zones == 1),
            "/ClusterConfig/ZoneAwarenessConfig",
            "is neither 2 nor 3 zones",
        ),
        (nodes < zones, "/ClusterConfig/InstanceCount", "is less than one for each zone"),
        (zones == 2 && nodes % 2 != 0, "/ClusterConfig/InstanceCount", "is odd: two zones have as many nodes each"),
        (
            cluster.dedicated_master_enabled && (managers.is_none() || cluster.dedicated_master_type.is_none()),
            "/ClusterConfig/DedicatedMasterEnabled",
            "needs DedicatedMasterType and DedicatedMasterCount",
        ),
        (
            managers.is_some_and(|managers| ![3, 5].contains(&managers)),
            "/ClusterConfig/DedicatedMasterCount",
            "is neither 3 nor 5: of an even number half can't decide",
        ),
        (
            cluster.multi_az_with_standby_enabled
                && (zones != 3 || !cluster.dedicated_master_enabled || nodes % 3 != 0),
            "/ClusterConfig/MultiAZWithStandbyEnabled",
            "needs three zones, as many nodes in each, and dedicated managers",
        ),
        (
            subnets.is_some_and(|subnets| i32::try_from(subnets) != Ok(zones)),
            "/VPCOptions/SubnetIds",
            "has not one subnet for each zone",
        ),
        (volume.ebs_enabled && volume.volume_size.is_none(), "/EBSOptions/VolumeSize", "is missing"),
        (volume.throughput.is_some() && !is_gp3, "/EBSOptions/Throughput", "is for VolumeType gp3 alone"),
    ])
}

fn of_safety(spec: &Spec) -> impl Iterator<Item = Mistake> {
    let fine = &spec.advanced_security_options;
    let at_rest = &spec.encryption_at_rest_options;
    let is_arn = |text: &str| text.starts_with("arn:") || text.ends_with(&format!(".Arn{CLOSE}"));
    let master = fine.master_user_options.as_ref().map(|master| master.master_user_arn.as_str());
    let is_safe =
        at_rest.enabled && spec.node_to_node_encryption_options.enabled && spec.domain_endpoint_options.enforce_https;
    let has_groups = spec.vpc_options.as_ref().is_none_or(|vpc| !vpc.security_group_ids.is_empty());
    Mistake::all([
        (
            fine.enabled && !is_safe,
            "/AdvancedSecurityOptions/Enabled",
            "needs encryption at rest and between nodes, and EnforceHTTPS",
        ),
        (
            fine.enabled && master.is_none(),
            "/AdvancedSecurityOptions/MasterUserOptions",
            "is missing: nobody could let anybody in",
        ),
        (!fine.enabled && master.is_some(), "/AdvancedSecurityOptions/MasterUserOptions", "counts only with Enabled"),
        (
            master.is_some_and(|master| !is_arn(master)),
            "/AdvancedSecurityOptions/MasterUserOptions/MasterUserARN",
            "is not an ARN: write ref(<role>, 'Arn')",
        ),
        (
            at_rest.kms_key_id.is_some() && !at_rest.enabled,
            "/EncryptionAtRestOptions/KmsKeyId",
            "counts only with Enabled",
        ),
        (spec.access_policies.lacks_version(), "/AccessPolicies", "has no Version: AWS takes it for one of 2008"),
        (!has_groups, "/VPCOptions/SecurityGroupIds", "name at least one: AWS would take the VPC's default group"),
        (
            spec.log_publishing_options.contains_key("AUDIT_LOGS") && !fine.enabled,
            "/LogPublishingOptions/AUDIT_LOGS",
            "needs AdvancedSecurityOptions",
        ),
    ])
    .chain(key_arn::mistake("/EncryptionAtRestOptions/KmsKeyId", at_rest.kms_key_id.as_ref()))
}

fn of_the_rest(spec: &Spec) -> impl Iterator<Item = Mistake> {
    let names = &spec.domain_endpoint_options;
    let window = spec.off_peak_window_options.off_peak_window.as_ref().map(|window| &window.window_start_time);
    let is_whole = names.custom_endpoint.is_some() && names.custom_endpoint_certificate_arn.is_some();
    let version = spec.engine_version.as_deref();
    let unknown = spec.log_publishing_options.keys().filter(|name| !LOGS.contains(&name.as_str()));
    let unknown = unknown.map(|name| {
        let at = pointer::join("/LogPublishingOptions", name);
        Mistake::new(at, format!("is none of {}", LOGS.join(", ")))
    });
    Mistake::all([
        (
            names.custom_endpoint_enabled != is_whole,
            "/DomainEndpointOptions/CustomEndpointEnabled",
            "goes with CustomEndpoint and CustomEndpointCertificateArn, and these with it",
        ),
        (
            window.is_some_and(|start| !(0..24).contains(&start.hours) || !(0..60).contains(&start.minutes)),
            "/OffPeakWindowOptions/OffPeakWindow/WindowStartTime",
            "is no time of a day",
        ),
        (
            version.is_some_and(|version| age(version).is_none()),
            "/EngineVersion",
            "is not written as `OpenSearch_2.19`",
        ),
        (
            spec.ip_address_type.as_deref().is_some_and(|kind| !["ipv4", "dualstack"].contains(&kind)),
            "/IPAddressType",
            "is neither ipv4 nor dualstack",
        ),
    ])
    .chain(unknown.collect::<Vec<_>>())
}
