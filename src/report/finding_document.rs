//! What the preflight found out, as the JSON of a plan has it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::plan::{Finding, QuotaFigures};

/// One answer of the preflight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingDocument {
    /// `quota`.
    pub check: String,
    /// `ok`, `exceeded` or `unknown`.
    pub verdict: String,
    pub account: String,
    pub region: String,
    /// `tenant/environment`.
    pub stacks: Vec<String>,
    pub addresses: Vec<String>,
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The line that causes it, `tenants/acme.yaml:41`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<String>,
    pub quota: QuotaDocument,
}

/// The figures of a quota; null where they are not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuotaDocument {
    pub service_code: String,
    pub quota_code: String,
    pub name: String,
    pub limit: Option<Value>,
    pub in_use: Option<Value>,
    pub adds: Value,
}

impl FindingDocument {
    pub(super) fn of(finding: &Finding) -> Self {
        let QuotaFigures { service, code, name, limit, in_use, adds } = &finding.quota;
        Self {
            check: finding.check.name().to_owned(),
            verdict: finding.verdict.name().to_owned(),
            account: finding.account.clone(),
            region: finding.region.clone(),
            stacks: finding.stacks.iter().map(ToString::to_string).collect(),
            addresses: finding.addresses.iter().map(ToString::to_string).collect(),
            message: finding.problem.what.clone(),
            hint: finding.problem.hint.clone(),
            origin: finding.problem.span.as_ref().map(ToString::to_string),
            quota: QuotaDocument {
                service_code: (*service).to_owned(),
                quota_code: (*code).to_owned(),
                name: (*name).to_owned(),
                limit: limit.map(number),
                in_use: in_use.map(number),
                adds: number(*adds),
            },
        }
    }
}

/// A number without the point that whole ones have no use for.
fn number(value: f64) -> Value {
    // No quota has so many digits that some were lost.
    if value.fract() == 0.0 && value.abs() < 9e15 { json!(value as i64) } else { json!(value) }
}
