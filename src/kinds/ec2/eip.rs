use aws_sdk_ec2::types::{Address, DomainType, ResourceType};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::aws::{Aws, MINUTE, Reader, Writer, create_once, retry};
use crate::kinds::ec2;
use crate::kinds::shared::deletion::gone_as;
use crate::kinds::shared::tag;
use crate::kinds::shared::unmodelled::UnmodelledParts;
use crate::resource::{
    Attachable, Bearer, Changes, Class, Detection, Essentials, Facts, Failure, Found, Identity, InUse, Kept, Kind,
    Listing, Made, Mistake, Name, NameRule, On, Permissions, Quota, Replacement, Result, Scope, State, Tags, Turn,
    pointer,
};

/// A public IPv4 address that stays the same.
///
/// It bears no data, so it is not stateful; but customers put it on allow lists, and a released one does not come back.
pub struct Eip;

/// Where it stands which instance others have given it to.
const HOLDER: &str = "/InstanceId";

/// The properties of `AWS::EC2::EIP`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// `vpc`, the only one there still is.
    #[serde(default = "default_domain")]
    pub domain: String,
}

/// The return values of `AWS::EC2::EIP`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub public_ip: String,
    /// What a NAT gateway asks for.
    pub allocation_id: String,
}

/// What the docs show and the life-cycle test creates.
const EXAMPLE: &str = "
resources:
  - type: AWS::EC2::EIP
    name: nat-1
    properties: { Domain: vpc }
";

impl Kind for Eip {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        additive: &[HOLDER],
        replacement: Replacement::CreateFirst,
        quotas: &[Quota::new("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs")],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::EIP",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "PublicIp",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &["ec2:AllocateAddress"],
            id_prefixes: &["eipalloc-"],
            attachable: &[Attachable::new("AWS::EC2::EIPAssociation", Detection::Additive(HOLDER))],
            example: EXAMPLE,
            changed: "",
            permissions: Permissions {
                read: &["ec2:DescribeAddresses"],
                create: &["ec2:AllocateAddress", "ec2:CreateTags", "ec2:DescribeAddresses"],
                update: &[],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:ReleaseAddress"],
                on: &[
                    ("ec2:AllocateAddress", &[On::Made("elastic-ip/*")]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("AllocateAddress")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        // Not paged by AWS: all at once.
        let answer = reader.ec2().describe_addresses().set_filters(Some(ec2::filters(scope))).send().await?;
        let found =
            answer.addresses().iter().map(found).filter(|address| scope.owns(&address.id, &address.tags)).collect();
        Ok(Listing { found, ..Listing::default() })
    }

    async fn in_use(reader: &Reader, _: &Quota) -> Result<Option<InUse>> {
        let answer = reader.ec2().describe_addresses().send().await?;
        // Those of a range that somebody brought along do not count.
        let counts = |one: &&Address| one.public_ipv4_pool().is_none_or(|pool| pool == "amazon");
        Ok(Some(InUse::count(answer.addresses().iter().filter(counts).count())))
    }

    async fn create(writer: &Writer, _: &Name, _: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let look = || async {
            let answer = writer.ec2().describe_addresses().set_filters(Some(ec2::filters_of(tags))).send().await?;
            Ok(answer.addresses().first().map(outputs))
        };
        let send = || async {
            let call = writer.ec2().allocate_address().domain(DomainType::Vpc);
            let answer = call.tag_specifications(ec2::tagged(ResourceType::ElasticIp, tags)).send().await?;
            let allocation_id = ec2::id_in(answer.allocation_id(), "AllocateAddress")?;
            Ok(Outputs { public_ip: answer.public_ip().unwrap_or_default().to_owned(), allocation_id })
        };
        let outputs = create_once(look, send).await?;
        Ok(Made { id: outputs.allocation_id.clone(), outputs, state: State::Ready })
    }

    async fn update(_: &Writer, live: &Found<Self>, _: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        // `check` leaves one value for the one property, so there is nothing to change.
        Ok(Turn::Done(live.updated()))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        // A NAT gateway keeps its address until it is deleted, one or two minutes after the call.
        let release = || {
            let call = writer.ec2().release_address().allocation_id(&live.id);
            async move { Ok::<_, Failure>(call.send().await.map(drop)?) }
        };
        match retry(MINUTE, is_held, release).await {
            Err(failure) if is_held(&failure) => Ok(Turn::Busy(failure)),
            answer => gone_as(MISSING, answer).map(|()| Turn::Done(Vec::new())),
        }
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let is_other = spec.domain != default_domain();
        Mistake::all([(is_other, "/Domain", "AWS gives out addresses for VPCs only: `vpc`")]).collect()
    }
}

/// What EC2 says of an address that is gone.
const MISSING: &[&str] = &["InvalidAddress.NotFound", "InvalidAddressID.NotFound", "InvalidAllocationID.NotFound"];

/// Whether something still holds the address. For some seconds after a NAT gateway has gone, EC2 says so by denying
/// access, or by missing the gateway's network interface; the address itself is neither denied nor missing then.
fn is_held(failure: &Failure) -> bool {
    failure.is(Class::Busy) || ["AuthFailure", "InvalidNetworkInterfaceID.NotFound"].contains(&failure.code.as_str())
}

fn outputs(address: &Address) -> Outputs {
    Outputs {
        public_ip: address.public_ip().unwrap_or_default().to_owned(),
        allocation_id: address.allocation_id().unwrap_or_default().to_owned(),
    }
}

fn found(address: &Address) -> Found<Eip> {
    let outputs = outputs(address);
    // A NAT gateway holds it too, but not through an instance.
    let instance = address.instance_id().filter(|id| !id.is_empty());
    let mut parts = UnmodelledParts::default();
    if let Some(id) = instance {
        parts.note(&pointer::join(HOLDER, id), true, "it is associated with this instance");
    }
    // A region's own group is named like it; those of local zones and the like have more to their names.
    let border = address.network_border_group().filter(|group| group.matches('-').count() > 2);
    Found {
        id: outputs.allocation_id.clone(),
        name: None,
        spec: Spec { domain: address.domain().map_or_else(default_domain, |domain| domain.as_str().to_owned()) },
        outputs,
        tags: tag::read(address.tags()),
        state: State::Ready,
        unmodelled: parts
            .value("/PublicIpv4Pool", address.public_ipv4_pool(), "amazon")
            .tell("/NetworkBorderGroup", border.map(|group| format!("it is of {group}")))
            .tell("/CustomerOwnedIp", address.customer_owned_ip().map(|ip| format!("it is {ip}")))
            .tell("/CarrierIp", address.carrier_ip().map(|ip| format!("it is {ip}")))
            .take(),
        external: None,
    }
}

fn default_domain() -> String {
    "vpc".to_owned()
}
