//! What the kinds say of themselves, held against CloudFormation's own schemas.
//!
//! `tests/registry.py` cuts them out of cfn-lint's copy of the registry: of each type the names of all properties, and which
//! are create-only, create-only under conditions, read-only and required.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use provision::kinds::KINDS;
use provision::resource::cloudformation::{CloudFormation, Source};
use provision::resource::{Facts, FieldDiff, Shape};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registered {
    create_only: BTreeSet<String>,
    conditional_create_only: BTreeSet<String>,
    read_only: BTreeSet<String>,
    required: BTreeSet<String>,
    properties: BTreeSet<String>,
}

/// `type property: reason`, one a line.
type Exceptions = &'static [(&'static str, &'static str, &'static str)];

/// Create-only in CloudFormation, and updated by us.
const UPDATED: Exceptions = &[(
    "AWS::Logs::DeliveryDestination",
    "DestinationResourceArn",
    "PutDeliveryDestination changes the ARN of one that is there; the format alone is fixed",
)];

/// Updated in CloudFormation, and create-only with us.
const REPLACED: Exceptions = &[
    ("AWS::Logs::DeliverySource", "LogType", "PutDeliverySource takes no other of one that is there"),
    ("AWS::Logs::DeliverySource", "ResourceArn", "PutDeliverySource takes no other of one that is there"),
    (
        "AWS::CloudFront::VpcOrigin",
        "VpcOriginEndpointConfig",
        "CloudFront changes none while a distribution uses it: another takes its place there",
    ),
    (
        "AWS::Scheduler::Schedule",
        "GroupName",
        "no call moves a schedule: CloudFormation looks for it in the new group, and finds none",
    ),
];

/// Create-only under conditions: what becomes of such a change, and an example of each outcome.
const CONDITIONAL: &[Conditional] = &[
    // AWS takes another of each; what CloudFormation replaces are launch configurations.
    rule(
        "AWS::AutoScaling::AutoScalingGroup",
        "LaunchTemplate",
        r#"{"Version":"1"}"#,
        r#"{"Version":"2"}"#,
        How::InPlace,
    ),
    rule("AWS::AutoScaling::AutoScalingGroup", "MixedInstancesPolicy", "null", "{}", How::InPlace),
    rule("AWS::AutoScaling::AutoScalingGroup", "VPCZoneIdentifier", r#"["subnet-1"]"#, r#"["subnet-2"]"#, How::InPlace),
    // EC2 has taken another range of a living subnet since it has had any.
    rule("AWS::EC2::Subnet", "Ipv6CidrBlock", r#""2001:db8::/64""#, r#""2001:db8:0:1::/64""#, How::InPlace),
    rule("AWS::EC2::VPC", "InstanceTenancy", r#""default""#, r#""dedicated""#, How::Replaces),
    rule("AWS::EC2::VPC", "InstanceTenancy", r#""dedicated""#, r#""default""#, How::InPlace),
    rule("AWS::ECS::Service", "LaunchType", r#""EC2""#, r#""FARGATE""#, How::Replaces),
    rule("AWS::OpenSearchService::Domain", "AdvancedSecurityOptions/Enabled", "true", "false", How::Replaces),
    rule("AWS::OpenSearchService::Domain", "AdvancedSecurityOptions/Enabled", "false", "true", How::InPlace),
    rule("AWS::OpenSearchService::Domain", "EncryptionAtRestOptions/Enabled", "true", "false", How::Replaces),
    rule("AWS::OpenSearchService::Domain", "EncryptionAtRestOptions/Enabled", "false", "true", How::InPlace),
    rule("AWS::OpenSearchService::Domain", "EncryptionAtRestOptions/KmsKeyId", "null", r#""new""#, How::InPlace),
    rule("AWS::OpenSearchService::Domain", "EncryptionAtRestOptions/KmsKeyId", r#""old""#, r#""new""#, How::Replaces),
    rule("AWS::RDS::DBCluster", "Engine", r#""aurora-mysql""#, r#""aurora-postgresql""#, How::Refused),
    rule("AWS::RDS::DBCluster", "MasterUsername", r#""master""#, r#""root""#, How::Refused),
    // A conflict with the cluster's window is AWS's to refuse; the property itself is an ordinary one.
    rule(
        "AWS::RDS::DBInstance",
        "PreferredMaintenanceWindow",
        r#""sun:03:00-sun:04:00""#,
        r#""mon:03:00-mon:04:00""#,
        How::InPlace,
    ),
    rule("AWS::RDS::DBInstance", "AutoMinorVersionUpgrade", "true", "false", How::InPlace),
    rule("AWS::RDS::DBInstance", "AvailabilityZone", r#""us-east-1a""#, r#""us-east-1b""#, How::Replaces),
    rule("AWS::RDS::DBInstance", "DBParameterGroupName", r#""default.aurora-mysql8.0""#, r#""ours""#, How::InPlace),
    rule("AWS::RDS::DBInstance", "Engine", r#""aurora-mysql""#, r#""aurora-postgresql""#, How::Refused),
    rule("AWS::RDS::DBInstance", "PerformanceInsightsKMSKeyId", "null", r#""arn:aws:kms:key""#, How::InPlace),
    rule(
        "AWS::RDS::DBInstance",
        "PerformanceInsightsKMSKeyId",
        r#""arn:aws:kms:old""#,
        r#""arn:aws:kms:new""#,
        How::Replaces,
    ),
];

/// How a change of a property that is create-only under conditions is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    InPlace,
    Replaces,
    /// Neither is possible without losing something: the plan says why.
    Refused,
}

struct Conditional {
    kind: &'static str,
    property: &'static str,
    before: &'static str,
    after: &'static str,
    how: How,
}

const fn rule(
    kind: &'static str,
    property: &'static str,
    before: &'static str,
    after: &'static str,
    how: How,
) -> Conditional {
    Conditional { kind, property, before, after, how }
}

/// Required by CloudFormation, and not by us.
const OPTIONAL: Exceptions = &[];

/// The registry's entry of every kind and of every part.
static REGISTERED: LazyLock<BTreeMap<String, Registered>> = LazyLock::new(|| {
    let python = env::var_os("PROVISION_TEST_PYTHON")
        .expect("PROVISION_TEST_PYTHON names a Python with tests/requirements.txt installed: run tests/run");
    let of_kind = |facts: &'static Facts| {
        let parts = facts.cloudformation.parts.iter().map(|part| part.kind);
        parts.chain([facts.kind])
    };
    let types = typed().flat_map(of_kind);
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/registry.py");
    let said = Command::new(python).arg(script).args(types).output().expect("the interpreter starts");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    serde_json::from_slice(&said.stdout).expect("it is ours")
});

/// The facts of the kinds that CloudFormation has a type for.
fn typed() -> impl Iterator<Item = &'static Facts> {
    KINDS.iter().map(|kind| kind.facts()).filter(|facts| facts.cloudformation.is_there)
}

fn registered(kind: &str) -> &'static Registered {
    REGISTERED.get(kind).unwrap_or_else(|| panic!("CloudFormation's registry has no {kind}"))
}

/// Every kind with its entry in the registry, and its top-level properties.
fn all() -> Vec<(&'static Facts, &'static dyn Shape, &'static Registered, BTreeSet<String>)> {
    let kinds = KINDS.iter().filter(|kind| kind.facts().cloudformation.is_there).map(|kind| {
        let facts = kind.facts();
        // One kind has none.
        let properties = kind.schema().root()["properties"].as_object();
        let properties = properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect();
        (facts, kind.shape(), registered(facts.kind), properties)
    });
    kinds.collect()
}

/// Compares what was found with a table of exceptions, both ways.
fn compare(found: &BTreeSet<(String, String)>, exceptions: Exceptions) {
    let listed: BTreeSet<_> =
        exceptions.iter().map(|(kind, property, _)| ((*kind).to_owned(), (*property).to_owned())).collect();
    let unlisted: Vec<_> = found.difference(&listed).collect();
    let stale: Vec<_> = listed.difference(found).collect();
    assert!(unlisted.is_empty(), "without a reason: {unlisted:#?}");
    assert!(stale.is_empty(), "no longer so: {stale:#?}");
    assert!(exceptions.iter().all(|(_, _, reason)| !reason.is_empty()));
}

/// `/A/B` as the registry writes it.
fn registry_path(pointer: &str) -> String {
    pointer.trim_start_matches('/').to_owned()
}

fn top(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

#[test]
fn what_cloudformation_replaces_we_replace() {
    let mut found = BTreeSet::new();
    // A new revision is how a revisioned kind is updated: nothing of it needs a replacement.
    for (facts, _, entry, properties) in all().into_iter().filter(|(facts, ..)| !facts.revisioned) {
        let ours: BTreeSet<_> = facts.create_only.iter().map(|path| registry_path(path)).collect();
        for path in entry.create_only.iter().filter(|path| properties.contains(top(path))) {
            let is_covered = ours.iter().any(|own| path == own || path.starts_with(&format!("{own}/")));
            if !is_covered {
                found.insert((facts.kind.to_owned(), path.clone()));
            }
        }
    }
    compare(&found, UPDATED);
}

#[test]
fn what_we_replace_cloudformation_replaces() {
    let mut found = BTreeSet::new();
    for (facts, _, entry, _) in all() {
        for path in facts.create_only.iter().map(|path| registry_path(path)) {
            if !entry.create_only.contains(&path) && !entry.conditional_create_only.contains(&path) {
                found.insert((facts.kind.to_owned(), path));
            }
        }
    }
    compare(&found, REPLACED);
}

#[test]
fn every_conditional_create_only_property_has_its_rule() {
    let value = |text: &str| Some(serde_json::from_str::<Value>(text).expect("JSON")).filter(|value| !value.is_null());
    let mut open = BTreeSet::new();
    for (facts, shape, entry, properties) in all() {
        open.extend(
            entry
                .conditional_create_only
                .iter()
                .filter(|path| properties.contains(top(path)))
                .map(|path| (facts.kind, path.clone())),
        );
        for one in CONDITIONAL.iter().filter(|one| one.kind == facts.kind) {
            let path = format!("/{}", one.property);
            let field = FieldDiff { path, before: value(one.before), after: value(one.after) };
            let how = match shape.refuses(&Value::Null, &Value::Null, std::slice::from_ref(&field)) {
                Some(_) => How::Refused,
                None if shape.replaces(&Value::Null, &Value::Null, &field) => How::Replaces,
                None => How::InPlace,
            };
            assert_eq!(how, one.how, "{} {} -> {}", one.property, one.before, one.after);
        }
    }
    let ruled = CONDITIONAL.iter().map(|one| (one.kind, one.property.to_owned())).collect();
    assert_eq!(open, ruled);
}

/// What CloudFormation has no property for is a parameter of a call, or a part: `Facts::cloudformation` says which. A part may also
/// have a property, which says less of it.
#[test]
fn every_property_has_cloudformations_name_or_becomes_a_part() {
    for (facts, _, entry, properties) in all() {
        let CloudFormation { parts, call_only, .. } = facts.cloudformation;
        let embedded = parts.iter().filter_map(|part| match part.source {
            Source::Property(property) | Source::Elements(property) => Some(property),
            Source::References(_) | Source::Referring(_) | Source::Name(_) => None,
        });
        let said = embedded.chain(call_only.iter().copied()).filter(|name| !entry.properties.contains(*name));
        let said: BTreeSet<_> = said.map(str::to_owned).collect();
        let strange: BTreeSet<_> = properties.into_iter().filter(|name| !entry.properties.contains(name)).collect();
        assert_eq!(strange, said, "{}: Facts::cloudformation", facts.kind);
        for part in parts {
            let its = &registered(part.kind).properties;
            let lacks = [Some(part.owner), part.value].into_iter().flatten().find(|name| !its.contains(*name));
            assert_eq!(lacks, None, "{}: {}", facts.kind, part.kind);
        }
    }
}

#[test]
fn what_cloudformation_requires_we_require() {
    let mut found = BTreeSet::new();
    for (facts, shape, entry, properties) in all() {
        let required = shape.schema().root()["required"].as_array().cloned().unwrap_or_default();
        let required: BTreeSet<_> = required.iter().filter_map(|name| name.as_str()).collect();
        let lenient =
            entry.required.iter().filter(|name| properties.contains(*name) && !required.contains(name.as_str()));
        found.extend(lenient.map(|name| (facts.kind.to_owned(), name.clone())));
    }
    compare(&found, OPTIONAL);
}

#[test]
fn no_read_only_property_can_be_set() {
    for (facts, _, entry, properties) in all() {
        let both: Vec<_> = entry.read_only.intersection(&properties).collect();
        assert!(both.is_empty(), "{}: {both:?}", facts.kind);
    }
}

/// Kinds that stand in security groups, and whose updates need not come in two phases.
const MOVED_AT_ONCE: &[(&str, &str)] = &[
    ("AWS::EC2::LaunchTemplate", "instances that run keep the groups they were started in"),
    ("AWS::ECS::Service", "tasks keep the groups they were started in until a rollout has replaced them"),
    ("AWS::Scheduler::Schedule", "a task that runs keeps the groups it was started in"),
];

#[test]
fn every_kind_that_stands_in_groups_leaves_them_last() {
    let others: BTreeSet<&str> = all()
        .iter()
        .filter(|(facts, shape, ..)| {
            let schema = shape.schema().root().to_string();
            let stands = ["SecurityGroups\":", "SecurityGroupIds\":"].iter().any(|list| schema.contains(list));
            stands && facts.memberships.is_empty()
        })
        .map(|(facts, ..)| facts.kind)
        .collect();
    assert_eq!(others, MOVED_AT_ONCE.iter().map(|(kind, _)| *kind).collect(), "each has MEMBERSHIPS or a reason");
    let bear: Vec<_> = all().iter().filter(|(facts, ..)| !facts.memberships.is_empty()).map(|it| it.0.kind).collect();
    assert_eq!(bear.len(), 7, "{bear:?}");
}

/// Kinds whose name CloudFormation alone gives, and why.
const NAMED_BY_CLOUDFORMATION: &[(&str, &str)] =
    &[("AWS::ElastiCache::ParameterGroup", "its name is a return value, and no property that can be set")];

#[test]
fn every_physical_name_has_its_property() {
    for (facts, _, registered, _) in all() {
        let property = facts.name_property;
        let is_part = facts.cloudformation.parts.iter().any(|part| matches!(part.source, Source::Name(_)));
        let is_given = NAMED_BY_CLOUDFORMATION.iter().all(|(kind, _)| *kind != facts.kind);
        let has_one = facts.name.is_physical() && !is_part && is_given;
        assert_eq!(property.is_some(), has_one, "{}", facts.kind);
        assert!(property.is_none_or(|name| registered.properties.contains(top(name))), "{}: {property:?}", facts.kind);
    }
}
