//! An exported template of CloudFormation, read back in our own terms.

use std::collections::BTreeMap;

use provision::kinds::KINDS;
use provision::resource::{Address, Facts, Shape, Tags, key};
use serde_json::{Map, Value, json};

/// What a template makes, in our own terms: functions are references again, and parts are fields of what they belong to.
pub struct Made {
    pub things: BTreeMap<Address, Map<String, Value>>,
}

/// The types that are parts of ours: the property that says of which one, the field, and the property that is its value;
/// none: the whole part, without that property.
const PARTS: &[(&str, &str, &str, Option<&str>)] = &[
    ("AWS::ApplicationAutoScaling::ScalingPolicy", "ScalingTargetId", "ScalingPolicies", None),
    ("AWS::EC2::Route", "RouteTableId", "Routes", None),
    ("AWS::EFS::MountTarget", "FileSystemId", "MountTargets", None),
    ("AWS::EC2::SecurityGroupEgress", "GroupId", "SecurityGroupEgress", None),
    ("AWS::EC2::SecurityGroupIngress", "GroupId", "SecurityGroupIngress", None),
    ("AWS::EC2::SubnetRouteTableAssociation", "RouteTableId", "SubnetIds", Some("SubnetId")),
    (
        "AWS::SES::ConfigurationSetEventDestination",
        "ConfigurationSetName",
        "EventDestinations",
        Some("EventDestination"),
    ),
    ("AWS::SNS::Subscription", "TopicArn", "Subscription", None),
];
/// The same for fields that are no lists.
const SINGLE: &[(&str, &str, &str, &str)] = &[
    ("AWS::ElasticLoadBalancingV2::ListenerCertificate", "ListenerArn", "FurtherCertificates", "Certificates"),
    ("AWS::EC2::VPCCidrBlock", "VpcId", "AmazonProvidedIpv6CidrBlock", "AmazonProvidedIpv6CidrBlock"),
    ("AWS::EC2::VPCGatewayAttachment", "InternetGatewayId", "VpcId", "VpcId"),
    ("AWS::KMS::Alias", "TargetKeyId", "(name)", "AliasName"),
    ("AWS::S3::BucketPolicy", "Bucket", "Policy", "PolicyDocument"),
    ("AWS::SNS::TopicPolicy", "Topics", "Policy", "PolicyDocument"),
    ("AWS::SQS::QueuePolicy", "Queues", "Policy", "PolicyDocument"),
    ("AWS::SecretsManager::ResourcePolicy", "SecretId", "Policy", "ResourcePolicy"),
    ("AWS::WAFv2::WebACLAssociation", "ResourceArn", "WebACLArn", "WebACLArn"),
];
/// The same for fields that are the whole part, without the property that says of which one it is.
const OBJECTS: &[(&str, &str, &str)] = &[
    ("AWS::RDS::DBProxyTargetGroup", "DBProxyName", "TargetGroup"),
    ("AWS::SecretsManager::RotationSchedule", "SecretId", "Rotation"),
    ("AWS::WAFv2::LoggingConfiguration", "ResourceArn", "LoggingConfiguration"),
];

/// The same for fields that are several properties of the part, each under its own name.
const MERGED: &[(&str, &str)] = &[("AWS::ECS::ClusterCapacityProviderAssociations", "Cluster")];

/// What `Ref` of a logical id means: a resource of ours, and which of its outputs.
type Ids = BTreeMap<String, (Address, String)>;

impl Made {
    pub fn of(template: &Value) -> Self {
        let all = template["Resources"].as_object().expect("resources");
        let mut addresses = Ids::new();
        for (id, body) in all.iter().filter(|(_, body)| is_ours(body)) {
            let kind = body["Type"].as_str().expect("a type");
            let mut properties = body["Properties"].as_object().expect("properties").clone();
            let tags = take_tags(&mut properties, facts(kind));
            let name = tags.get(key::NAME).or_else(|| body["Metadata"][key::NAME].as_str()).expect("a name");
            addresses.insert(id.clone(), (Address::new(kind, name), facts(kind).reference.to_owned()));
        }
        // Parts that others refer to.
        for (id, body) in all.iter().filter(|(_, body)| !is_ours(body)) {
            let shapes = KINDS.iter().flat_map(|kind| kind.facts().cloudformation.parts);
            let Some((shape, called)) =
                shapes.filter(|shape| body["Type"] == shape.kind).find_map(|shape| Some((shape, shape.called?)))
            else {
                continue;
            };
            let name = body["Properties"][called.by].as_str().expect("a name");
            let owner = owner(&addresses, &body["Properties"][shape.owner]);
            addresses.insert(id.clone(), (owner, format!("{}.{name}", called.output)));
        }
        let mut things = BTreeMap::new();
        for (id, (address, _)) in addresses.iter().filter(|(id, _)| is_ours(&all[*id])) {
            let Value::Object(mut properties) = read(&addresses, &all[id]["Properties"]) else { panic!("properties") };
            if address.kind == "AWS::EC2::SecurityGroup" {
                let rules = properties["SecurityGroupEgress"].as_array_mut().expect("a list");
                rules.retain(|rule| rule["CidrIp"] != "127.0.0.1/32");
            }
            things.insert(address.clone(), properties);
        }
        let mut made = Self { things };
        all.values().filter(|body| !is_ours(body)).for_each(|part| made.put_back(&addresses, part));
        made
    }

    fn put_back(&mut self, addresses: &Ids, part: &Value) {
        let kind = part["Type"].as_str().expect("a type");
        let properties = &part["Properties"];
        if let Some((_, of)) = MERGED.iter().find(|(one, _)| *one == kind) {
            let owner = self.things.get_mut(&owner(addresses, &properties[of])).expect("what it is part of");
            let own = properties.as_object().expect("properties").iter().filter(|(name, _)| name != of);
            owner.extend(own.map(|(name, value)| (name.clone(), read(addresses, value))));
            return;
        }
        if let Some((_, of, field, value)) = SINGLE.iter().find(|(one, ..)| *one == kind) {
            let owner = self.things.get_mut(&owner(addresses, &properties[of])).expect("what it is part of");
            owner.insert((*field).to_owned(), read(addresses, &properties[value]));
            return;
        }
        if let Some((_, of, field)) = OBJECTS.iter().find(|(one, ..)| *one == kind) {
            let mut whole = properties.clone();
            let of = whole.as_object_mut().expect("properties").remove(*of).expect("an owner");
            let owner = self.things.get_mut(&owner(addresses, &of)).expect("what it is part of");
            owner.insert((*field).to_owned(), read(addresses, &whole));
            return;
        }
        let (_, of, field, value) = PARTS.iter().find(|(one, ..)| *one == kind).unwrap_or_else(|| panic!("{kind}"));
        let item = if let Some(value) = value {
            properties[value].clone()
        } else {
            let mut item = properties.clone();
            item.as_object_mut().expect("properties").remove(*of);
            item
        };
        let owner = self.things.get_mut(&owner(addresses, &properties[of])).expect("what it is part of");
        // One type has the routes of both families.
        let field = if properties.get("DestinationIpv6CidrBlock").is_some() { "Ipv6Routes" } else { *field };
        let list = owner.entry(field).or_insert_with(|| json!([]));
        list.as_array_mut().expect("a list").push(read(addresses, &item));
    }
}

fn is_ours(body: &Value) -> bool {
    KINDS.iter().any(|kind| body["Type"] == kind.facts().kind)
}

/// Which resource a function of a part leads to, or the one function of a list.
fn owner(addresses: &Ids, function: &Value) -> Address {
    // Of a list, its one element.
    let function = function.get(0).unwrap_or(function);
    let id = function["Ref"].as_str().or_else(|| function["Fn::GetAtt"][0].as_str()).expect("a function");
    addresses[id].0.clone()
}

/// CloudFormation's functions as our references.
fn read(addresses: &Ids, value: &Value) -> Value {
    let reference = |id: &str, output: Option<&str>| {
        let (address, reference) = addresses.get(id).unwrap_or_else(|| panic!("{id} is none of ours"));
        format!("⟦{address}.{}⟧", output.unwrap_or(reference))
    };
    match value {
        Value::Array(list) => list.iter().map(|item| read(addresses, item)).collect(),
        Value::Object(map) if map.contains_key("Fn::Select") => {
            let (number, range) = (&map["Fn::Select"][0], &map["Fn::Select"][1]["Fn::Cidr"]);
            assert_eq!((&range[1], &range[2]), (&json!(256), &json!(64)));
            let network = range[0]["Fn::Select"][1]["Fn::GetAtt"][0].as_str().expect("an id");
            json!(reference(network, Some(&format!("Ipv6SubnetCidrBlocks.{number}"))))
        }
        Value::Object(map) if map.contains_key("Fn::Base64") => read(addresses, &map["Fn::Base64"]),
        Value::Object(map) => match (map.get("Ref"), map.get("Fn::GetAtt"), map.get("Fn::Sub")) {
            (Some(id), ..) => json!(reference(id.as_str().expect("an id"), None)),
            (_, Some(pair), _) => json!(reference(pair[0].as_str().expect("an id"), pair[1].as_str())),
            (.., Some(text)) => {
                let mut pieces = text.as_str().expect("text").split("${");
                let mut out = pieces.next().unwrap_or_default().to_owned();
                for piece in pieces {
                    let (inner, rest) = piece.split_once('}').expect("a closing brace");
                    // What CloudFormation knows by itself.
                    let own = Some(inner).filter(|inner| inner.starts_with("AWS::"));
                    if let Some(plain) = inner.strip_prefix('!').or(own) {
                        out.push_str(&format!("${{{plain}}}"));
                    } else {
                        let (id, output) = inner.split_once('.').map_or((inner, None), |(id, out)| (id, Some(out)));
                        out.push_str(&reference(id, output));
                    }
                    out.push_str(rest);
                }
                json!(out)
            }
            _ => map.iter().map(|(key, item)| (key.clone(), read(addresses, item))).collect(),
        },
        other => other.clone(),
    }
}

pub fn facts(kind: &str) -> &'static Facts {
    shape(kind).facts()
}

pub fn take_tags(thing: &mut Map<String, Value>, facts: &Facts) -> Tags {
    let Some(tags) = thing.remove(facts.cloudformation.tags) else { return Tags::default() };
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    if let Some(tags) = tags.as_object() {
        return tags.iter().map(|(key, value)| (key.clone(), text(value))).collect();
    }
    let list = tags.as_array().expect("a list");
    // Those of EC2's templates stand below what they are for.
    let list = list.first().and_then(|of| of["Tags"].as_array()).unwrap_or(list);
    list.iter().map(|tag| (text(&tag["Key"]), text(&tag["Value"]))).collect()
}

pub fn shape(kind: &str) -> &'static dyn Shape {
    shapes().into_iter().find(|shape| shape.facts().kind == kind).expect("one of ours")
}

pub fn shapes() -> Vec<&'static dyn Shape> {
    KINDS.iter().map(|kind| kind.shape()).collect()
}
