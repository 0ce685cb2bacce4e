use aws_sdk_cloudfront::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::policy::{self, Outputs, Page, Policy, Told};
use super::selection::{self, CookiesConfig, HeadersConfig, QueryStringsConfig, Selection};
use super::{COMPLETE, PAGE};
use crate::aws::{Aws, Clients, Reader, Writer};
use crate::resource::{
    Attachable, Bearer, Changes, Detection, Essentials, Facts, Found, Kept, Kind, Listing, Made, Mistake, Name, On,
    Permissions, Result, Scope, Tags, Turn,
};

/// What the origin is told of a request, beside what tells answers apart in the cache.
pub struct OriginRequestPolicy;

/// The properties of `AWS::CloudFront::OriginRequestPolicy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub origin_request_policy_config: Config,
}

/// What is sent on. The name is the resource's, and the comment has its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Config {
    pub cookies_config: CookiesConfig,
    pub headers_config: HeadersConfig,
    pub query_strings_config: QueryStringsConfig,
}

const EXAMPLE: &str = "
resources:
  - type: AWS::CloudFront::OriginRequestPolicy
    name: visitors
    properties:
      OriginRequestPolicyConfig:
        CookiesConfig: { CookieBehavior: all }
        HeadersConfig: { HeaderBehavior: allViewerAndWhitelistCloudFront, Headers: [CloudFront-Viewer-Country] }
        QueryStringsConfig: { QueryStringBehavior: all }
";

const CHANGED: &str = "
resources:
  - type: AWS::CloudFront::OriginRequestPolicy
    name: visitors
    properties:
      OriginRequestPolicyConfig:
        CookiesConfig: { CookieBehavior: allExcept, Cookies: [tracking] }
        HeadersConfig: { HeaderBehavior: whitelist, Headers: [Accept, Origin] }
        QueryStringsConfig: { QueryStringBehavior: none }
";

impl Kind for OriginRequestPolicy {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        digest_below: &["/OriginRequestPolicyConfig"],
        put_semantics: true,
        ..Facts::of(Essentials {
            kind: "AWS::CloudFront::OriginRequestPolicy",
            is_global: true,
            indexed_as: None,
            reference: "Id",
            name: policy::NAME,
            identity: policy::IDENTITY,
            name_property: Some("OriginRequestPolicyConfig/Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::CloudFront::Distribution",
                Detection::Left("it uses it, and changes nothing of it"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["cloudfront:ListOriginRequestPolicies"],
                create: &["cloudfront:CreateOriginRequestPolicy", "cloudfront:ListOriginRequestPolicies"],
                update: &["cloudfront:GetOriginRequestPolicy", "cloudfront:UpdateOriginRequestPolicy"],
                retag: &["cloudfront:GetOriginRequestPolicy", "cloudfront:UpdateOriginRequestPolicy"],
                delete: &["cloudfront:GetOriginRequestPolicy", "cloudfront:DeleteOriginRequestPolicy"],
                on: &[
                    ("cloudfront:CreateOriginRequestPolicy", &[On::Any("origin-request-policy/*")]),
                    ("cloudfront:GetOriginRequestPolicy", &[On::Any("origin-request-policy/*")]),
                    ("cloudfront:UpdateOriginRequestPolicy", &[On::Any("origin-request-policy/*")]),
                    ("cloudfront:DeleteOriginRequestPolicy", &[On::Any("origin-request-policy/*")]),
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
        let Config { cookies_config: cookies, headers_config: headers, query_strings_config: queries } =
            &spec.origin_request_policy_config;
        let selected = Selection { at: "/OriginRequestPolicyConfig", headers, cookies, queries };
        // Of these two the cache has to know.
        let refused = ["authorization", "accept-encoding"];
        let refused: &[&str] = if headers.header_behavior == "whitelist" { &refused } else { &[] };
        selected.mistakes(sdk::OriginRequestPolicyHeaderBehavior::values(), refused)
    }
}

impl Policy for OriginRequestPolicy {
    type Config = sdk::OriginRequestPolicyConfig;

    const WHAT: &'static str = "the origin request policy";

    async fn page(clients: &Clients, marker: Option<String>) -> Result<Page<Self::Config>> {
        let own = sdk::OriginRequestPolicyType::Custom;
        let call = clients.cloudfront().list_origin_request_policies().r#type(own).max_items(PAGE).set_marker(marker);
        let list = call.send().await?.origin_request_policy_list;
        let (items, next) = list.map(|list| (list.items.unwrap_or_default(), list.next_marker)).unwrap_or_default();
        Ok((items.into_iter().filter_map(|one| one.origin_request_policy).filter_map(told).collect(), next))
    }

    async fn get(writer: &Writer, id: &str) -> Result<(Option<Told<Self::Config>>, Option<String>)> {
        let answer = writer.cloudfront().get_origin_request_policy().id(id).send().await?;
        Ok((answer.origin_request_policy.and_then(told), answer.e_tag))
    }

    async fn post(writer: &Writer, config: Self::Config) -> Result<Option<String>> {
        let call = writer.cloudfront().create_origin_request_policy().origin_request_policy_config(config);
        Ok(call.send().await?.origin_request_policy.map(|made| made.id))
    }

    async fn put(writer: &Writer, id: &str, etag: &str, config: Self::Config) -> Result<()> {
        let call = writer.cloudfront().update_origin_request_policy().id(id).if_match(etag);
        Ok(call.origin_request_policy_config(config).send().await.map(drop)?)
    }

    async fn remove(writer: &Writer, id: &str, etag: &str) -> Result<()> {
        Ok(writer.cloudfront().delete_origin_request_policy().id(id).if_match(etag).send().await.map(drop)?)
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
        let (headers, cookies, queries) = (from.headers_config(), from.cookies_config(), from.query_strings_config());
        let config = Config {
            cookies_config: selection::cookies(
                cookies.map_or("none", |cookies| cookies.cookie_behavior().as_str()),
                cookies.and_then(|cookies| cookies.cookies()),
            ),
            headers_config: selection::headers(
                headers.map_or("none", |headers| headers.header_behavior().as_str()),
                headers.and_then(|headers| headers.headers()),
            ),
            query_strings_config: selection::queries(
                queries.map_or("none", |queries| queries.query_string_behavior().as_str()),
                queries.and_then(|queries| queries.query_strings()),
            ),
        };
        Spec { origin_request_policy_config: config }
    }

    fn write(spec: &Spec, name: &str, note: Option<&str>) -> Self::Config {
        let of = &spec.origin_request_policy_config;
        let headers = sdk::OriginRequestPolicyHeadersConfig::builder()
            .header_behavior(of.headers_config.header_behavior.as_str().into())
            .set_headers(selection::header_names(&of.headers_config));
        let cookies = sdk::OriginRequestPolicyCookiesConfig::builder()
            .cookie_behavior(of.cookies_config.cookie_behavior.as_str().into())
            .set_cookies(selection::cookie_names(&of.cookies_config));
        let queries = sdk::OriginRequestPolicyQueryStringsConfig::builder()
            .query_string_behavior(of.query_strings_config.query_string_behavior.as_str().into())
            .set_query_strings(selection::query_names(&of.query_strings_config));
        let config = sdk::OriginRequestPolicyConfig::builder()
            .name(name)
            .set_comment(note.map(str::to_owned))
            .headers_config(headers.build().expect(COMPLETE))
            .cookies_config(cookies.build().expect(COMPLETE))
            .query_strings_config(queries.build().expect(COMPLETE));
        config.build().expect(COMPLETE)
    }
}

fn told(one: sdk::OriginRequestPolicy) -> Option<Told<sdk::OriginRequestPolicyConfig>> {
    Some(Told { id: one.id, config: one.origin_request_policy_config? })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn spec(parts: Value) -> Spec {
        let mut config = json!({
            "HeadersConfig": { "HeaderBehavior": "none" }, "CookiesConfig": { "CookieBehavior": "none" },
            "QueryStringsConfig": { "QueryStringBehavior": "none" },
        });
        config.as_object_mut().unwrap().extend(parts.as_object().unwrap().clone());
        from_value(json!({ "OriginRequestPolicyConfig": config })).unwrap()
    }

    fn wrong(parts: Value) -> Vec<String> {
        let last = |mistake: Mistake| mistake.path.rsplit('/').next().unwrap_or_default().to_owned();
        OriginRequestPolicy::check(&spec(parts)).into_iter().map(last).collect()
    }

    fn headers(behavior: &str, names: &[&str]) -> Value {
        json!({ "HeadersConfig": { "HeaderBehavior": behavior, "Headers": names } })
    }

    #[test]
    fn what_is_sent_is_read_back_as_it_was_written() {
        let full = spec(json!({
            "HeadersConfig": { "HeaderBehavior": "allViewerAndWhitelistCloudFront", "Headers": ["CloudFront-Viewer-Country"] },
            "CookiesConfig": { "CookieBehavior": "all" },
            "QueryStringsConfig": { "QueryStringBehavior": "allExcept", "QueryStrings": ["b", "a"] },
        }));
        assert_eq!(OriginRequestPolicy::read(&OriginRequestPolicy::write(&full, "name", Some("note"))), full);
    }

    #[test]
    fn what_cloudfront_would_refuse_is_a_mistake() {
        let none: Vec<String> = Vec::new();
        assert_eq!(wrong(headers("whitelist", &["Authorization"])), ["Headers"]);
        assert_eq!(wrong(headers("whitelist", &["x-wp-access-authorization"])), none);
        assert_eq!(wrong(headers("allExcept", &["Host"])), none);
        assert_eq!(wrong(headers("allViewer", &["Host"])), ["HeaderBehavior"]);
        assert_eq!(wrong(headers("everything", &[])), ["HeaderBehavior"]);
        assert_eq!(wrong(json!({ "CookiesConfig": { "CookieBehavior": "allViewer" } })), ["CookieBehavior"]);
        assert_eq!(
            wrong(json!({ "QueryStringsConfig": { "QueryStringBehavior": "allExcept" } })),
            ["QueryStringBehavior"]
        );
    }
}
