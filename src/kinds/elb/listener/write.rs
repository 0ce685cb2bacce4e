use aws_sdk_elasticloadbalancingv2::types::{
    Certificate as SdkCertificate, Listener as Description, ListenerAttribute, MutualAuthenticationAttributes,
    ProtocolEnum,
};

use super::{ALPN, Certificate, MUTUAL, Spec};
use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::elb;
use crate::kinds::elb::attribute::Attribute;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::tag;
use crate::resource::{Changes, Failure, Result, Tags};

/// Five minutes: a certificate of ours that was just issued is refused for a while.
pub async fn send(writer: &Writer, spec: &Spec, tags: &Tags) -> Result<String> {
    let actions = spec.default_actions.sent(writer).await?;
    let call = || {
        let call = writer
            .elb()
            .create_listener()
            .load_balancer_arn(spec.load_balancer_arn.as_str())
            .port(spec.port)
            .protocol(ProtocolEnum::from(spec.protocol.as_str()))
            .set_ssl_policy(spec.ssl_policy.clone())
            .set_certificates(certificates(spec))
            .set_default_actions(Some(actions.clone()))
            .set_tags(tag::write(tags));
        async move { Ok::<_, Failure>(call.send().await?) }
    };
    let is_transient = |failure: &Failure| elb::is_fresh(writer, spec, failure);
    let answer = retry(5 * MINUTE, is_transient, call).await.map_err(elb::explain)?;
    elb::arn_in(answer.listeners().first().and_then(Description::listener_arn), "CreateListener")
}

/// Takes the listener on our port if it is ours.
pub async fn adopt(writer: &Writer, spec: &Spec, tags: &Tags, failure: Failure) -> Result<String> {
    let call = writer.elb().describe_listeners().load_balancer_arn(spec.load_balancer_arn.as_str());
    let all = call.page_size(elb::PAGE).into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let there = all.iter().find(|one| one.port() == Some(spec.port)).and_then(Description::listener_arn);
    let Some(arn) = there else { return Err(failure) };
    elb::adopt(writer, arn, tags).await?;
    Ok(arn.to_owned())
}

/// Sets all but the attributes and further certificates; AWS refuses a protocol without what belongs to it.
/// Sends all of it, and takes away what no template can say and somebody set where `changes` name it: else it stays.
pub async fn modify(writer: &Writer, arn: &str, spec: &Spec, changes: &Changes) -> Result<()> {
    let actions = spec.default_actions.sent(writer).await?;
    let no_mutual = changes.touches(MUTUAL).then(|| MutualAuthenticationAttributes::builder().mode("off").build());
    let no_alpn = changes.touches(ALPN).then(|| vec!["None".to_owned()]);
    let call = || {
        let call = writer
            .elb()
            .modify_listener()
            .listener_arn(arn)
            .port(spec.port)
            .protocol(ProtocolEnum::from(spec.protocol.as_str()))
            .set_ssl_policy(spec.ssl_policy.clone())
            .set_certificates(certificates(spec))
            .set_default_actions(Some(actions.clone()))
            .set_mutual_authentication(no_mutual.clone())
            .set_alpn_policy(no_alpn.clone());
        async move { Ok(call.send().await.map(drop)?) }
    };
    // The listener itself is not fresh: if it is gone, waiting is of no use.
    let is_transient = |failure: &Failure| elb::is_fresh(writer, spec, failure) && failure.code != "ListenerNotFound";
    retry(5 * MINUTE, is_transient, call).await.map_err(elb::explain)
}

fn certificates(spec: &Spec) -> Option<Vec<SdkCertificate>> {
    let sdk = |one: &Certificate| SdkCertificate::builder().certificate_arn(one.certificate_arn.as_str()).build();
    Some(spec.certificates.iter().map(sdk).collect()).filter(|all: &Vec<_>| !all.is_empty())
}

pub async fn set_attributes(writer: &Writer, arn: &str, attributes: &[&Attribute]) -> Result<()> {
    if attributes.is_empty() {
        return Ok(());
    }
    let sdk = |one: &&Attribute| ListenerAttribute::builder().key(&one.key).value(&one.value).build();
    let call = writer.elb().modify_listener_attributes().listener_arn(arn);
    call.set_attributes(Some(attributes.iter().map(sdk).collect())).send().await?;
    Ok(())
}

/// Adds certificates for further names, by a call for each: AWS takes one at a time.
pub async fn add_certificates<'a>(writer: &Writer, arn: &str, all: impl Iterator<Item = &'a str>) -> Result<()> {
    for one in all {
        let certificate = SdkCertificate::builder().certificate_arn(one).build();
        let call = || async {
            let call = writer.elb().add_listener_certificates().listener_arn(arn).certificates(certificate.clone());
            Ok::<_, Failure>(call.send().await.map(drop)?)
        };
        retry(MINUTE, |failure| failure.code == "ListenerNotFound", call).await.map_err(elb::explain)?;
    }
    Ok(())
}

/// Takes them away; what is gone is done.
pub async fn remove_certificates<'a>(writer: &Writer, arn: &str, all: impl Iterator<Item = &'a str>) -> Result<()> {
    for one in all {
        let certificate = SdkCertificate::builder().certificate_arn(one).build();
        let call = writer.elb().remove_listener_certificates().listener_arn(arn).certificates(certificate);
        gone(call.send().await)?;
    }
    Ok(())
}
