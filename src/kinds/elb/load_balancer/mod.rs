mod spec;
mod write;

use aws_sdk_elasticloadbalancingv2::types::{LoadBalancer as Description, LoadBalancerStateEnum};
use futures_util::future::join_all;
use serde_json::Value;

use self::spec::{Outputs, Spec};
use self::write::{adopt, send, set_attributes, set_network, set_web_acl, web_acl};
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::ec2::internet_gateway::InternetGateway;
use crate::kinds::ec2::route_table::RouteTable;
use crate::kinds::ec2::{self, is_blank};
use crate::kinds::elb::attribute::{self, Attribute};
use crate::kinds::elb::{self, NAME_MAX, Tagged};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Address, Attachable, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure, FieldDiff, Found,
    Identity, InUse, Kept, Kind, Listing, Made, Mistake, Name, NameConflict, NameRule, Neighbours, On, Permissions,
    Quota, Replacement, Result, Scope, State, States, Tags, Turn, Unmodelled,
};

/// A load balancer, with the association of its web ACL (which AWS cannot tag).
pub struct LoadBalancer;

/// The attribute that makes AWS refuse a deletion.
const PROTECTED: &str = "deletion_protection.enabled";

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: public-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20, AvailabilityZoneId: use1-az1 }
  - type: AWS::EC2::Subnet
    name: public-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20, AvailabilityZoneId: use1-az2 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The load balancer }
  - type: AWS::WAFv2::WebACL
    name: web
    properties:
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: web }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Subnets:
        - \"{{ ref('AWS::EC2::Subnet/public-1') }}\"
        - \"{{ ref('AWS::EC2::Subnet/public-2') }}\"
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
      WebACLArn: \"{{ ref('AWS::WAFv2::WebACL/web', 'Arn') }}\"
      LoadBalancerAttributes:
        - { Key: routing.http.drop_invalid_header_fields.enabled, Value: \"true\" }
";

const CHANGED: &str = "
resources:
  - type: AWS::EC2::VPC
    name: main
    properties: { CidrBlock: 10.20.0.0/16 }
  - type: AWS::EC2::InternetGateway
    name: main
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\" }
  - type: AWS::EC2::Subnet
    name: public-1
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.0.0/20, AvailabilityZoneId: use1-az1 }
  - type: AWS::EC2::Subnet
    name: public-2
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.16.0/20, AvailabilityZoneId: use1-az2 }
  - type: AWS::EC2::Subnet
    name: public-3
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", CidrBlock: 10.20.32.0/20, AvailabilityZoneId: use1-az3 }
  - type: AWS::EC2::SecurityGroup
    name: web
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The load balancer }
  - type: AWS::EC2::SecurityGroup
    name: partners
    properties: { VpcId: \"{{ ref('AWS::EC2::VPC/main') }}\", GroupDescription: The partners }
  - type: AWS::WAFv2::WebACL
    name: web
    properties:
      Scope: REGIONAL
      DefaultAction: { Allow: {} }
      VisibilityConfig: { SampledRequestsEnabled: true, CloudWatchMetricsEnabled: true, MetricName: web }
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Subnets:
        - \"{{ ref('AWS::EC2::Subnet/public-1') }}\"
        - \"{{ ref('AWS::EC2::Subnet/public-2') }}\"
        - \"{{ ref('AWS::EC2::Subnet/public-3') }}\"
      SecurityGroups:
        - \"{{ ref('AWS::EC2::SecurityGroup/web') }}\"
        - \"{{ ref('AWS::EC2::SecurityGroup/partners') }}\"
      LoadBalancerAttributes:
        - { Key: routing.http.drop_invalid_header_fields.enabled, Value: \"true\" }
        - { Key: idle_timeout.timeout_seconds, Value: \"120\" }
";

impl Kind for LoadBalancer {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        memberships: &["/SecurityGroups"],
        create_only: &["/Type", "/Scheme"],
        replacement: Replacement::CreateFirst,
        // Its DNS name is another.
        replacement_disruption: Disruption::Outage,
        keyed: &[("/LoadBalancerAttributes", "Key")],
        switches: spec::SWITCHES,
        declared_only: &["/LoadBalancerAttributes"],
        protection: &["/LoadBalancerAttributes/deletion_protection.enabled/Value"],
        several_calls: true,
        // Provisioning to active, measured 140 to 190 s.
        seconds: 170,
        cloudformation: CloudFormation {
            parts: &[Part::of("AWS::WAFv2::WebACLAssociation", "WebACL", Source::Property("WebACLArn"), "ResourceArn")
                .with_value("WebACLArn")],
            ..CloudFormation::SAME
        },
        quotas: &[APPLICATION, NETWORK],
        ..Facts::of(Essentials {
            kind: "AWS::ElasticLoadBalancingV2::LoadBalancer",
            is_global: false,
            indexed_as: Some("elasticloadbalancing"),
            reference: "LoadBalancerArn",
            name: NameRule::Hashed { max: NAME_MAX },
            identity: Identity::Tags,
            name_property: Some("Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::ElasticLoadBalancingV2::Listener", Detection::Listed),
                Attachable::new("AWS::WAFv2::WebACLAssociation", Detection::Compared("/WebACLArn")),
                Attachable::new(
                    "AWS::EC2::VPCEndpointService",
                    Detection::Left("it offers the load balancer to others, and changes nothing of it"),
                ),
            ],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &[
                    "elasticloadbalancing:DescribeLoadBalancers",
                    "elasticloadbalancing:DescribeLoadBalancerAttributes",
                    "elasticloadbalancing:DescribeTags",
                    "wafv2:GetWebACLForResource",
                    "ec2:DescribeVpcs",
                ],
                create: &[
                    "elasticloadbalancing:CreateLoadBalancer",
                    "elasticloadbalancing:AddTags",
                    "elasticloadbalancing:DescribeLoadBalancers",
                    "elasticloadbalancing:DescribeTags",
                    "elasticloadbalancing:ModifyLoadBalancerAttributes",
                    "elasticloadbalancing:SetWebAcl",
                    "wafv2:AssociateWebACL",
                    // What the service does in the caller's name.
                    "ec2:DescribeAccountAttributes",
                    "ec2:DescribeAddresses",
                    "ec2:DescribeInternetGateways",
                    "ec2:DescribeSecurityGroups",
                    "ec2:DescribeSubnets",
                    "ec2:DescribeVpcs",
                    "iam:CreateServiceLinkedRole",
                ],
                update: &[
                    "elasticloadbalancing:SetSubnets",
                    "elasticloadbalancing:SetSecurityGroups",
                    "elasticloadbalancing:SetIpAddressType",
                    "elasticloadbalancing:ModifyLoadBalancerAttributes",
                    "elasticloadbalancing:SetWebAcl",
                    "wafv2:AssociateWebACL",
                    "wafv2:DisassociateWebACL",
                ],
                retag: &["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
                delete: &[
                    "elasticloadbalancing:ModifyLoadBalancerAttributes",
                    "elasticloadbalancing:DeleteLoadBalancer",
                ],
                on: &[
                    ("elasticloadbalancing:CreateLoadBalancer", &[On::Made("loadbalancer/*")]),
                    ("elasticloadbalancing:AddTags", &[On::Ours, On::MadeBy("CreateLoadBalancer")]),
                    ("elasticloadbalancing:SetWebAcl", &[On::Everything]),
                    ("wafv2:AssociateWebACL", &[On::Ours, On::AnyOf("elasticloadbalancing", "loadbalancer/app/*")]),
                    ("wafv2:DisassociateWebACL", &[On::AnyOf("elasticloadbalancing", "loadbalancer/app/*")]),
                    ("iam:CreateServiceLinkedRole", &[On::LinkedTo("elasticloadbalancing.amazonaws.com")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let all = elb::load_balancers(reader, scope).await?;
        let (ours, others): (Vec<_>, Vec<_>) =
            all.seen.iter().partition(|one| elb::owns(scope, one.item.load_balancer_arn(), &one.tags));
        let name_conflicts = others.into_iter().filter_map(|one| conflict(one, scope)).collect();
        let mut listing = Listing { name_conflicts, unseen: all.unseen.clone(), ..Listing::default() };
        let details = join_all(ours.iter().map(|one| read(reader, one))).await;
        for (one, read) in ours.into_iter().zip(details) {
            elb::keep(&mut listing, one.item.load_balancer_arn(), &one.tags, read);
        }
        Ok(listing)
    }

    async fn states(reader: &Reader, ids: &[String]) -> Result<Option<States>> {
        let mut states = States::new();
        for some in ids.chunks(elb::AT_ONCE) {
            let call = reader.elb().describe_load_balancers().set_load_balancer_arns(Some(some.to_vec()));
            let answer = call.send().await?;
            let all = answer.load_balancers().iter();
            states.extend(all.filter_map(|one| Some((one.load_balancer_arn()?.to_owned(), state(one)))));
        }
        Ok(Some(states))
    }

    async fn in_use(reader: &Reader, quota: &Quota) -> Result<Option<InUse>> {
        let call = reader.elb().describe_load_balancers().page_size(elb::PAGE);
        let all = call.into_paginator().items().send().collect::<std::result::Result<Vec<_>, _>>().await?;
        let wanted = if quota.code == APPLICATION.code { "application" } else { "network" };
        let of_type = all.iter().filter(|one| one.r#type().is_some_and(|of| of.as_str() == wanted));
        Ok(Some(InUse::count(of_type.count())))
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let outputs = match send(writer, name, spec, tags).await {
            Err(failure) if failure.is(Class::AlreadyExists) => adopt(writer, name, tags, failure).await?,
            other => other?,
        };
        let arn = &outputs.load_balancer_arn;
        let usual = attribute::of_balancer(&spec.r#type, &spec.scheme);
        let attributes = attribute::unusual(&spec.load_balancer_attributes, &usual);
        elb::when_known(|| set_attributes(writer, arn, &attributes)).await?;
        if !is_blank(&spec.web_acl_arn) {
            set_web_acl(writer, arn, &spec.web_acl_arn).await?;
        }
        Ok(made(outputs))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let arn = &live.outputs.load_balancer_arn;
        set_network(writer, arn, spec, changes).await?;
        let attributes = attribute::changed(&spec.load_balancer_attributes, changes, "/LoadBalancerAttributes");
        set_attributes(writer, arn, &attributes).await?;
        if changes.touches("/WebACLArn") {
            set_web_acl(writer, arn, &spec.web_acl_arn).await?;
        }
        Ok(Turn::Done(made(live.outputs.clone())))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elb::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let is_on = |one: &&Attribute| one.key == PROTECTED && one.value == "true";
        if live.spec.load_balancer_attributes.iter().find(is_on).is_some() {
            // Consent was given before this step was planned.
            let off = Attribute { key: PROTECTED.to_owned(), value: "false".to_owned() };
            match set_attributes(writer, &live.id, &[&off]).await {
                Err(failure) if failure.is(Class::NotFound) => return Ok(Turn::Done(Vec::new())),
                other => other?,
            }
        }
        gone(
            retry_while(2 * MINUTE, &[Class::Busy], || {
                writer.elb().delete_load_balancer().load_balancer_arn(&live.id).send()
            })
            .await,
        )?;
        Ok(Turn::Done(Vec::new()))
    }

    fn refuses(live: &Value, _: &Value, fields: &[FieldDiff]) -> Option<String> {
        let is_network = live.get("Type").is_some_and(|kind| kind == "network");
        let count = |value: Option<&Value>| value.and_then(Value::as_array).map_or(0, Vec::len);
        let groups = fields.iter().find(|field| field.path == "/SecurityGroups")?;
        let crosses = (count(groups.before.as_ref()) == 0) != (count(groups.after.as_ref()) == 0);
        (is_network && crosses).then(|| {
            "a network load balancer made without security groups never gets any, and one made with them keeps some: \
             give it another name"
                .to_owned()
        })
    }

    /// A public one is refused in a VPC without an attached internet gateway, a stack has one VPC; and it answers nobody
    /// until its subnets have their way out.
    fn depends_on(spec: &Value, other: &Address, other_spec: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        let is_public = spec.get("Scheme").is_none_or(|scheme| scheme != "internal");
        let is_way_out = match &*other.kind {
            kind if kind == InternetGateway::FACTS.kind => true,
            kind if kind == RouteTable::FACTS.kind => ec2::serves(other_spec, &spec["Subnets"]),
            _ => false,
        };
        (is_public && is_way_out).then_some("")
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.check()
    }
}

/// Each type has a quota of its own.
const APPLICATION: Quota = Quota::new("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region")
    .using(|spec| one_of(spec, "application"));
const NETWORK: Quota = Quota::new("elasticloadbalancing", "L-69A177A2", "Network Load Balancers per Region")
    .using(|spec| one_of(spec, "network"));

fn one_of(spec: &Value, wanted: &str) -> f64 {
    f64::from(u8::from(spec["Type"] == wanted))
}

fn conflict(one: &Tagged<Description>, scope: &Scope) -> Option<NameConflict> {
    let Tagged { item, tags } = one;
    let name = item.load_balancer_name().filter(|name| scope.may_own(name, NAME_MAX))?;
    Some(NameConflict { id: item.load_balancer_arn()?.to_owned(), name: name.to_owned(), tags: tags.clone() })
}

async fn read(reader: &Reader, one: &Tagged<Description>) -> Result<Found<LoadBalancer>> {
    let description = &one.item;
    let outputs = Outputs::read(description);
    let arn = outputs.load_balancer_arn.clone();
    let attributes = async {
        Ok::<_, Failure>(reader.elb().describe_load_balancer_attributes().load_balancer_arn(&arn).send().await?)
    };
    // What load balancing says goes first: of a load balancer that is gone, WAF knows nothing either.
    let (attributes, web_acl_arn) = tokio::join!(attributes, web_acl(reader, description, &arn));
    let (attributes, web_acl_arn) = (attributes?, web_acl_arn?);
    let attributes = attributes.attributes().iter().map(|one| Attribute::read(one.key(), one.value())).collect();
    Ok(Found {
        id: arn,
        name: Some(outputs.load_balancer_name.clone()),
        spec: Spec::read(description, attributes, web_acl_arn),
        outputs,
        tags: one.tags.clone(),
        state: state(description),
        unmodelled: unmodelled(description),
        external: None,
    })
}

fn state(description: &Description) -> State {
    let state = description.state();
    match state.and_then(|state| state.code()) {
        Some(LoadBalancerStateEnum::Provisioning) => State::Settling("the load balancer".into()),
        Some(LoadBalancerStateEnum::Failed) => {
            let reason = state.and_then(|state| state.reason()).unwrap_or("AWS gives no reason");
            State::Failed(reason.to_owned())
        }
        // `active_impaired` serves, though it cannot scale; it recovers by itself or by AWS support, not by an update.
        _ => State::Ready,
    }
}

fn unmodelled(description: &Description) -> Vec<Unmodelled> {
    let zones = description.availability_zones();
    let addresses = zones.iter().flat_map(|zone| zone.load_balancer_addresses());
    let fixed = addresses
        .filter_map(|address| address.allocation_id().or(address.private_ipv4_address()).or(address.ipv6_address()));
    let sources = zones.iter().flat_map(|zone| zone.source_nat_ipv6_prefixes());
    let pools = description.ipam_pools().and_then(|pools| pools.ipv4_ipam_pool_id());
    let by_link = description.enforce_security_group_inbound_rules_on_private_link_traffic();
    let prefix = description.enable_prefix_for_ipv6_source_nat().map(|on| on.as_str());
    UnmodelledParts::default()
        .tell("/SubnetMappings", fixed.map(|id| format!("it has the address {id}")))
        .tell("/SubnetMappings", sources.map(|prefix| format!("it asks from {prefix}")))
        .tell(
            "/SubnetMappings",
            zones.iter().filter_map(|zone| zone.outpost_id()).map(|id| format!("it stands on {id}")),
        )
        .value("/EnforceSecurityGroupInboundRulesOnPrivateLinkTraffic", by_link, "on")
        .value("/EnablePrefixForIpv6SourceNat", prefix, "off")
        .tell("/Ipv4IpamPoolId", pools.map(|pool| format!("its addresses are of {pool}")))
        .tell("/CustomerOwnedIpv4Pool", description.customer_owned_ipv4_pool().map(|pool| format!("is {pool}")))
        .take()
}

fn made(outputs: Outputs) -> Made<LoadBalancer> {
    Made { id: outputs.load_balancer_arn.clone(), outputs, state: State::Settling("the load balancer".into()) }
}
