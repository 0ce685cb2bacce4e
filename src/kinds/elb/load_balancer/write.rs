use aws_sdk_elasticloadbalancingv2::types::{
    IpAddressType, LoadBalancer as Description, LoadBalancerAttribute, LoadBalancerSchemeEnum, LoadBalancerStateEnum,
    LoadBalancerTypeEnum,
};

use super::spec::{Outputs, Spec};
use crate::aws::{MINUTE, Reader, Writer, retry};
use crate::kinds::ec2::is_blank;
use crate::kinds::elb;
use crate::kinds::elb::attribute::Attribute;
use crate::kinds::shared::tag;
use crate::kinds::wafv2::web_acl::WebAcl;
use crate::resource::{Changes, Class, Failure, Name, Ref, Result, Tags};

pub async fn send(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Outputs> {
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
            .set_tags(tag::write(tags));
        async move { Ok::<_, Failure>(call.send().await?) }
    };
    let is_transient = |failure: &Failure| elb::is_fresh(writer, spec, failure);
    let answer = retry(2 * MINUTE, is_transient, call).await?;
    let one = answer.load_balancers().first();
    elb::arn_in(one.and_then(Description::load_balancer_arn), "CreateLoadBalancer")?;
    Ok(one.map(Outputs::read).expect("a load balancer with an ARN is there"))
}

pub async fn adopt(writer: &Writer, name: &Name, tags: &Tags, failure: Failure) -> Result<Outputs> {
    let answer = writer.elb().describe_load_balancers().names(name.as_str()).send().await?;
    let Some(there) = answer.load_balancers().first().map(Outputs::read) else { return Err(failure) };
    elb::adopt(writer, &there.load_balancer_arn, tags).await?;
    Ok(there)
}

/// Carries out the planned changes of where it stands and whom it admits. Two minutes for groups and subnets of ours that are
/// seconds old; the load balancer itself is not: if it is gone, waiting is of no use.
pub async fn set_network(writer: &Writer, arn: &str, spec: &Spec, changes: &Changes) -> Result<()> {
    let elb = writer.elb();
    let is_transient =
        |failure: &Failure| elb::is_fresh(writer, spec, failure) && failure.code != "LoadBalancerNotFound";
    if changes.touches("/SecurityGroups") {
        let groups: Vec<_> = spec.security_groups.iter().map(String::from).collect();
        let call = elb.set_security_groups().load_balancer_arn(arn).set_security_groups(Some(groups));
        retry(2 * MINUTE, is_transient, || async { Ok(call.clone().send().await.map(drop)?) }).await?;
    }
    // With IPv6 it takes no subnet without it: the type goes down before the subnets do, and up after them.
    let goes_down = spec.ip_address_type == "ipv4";
    if goes_down {
        set_address_type(writer, arn, spec, changes).await?;
    }
    if changes.touches("/Subnets") {
        let subnets: Vec<_> = spec.subnets.iter().map(String::from).collect();
        let call = elb.set_subnets().load_balancer_arn(arn).set_subnets(Some(subnets));
        retry(2 * MINUTE, is_transient, || async { Ok(call.clone().send().await.map(drop)?) }).await?;
    }
    if !goes_down {
        set_address_type(writer, arn, spec, changes).await?;
    }
    Ok(())
}

async fn set_address_type(writer: &Writer, arn: &str, spec: &Spec, changes: &Changes) -> Result<()> {
    if changes.touches("/IpAddressType") {
        let kind = IpAddressType::from(spec.ip_address_type.as_str());
        writer.elb().set_ip_address_type().load_balancer_arn(arn).ip_address_type(kind).send().await?;
    }
    Ok(())
}

pub async fn set_attributes(writer: &Writer, arn: &str, attributes: &[&Attribute]) -> Result<()> {
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
pub async fn set_web_acl(writer: &Writer, arn: &str, acl: &Ref<WebAcl>) -> Result<()> {
    let is_foreign = !is_blank(acl) && !writer.is_ours(acl.as_str());
    let is_transient = |failure: &Failure| {
        (failure.is(Class::NotFound) && !is_foreign) || failure.code == "WAFUnavailableEntityException"
    };
    let call = || async {
        if is_blank(acl) {
            writer.wafv2().disassociate_web_acl().resource_arn(arn).send().await?;
        } else {
            writer.wafv2().associate_web_acl().web_acl_arn(acl.as_str()).resource_arn(arn).send().await?;
        }
        Ok(())
    };
    retry(5 * MINUTE, is_transient, call).await
}

/// Returns the ARN of the web ACL in front; asked only where one can stand: AWS answers that question once a second.
///
/// # Errors
/// [`Class::Busy`] if WAF does not know a load balancer that is active: only load balancing says that one is gone.
pub async fn web_acl(reader: &Reader, description: &Description, arn: &str) -> Result<Ref<WebAcl>> {
    if description.r#type() != Some(&LoadBalancerTypeEnum::Application) {
        return Ok(Ref::default());
    }
    let call = reader.wafv2().get_web_acl_for_resource().resource_arn(arn);
    match call.send().await.map_err(Failure::from) {
        Ok(answer) => Ok(answer.web_acl().map(|acl| Ref::from(acl.arn())).unwrap_or_default()),
        // WAF learns of a load balancer while it is provisioned, and puts nothing before one that it does not know.
        Err(failure) if failure.is(Class::NotFound) && !is_active(description) => Ok(Ref::default()),
        Err(failure) if failure.is(Class::NotFound) => Err(Failure { class: Class::Busy, ..failure }
            .hint("WAF does not know the load balancer yet, or no more: run the command again in a few minutes")),
        Err(failure) => Err(failure),
    }
}

/// Whether it has been provisioned.
fn is_active(description: &Description) -> bool {
    use LoadBalancerStateEnum::{Failed, Provisioning};
    !matches!(description.state().and_then(|state| state.code()), Some(Provisioning | Failed))
}
