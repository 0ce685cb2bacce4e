mod rule;
#[cfg(test)]
mod tests;
mod write;

use std::collections::BTreeSet;

use aws_sdk_ec2::types::{Filter, ResourceType, SecurityGroup as Description};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::rule::{Egress, Ingress, Rule, Rules, flatten};
use self::write::{Direction, Steps, revoke_all, revoke_if_there};
use crate::aws::{Aws, MINUTE, Reader, Writer, retry};
use crate::kinds::ec2;
use crate::kinds::ec2::vpc::Vpc;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::{ownership, tag};
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, InUse, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, On, Permissions, Question, Quota, Ref, Replacement, Result, Scope, State,
    Tags, Turn,
};

/// Who may talk to whom, with all its rules.
pub struct SecurityGroup;

/// The properties of `AWS::EC2::SecurityGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// What it is for; at most 255 characters, and never to be changed.
    pub group_description: String,
    pub vpc_id: Ref<Vpc>,
    /// Exclusive: a rule that is not declared is revoked.
    #[serde(default)]
    pub security_group_ingress: Rules<Ingress>,
    /// Exclusive, and nothing goes out of a group that declares none: the rule that EC2 adds is revoked.
    #[serde(default)]
    pub security_group_egress: Rules<Egress>,
}

/// The return values of `AWS::EC2::SecurityGroup`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub group_id: String,
    pub vpc_id: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      GroupDescription: The load balancer
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0, Description: the world }
      SecurityGroupEgress:
        - IpProtocol: tcp
          FromPort: 8080
          ToPort: 8080
          DestinationSecurityGroupId: \"{{ ref('AWS::EC2::SecurityGroup/app') }}\"
  - type: AWS::EC2::SecurityGroup
    name: app
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      GroupDescription: The service
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 8080
          ToPort: 8080
          SourceSecurityGroupId: \"{{ ref('AWS::EC2::SecurityGroup/web') }}\"
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      GroupDescription: The load balancer
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 443, ToPort: 443, CidrIp: 0.0.0.0/0, Description: clients }
        - { IpProtocol: tcp, FromPort: 80, ToPort: 80, CidrIp: 0.0.0.0/0, Description: redirected }
      SecurityGroupEgress:
        - IpProtocol: tcp
          FromPort: 8443
          ToPort: 8443
          DestinationSecurityGroupId: \"{{ ref('AWS::EC2::SecurityGroup/app') }}\"
  - type: AWS::EC2::SecurityGroup
    name: app
    properties:
      VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\"
      GroupDescription: The service
      SecurityGroupIngress:
        - IpProtocol: tcp
          FromPort: 8443
          ToPort: 8443
          SourceSecurityGroupId: \"{{ ref('AWS::EC2::SecurityGroup/web') }}\"
";

/// The rule that CloudFormation's documentation of the type gives to let nothing out: a group without any keeps the one by
/// which EC2 lets everything out. Whether rules that are resources of their own take that away, AWS does not say.
const NOTHING_GOES_OUT: &str = r#"[{ "IpProtocol": "-1", "CidrIp": "127.0.0.1/32",
    "Description": "Takes the place of the default that lets everything out" }]"#;

impl Kind for SecurityGroup {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        unique_key: &["/VpcId"],
        create_only: &["/GroupDescription", "/VpcId"],
        replacement: Replacement::CreateFirst,
        grants: &["/SecurityGroupIngress", "/SecurityGroupEgress"],
        // Groups that admit each other.
        deferrable: &["/SecurityGroupIngress", "/SecurityGroupEgress"],
        several_calls: true,
        cloudformation: CloudFormation {
            parts: &[
                Part::of(
                    "AWS::EC2::SecurityGroupIngress",
                    "Ingress",
                    Source::References("SecurityGroupIngress"),
                    "GroupId",
                )
                .by_attribute("GroupId"),
                Part::of(
                    "AWS::EC2::SecurityGroupEgress",
                    "Egress",
                    Source::References("SecurityGroupEgress"),
                    "GroupId",
                )
                .by_attribute("GroupId"),
            ],
            in_place_of_empty: &[("SecurityGroupEgress", NOTHING_GOES_OUT)],
            ..CloudFormation::SAME
        },
        quotas: &[
            Quota::new("vpc", "L-E79EC296", "VPC security groups per Region"),
            Quota::new("vpc", "L-0EA8095F", "Inbound or outbound rules per security group")
                .of_itself("/SecurityGroupIngress", rule::most_rules),
        ],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::SecurityGroup",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "GroupId",
            name: NameRule::Hashed { max: 255 },
            identity: Identity::Tags,
            name_property: Some("GroupName"),
            non_idempotent: &[],
            id_prefixes: &["sg-"],
            attachable: &[
                Attachable::new("AWS::EC2::SecurityGroupIngress", Detection::Compared("/SecurityGroupIngress")),
                Attachable::new("AWS::EC2::SecurityGroupEgress", Detection::Compared("/SecurityGroupEgress")),
                Attachable::new("AWS::EC2::NetworkInterface", Detection::Surveyed),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["ec2:DescribeSecurityGroups"],
                create: &[
                    "ec2:CreateSecurityGroup",
                    "ec2:CreateTags",
                    "ec2:DescribeSecurityGroups",
                    "ec2:AuthorizeSecurityGroupIngress",
                    "ec2:AuthorizeSecurityGroupEgress",
                    "ec2:RevokeSecurityGroupIngress",
                    "ec2:RevokeSecurityGroupEgress",
                    "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
                    "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
                ],
                update: &[
                    "ec2:AuthorizeSecurityGroupIngress",
                    "ec2:AuthorizeSecurityGroupEgress",
                    "ec2:RevokeSecurityGroupIngress",
                    "ec2:RevokeSecurityGroupEgress",
                    "ec2:UpdateSecurityGroupRuleDescriptionsIngress",
                    "ec2:UpdateSecurityGroupRuleDescriptionsEgress",
                ],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress", "ec2:DeleteSecurityGroup"],
                on: &[
                    ("ec2:CreateSecurityGroup", &[On::Made("security-group/*"), On::Ours]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateSecurityGroup")]),
                    ("ec2:AuthorizeSecurityGroupIngress", &[On::Ours, On::Any("security-group-rule/*")]),
                    ("ec2:AuthorizeSecurityGroupEgress", &[On::Ours, On::Any("security-group-rule/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.ec2().describe_security_groups().set_filters(Some(ec2::filters(scope)));
        let all = call.max_results(ec2::PAGE).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let is_meant = |one: &Found<Self>| scope.owns(&one.id, &one.tags) || scope.requests(one.spec.vpc_id.as_str());
        let found = all.iter().map(found).filter(is_meant).collect();
        // No strangers: names count within one VPC, and what is in the stack's is asked for when a group is missing.
        Ok(Listing { found, ..Listing::default() })
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let call = reader.ec2().describe_security_groups().max_results(ec2::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        Ok(Some(InUse::count(all.len())))
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let (id, incoming, outgoing) = match send(writer, name, spec, tags).await {
            Ok(id) => {
                // In a VPC with IPv6, of which a group tells nothing, EC2 lets everything out by that too.
                revoke_if_there(writer, &id, &Rule::allow_all_ipv6(), Direction::Out).await?;
                (id, Vec::new(), vec![Rule::allow_all()])
            }
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let live = adopt(writer, name, spec, tags, failure).await?;
                (live.id, live.spec.security_group_ingress.all(), live.spec.security_group_egress.all())
            }
            Err(failure) => return Err(failure),
        };
        let (ingress, egress) = (spec.security_group_ingress.all(), spec.security_group_egress.all());
        Steps::between(&incoming, &ingress).take(writer, &id, Direction::In).await?;
        Steps::between(&outgoing, &egress).take(writer, &id, Direction::Out).await?;
        let outputs = Outputs { group_id: id.clone(), vpc_id: spec.vpc_id.as_str().to_owned() };
        Ok(Made { id, outputs, state: State::Ready })
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches("/SecurityGroupIngress") {
            let (have, want) = (live.spec.security_group_ingress.all(), spec.security_group_ingress.all());
            Steps::between(&have, &want).take(writer, &live.id, Direction::In).await?;
        }
        if changes.touches("/SecurityGroupEgress") {
            let (have, want) = (live.spec.security_group_egress.all(), spec.security_group_egress.all());
            Steps::between(&have, &want).take(writer, &live.id, Direction::Out).await?;
        }
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        // A group that another one's rules name can't go; ours name others, so ours go first. A rule that is gone, or
        // whose other side is, holds nobody up.
        gone(revoke_all(writer, &live.id, &live.spec.security_group_ingress.all(), Direction::In).await)?;
        gone(revoke_all(writer, &live.id, &live.spec.security_group_egress.all(), Direction::Out).await)?;
        // The interfaces of load balancers, tasks and databases outlive them by some minutes.
        let codes = &["InvalidGroup.NotFound", "InvalidSecurityGroupID.NotFound"];
        let sent = ec2::release(codes, || writer.ec2().delete_security_group().group_id(&live.id).send()).await?;
        Ok(sent.map(|()| Vec::new()))
    }

    /// A rule under another description is the same rule.
    fn union(path: &str, before: &Value, after: &Value) -> Option<Value> {
        let all = |list: &Value| match path {
            "/SecurityGroupIngress" => Rules::<Ingress>::deserialize(list).map(|rules| rules.all()),
            _ => Rules::<Egress>::deserialize(list).map(|rules| rules.all()),
        };
        let (live, desired) = (all(before).ok()?, all(after).ok()?);
        let both = both(&live, &desired)?.into_iter();
        match path {
            "/SecurityGroupIngress" => serde_json::to_value(both.collect::<Rules<Ingress>>()).ok(),
            _ => serde_json::to_value(both.collect::<Rules<Egress>>()).ok(),
        }
    }

    fn questions(spec: &Spec) -> Vec<Question> {
        let ingress = spec.security_group_ingress.all();
        owners(&ingress).into_iter().map(|owner| Question::new("/SecurityGroupIngress", &[owner])).collect()
    }

    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let is_own = about.iter().any(|owner| owner == reader.account());
        Ok(is_own.then(|| {
            format!(
                "{} is the account of the group itself, and EC2 tells the owners of others' groups alone: leave \
                 SourceSecurityGroupOwnerId out, or the rule differs for ever",
                reader.account()
            )
        }))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let ingress = check("/SecurityGroupIngress", &spec.security_group_ingress.all());
        let egress = check("/SecurityGroupEgress", &spec.security_group_egress.all());
        let own = rule::odd(&spec.group_description).map(|what| Mistake::new("/GroupDescription", what));
        let is_empty = spec.group_description.is_empty();
        let empty = Mistake::all([(is_empty, "/GroupDescription", "is empty, and EC2 wants a text")]);
        ingress.into_iter().chain(egress).chain(own).chain(empty).collect()
    }
}

/// The owner that a rule names, or several, each once.
fn owners(rules: &[Rule]) -> BTreeSet<&str> {
    rules.iter().map(|rule| rule.group_owner.as_str()).filter(|owner| !owner.is_empty()).collect()
}

/// The wanted rules and those that go; none if none goes.
fn both(live: &[Rule], desired: &[Rule]) -> Option<Vec<Rule>> {
    let goes = |rule: &&Rule| !desired.iter().any(|wanted| wanted.is_same(rule));
    let gone: Vec<_> = live.iter().filter(goes).cloned().collect();
    (!gone.is_empty()).then(|| gone.into_iter().chain(desired.iter().cloned()).collect())
}

fn check(at: &str, rules: &[Rule]) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        // Rules are sorted, so an index would point at another rule than the one that was written.
        let name = format!("{} {}", rule.protocol, rule.from_port.map_or_else(String::new, |port| port.to_string()));
        let mut say = |what: &str| mistakes.push(Mistake::new(at, format!("the rule `{}` {what}", name.trim_end())));
        rule.mistake().map(&mut say);
        let parts = [rule.cidr.mistake(), rule.cidr_six.mistake_six(), rule::odd(&rule.description)];
        parts.into_iter().flatten().for_each(|what| say(&format!("has a mistake: {what}")));
        if rules[..index].iter().any(|other| other.is_same(rule)) {
            say("stands twice, with different descriptions");
        }
    }
    mistakes
}

async fn send(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<String> {
    let call = || {
        let call = writer
            .ec2()
            .create_security_group()
            .group_name(name.as_str())
            .description(&spec.group_description)
            .vpc_id(spec.vpc_id.as_str())
            .tag_specifications(ec2::tagged(ResourceType::SecurityGroup, tags));
        async move { Ok::<_, Failure>(call.send().await?) }
    };
    let answer = retry(2 * MINUTE, ec2::is_fresh, call).await?;
    ec2::id_in(answer.group_id(), "CreateSecurityGroup")
}

/// Takes the group of this name if it is ours: an earlier create was cut short.
async fn adopt(
    writer: &Writer,
    name: &Name,
    spec: &Spec,
    tags: &Tags,
    failure: Failure,
) -> Result<Found<SecurityGroup>> {
    let filter = |name: &str, value: &str| Filter::builder().name(name).values(value).build();
    let filters = vec![filter("group-name", name.as_str()), filter("vpc-id", spec.vpc_id.as_str())];
    let call = writer.ec2().describe_security_groups().set_filters(Some(filters)).max_results(ec2::PAGE);
    let answer = call.send().await?;
    let Some(there) = answer.security_groups().first().map(found) else { return Err(failure) };
    ownership::adopt(&format!("the security group {name} ({})", there.id), &there.tags, tags)?;
    Ok(there)
}

fn found(group: &Description) -> Found<SecurityGroup> {
    let id = group.group_id().unwrap_or_default().to_owned();
    let account = group.owner_id().unwrap_or_default();
    let vpc = group.vpc_id().unwrap_or_default();
    Found {
        name: group.group_name().map(str::to_owned),
        spec: Spec {
            group_description: group.description().unwrap_or_default().to_owned(),
            vpc_id: vpc.into(),
            security_group_ingress: flatten(group.ip_permissions(), account).into_iter().collect(),
            security_group_egress: flatten(group.ip_permissions_egress(), account).into_iter().collect(),
        },
        outputs: Outputs { group_id: id.clone(), vpc_id: vpc.to_owned() },
        id,
        tags: tag::read(group.tags()),
        state: State::Ready,
        unmodelled: Vec::new(),
        external: None,
    }
}
