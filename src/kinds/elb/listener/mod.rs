mod example;
mod write;

use aws_sdk_elasticloadbalancingv2::types::{Certificate as SdkCertificate, Listener as Description};
use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::write::{add_certificates, adopt, modify, remove_certificates, send, set_attributes};
use crate::aws::{Aws, MINUTE, Reader, Writer};
use crate::kinds::acm::certificate::Certificate as AcmCertificate;
use crate::kinds::elb::action::{self, Actions, redirects_to_https};
use crate::kinds::elb::attribute::{self, Attribute};
use crate::kinds::elb::load_balancer::LoadBalancer;
use crate::kinds::elb::{self, Tagged};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::filled::filled;
use crate::kinds::shared::retry::retry_while;
use crate::resource::cloudformation::{CloudFormation, Part, Source};
use crate::resource::{
    Address, Attachable, Attached, Bearer, Changes, Class, Detection, Disruption, Essentials, Facts, Failure,
    FieldDiff, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name, NameRule, Neighbours, On, Permissions, Ref,
    Replacement, Result, Scope, State, Switch, Tags, Turn, Unmodelled, pointer,
};

/// A port of a load balancer, and what happens to what no rule takes.
pub struct Listener;

/// How many certificates AWS takes for further names.
const MOST_FURTHER: usize = 25;

/// What somebody else may have set and an update takes away: the order of protocols, and that clients show certificates.
const ALPN: &str = "/AlpnPolicy";
const MUTUAL: &str = "/MutualAuthentication";
/// Certificates for further names, of which others may add some.
const FURTHER: &str = "/FurtherCertificates";

/// The properties of `AWS::ElasticLoadBalancingV2::Listener`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(remote = "Self", rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub load_balancer_arn: Ref<LoadBalancer>,
    #[schemars(range(min = 1, max = 65535))]
    pub port: i32,
    /// `HTTP` or `HTTPS`; `TCP`, `TLS`, `UDP`, `TCP_UDP`, `QUIC` or `TCP_QUIC` on a network load balancer.
    pub protocol: String,
    /// Which TLS versions and ciphers are spoken, `ELBSecurityPolicy-TLS13-1-2-2021-06`. Left out, AWS chooses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ssl_policy: Option<String>,
    /// The certificate; at most one, needed with HTTPS and TLS.
    #[serde(default)]
    pub certificates: Vec<Certificate>,
    pub default_actions: Actions,
    /// For further names, which visitors ask for by SNI; 25 at most. Others may add some as well.
    #[serde(default)]
    pub further_certificates: Vec<FurtherCertificate>,
    /// What is not listed has the value that AWS documents for it.
    #[serde(default)]
    pub listener_attributes: Vec<Attribute>,
}

impl Spec {
    fn filled(mut self) -> Self {
        attribute::fill(&mut self.listener_attributes, &attribute::of_listener(&self.protocol));
        self
    }
}

filled!(Spec);

/// A certificate by its ARN.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Certificate {
    pub certificate_arn: Ref<AcmCertificate>,
}

/// A certificate for further names. By its ARN the template's are told from those that others have added.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct FurtherCertificate {
    pub certificate_arn: String,
}

/// The return values of `AWS::ElasticLoadBalancingV2::Listener`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub listener_arn: String,
}

impl Kind for Listener {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        put_semantics: true,
        unique_key: &["/LoadBalancerArn", "/Port"],
        create_only: &["/LoadBalancerArn"],
        // Only another load balancer replaces it, and that one can't have a target group before the old one lets go of it.
        replacement: Replacement::DeleteFirst,
        keyed: &[(FURTHER, "CertificateArn"), ("/ListenerAttributes", "Key")],
        declared_only: &["/ListenerAttributes"],
        additive: &[FURTHER],
        switches: &[
            Switch::with("/Certificates", "/Protocol", &["HTTPS", "TLS"]),
            Switch::with(FURTHER, "/Protocol", &["HTTPS", "TLS"]),
            Switch::with("/SslPolicy", "/Protocol", &["HTTPS", "TLS"]),
            Switch::with("/ListenerAttributes/tcp.idle_timeout.seconds", "/Protocol", &["TCP"]),
        ],
        grants: &["/DefaultActions"],
        write_only: &["/DefaultActions/*/AuthenticateOidcConfig/ClientSecret"],
        several_calls: true,
        prunes: &[ALPN, "/DefaultActions", MUTUAL],
        cloudformation: CloudFormation {
            parts: &[Part::of(
                "AWS::ElasticLoadBalancingV2::ListenerCertificate",
                "Certificates",
                Source::Property("FurtherCertificates"),
                "ListenerArn",
            )
            .with_value("Certificates")],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::ElasticLoadBalancingV2::Listener",
            is_global: false,
            indexed_as: Some("elasticloadbalancing"),
            reference: "ListenerArn",
            name: NameRule::Assigned { max: 255 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[
                Attachable::new("AWS::ElasticLoadBalancingV2::ListenerRule", Detection::Listed),
                Attachable::new("AWS::ElasticLoadBalancingV2::ListenerCertificate", Detection::Additive(FURTHER)),
            ],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &[
                    "elasticloadbalancing:DescribeLoadBalancers",
                    "elasticloadbalancing:DescribeListeners",
                    "elasticloadbalancing:DescribeListenerAttributes",
                    "elasticloadbalancing:DescribeListenerCertificates",
                    "elasticloadbalancing:DescribeTags",
                    "ec2:DescribeVpcs",
                ],
                create: &[
                    "elasticloadbalancing:CreateListener",
                    "elasticloadbalancing:AddTags",
                    "elasticloadbalancing:DescribeListeners",
                    "elasticloadbalancing:DescribeTags",
                    "elasticloadbalancing:ModifyListener",
                    "elasticloadbalancing:ModifyListenerAttributes",
                    "elasticloadbalancing:AddListenerCertificates",
                    "secretsmanager:GetSecretValue",
                ],
                update: &[
                    "elasticloadbalancing:ModifyListener",
                    "elasticloadbalancing:ModifyListenerAttributes",
                    "elasticloadbalancing:AddListenerCertificates",
                    "elasticloadbalancing:RemoveListenerCertificates",
                    "secretsmanager:GetSecretValue",
                ],
                retag: &["elasticloadbalancing:AddTags", "elasticloadbalancing:RemoveTags"],
                delete: &["elasticloadbalancing:DeleteListener"],
                on: &[
                    ("elasticloadbalancing:AddTags", &[On::Ours, On::MadeBy("CreateListener")]),
                    ("secretsmanager:GetSecretValue", &[On::InYaml("secret:")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let all = elb::listeners(reader, scope).await?;
        let mut listing = Listing { unseen: all.unseen.clone(), ..Listing::default() };
        let is_meant = |one: &&Tagged<Description>| {
            let balancer = one.item.load_balancer_arn().unwrap_or_default();
            elb::owns(scope, one.item.listener_arn(), &one.tags) || scope.requests(balancer)
        };
        let (ours, others): (Vec<_>, Vec<_>) = all.seen.iter().partition(is_meant);
        listing.attached.extend(others.into_iter().filter_map(|one| {
            let host = one.item.load_balancer_arn()?.to_owned();
            Some(Attached { id: one.item.listener_arn()?.to_owned(), host })
        }));
        let details = join_all(ours.iter().map(|one| read(reader, one))).await;
        for (one, read) in ours.into_iter().zip(details) {
            elb::keep(&mut listing, one.item.listener_arn(), &one.tags, read);
        }
        Ok(listing)
    }

    async fn create(writer: &Writer, _: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        let arn = match send(writer, spec, tags).await {
            Err(failure) if failure.is(Class::AlreadyExists) => {
                let arn = adopt(writer, spec, tags, failure).await?;
                modify(writer, &arn, spec, &Changes::default()).await?;
                arn
            }
            other => other?,
        };
        let attributes = attribute::unusual(&spec.listener_attributes, &attribute::of_listener(&spec.protocol));
        elb::when_known(|| set_attributes(writer, &arn, &attributes)).await?;
        add_certificates(writer, &arn, arns(&spec.further_certificates)).await?;
        Ok(made(arn))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        if changes.touches_any(&["/Port", "/Protocol", "/SslPolicy", "/Certificates", "/DefaultActions"])
            || changes.touches_any(&[ALPN, MUTUAL])
        {
            modify(writer, &live.id, spec, changes).await?;
        }
        let attributes = attribute::changed(&spec.listener_attributes, changes, "/ListenerAttributes");
        set_attributes(writer, &live.id, &attributes).await?;
        // Only those that the plan names: the others are somebody else's.
        let is_named = |arn: &&str| changes.touches(&pointer::join(FURTHER, arn));
        let (there, wanted) = (&live.spec.further_certificates, &spec.further_certificates);
        let missing = arns(wanted).filter(|arn| arns(there).all(|one| one != *arn));
        add_certificates(writer, &live.id, missing.filter(is_named)).await?;
        let left = arns(there).filter(|arn| arns(wanted).all(|one| one != *arn));
        remove_certificates(writer, &live.id, left.filter(is_named)).await?;
        Ok(Turn::Done(made(live.id.clone())))
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, unset: &[String]) -> Result<()> {
        elb::retag(writer, bearer.id, set, unset).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        gone(
            retry_while(2 * MINUTE, &[Class::Busy], || writer.elb().delete_listener().listener_arn(&live.id).send())
                .await,
        )?;
        Ok(Turn::Done(Vec::new()))
    }

    /// Who asks at the old port, or in the old protocol, is not answered.
    fn disruption(fields: &[FieldDiff]) -> Disruption {
        let moves = fields.iter().any(|field| ["/Port", "/Protocol"].contains(&field.path.as_str()));
        if moves { Disruption::Outage } else { Disruption::None }
    }

    /// Nobody is sent to HTTPS before it answers there.
    fn depends_on(spec: &Value, other: &Address, other_spec: &Value, _: &dyn Neighbours) -> Option<&'static str> {
        let is_https = |spec: &Value| spec.get("Protocol").is_some_and(|protocol| protocol == "HTTPS");
        let depends_on = other.kind == Self::FACTS.kind
            && is_https(other_spec)
            && !is_https(spec)
            && spec.get("LoadBalancerArn") == other_spec.get("LoadBalancerArn")
            && redirects_to_https(spec.get("DefaultActions"));
        depends_on.then_some("")
    }

    fn union(_: &str, before: &Value, after: &Value) -> Option<Value> {
        action::both(before, after)
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let mut mistakes = spec.default_actions.check("/DefaultActions");
        let mut say = |at: &str, what: &str| mistakes.push(Mistake::new(at, what));
        // That of a gateway load balancer's listener can't be named.
        if let Some(text) = elb::no_protocol(&spec.protocol, &["GENEVE"]) {
            say("/Protocol", &text);
        }
        let is_secure = ["HTTPS", "TLS"].contains(&spec.protocol.as_str());
        match spec.certificates.len() {
            0 if is_secure => say("/Certificates", "HTTPS and TLS need a certificate"),
            2.. => say("/Certificates", "a listener has one certificate here: the others are FurtherCertificates"),
            _ => {}
        }
        if spec.further_certificates.len() > MOST_FURTHER {
            say(FURTHER, "has more than 25 certificates, which is all that a load balancer takes");
        }
        if spec.default_actions.has_login() && !is_secure {
            say("/DefaultActions", "authenticates visitors, which needs the Protocol HTTPS");
        }
        for one in spec.further_certificates.iter().filter(|one| !one.certificate_arn.starts_with("arn:")) {
            let at = pointer::join(FURTHER, &one.certificate_arn);
            mistakes.push(Mistake::new(at, "is the ARN of a certificate that is there already".to_owned()));
        }
        mistakes
    }
}

async fn read(reader: &Reader, one: &Tagged<Description>) -> Result<Found<Listener>> {
    let live = &one.item;
    let arn = live.listener_arn().unwrap_or_default().to_owned();
    let attributes =
        async { Ok::<_, Failure>(reader.elb().describe_listener_attributes().listener_arn(&arn).send().await?) };
    let (attributes, further) = tokio::try_join!(attributes, further(reader, live, &arn))?;
    let (default_actions, mut unmodelled) = Actions::read(live.default_actions(), "/DefaultActions");
    unmodelled.extend(foreign(live));
    let certificates = live.certificates().iter().filter_map(|one| one.certificate_arn());
    Ok(Found {
        name: None,
        spec: Spec {
            load_balancer_arn: live.load_balancer_arn().unwrap_or_default().into(),
            port: live.port().unwrap_or_default(),
            protocol: live.protocol().map(|protocol| protocol.as_str().to_owned()).unwrap_or_default(),
            ssl_policy: live.ssl_policy().map(str::to_owned),
            certificates: certificates.map(|arn| Certificate { certificate_arn: arn.into() }).collect(),
            default_actions,
            further_certificates: further,
            listener_attributes: attributes
                .attributes()
                .iter()
                .map(|one| Attribute::read(one.key(), one.value()))
                .collect(),
        }
        .filled(),
        outputs: Outputs { listener_arn: arn.clone() },
        id: arn,
        tags: one.tags.clone(),
        state: State::Ready,
        unmodelled,
        external: None,
    })
}

/// Certificates for further names (`AWS::ElasticLoadBalancingV2::ListenerCertificate`), ours and those of others. Only
/// secure listeners are asked: the list of listeners tells the default one alone.
async fn further(reader: &Reader, live: &Description, arn: &str) -> Result<Vec<FurtherCertificate>> {
    if live.certificates().is_empty() {
        return Ok(Vec::new());
    }
    let call = reader.elb().describe_listener_certificates().listener_arn(arn).page_size(elb::PAGE);
    let all = call.into_paginator().items().send().collect::<Result<Vec<_>, _>>().await?;
    let own = |one: &&SdkCertificate| {
        one.is_default() == Some(true)
            || live.certificates().iter().any(|default| default.certificate_arn() == one.certificate_arn())
    };
    let others = all.iter().filter(|one| !own(one)).filter_map(SdkCertificate::certificate_arn);
    Ok(others.map(|arn| FurtherCertificate { certificate_arn: arn.to_owned() }).collect())
}

fn foreign(live: &Description) -> Vec<Unmodelled> {
    let mode = live.mutual_authentication().and_then(|mutual| mutual.mode()).filter(|mode| *mode != "off");
    let mutual = mode
        .map(|mode| Unmodelled { path: MUTUAL.into(), text: format!("clients' certificates are asked for: {mode}") });
    let alpn = live.alpn_policy().first().filter(|policy| *policy != "None");
    let alpn = alpn.map(|policy| Unmodelled { path: ALPN.into(), text: format!("it is {policy}") });
    mutual.into_iter().chain(alpn).collect()
}

fn arns(all: &[FurtherCertificate]) -> impl Iterator<Item = &str> {
    all.iter().map(|one| one.certificate_arn.as_str())
}

fn made(arn: String) -> Made<Listener> {
    Made { outputs: Outputs { listener_arn: arn.clone() }, id: arn, state: State::Ready }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_redirect_to_https_waits_for_the_listener_there() {
        let redirect =
            json!([{ "Type": "redirect", "RedirectConfig": { "Protocol": "HTTPS", "StatusCode": "HTTP_301" } }]);
        let http = json!({ "LoadBalancerArn": "⟦lb⟧", "Protocol": "HTTP", "DefaultActions": redirect });
        let https = json!({ "LoadBalancerArn": "⟦lb⟧", "Protocol": "HTTPS" });
        let elsewhere = json!({ "LoadBalancerArn": "⟦other⟧", "Protocol": "HTTPS" });
        let depends_on = |spec: &Value, kind: &str, other: &Value| {
            Listener::depends_on(spec, &Address::new(kind, "other"), other, &())
        };
        assert_eq!(depends_on(&http, Listener::FACTS.kind, &https), Some(""));
        assert_eq!(depends_on(&http, Listener::FACTS.kind, &elsewhere), None);
        assert_eq!(depends_on(&https, Listener::FACTS.kind, &https), None);
        assert_eq!(depends_on(&http, LoadBalancer::FACTS.kind, &https), None);
    }
}
