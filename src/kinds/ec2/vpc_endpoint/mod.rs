mod example;
mod read;
mod spec;

use aws_sdk_ec2::types::{
    DnsOptionsSpecification, DnsRecordIpType, IpAddressType, ResourceType, VpcEndpoint as Description, VpcEndpointType,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(in crate::kinds) use self::spec::INTERFACE;
use self::spec::{DnsOptions, GATEWAY, SWITCHES, Spec};
use crate::aws::{Aws, MINUTE, Reader, Writer, classify, retry};
use crate::kinds::ec2;
use crate::kinds::shared::offers;
use crate::resource::normal::Set;
use crate::resource::{
    Bearer, Changes, Disruption, Essentials, Facts, Failure, FieldDiff, Found, Identity, InUse, Kept, Kind, Listing,
    Made, Mistake, Name, NameRule, On, Permissions, Question, Quota, Ref, Replacement, Result, Scope, State, Tags,
    Turn,
};

/// A way to a service that does not lead over the internet.
pub struct VpcEndpoint;

/// What the names of services have that are not AWS's own.
const SOMEBODYS: &str = "vpce-svc-";

/// The return values of `AWS::EC2::VPCEndpoint`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub id: String,
    /// A hosted zone and a name each, `Z7HUB22UULQXV:vpce-1.logs.us-east-1.vpce.amazonaws.com`; of interface endpoints.
    #[serde(default)]
    pub dns_entries: Vec<String>,
    #[serde(default)]
    pub network_interface_ids: Vec<String>,
}

impl Kind for VpcEndpoint {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        create_only: &[
            "/VpcId",
            "/ServiceName",
            "/VpcEndpointType",
            "/ServiceRegion",
            "/DnsOptions/PrivateDnsPreference",
            "/DnsOptions/PrivateDnsSpecifiedDomains",
        ],
        // Two of one service share neither a route table nor the service's names.
        replacement: Replacement::DeleteFirst,
        switches: SWITCHES,
        grants: &["/PolicyDocument/Statement", "/RouteTableIds", "/SubnetIds"],
        memberships: &["/SecurityGroupIds"],
        updated_outputs: &["DnsEntries", "NetworkInterfaceIds"],
        // Whoever offers a service of their own may want to accept each connection.
        awaits_action: true,
        preflight_reads: &["ec2:DescribeVpcEndpointServices"],
        // An interface endpoint, one to three minutes; a gateway some seconds.
        seconds: 90,
        quotas: &[GATEWAYS, INTERFACES],
        ..Facts::of(Essentials {
            kind: "AWS::EC2::VPCEndpoint",
            is_global: false,
            indexed_as: Some("ec2"),
            reference: "Id",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &["vpce-"],
            attachable: &[],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["ec2:DescribeVpcEndpoints"],
                create: &["ec2:CreateVpcEndpoint", "ec2:CreateTags"],
                update: &["ec2:ModifyVpcEndpoint"],
                retag: &["ec2:CreateTags", "ec2:DeleteTags"],
                delete: &["ec2:DeleteVpcEndpoints"],
                on: &[
                    ("ec2:CreateVpcEndpoint", &[On::Made("vpc-endpoint/*"), On::Ours]),
                    ("ec2:CreateTags", &[On::Ours, On::MadeBy("CreateVpcEndpoint")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let call = reader.ec2().describe_vpc_endpoints().set_filters(Some(ec2::filters(scope))).max_results(ec2::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let there = all.iter().filter(|endpoint| !read::is_gone(endpoint)).map(read::found);
        let found = there.filter(|endpoint| scope.owns(&endpoint.id, &endpoint.tags)).collect();
        Ok(Listing { found, ..Listing::default() })
    }

    async fn in_use(reader: &Reader, quota: &Quota) -> Result<Option<InUse>> {
        let call = reader.ec2().describe_vpc_endpoints().max_results(ec2::PAGE);
        let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
        let wanted = if quota.code == GATEWAYS.code { spec::GATEWAY } else { spec::INTERFACE };
        let is_meant = |one: &Description| one.vpc_endpoint_type().is_some_and(|of| of.as_str() == wanted);
        let there = all.into_iter().filter(|one| is_meant(one) && !read::is_gone(one));
        Ok(Some(InUse::counted(there.filter_map(|one| one.vpc_id))))
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let policy = (!spec.allows_everything()).then(|| spec.policy_document.to_string());
        let call = || {
            let call = writer
                .ec2()
                .create_vpc_endpoint()
                .client_token(writer.token())
                .vpc_id(spec.vpc_id.as_str())
                .service_name(&spec.service_name)
                .vpc_endpoint_type(VpcEndpointType::from(spec.vpc_endpoint_type.as_str()))
                .set_service_region(spec.service_region.clone())
                .set_policy_document(policy.clone())
                .set_route_table_ids(listed(spec.route_table_ids.iter()))
                .set_subnet_ids(listed(spec.subnet_ids.iter()))
                .set_security_group_ids(listed(spec.security_group_ids.iter()))
                .set_private_dns_enabled(spec.private_dns_enabled)
                .set_ip_address_type(spec.ip_address_type.as_deref().map(IpAddressType::from))
                .set_dns_options(spec.dns_options.as_ref().map(dns_options))
                .tag_specifications(ec2::tagged(ResourceType::VpcEndpoint, tags));
            async move { Ok::<_, Failure>(call.send().await?) }
        };
        let answer = retry(2 * MINUTE, ec2::is_fresh, call).await?;
        let made = answer.vpc_endpoint();
        let id = ec2::id_in(made.and_then(|endpoint| endpoint.vpc_endpoint_id()), "CreateVpcEndpoint")?;
        let outputs = made.map(read::outputs).expect("an endpoint with an id is there");
        Ok(Made { id, outputs, state: State::Settling("the endpoint".into()) })
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let has = |property: &str| changes.touches(property);
        let (come, gone) = swapped(has("/RouteTableIds"), &live.spec.route_table_ids, &spec.route_table_ids);
        let call = writer.ec2().modify_vpc_endpoint().vpc_endpoint_id(&live.id);
        let call = call.set_add_route_table_ids(come).set_remove_route_table_ids(gone);
        let (come, gone) = swapped(has("/SubnetIds"), &live.spec.subnet_ids, &spec.subnet_ids);
        let call = call.set_add_subnet_ids(come).set_remove_subnet_ids(gone);
        let (come, gone) = swapped(has("/SecurityGroupIds"), &live.spec.security_group_ids, &spec.security_group_ids);
        let mut call = call.set_add_security_group_ids(come).set_remove_security_group_ids(gone);
        if has("/PolicyDocument") {
            call = if spec.allows_everything() {
                call.reset_policy(true)
            } else {
                call.policy_document(spec.policy_document.to_string())
            };
        }
        if has("/PrivateDnsEnabled") {
            call = call.set_private_dns_enabled(spec.private_dns_enabled);
        }
        if has("/IpAddressType") {
            call = call.set_ip_address_type(spec.ip_address_type.as_deref().map(IpAddressType::from));
        }
        if has("/DnsOptions") {
            call = call.set_dns_options(spec.dns_options.as_ref().map(dns_options));
        }
        let send = || {
            let call = call.clone();
            async move { Ok::<_, Failure>(call.send().await?) }
        };
        retry(2 * MINUTE, ec2::is_fresh, send).await?;
        let state = State::Settling("the change of the endpoint".into());
        Ok(Turn::Done(Made { id: live.id.clone(), outputs: live.outputs.clone(), state }))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        ec2::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = || async {
            let answer = writer.ec2().delete_vpc_endpoints().vpc_endpoint_ids(&live.id).send().await?;
            answer.unsuccessful().iter().filter_map(|item| item.error()).map(refusal).next().map_or(Ok(()), Err)
        };
        let sent = ec2::release(&["InvalidVpcEndpointId.NotFound", "InvalidVpcEndpoint.NotFound"], call).await?;
        Ok(sent.map(|()| Vec::new()))
    }

    fn unsupported(found: &Found<Self>) -> Option<String> {
        let is_offered = !matches!(&*found.spec.vpc_endpoint_type, "Resource" | "ServiceNetwork");
        (!is_offered).then(|| format!("it is of the type {}, which is not offered here", found.spec.vpc_endpoint_type))
    }

    fn disruption(fields: &[FieldDiff]) -> Disruption {
        fields.iter().map(disruption).max().unwrap_or_default()
    }

    /// Connections that stand are cut when a table gets the route of a gateway: the way changes, and the address with it.
    fn advice(live: &Value, _: &Value, fields: &[FieldDiff]) -> Vec<String> {
        let is_rerouted =
            live["VpcEndpointType"] == GATEWAY && fields.iter().any(|field| field.path == "/RouteTableIds");
        let says = "Connections to the service that stand in the subnets of these route tables are cut; clients have to \
                    connect again.";
        if is_rerouted { vec![says.to_owned()] } else { Vec::new() }
    }

    /// AWS's own services accept by themselves.
    fn needs_person(desired: &Value) -> bool {
        desired["ServiceName"].as_str().is_some_and(|name| name.contains(SOMEBODYS))
    }

    /// What others offer is in no list of AWS's, and what is in another region not in that of this one.
    fn questions(spec: &Spec) -> Vec<Question> {
        let name = spec.service_name.as_str();
        let is_listed = spec.service_region.is_none() && name.contains("amazonaws.") && !name.contains(SOMEBODYS);
        is_listed.then(|| Question::new("/ServiceName", &[name])).into_iter().collect()
    }

    async fn answer(reader: &Reader, about: &[String]) -> Result<Option<String>> {
        let [name] = about else { return Ok(None) };
        offers::endpoint_service(reader, name).await
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes().collect()
    }
}

/// Endpoints of gateways and of interfaces have a quota each.
const GATEWAYS: Quota =
    Quota::new("vpc", "L-1B52E74A", "Gateway VPC endpoints per Region").using(|spec| one_of(spec, spec::GATEWAY));
const INTERFACES: Quota = Quota::new("vpc", "L-29B6F2EB", "Interface VPC endpoints per VPC")
    .for_each(&[&["/VpcId"]])
    .using(|spec| one_of(spec, spec::INTERFACE));

fn one_of(spec: &Value, wanted: &str) -> f64 {
    f64::from(u8::from(spec["VpcEndpointType"] == wanted))
}

/// The ids of a list for a call, none if there are none.
fn listed<'a, K: 'a>(ids: impl Iterator<Item = &'a Ref<K>>) -> Option<Vec<String>> {
    let all: Vec<_> = ids.map(|id| id.as_str().to_owned()).collect();
    (!all.is_empty()).then_some(all)
}

/// What of a list comes and what goes, if the list is to change.
fn swapped<K>(is_meant: bool, before: &Set<Ref<K>>, after: &Set<Ref<K>>) -> (Option<Vec<String>>, Option<Vec<String>>) {
    if !is_meant {
        return (None, None);
    }
    (listed(after.minus(before)), listed(before.minus(after)))
}

fn dns_options(spec: &DnsOptions) -> DnsOptionsSpecification {
    DnsOptionsSpecification::builder()
        .set_dns_record_ip_type(spec.dns_record_ip_type.as_deref().map(DnsRecordIpType::from))
        .set_private_dns_only_for_inbound_resolver_endpoint(spec.private_dns_only_for_inbound_resolver_endpoint)
        .build()
}

/// What EC2 refuses of several things, it says within its answer.
pub(super) fn refusal(error: &aws_sdk_ec2::types::UnsuccessfulItemError) -> Failure {
    let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or_default());
    Failure { code: code.to_owned(), ..Failure::new(classify(code, message), message) }
}

/// Who is left without a way in by a change; what comes harms nobody.
fn disruption(field: &FieldDiff) -> Disruption {
    let list = |value: &Option<Value>| value.as_ref().and_then(Value::as_array).cloned().unwrap_or_default();
    let (before, after) = (list(&field.before), list(&field.after));
    match field.path.as_str() {
        "/RouteTableIds" if before != after => Disruption::Failover,
        "/SubnetIds" if before.iter().any(|one| !after.contains(one)) => Disruption::Failover,
        // The names lead elsewhere from now on.
        "/PrivateDnsEnabled" => Disruption::Failover,
        _ => Disruption::None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_list_that_loses_somebody_interrupts_and_one_that_gains_does_not() {
        let case = |path: &str, before: Value, after: Value| {
            disruption(&FieldDiff { path: path.into(), before: Some(before), after: Some(after) })
        };
        assert_eq!(case("/SubnetIds", json!(["a"]), json!(["a", "b"])), Disruption::None);
        assert_eq!(case("/SubnetIds", json!(["a", "b"]), json!(["b"])), Disruption::Failover);
        assert_eq!(case("/RouteTableIds", json!(["a"]), json!(["a", "b"])), Disruption::Failover, "the way changes");
        assert_eq!(case("/PrivateDnsEnabled", json!(true), json!(false)), Disruption::Failover);
        assert_eq!(case("/SecurityGroupIds", json!(["a"]), json!(["b"])), Disruption::None);
    }

    #[test]
    fn only_what_somebody_else_offers_may_have_to_be_accepted() {
        let of = |name: &str| VpcEndpoint::needs_person(&json!({ "ServiceName": name }));
        assert!(of("com.amazonaws.vpce.us-east-1.vpce-svc-0caf1c7342f032f18"));
        assert!(!of("com.amazonaws.us-east-1.logs"));
    }
}
