//! The web pages that may use it from a browser.

use aws_sdk_s3::types::{CorsConfiguration as Configuration, CorsRule as Rule};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::read::unless_absent;
use super::write::{built, send};
use crate::aws::{Clients, Writer};
use crate::resource::normal::Set;
use crate::resource::{Mistake, Result};

/// The most rules that S3 takes.
const MOST: usize = 100;
const METHODS: &[&str] = &["GET", "PUT", "HEAD", "POST", "DELETE"];

/// Rules; the first that fits a request counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CorsConfiguration {
    /// At most 100.
    #[serde(default)]
    pub cors_rules: Vec<CorsRule>,
}

/// What pages of some origins may do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct CorsRule {
    /// The headers that they may send, with one `*` each.
    #[serde(default)]
    pub allowed_headers: Set<String>,
    /// `GET`, `PUT`, `HEAD`, `POST` and `DELETE`.
    pub allowed_methods: Set<String>,
    /// `https://www.acme.example`, with one `*` each.
    pub allowed_origins: Set<String>,
    /// The headers that they may read.
    #[serde(default)]
    pub exposed_headers: Set<String>,
    /// Its name.
    #[serde(default)]
    pub id: Option<String>,
    /// Seconds for which a browser need not ask again.
    #[serde(default)]
    pub max_age: Option<i32>,
}

impl CorsConfiguration {
    /// Returns what S3 refuses.
    pub fn mistakes(&self) -> Vec<Mistake> {
        let many = (self.cors_rules.len() > MOST, "/CorsConfiguration/CorsRules", "are more than 100 rules");
        let wrong = self.cors_rules.iter().enumerate().flat_map(|(index, rule)| {
            let at = format!("/CorsConfiguration/CorsRules/{index}");
            let is_known = |method: &String| METHODS.contains(&method.as_str());
            Mistake::all([
                (rule.allowed_methods.is_empty(), format!("{at}/AllowedMethods"), "is empty"),
                (
                    !rule.allowed_methods.iter().all(is_known),
                    format!("{at}/AllowedMethods"),
                    "has something else than GET, PUT, HEAD, POST and DELETE",
                ),
                (rule.allowed_origins.is_empty(), format!("{at}/AllowedOrigins"), "is empty"),
            ])
        });
        Mistake::all([many]).chain(wrong).collect()
    }
}

pub(super) async fn get(clients: &Clients, bucket: &str) -> Result<CorsConfiguration> {
    let answer = clients.s3().get_bucket_cors().bucket(bucket).send().await;
    let told = unless_absent("NoSuchCORSConfiguration", answer)?.and_then(|answer| answer.cors_rules);
    Ok(CorsConfiguration { cors_rules: told.into_iter().flatten().map(rule).collect() })
}

fn rule(told: Rule) -> CorsRule {
    CorsRule {
        allowed_headers: told.allowed_headers.into_iter().flatten().collect(),
        allowed_methods: told.allowed_methods.into_iter().collect(),
        allowed_origins: told.allowed_origins.into_iter().collect(),
        exposed_headers: told.expose_headers.into_iter().flatten().collect(),
        id: told.id,
        max_age: told.max_age_seconds,
    }
}

/// Writes all rules; none are taken away by a call of its own.
pub(super) async fn put(writer: &Writer, bucket: &str, wanted: &CorsConfiguration) -> Result<()> {
    let owner = writer.account();
    if wanted.cors_rules.is_empty() {
        let call = writer.s3().delete_bucket_cors().bucket(bucket).expected_bucket_owner(owner);
        return send(|| call.clone().send()).await.map(drop);
    }
    let rules = wanted.cors_rules.iter().map(written).collect::<Result<_>>()?;
    let all = built(Configuration::builder().set_cors_rules(Some(rules)).build())?;
    let call = writer.s3().put_bucket_cors().bucket(bucket).cors_configuration(all).expected_bucket_owner(owner);
    send(|| call.clone().send()).await.map(drop)
}

fn written(rule: &CorsRule) -> Result<Rule> {
    let texts = |set: &Set<String>| Some(set.iter().cloned().collect::<Vec<_>>());
    let some = |set: &Set<String>| texts(set).filter(|all| !all.is_empty());
    let rule = Rule::builder()
        .set_allowed_headers(some(&rule.allowed_headers))
        .set_allowed_methods(texts(&rule.allowed_methods))
        .set_allowed_origins(texts(&rule.allowed_origins))
        .set_expose_headers(some(&rule.exposed_headers))
        .set_id(rule.id.clone())
        .set_max_age_seconds(rule.max_age);
    built(rule.build())
}
