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

/// What CloudFront keeps, for how long, and what of a request tells one answer from another.
///
/// Whatever tells answers apart is also sent to the origin.
pub struct CachePolicy;

/// The properties of `AWS::CloudFront::CachePolicy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    pub cache_policy_config: Config,
}

/// What is kept. The name is the resource's, and the comment has its digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Config {
    /// Seconds for which an answer is kept that says nothing of it.
    #[serde(rename = "DefaultTTL")]
    pub default_ttl: i64,
    /// The most seconds, whatever the answer says.
    #[serde(rename = "MaxTTL")]
    pub max_ttl: i64,
    /// The least seconds; above 0 also of answers that say they must not be kept.
    #[serde(rename = "MinTTL")]
    pub min_ttl: i64,
    pub parameters_in_cache_key_and_forwarded_to_origin: Parameters,
}

/// What of a request tells one answer from another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Parameters {
    pub cookies_config: CookiesConfig,
    /// Whether answers are kept compressed by Brotli, too.
    #[serde(default)]
    pub enable_accept_encoding_brotli: bool,
    /// Whether answers are kept compressed by gzip, too.
    pub enable_accept_encoding_gzip: bool,
    pub headers_config: HeadersConfig,
    pub query_strings_config: QueryStringsConfig,
}

const EXAMPLE: &str = "
resources:
  - type: AWS::CloudFront::CachePolicy
    name: products
    properties:
      CachePolicyConfig:
        MinTTL: 0
        DefaultTTL: 60
        MaxTTL: 3600
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingGzip: true
          CookiesConfig: { CookieBehavior: none }
          HeadersConfig: { HeaderBehavior: whitelist, Headers: [Accept-Language] }
          QueryStringsConfig: { QueryStringBehavior: whitelist, QueryStrings: [page] }
";

const CHANGED: &str = "
resources:
  - type: AWS::CloudFront::CachePolicy
    name: products
    properties:
      CachePolicyConfig:
        MinTTL: 1
        DefaultTTL: 120
        MaxTTL: 7200
        ParametersInCacheKeyAndForwardedToOrigin:
          EnableAcceptEncodingBrotli: true
          EnableAcceptEncodingGzip: false
          CookiesConfig: { CookieBehavior: whitelist, Cookies: [currency] }
          HeadersConfig: { HeaderBehavior: none }
          QueryStringsConfig: { QueryStringBehavior: all }
";

impl Kind for CachePolicy {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        digest_below: &["/CachePolicyConfig"],
        put_semantics: true,
        ..Facts::of(Essentials {
            kind: "AWS::CloudFront::CachePolicy",
            is_global: true,
            indexed_as: None,
            reference: "Id",
            name: policy::NAME,
            identity: policy::IDENTITY,
            name_property: Some("CachePolicyConfig/Name"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[Attachable::new(
                "AWS::CloudFront::Distribution",
                Detection::Left("it uses it, and changes nothing of it"),
            )],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["cloudfront:ListCachePolicies"],
                create: &["cloudfront:CreateCachePolicy", "cloudfront:ListCachePolicies"],
                update: &["cloudfront:GetCachePolicy", "cloudfront:UpdateCachePolicy"],
                retag: &["cloudfront:GetCachePolicy", "cloudfront:UpdateCachePolicy"],
                delete: &["cloudfront:GetCachePolicy", "cloudfront:DeleteCachePolicy"],
                on: &[
                    ("cloudfront:CreateCachePolicy", &[On::Any("cache-policy/*")]),
                    ("cloudfront:GetCachePolicy", &[On::Any("cache-policy/*")]),
                    ("cloudfront:UpdateCachePolicy", &[On::Any("cache-policy/*")]),
                    ("cloudfront:DeleteCachePolicy", &[On::Any("cache-policy/*")]),
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
        let config = &spec.cache_policy_config;
        let Parameters { cookies_config: cookies, headers_config: headers, query_strings_config: queries, .. } =
            &config.parameters_in_cache_key_and_forwarded_to_origin;
        let at = "/CachePolicyConfig/ParametersInCacheKeyAndForwardedToOrigin";
        let selected = Selection { at, headers, cookies, queries };
        let is_compressed = config.parameters_in_cache_key_and_forwarded_to_origin.enable_accept_encoding_gzip
            || config.parameters_in_cache_key_and_forwarded_to_origin.enable_accept_encoding_brotli;
        // What is compressed, CloudFront tells the origin itself.
        let refused: &[&str] = if is_compressed { &["accept-encoding"] } else { &[] };
        let mut all = selected.mistakes(sdk::CachePolicyHeaderBehavior::values(), refused);
        let is_nothing = |behavior: &str| behavior == "none";
        let has_key = !is_nothing(&headers.header_behavior)
            || !is_nothing(&cookies.cookie_behavior)
            || !is_nothing(&queries.query_string_behavior);
        all.extend(Mistake::all([
            (
                config.min_ttl < 0 || config.min_ttl > config.default_ttl || config.default_ttl > config.max_ttl,
                "/CachePolicyConfig/DefaultTTL",
                "lies between MinTTL and MaxTTL, and none of them is below 0",
            ),
            (
                config.max_ttl == 0 && (is_compressed || has_key),
                "/CachePolicyConfig/MaxTTL",
                "is 0, so that nothing is kept: then nothing tells answers apart, and none is compressed",
            ),
        ]));
        all
    }
}

impl Policy for CachePolicy {
    type Config = sdk::CachePolicyConfig;

    const WHAT: &'static str = "the cache policy";

    async fn page(clients: &Clients, marker: Option<String>) -> Result<Page<Self::Config>> {
        let own = sdk::CachePolicyType::Custom;
        let call = clients.cloudfront().list_cache_policies().r#type(own).max_items(PAGE).set_marker(marker);
        let list = call.send().await?.cache_policy_list;
        let (items, next) = list.map(|list| (list.items.unwrap_or_default(), list.next_marker)).unwrap_or_default();
        Ok((items.into_iter().filter_map(|one| one.cache_policy).filter_map(told).collect(), next))
    }

    async fn get(writer: &Writer, id: &str) -> Result<(Option<Told<Self::Config>>, Option<String>)> {
        let answer = writer.cloudfront().get_cache_policy().id(id).send().await?;
        Ok((answer.cache_policy.and_then(told), answer.e_tag))
    }

    async fn post(writer: &Writer, config: Self::Config) -> Result<Option<String>> {
        let answer = writer.cloudfront().create_cache_policy().cache_policy_config(config).send().await?;
        Ok(answer.cache_policy.map(|made| made.id))
    }

    async fn put(writer: &Writer, id: &str, etag: &str, config: Self::Config) -> Result<()> {
        let call = writer.cloudfront().update_cache_policy().id(id).if_match(etag).cache_policy_config(config);
        Ok(call.send().await.map(drop)?)
    }

    async fn remove(writer: &Writer, id: &str, etag: &str) -> Result<()> {
        Ok(writer.cloudfront().delete_cache_policy().id(id).if_match(etag).send().await.map(drop)?)
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
        let parameters = from.parameters_in_cache_key_and_forwarded_to_origin();
        let (headers, cookies, queries) = (
            parameters.and_then(|parameters| parameters.headers_config()),
            parameters.and_then(|parameters| parameters.cookies_config()),
            parameters.and_then(|parameters| parameters.query_strings_config()),
        );
        let parameters = Parameters {
            cookies_config: selection::cookies(
                cookies.map_or("none", |cookies| cookies.cookie_behavior().as_str()),
                cookies.and_then(|cookies| cookies.cookies()),
            ),
            enable_accept_encoding_brotli: parameters
                .is_some_and(|parameters| parameters.enable_accept_encoding_brotli().unwrap_or_default()),
            enable_accept_encoding_gzip: parameters.is_some_and(|parameters| parameters.enable_accept_encoding_gzip()),
            headers_config: selection::headers(
                headers.map_or("none", |headers| headers.header_behavior().as_str()),
                headers.and_then(|headers| headers.headers()),
            ),
            query_strings_config: selection::queries(
                queries.map_or("none", |queries| queries.query_string_behavior().as_str()),
                queries.and_then(|queries| queries.query_strings()),
            ),
        };
        let config = Config {
            // What AWS gives where neither is said.
            default_ttl: from.default_ttl.unwrap_or(86_400.max(from.min_ttl)),
            max_ttl: from.max_ttl.unwrap_or(31_536_000.max(from.min_ttl)),
            min_ttl: from.min_ttl,
            parameters_in_cache_key_and_forwarded_to_origin: parameters,
        };
        Spec { cache_policy_config: config }
    }

    fn write(spec: &Spec, name: &str, note: Option<&str>) -> Self::Config {
        let Config { default_ttl, max_ttl, min_ttl, parameters_in_cache_key_and_forwarded_to_origin: of } =
            &spec.cache_policy_config;
        let headers = sdk::CachePolicyHeadersConfig::builder()
            .header_behavior(of.headers_config.header_behavior.as_str().into())
            .set_headers(selection::header_names(&of.headers_config));
        let cookies = sdk::CachePolicyCookiesConfig::builder()
            .cookie_behavior(of.cookies_config.cookie_behavior.as_str().into())
            .set_cookies(selection::cookie_names(&of.cookies_config));
        let queries = sdk::CachePolicyQueryStringsConfig::builder()
            .query_string_behavior(of.query_strings_config.query_string_behavior.as_str().into())
            .set_query_strings(selection::query_names(&of.query_strings_config));
        let parameters = sdk::ParametersInCacheKeyAndForwardedToOrigin::builder()
            .enable_accept_encoding_gzip(of.enable_accept_encoding_gzip)
            .enable_accept_encoding_brotli(of.enable_accept_encoding_brotli)
            .headers_config(headers.build().expect(COMPLETE))
            .cookies_config(cookies.build().expect(COMPLETE))
            .query_strings_config(queries.build().expect(COMPLETE));
        let config = sdk::CachePolicyConfig::builder()
            .name(name)
            .set_comment(note.map(str::to_owned))
            .default_ttl(*default_ttl)
            .max_ttl(*max_ttl)
            .min_ttl(*min_ttl)
            .parameters_in_cache_key_and_forwarded_to_origin(parameters.build().expect(COMPLETE));
        config.build().expect(COMPLETE)
    }
}

fn told(one: sdk::CachePolicy) -> Option<Told<sdk::CachePolicyConfig>> {
    Some(Told { id: one.id, config: one.cache_policy_config? })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, from_value, json};

    use super::*;

    fn spec(config: Value, selected: Value) -> Spec {
        let mut parameters = json!({
            "EnableAcceptEncodingGzip": false, "HeadersConfig": { "HeaderBehavior": "none" },
            "CookiesConfig": { "CookieBehavior": "none" }, "QueryStringsConfig": { "QueryStringBehavior": "none" },
        });
        parameters.as_object_mut().unwrap().extend(selected.as_object().unwrap().clone());
        let mut whole = json!({ "MinTTL": 0, "DefaultTTL": 60, "MaxTTL": 600 });
        whole.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
        whole["ParametersInCacheKeyAndForwardedToOrigin"] = parameters;
        from_value(json!({ "CachePolicyConfig": whole })).unwrap()
    }

    fn headers(behavior: &str, names: &[&str]) -> Value {
        json!({ "HeadersConfig": { "HeaderBehavior": behavior, "Headers": names } })
    }

    fn wrong(config: Value, selected: Value) -> Vec<String> {
        let last = |mistake: Mistake| mistake.path.rsplit('/').next().unwrap_or_default().to_owned();
        CachePolicy::check(&spec(config, selected)).into_iter().map(last).collect()
    }

    #[test]
    fn what_is_sent_is_read_back_as_it_was_written() {
        let selected = json!({
            "EnableAcceptEncodingBrotli": true,
            "HeadersConfig": { "HeaderBehavior": "whitelist", "Headers": ["X-B", "Accept-Language"] },
            "CookiesConfig": { "CookieBehavior": "allExcept", "Cookies": ["b", "a"] },
            "QueryStringsConfig": { "QueryStringBehavior": "whitelist", "QueryStrings": ["q", "page"] },
        });
        let full = spec(json!({ "MinTTL": 1 }), selected);
        assert_eq!(CachePolicy::read(&CachePolicy::write(&full, "name", Some("note"))), full);
        let bare = CachePolicy::write(&spec(json!({}), json!({})), "name", None);
        let sent = bare.parameters_in_cache_key_and_forwarded_to_origin().unwrap();
        assert!(sent.headers_config().unwrap().headers().is_none(), "an empty list is refused");
        let shown = headers("whitelist", &["x-b", "accept-language"]);
        assert_eq!(spec(json!({}), headers("whitelist", &["Accept-Language", "X-B"])), spec(json!({}), shown));
    }

    #[test]
    fn what_cloudfront_would_refuse_is_a_mistake() {
        let never = json!({ "MinTTL": 0, "DefaultTTL": 0, "MaxTTL": 0 });
        let none: Vec<String> = Vec::new();
        assert_eq!(wrong(json!({ "MinTTL": 601 }), json!({})), ["DefaultTTL"]);
        assert_eq!(wrong(json!({ "DefaultTTL": 601 }), json!({})), ["DefaultTTL"]);
        assert_eq!(wrong(never.clone(), headers("whitelist", &["Authorization"])), ["MaxTTL"]);
        assert_eq!(wrong(never.clone(), json!({ "EnableAcceptEncodingGzip": true })), ["MaxTTL"]);
        assert_eq!(wrong(never, json!({})), none);
        assert_eq!(wrong(json!({}), headers("allViewer", &[])), ["HeaderBehavior"]);
        assert_eq!(wrong(json!({}), headers("whitelist", &[])), ["HeaderBehavior"]);
        assert_eq!(wrong(json!({}), headers("none", &["X-A"])), ["HeaderBehavior"]);
        let compressed = json!({
            "EnableAcceptEncodingGzip": true, "HeadersConfig": { "HeaderBehavior": "whitelist", "Headers": ["Accept-Encoding"] },
        });
        assert_eq!(wrong(json!({}), compressed), ["Headers"]);
        assert_eq!(wrong(json!({}), headers("whitelist", &["Authorization"])), none);
    }

    #[test]
    fn as_many_headers_as_the_quota_admits() {
        let names: Vec<_> = (0..13).map(|number| format!("X-{number}")).collect();
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        assert!(wrong(json!({}), headers("whitelist", &names)).is_empty());
    }
}
