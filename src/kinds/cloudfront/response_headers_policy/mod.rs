mod convert;
mod example;
mod rules;
mod spec;
#[cfg(test)]
mod tests;

use aws_sdk_cloudfront::types as sdk;

use self::spec::Spec;
use super::PAGE;
use super::policy::{self, Outputs, Page, Policy, Told};
use crate::aws::{Aws, Clients, Reader, Writer};
use crate::resource::cloudformation::CloudFormation;
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Essentials, Facts, Found, Kept, Kind, Listing, Made, Mistake, Name, On,
    Permissions, Result, Scope, Tags, Turn,
};

/// Headers that CloudFront adds to what it answers, or takes away.
pub struct ResponseHeadersPolicy;

impl Kind for ResponseHeadersPolicy {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        digest_below: &["/ResponseHeadersPolicyConfig"],
        keyed: &[("/ResponseHeadersPolicyConfig/CustomHeadersConfig/Items", "Header")],
        put_semantics: true,
        cloudformation: CloudFormation {
            nothing_without: &[
                ("AccessControlExposeHeaders", "Items"),
                ("CustomHeadersConfig", "Items"),
                ("RemoveHeadersConfig", "Items"),
            ],
            ..CloudFormation::SAME
        },
        ..Facts::of(Essentials {
            kind: "AWS::CloudFront::ResponseHeadersPolicy",
            is_global: true,
            indexed_as: None,
            reference: "Id",
            name: policy::NAME,
            identity: policy::IDENTITY,
            name_property: Some("ResponseHeadersPolicyConfig/Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::CloudFront::Distribution",
                Detection::Left("it uses it, and changes nothing of it"),
            )],
            example: example::EXAMPLE,
            changed: example::CHANGED,
            permissions: Permissions {
                read: &["cloudfront:ListResponseHeadersPolicies"],
                create: &["cloudfront:CreateResponseHeadersPolicy", "cloudfront:ListResponseHeadersPolicies"],
                update: &["cloudfront:GetResponseHeadersPolicy", "cloudfront:UpdateResponseHeadersPolicy"],
                retag: &["cloudfront:GetResponseHeadersPolicy", "cloudfront:UpdateResponseHeadersPolicy"],
                delete: &["cloudfront:GetResponseHeadersPolicy", "cloudfront:DeleteResponseHeadersPolicy"],
                on: &[
                    ("cloudfront:CreateResponseHeadersPolicy", &[On::Any("response-headers-policy/*")]),
                    ("cloudfront:GetResponseHeadersPolicy", &[On::Any("response-headers-policy/*")]),
                    ("cloudfront:UpdateResponseHeadersPolicy", &[On::Any("response-headers-policy/*")]),
                    ("cloudfront:DeleteResponseHeadersPolicy", &[On::Any("response-headers-policy/*")]),
                ],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        policy::list(reader, scope).await
    }

    async fn create(writer: &Writer, name: &Name, spec: &Spec, tags: &Tags) -> Result<Made<Self>> {
        policy::create(writer, name, spec, tags).await
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        policy::update(writer, live, spec).await
    }

    async fn retag(writer: &Writer, bearer: &Bearer<'_, Self>, set: &Tags, _: &[String]) -> Result<()> {
        policy::retag(writer, bearer, set).await
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        policy::delete(writer, live).await
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        spec.mistakes()
    }
}

impl Policy for ResponseHeadersPolicy {
    type Config = sdk::ResponseHeadersPolicyConfig;

    const WHAT: &'static str = "the response headers policy";

    async fn page(clients: &Clients, marker: Option<String>) -> Result<Page<Self::Config>> {
        let own = sdk::ResponseHeadersPolicyType::Custom;
        let call = clients.cloudfront().list_response_headers_policies().r#type(own).max_items(PAGE).set_marker(marker);
        let list = call.send().await?.response_headers_policy_list;
        let (items, next) = list.map(|list| (list.items.unwrap_or_default(), list.next_marker)).unwrap_or_default();
        Ok((items.into_iter().filter_map(|one| one.response_headers_policy).filter_map(told).collect(), next))
    }

    async fn get(writer: &Writer, id: &str) -> Result<(Option<Told<Self::Config>>, Option<String>)> {
        let answer = writer.cloudfront().get_response_headers_policy().id(id).send().await?;
        Ok((answer.response_headers_policy.and_then(told), answer.e_tag))
    }

    async fn post(writer: &Writer, config: Self::Config) -> Result<Option<String>> {
        let call = writer.cloudfront().create_response_headers_policy().response_headers_policy_config(config);
        Ok(call.send().await?.response_headers_policy.map(|made| made.id))
    }

    async fn put(writer: &Writer, id: &str, etag: &str, config: Self::Config) -> Result<()> {
        let call = writer.cloudfront().update_response_headers_policy().id(id).if_match(etag);
        Ok(call.response_headers_policy_config(config).send().await.map(drop)?)
    }

    async fn remove(writer: &Writer, id: &str, etag: &str) -> Result<()> {
        Ok(writer.cloudfront().delete_response_headers_policy().id(id).if_match(etag).send().await.map(drop)?)
    }

    fn labels(config: &Self::Config) -> (&str, Option<&str>) {
        (config.name(), config.comment())
    }

    fn noted(config: Self::Config, note: Option<String>) -> Self::Config {
        let mut config = config;
        config.comment = note;
        config
    }

    fn read(from: &Self::Config) -> Spec {
        convert::read(from)
    }

    fn write(spec: &Spec, name: &str, note: Option<&str>) -> Self::Config {
        convert::write(spec, name, note)
    }
}

fn told(one: sdk::ResponseHeadersPolicy) -> Option<Told<sdk::ResponseHeadersPolicyConfig>> {
    Some(Told { id: one.id, config: one.response_headers_policy_config? })
}
