//! The fields that we embed and CloudFormation has types of their own for.

use serde_json::{Map, Value, json};

use crate::resource::Reference;

/// A resource without the fields that became parts, and the parts.
pub(super) struct Split {
    pub properties: Map<String, Value>,
    pub parts: Vec<Part>,
}

/// What an embedded field becomes.
pub(super) struct Part {
    pub id: String,
    pub kind: &'static str,
    pub properties: Map<String, Value>,
}

/// Parameters of AWS's calls that are no properties in CloudFormation.
const CALL_ONLY: &[(&str, &[&str])] = &[
    ("AWS::ElastiCache::ReplicationGroup", &["ApplyImmediately"]),
    ("AWS::RDS::DBCluster", &["ApplyImmediately"]),
    ("AWS::RDS::DBInstance", &["ApplyImmediately"]),
];

/// Takes a spec apart. `own` is the resource's logical id, which its parts refer to by CloudFormation's functions; `name`
/// its physical name, if it is not left to CloudFormation.
pub(super) fn split(kind: &str, own: &str, name: Option<&str>, spec: Value) -> Split {
    let Value::Object(mut properties) = spec else { return Split { properties: Map::new(), parts: Vec::new() } };
    for (_, names) in CALL_ONLY.iter().filter(|(call_kind, _)| *call_kind == kind) {
        names.iter().for_each(|name| drop(properties.remove(*name)));
    }
    properties.retain(|property, value| !is_said_by_absence(kind, property, value));
    let parts = match kind {
        "AWS::EC2::InternetGateway" => attachment(own, &mut properties),
        "AWS::EC2::RouteTable" => [routes(own, &mut properties), associations(own, &mut properties)].concat(),
        "AWS::EC2::SecurityGroup" => rules_between_groups(own, &mut properties),
        "AWS::ElasticLoadBalancingV2::LoadBalancer" => web_acl(own, &mut properties),
        "AWS::KMS::Key" => alias(own, name),
        "AWS::ApplicationAutoScaling::ScalableTarget" => scaling_policies(own, &mut properties),
        _ => Vec::new(),
    };
    Split { properties, parts: parts.into_iter().map(Part::from).collect() }
}

/// Values of ours that CloudFormation says by leaving the property out, and refuses when they are written.
fn is_said_by_absence(kind: &str, property: &str, value: &Value) -> bool {
    match (kind, property) {
        ("AWS::Logs::LogGroup", "RetentionInDays") => *value == 0,
        ("AWS::ECS::Service", "PropagateTags") => *value == "NONE",
        _ => false,
    }
}

type Parts = Vec<(String, &'static str, Value)>;

impl From<(String, &'static str, Value)> for Part {
    fn from((id, kind, properties): (String, &'static str, Value)) -> Self {
        let properties = match properties {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        Self { id, kind, properties }
    }
}

fn reference(own: &str) -> Value {
    json!({ "Ref": own })
}

fn attachment(own: &str, properties: &mut Map<String, Value>) -> Parts {
    let vpc = properties.remove("VpcId");
    let part = |vpc| json!({ "InternetGatewayId": reference(own), "VpcId": vpc });
    vpc.map(|vpc| (format!("{own}Attachment"), "AWS::EC2::VPCGatewayAttachment", part(vpc))).into_iter().collect()
}

fn routes(own: &str, properties: &mut Map<String, Value>) -> Parts {
    take_list(properties, "Routes")
        .into_iter()
        .enumerate()
        .map(|(number, mut route)| {
            set(&mut route, "RouteTableId", reference(own));
            (format!("{own}Route{}", number + 1), "AWS::EC2::Route", route)
        })
        .collect()
}

fn associations(own: &str, properties: &mut Map<String, Value>) -> Parts {
    take_list(properties, "SubnetIds")
        .into_iter()
        .enumerate()
        .map(|(number, subnet)| {
            let part = json!({ "RouteTableId": reference(own), "SubnetId": subnet });
            (format!("{own}Association{}", number + 1), "AWS::EC2::SubnetRouteTableAssociation", part)
        })
        .collect()
}

/// Rules that name another group of the stack, or this one: inside the groups they would go in a circle.
fn rules_between_groups(own: &str, properties: &mut Map<String, Value>) -> Parts {
    let mut parts = Vec::new();
    for (list, suffix, kind) in [
        ("SecurityGroupIngress", "Ingress", "AWS::EC2::SecurityGroupIngress"),
        ("SecurityGroupEgress", "Egress", "AWS::EC2::SecurityGroupEgress"),
    ] {
        let (between, plain): (Vec<_>, Vec<_>) =
            take_list(properties, list).into_iter().partition(|rule| !Reference::all_in(rule).is_empty());
        if !plain.is_empty() {
            properties.insert(list.to_owned(), Value::Array(plain));
        }
        for (number, mut rule) in between.into_iter().enumerate() {
            set(&mut rule, "GroupId", json!({ "Fn::GetAtt": [own, "GroupId"] }));
            parts.push((format!("{own}{suffix}{}", number + 1), kind, rule));
        }
    }
    // Whether rules that are resources of their own take EC2's default rule away, AWS does not say; one of the group's own does.
    properties.entry("SecurityGroupEgress").or_insert_with(|| json!([nothing_goes_out()]));
    parts
}

/// The rule that CloudFormation's documentation of `AWS::EC2::SecurityGroup` gives to let nothing out: a group without any
/// keeps the one by which EC2 lets everything out.
fn nothing_goes_out() -> Value {
    json!({ "IpProtocol": "-1", "CidrIp": "127.0.0.1/32", "Description": "Takes the place of the default that lets everything out" })
}

fn web_acl(own: &str, properties: &mut Map<String, Value>) -> Parts {
    let acl = properties.remove("WebACLArn");
    let part = |acl| json!({ "ResourceArn": reference(own), "WebACLArn": acl });
    acl.map(|acl| (format!("{own}WebACL"), "AWS::WAFv2::WebACLAssociation", part(acl))).into_iter().collect()
}

/// A key's physical name is its alias.
fn alias(own: &str, name: Option<&str>) -> Parts {
    let part = |name| json!({ "AliasName": format!("alias/{name}"), "TargetKeyId": reference(own) });
    name.map(|name| (format!("{own}Alias"), "AWS::KMS::Alias", part(name))).into_iter().collect()
}

fn scaling_policies(own: &str, properties: &mut Map<String, Value>) -> Parts {
    take_list(properties, "ScalingPolicies")
        .into_iter()
        .enumerate()
        .map(|(number, mut policy)| {
            set(&mut policy, "ScalingTargetId", reference(own));
            (format!("{own}Policy{}", number + 1), "AWS::ApplicationAutoScaling::ScalingPolicy", policy)
        })
        .collect()
}

fn take_list(properties: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match properties.remove(name) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Value::Object(map) = object {
        map.insert(name.to_owned(), value);
    }
}
