//! Which headers, cookies and query strings of a request count: of cache policies and of origin request policies.

use aws_sdk_cloudfront::types as sdk;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{COMPLETE, counted};
use crate::kinds::shared::lower_case::lower_case;
use crate::resource::Mistake;
use crate::resource::normal::Set;

/// The behaviours that need names beside them.
const BY_NAME: &[&str] = &["whitelist", "allExcept", "allViewerAndWhitelistCloudFront"];

/// Which headers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct HeadersConfig {
    /// `none`, or `whitelist`: those in `Headers`; of an origin request policy also `allExcept`, `allViewer` and
    /// `allViewerAndWhitelistCloudFront`.
    pub header_behavior: String,
    #[serde(default, deserialize_with = "lower_case")]
    pub headers: Set<String>,
}

/// Which cookies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CookiesConfig {
    /// `none`, `all`, `whitelist`: those in `Cookies`, or `allExcept`.
    pub cookie_behavior: String,
    #[serde(default)]
    pub cookies: Set<String>,
}

/// Which query strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct QueryStringsConfig {
    /// `none`, `all`, `whitelist`: those in `QueryStrings`, or `allExcept`.
    pub query_string_behavior: String,
    #[serde(default)]
    pub query_strings: Set<String>,
}

/// All three of a policy, below a pointer.
pub(super) struct Selection<'a> {
    pub at: &'static str,
    pub headers: &'a HeadersConfig,
    pub cookies: &'a CookiesConfig,
    pub queries: &'a QueryStringsConfig,
}

impl Selection<'_> {
    /// Returns what is wrong; a policy knows its own behaviours of headers, and which headers it does not take.
    pub fn mistakes(&self, header_behaviors: &[&str], refused: &[&str]) -> Vec<Mistake> {
        let Self { at, headers, cookies, queries } = self;
        let known: &[&str] = sdk::CachePolicyCookieBehavior::values();
        let parts = [
            ("HeadersConfig/HeaderBehavior", &headers.header_behavior, header_behaviors, headers.headers.is_empty()),
            ("CookiesConfig/CookieBehavior", &cookies.cookie_behavior, known, cookies.cookies.is_empty()),
            (
                "QueryStringsConfig/QueryStringBehavior",
                &queries.query_string_behavior,
                known,
                queries.query_strings.is_empty(),
            ),
        ];
        let wrong = parts.into_iter().filter_map(|(part, behavior, known, is_nameless)| {
            let text = if !known.contains(&behavior.as_str()) {
                format!("is none of {}", known.join(", "))
            } else if BY_NAME.contains(&behavior.as_str()) == is_nameless {
                "goes with names beside it where it is whitelist or an exception, and with none where it is not"
                    .to_owned()
            } else {
                return None;
            };
            Some(Mistake::new(format!("{at}/{part}"), text))
        });
        let taken = headers.headers.iter().filter(|name| refused.contains(&name.as_str()));
        let taken = taken.map(|name| {
            let text = format!("has {name}, which CloudFront refuses in this policy");
            Mistake::new(format!("{at}/HeadersConfig/Headers"), text)
        });
        wrong.chain(taken).collect()
    }
}

pub(super) fn headers(behavior: &str, names: Option<&sdk::Headers>) -> HeadersConfig {
    let names = names.map(sdk::Headers::items).unwrap_or_default().iter();
    HeadersConfig { header_behavior: behavior.to_owned(), headers: names.map(|name| name.to_lowercase()).collect() }
}

pub(super) fn cookies(behavior: &str, names: Option<&sdk::CookieNames>) -> CookiesConfig {
    let names = names.map(sdk::CookieNames::items).unwrap_or_default();
    CookiesConfig { cookie_behavior: behavior.to_owned(), cookies: names.iter().cloned().collect() }
}

pub(super) fn queries(behavior: &str, names: Option<&sdk::QueryStringNames>) -> QueryStringsConfig {
    let names = names.map(sdk::QueryStringNames::items).unwrap_or_default();
    QueryStringsConfig { query_string_behavior: behavior.to_owned(), query_strings: names.iter().cloned().collect() }
}

/// The names in CloudFront's form; none where there are none, which it refuses otherwise.
pub(super) fn header_names(from: &HeadersConfig) -> Option<sdk::Headers> {
    let (quantity, names) = named(&from.headers)?;
    Some(sdk::Headers::builder().quantity(quantity).set_items(Some(names)).build().expect(COMPLETE))
}

pub(super) fn cookie_names(from: &CookiesConfig) -> Option<sdk::CookieNames> {
    let (quantity, names) = named(&from.cookies)?;
    Some(sdk::CookieNames::builder().quantity(quantity).set_items(Some(names)).build().expect(COMPLETE))
}

pub(super) fn query_names(from: &QueryStringsConfig) -> Option<sdk::QueryStringNames> {
    let (quantity, names) = named(&from.query_strings)?;
    Some(sdk::QueryStringNames::builder().quantity(quantity).set_items(Some(names)).build().expect(COMPLETE))
}

fn named(names: &Set<String>) -> Option<(i32, Vec<String>)> {
    (!names.is_empty()).then(|| counted(names.iter().cloned()))
}
