use aws_sdk_elasticloadbalancingv2::types::{
    IpAddressType, LoadBalancer as Description, LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerStateEnum,
    LoadBalancerTypeEnum,
};
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::deletion::until_gone;
use super::ec2_internet_gateway::InternetGateway;
use super::ec2_security_group::SecurityGroup;
use super::ec2_subnet::Subnet;
use super::elb::{self, Attribute, NAME_MAX, Tagged};
use crate::aws::{Aws, MINUTE, Reader, Writer, retry};
use crate::resource::normal::Set;
use crate::resource::{
    Changes, Class, Failure, FieldDiff, Found, Kept, Kind, Listing, Made, Name, NameRule, Permissions, Ref,
    Replacement, Result, Scope, State, Stranger, Tags, Unmodelled,
};

/// A load balancer, with the association of its web ACL (which AWS cannot tag).
pub struct LoadBalancer;

/// The properties of `AWS::ElasticLoadBalancingV2::LoadBalancer`, and the `WebACLArn` of its `AWS::WAFv2::WebACLAssociation`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `application` or `network`.
    #[serde(default = "default_type")]
    pub r#type: String,
    /// `internet-facing` or `internal`.
    #[serde(default = "default_scheme")]
    pub scheme: String,
    /// `ipv4`, `dualstack` or `dualstack-without-public-ipv4`.
    #[serde(default = "default_ip_address_type")]
    pub ip_address_type: String,
    /// One per zone; an application load balancer needs two.
    #[serde(default)]
    pub subnets: Set<Ref<Subnet>>,
    #[serde(default)]
    pub security_groups: Set<Ref<SecurityGroup>>,
    /// Only the listed keys are compared.
    #[serde(default)]
    pub load_balancer_attributes: Vec<Attribute>,
    /// The web ACL in front of a public application load balancer; empty for none. It is not read for others: AWS answers
    /// that question once a second.
    #[serde(default, rename = "WebACLArn")]
    pub web_acl_arn: String,
}

/// The return values of `AWS::ElasticLoadBalancingV2::LoadBalancer`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub load_balancer_arn: String,
    pub load_balancer_name: String,
    /// `app/<name>/<id>`, as metrics know it.
    pub load_balancer_full_name: String,
    #[serde(rename = "DNSName")]
    pub dns_name: String,
    #[serde(rename = "CanonicalHostedZoneID")]
    pub canonical_hosted_zone_id: String,
}

const PROTECTION: &str = "deletion_protection.enabled";

impl Kind for LoadBalancer {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const TYPE: &'static str = "AWS::ElasticLoadBalancingV2::LoadBalancer";
    const REF: &'static str = "LoadBalancerArn";
    const NAME: NameRule = NameRule::Hashed { max: NAME_MAX };
    const CREATE_ONLY: &'static [&'static str] = &["/Type", "/Scheme"];
    const REPLACEMENT: Replacement = Replacement::CreateFirst;
    const KEYED: &'static [(&'static str, &'static str)] = &[("/LoadBalancerAttributes", "Key")];
    const LISTED_ONLY: &'static [&'static str] = &["/LoadBalancerAttributes"];
    const SEVERAL_CALLS: bool = true;
    // Provisioning to active, measured 140 to 190 s.
    const SECONDS: u32 = 170;
    const EXAMPLE: &'static str = "
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
  - type: AWS::ElasticLoadBalancingV2::LoadBalancer
    name: web
    properties:
      Subnets:
        - \"{{ ref('AWS::EC2::Subnet/public-1') }}\"
        - \"{{ ref('AWS::EC2::Subnet/public-2') }}\"
      SecurityGroups: [\"{{ ref('AWS::EC2::SecurityGroup/web') }}\"]
      LoadBalancerAttributes:
        - { Key: routing.http.drop_invalid_header_fields.enabled, Value: \"true\" }
";

    fn permissions() -> Permissions {
        Permissions {
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
                "elasticloadbalancing:SetWebACL",
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
                "elasticloadbalancing:SetWebACL",
                "wafv2:AssociateWebACL",
                "wafv2:DisassociateWebACL",
            ],
            retag: &["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
            delete: &["elasticloadbalancing:ModifyLoadBalancerAttributes", "elasticloadbalancing:DeleteLoadBalancer"],
        }
    }

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let all = elb::load_balancers(reader, scope).await?;
        let (ours, others): (Vec<_>, Vec<_>) = all.iter().partition(|one| scope.owns(&one.tags));
        let strangers = others.into_iter().filter_map(|one| stranger(&one.item, scope)).collect();
        let mut listing = Listing { strangers, ..Listing::default() };
        let details = join_all(ours.iter().map(|one| read(reader, one))).await;
        for (one, read) in ours.into_iter().zip(details) {
            elb::keep(&mut listing, one.item.load_balancer_arn(), &one.tags, read);
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let outputs = match send(writer, name, spec, tags).await {
            Err(failure) if failure.is(Class::AlreadyExists) => adopt(writer, name, tags, failure).await?,
            other => other?,
        };
        let arn = &outputs.load_balancer_arn;
        set_attributes(writer, arn, &spec.load_balancer_attributes.iter().collect::<Vec<_>>()).await?;
        if !spec.web_acl_arn.is_empty() {
            set_web_acl(writer, arn, &spec.web_acl_arn).await?;
        }
        Ok(made(outputs))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Made<Self>> {
        let (arn, elb) = (&live.outputs.load_balancer_arn, writer.elb());
        if changes.touches("/SecurityGroups") {
            let groups = spec.security_groups.iter().map(String::from).collect();
            elb.set_security_groups().load_balancer_arn(arn).set_security_groups(Some(groups)).send().await?;
        }
        if changes.touches("/Subnets") {
            let subnets = spec.subnets.iter().map(String::from).collect();
            elb.set_subnets().load_balancer_arn(arn).set_subnets(Some(subnets)).send().await?;
        }
        if changes.touches("/IpAddressType") {
            let kind = IpAddressType::from(spec.ip_address_type.as_str());
            elb.set_ip_address_type().load_balancer_arn(arn).ip_address_type(kind).send().await?;
        }
        let attributes = elb::changed(&spec.load_balancer_attributes, changes, "/LoadBalancerAttributes");
        set_attributes(writer, arn, &attributes).await?;
        if changes.touches("/WebACLArn") {
            set_web_acl(writer, arn, &spec.web_acl_arn).await?;
        }
        Ok(made(live.outputs.clone()))
    }

    async fn retag(writer: &Writer, live: &Found<Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elb::retag(writer, &live.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Vec<Kept>> {
        let is_on = |one: &&Attribute| one.key == PROTECTION && one.value == "true";
        if live.spec.load_balancer_attributes.iter().find(is_on).is_some() {
            // Consent was given before this step was planned.
            let off = Attribute { key: PROTECTION.to_owned(), value: "false".to_owned() };
            match set_attributes(writer, &live.id, &[&off]).await {
                Err(failure) if failure.is(Class::NotFound) => return Ok(Vec::new()),
                other => other?,
            }
        }
        until_gone(2, || writer.elb().delete_load_balancer().load_balancer_arn(&live.id).send()).await?;
        Ok(Vec::new())
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

    /// A public one is refused in a VPC without an attached internet gateway; a stack has one VPC.
    fn follows(spec: &Value, other_kind: &str, _: &Value) -> Option<&'static str> {
        let is_public = spec.get("Scheme").is_none_or(|scheme| scheme != "internal");
        (other_kind == InternetGateway::TYPE && is_public).then_some("")
    }

    fn check(spec: &Spec) -> Vec<(String, String)> {
        let mut mistakes = Vec::new();
        let mut say = |at: &str, what: &str| mistakes.push((at.to_owned(), what.to_owned()));
        let is_application = spec.r#type == "application";
        if !is_application && spec.r#type != "network" {
            say("/Type", "is `application` or `network`");
        }
        if !["internet-facing", "internal"].contains(&spec.scheme.as_str()) {
            say("/Scheme", "is `internet-facing` or `internal`");
        }
        if spec.subnets.len() < if is_application { 2 } else { 1 } {
            say("/Subnets", "an application load balancer needs subnets in two zones, any other in one");
        }
        if is_application && spec.security_groups.is_empty() {
            say("/SecurityGroups", "without one AWS takes the VPC's default group: declare a security group");
        }
        if !spec.web_acl_arn.is_empty() && !(is_application && spec.scheme == "internet-facing") {
            say("/WebACLArn", "stands in front of internet-facing application load balancers only");
        }
        mistakes
    }
}

fn stranger(one: &Description, scope: &Scope) -> Option<Stranger> {
    let name = one.load_balancer_name().filter(|name| scope.may_own(name, NAME_MAX))?;
    Some(Stranger { id: one.load_balancer_arn()?.to_owned(), name: name.to_owned() })
}

async fn send(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Outputs> {
    let groups: Vec<_> = spec.security_groups.iter().map(String::from).collect();
    let call = || {
        let call = writer
            .elb()
            .create_load_balancer()
            .name(name.as_str())
            .r#type(LoadBalancerTypeEnum::from(spec.r#type.as_str()))
            .scheme(LoadBalancerSchemeEnum::from(spec.scheme.as_str()))
            .ip_address_type(IpAddressType::from(spec.ip_address_type.as_str()))
            .set_subnets(Some(spec.subnets.iter().map(String::from).collect()))
            .set_security_groups(Some(groups.clone()).filter(|groups| !groups.is_empty()))
            .set_tags(Some(elb::sdk_tags(tags)));
        async move { Ok::<_, Failure>(call.send().await?) }
    };
    let answer = retry(2 * MINUTE, elb::is_fresh, call).await?;
    let one = answer.load_balancers().first();
    elb::arn_in(one.and_then(Description::load_balancer_arn), "CreateLoadBalancer")?;
    Ok(one.map(outputs).expect("a load balancer with an ARN is there"))
}

async fn adopt(writer: &Writer, name: &Name, tags: &Tags, failure: Failure) -> Result<Outputs> {
    let answer = writer.elb().describe_load_balancers().names(name.as_str()).send().await?;
    let Some(there) = answer.load_balancers().first().map(outputs) else { return Err(failure) };
    elb::adopt(writer, &there.load_balancer_arn, tags, failure).await?;
    Ok(there)
}

async fn set_attributes(writer: &Writer, arn: &str, attributes: &[&Attribute]) -> Result<()> {
    if attributes.is_empty() {
        return Ok(());
    }
    let sdk = |one: &&Attribute| LoadBalancerAttribute::builder().key(&one.key).value(&one.value).build();
    let call = writer.elb().modify_load_balancer_attributes().load_balancer_arn(arn);
    call.set_attributes(Some(attributes.iter().map(sdk).collect())).send().await?;
    Ok(())
}

/// Puts the web ACL in front (in place of another), or takes it away. Five minutes: WAF does not see a load balancer that
/// is being provisioned, nor a web ACL that is seconds old.
async fn set_web_acl(writer: &Writer, arn: &str, acl: &str) -> Result<()> {
    let passes = |failure: &Failure| failure.is(Class::NotFound) || failure.code == "WAFUnavailableEntityException";
    let call = || async {
        if acl.is_empty() {
            writer.wafv2().disassociate_web_acl().resource_arn(arn).send().await?;
        } else {
            writer.wafv2().associate_web_acl().web_acl_arn(acl).resource_arn(arn).send().await?;
        }
        Ok(())
    };
    retry(5 * MINUTE, passes, call).await
}

async fn read(reader: &Reader, one: &Tagged<Description>) -> Result<Found<LoadBalancer>> {
    let description = &one.item;
    let outputs = outputs(description);
    let arn = outputs.load_balancer_arn.clone();
    let attributes = async {
        Ok::<_, Failure>(reader.elb().describe_load_balancer_attributes().load_balancer_arn(&arn).send().await?)
    };
    let (attributes, web_acl_arn) = tokio::try_join!(attributes, web_acl(reader, description, &arn))?;
    let attributes = attributes.attributes().iter().map(|one| Attribute::read(one.key(), one.value())).collect();
    Ok(Found {
        id: arn,
        name: Some(outputs.load_balancer_name.clone()),
        spec: spec(description, attributes, web_acl_arn),
        outputs,
        tags: one.tags.clone(),
        state: state(description),
        unmodelled: unmodelled(description),
        external: None,
    })
}

/// Returns the ARN of the web ACL in front; asked only where one can stand, see [`Spec::web_acl_arn`].
async fn web_acl(reader: &Reader, description: &Description, arn: &str) -> Result<String> {
    let is_public = description.scheme() == Some(&LoadBalancerSchemeEnum::InternetFacing);
    if !is_public || description.r#type() != Some(&LoadBalancerTypeEnum::Application) {
        return Ok(String::new());
    }
    let answer = reader.wafv2().get_web_acl_for_resource().resource_arn(arn).send().await?;
    Ok(answer.web_acl().map(|acl| acl.arn().to_owned()).unwrap_or_default())
}

fn spec(description: &Description, load_balancer_attributes: Vec<Attribute>, web_acl_arn: String) -> Spec {
    let text = |text: Option<&str>, default: fn() -> String| text.map_or_else(default, str::to_owned);
    Spec {
        r#type: text(description.r#type().map(LoadBalancerTypeEnum::as_str), default_type),
        scheme: text(description.scheme().map(LoadBalancerSchemeEnum::as_str), default_scheme),
        ip_address_type: text(description.ip_address_type().map(IpAddressType::as_str), default_ip_address_type),
        subnets: description.availability_zones().iter().filter_map(|zone| zone.subnet_id()).collect(),
        security_groups: description.security_groups().iter().map(String::as_str).collect(),
        load_balancer_attributes,
        web_acl_arn,
    }
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
    let addresses = description.availability_zones().iter().flat_map(|zone| zone.load_balancer_addresses());
    addresses
        .filter_map(|address| address.allocation_id())
        .map(|id| Unmodelled { path: "/SubnetMappings".into(), text: format!("it has the address {id}") })
        .collect()
}

fn outputs(description: &Description) -> Outputs {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let arn = text(description.load_balancer_arn());
    Outputs {
        load_balancer_name: text(description.load_balancer_name()),
        load_balancer_full_name: arn.split_once("loadbalancer/").map(|(_, name)| name.to_owned()).unwrap_or_default(),
        dns_name: text(description.dns_name()),
        canonical_hosted_zone_id: text(description.canonical_hosted_zone_id()),
        load_balancer_arn: arn,
    }
}

fn made(outputs: Outputs) -> Made<LoadBalancer> {
    Made { id: outputs.load_balancer_arn.clone(), outputs, state: State::Settling("the load balancer".into()) }
}

fn default_type() -> String {
    "application".to_owned()
}

fn default_scheme() -> String {
    "internet-facing".to_owned()
}

fn default_ip_address_type() -> String {
    "ipv4".to_owned()
}
