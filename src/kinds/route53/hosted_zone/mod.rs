mod read;
mod vpcs;

use aws_sdk_route53::types::{HostedZoneConfig, TagResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::vpcs::Association;
use crate::aws::{Aws, MINUTE, Reader, Writer, create_once, retry};
use crate::kinds::route53::{self, name, reference, tags, zone_id};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::text::given;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::normal::Set;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, FieldDiff, Found, Identity, InUse, Kept,
    Kind, Listing, Made, Mistake, Name, NameRule, On, Permissions, Question, Quota, Replacement, Result, Scope, Tags,
    Turn, Unseen,
};

/// A public zone, or a private one, which answers in its VPCs alone.
pub struct HostedZone;

/// The properties of `AWS::Route53::HostedZone`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// The domain, `example.com`.
    #[serde(deserialize_with = "name::read")]
    pub name: String,
    #[serde(default)]
    pub hosted_zone_config: Config,
    /// The VPCs in which it answers; exclusive. Without one it is public.
    #[serde(rename = "VPCs", default)]
    pub vpcs: Set<Association>,
}

impl Spec {
    fn is_private(&self) -> bool {
        !self.vpcs.is_empty()
    }
}

/// What is said of a zone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Config {
    /// At most 256 characters.
    #[serde(default)]
    pub comment: String,
}

/// The return values of `AWS::Route53::HostedZone`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
    /// What the domain above has to name in NS records, for anybody to find the zone; none of a private one.
    pub name_servers: Vec<String>,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::Route53::HostedZone
    name: main
    properties:
      Name: example.com
      HostedZoneConfig: { Comment: The shop }
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16, EnableDnsHostnames: true }
  - type: AWS::Route53::HostedZone
    name: internal
    properties:
      Name: example.com
      VPCs: [{ VPCId: \"{{ ref('AWS::EC2::VPC/main') }}\", VPCRegion: us-east-1 }]
";

const CHANGED: &str = "
resources:
  - type: AWS::Route53::HostedZone
    name: main
    properties:
      Name: example.com
      HostedZoneConfig: { Comment: The shop and its mail }
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16, EnableDnsHostnames: true }
  - type: AWS::EC2::VPC
    name: edge
    properties: { CidrBlock: 10.21.0.0/16, EnableDnsHostnames: true }
  - type: AWS::Route53::HostedZone
    name: internal
    properties:
      Name: example.com
      VPCs: [{ VPCId: \"{{ ref('AWS::EC2::VPC/edge') }}\", VPCRegion: us-east-1 }]
";

const VPCS: &str = "/VPCs";
const TYPE: TagResourceType = TagResourceType::Hostedzone;

impl Kind for HostedZone {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &["/Name"],
        replacement: Replacement::CreateFirst,
        // Another zone has other name servers, which somebody has to write into the domain above.
        stateful: true,
        // The tags take a call of their own.
        several_calls: true,
        seconds: 5,
        preflight_reads: &["route53:GetHostedZoneCount", "route53:ListHostedZonesByName"],
        cloudformation: CloudFormation {
            tags: "HostedZoneTags",
            nothing_without: &[("HostedZoneConfig", "Comment")],
            ..CloudFormation::SAME
        },
        quotas: &[Quota::new("route53", "L-4EA4796A", "Hosted zones").of_account()],
        ..Facts::of(Essentials {
            kind: "AWS::Route53::HostedZone",
            is_global: true,
            // The index of us-east-1 alone shows it.
            indexed_as: None,
            reference: "Id",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::Route53::RecordSet", Detection::Listed),
                Attachable::new("QueryLoggingConfig", Detection::Noted("/QueryLoggingConfig")),
                Attachable::new("AWS::Route53::DNSSEC", Detection::Noted("/DNSSEC")),
                Attachable::new(
                    "AWS::Route53::KeySigningKey",
                    Detection::Left("it signs nothing until DNSSEC is on, which is told"),
                ),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &[
                    "route53:ListHostedZones",
                    "route53:ListTagsForResources",
                    "route53:GetHostedZone",
                    "route53:GetDNSSEC",
                    "route53:ListQueryLoggingConfigs",
                ],
                create: &[
                    "route53:ListHostedZonesByName",
                    "route53:ListTagsForResources",
                    "route53:CreateHostedZone",
                    "route53:GetHostedZone",
                    "route53:ChangeTagsForResource",
                    "route53:AssociateVPCWithHostedZone",
                    "route53:GetChange",
                    "ec2:DescribeVpcs",
                ],
                update: &[
                    "route53:UpdateHostedZoneComment",
                    "route53:AssociateVPCWithHostedZone",
                    "route53:DisassociateVPCFromHostedZone",
                    "route53:GetChange",
                    "ec2:DescribeVpcs",
                ],
                retag: &["route53:ChangeTagsForResource"],
                delete: &["route53:DeleteHostedZone", "route53:ListResourceRecordSets"],
                on: &[
                    ("route53:CreateHostedZone", &[On::Everything]),
                    ("route53:ChangeTagsForResource", &[On::Any("hostedzone/*")]),
                    ("route53:UpdateHostedZoneComment", &[On::Any("hostedzone/*")]),
                    ("route53:AssociateVPCWithHostedZone", &[On::Any("hostedzone/*")]),
                    ("route53:DisassociateVPCFromHostedZone", &[On::Any("hostedzone/*")]),
                    ("route53:DeleteHostedZone", &[On::Any("hostedzone/*")]),
                    ("route53:GetChange", &[On::Any("change/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let zones = route53::zones(reader).await?;
        let ids: Vec<_> = zones.iter().map(zone_id).collect();
        let tags = tags::read(reader, &TYPE, &ids).await?;
        let ours = ids.iter().filter(|id| scope.owns(id, tags.get(**id).unwrap_or(&Tags::default())));
        let ours: Vec<&str> = ours.copied().collect();
        let mut listing = Listing::default();
        if ours.is_empty() {
            return Ok(listing);
        }
        let logged = read::logged(reader).await?;
        for (id, answer) in read::details(reader, &ours).await {
            let tags = tags.get(id).cloned().unwrap_or_default();
            match answer {
                Ok(detail) => listing.found.push(read::found(id, &detail, logged.get(id), tags)),
                Err(failure) => listing.unseen.push(Unseen { id: id.to_owned(), tags: Some(tags), failure }),
            }
        }
        Ok(listing)
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let answer = reader.route53().get_hosted_zone_count().send().await?;
        Ok(Some(InUse::count(usize::try_from(answer.hosted_zone_count()).unwrap_or_default())))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let mark = reference::mark(tags);
        let call = writer.route53().create_hosted_zone().name(&spec.name);
        let call = call.caller_reference(reference::new(writer, &mark));
        let comment = given(&spec.hosted_zone_config.comment);
        let config = HostedZoneConfig::builder().set_comment(comment).private_zone(spec.is_private()).build();
        // The first of its VPCs makes it a private one, which nothing does later.
        let call = call.hosted_zone_config(config).set_vpc(spec.vpcs.iter().next().map(Association::sent));
        let send = || async {
            let answer = call.clone().send().await?;
            let id = answer.hosted_zone().map(|zone| zone_id(zone).to_owned());
            let outputs = id.map(|id| read::outputs(&id, answer.delegation_set()));
            outputs.ok_or_else(|| Failure::new(Class::Other, "CreateHostedZone returned no zone"))
        };
        let outputs = create_once(|| read::half_made(writer, spec, &mark, tags), send).await.map_err(vpcs::conflict)?;
        writer.admit(&outputs.id);
        tags::change(writer, &TYPE, &outputs.id, tags, &[]).await?;
        if spec.vpcs.len() > 1 {
            vpcs::complete(writer, &outputs.id, &spec.vpcs).await?;
        }
        Ok(Made::ready(outputs.id.clone(), outputs))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches("/HostedZoneConfig") {
            let comment = &spec.hosted_zone_config.comment;
            writer.route53().update_hosted_zone_comment().id(&live.id).comment(comment).send().await?;
        }
        if changes.touches(VPCS) {
            vpcs::change(writer, &live.id, &live.spec.vpcs, &spec.vpcs).await?;
        }
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        tags::change(writer, &TYPE, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = || {
            let call = writer.route53().delete_hosted_zone().id(&live.id);
            async move { gone(call.send().await) }
        };
        match retry(5 * MINUTE, |_| false, call).await {
            Err(failure) if failure.code == "HostedZoneNotEmpty" => Err(read::occupied(writer, live, failure).await),
            answer => answer.map(|()| Turn::Done(Vec::new())),
        }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let is_long = spec.hosted_zone_config.comment.chars().count() > 256;
        let long = is_long.then(|| "is longer than 256 characters".to_owned());
        let wrong = [("/Name", name::mistake(&spec.name)), ("/HostedZoneConfig/Comment", long)];
        wrong.into_iter().filter_map(|(at, what)| Some(Mistake::new(at, what?))).collect()
    }

    /// A zone is public or private for good.
    fn replaces(_: &Value, _: &Value, field: &FieldDiff) -> bool {
        let is_public = |vpcs: &Option<Value>| vpcs.as_ref().and_then(Value::as_array).is_none_or(Vec::is_empty);
        field.path == VPCS && is_public(&field.before) != is_public(&field.after)
    }

    /// Private zones of one name stand beside each other, and beside a public one: each VPC has its own.
    fn questions(spec: &Spec) -> Vec<Question> {
        if spec.is_private() { Vec::new() } else { vec![Question::new("/Name", &[&spec.name])] }
    }

    /// A second zone of one name: only one of them can be delegated to, and nobody sees which.
    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let [name] = about else { return Ok(None) };
        let others = read::named(reader, name, false).await?;
        let other = others.iter().find(|zone| !read::is_half_made(zone));
        Ok(other.map(|zone| read::taken(name, zone_id(zone)).message))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_zone_is_public_or_private_for_good() {
        let replaces = |before: Option<Value>, after: Option<Value>| {
            HostedZone::replaces(&Value::Null, &Value::Null, &FieldDiff { path: VPCS.into(), before, after })
        };
        let vpcs = |ids: &[&str]| {
            Some(ids.iter().map(|id| json!({ "VPCId": id, "VPCRegion": "us-east-1" })).collect::<Value>())
        };
        assert!(replaces(vpcs(&[]), vpcs(&["vpc-1"])) && replaces(vpcs(&["vpc-1"]), vpcs(&[])));
        assert!(replaces(None, vpcs(&["vpc-1"])));
        assert!(
            !replaces(vpcs(&["vpc-1"]), vpcs(&["vpc-2"])) && !replaces(vpcs(&["vpc-1"]), vpcs(&["vpc-1", "vpc-2"]))
        );
    }
}
