//! What the preflight found out, as plans tell it.

use std::collections::BTreeMap;

use super::document::pretty;
use super::problems::{SarifRule, sarif, sarif_result};
use super::style::count;
use crate::plan::{Finding, FindingVerdict, Plan};
use crate::problem::Problem;

/// So many of what is not known are named.
const NAMED: usize = 3;

/// What a person should look at: each that there is not enough of, and what is not known, by the reason.
pub(super) struct FindingLine {
    pub sign: &'static str,
    pub verb: &'static str,
    /// Whether an apply refuses the plan for it.
    pub refuses: bool,
    pub text: String,
}

pub(super) fn finding_lines(plan: &Plan) -> Vec<FindingLine> {
    let exceeded = plan.findings.iter().filter(|finding| finding.verdict == FindingVerdict::Exceeded);
    let mut lines: Vec<_> = exceeded
        .map(|finding| FindingLine {
            sign: "!",
            verb: "quota",
            refuses: finding.problem.is_error(),
            text: told(&finding.problem),
        })
        .collect();
    let mut unknown: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in plan.findings.iter().filter(|finding| finding.verdict == FindingVerdict::Unknown) {
        unknown.entry(finding.why.as_deref().unwrap_or_default()).or_default().push(finding);
    }
    lines.extend(unknown.into_iter().map(|(why, findings)| {
        let names: Vec<_> = findings.iter().map(|finding| finding.quota.name).take(NAMED).collect();
        let more = findings.len().checked_sub(NAMED).filter(|more| *more > 0);
        let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
        let text = format!("not compared: {}{more}: {why}", names.join(", "));
        FindingLine { sign: "?", verb: "quota", refuses: false, text }
    }));
    lines
}

/// How much there is room for, if anything was asked; with each by its figures for who wants all.
pub(super) fn room_lines(plan: &Plan, verbose: bool) -> Vec<String> {
    let room: Vec<_> = plan.findings.iter().filter(|finding| !finding.is_news()).collect();
    match room.len() {
        0 => Vec::new(),
        _ if verbose => room.iter().map(|finding| format!("quota: {}", finding.problem.what)).collect(),
        number => vec![format!("room in {} (-v names each)", count(number, "quota"))],
    }
}

/// A finding on one line.
fn told(problem: &Problem) -> String {
    let place = problem.span.as_ref().map(|span| format!(" ({span})")).unwrap_or_default();
    let hint = problem.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    format!("{}{place}{hint}", problem.what)
}

/// The findings that a person should look at and the warnings of a plan, as SARIF 2.1.0, which code scanning shows beside the
/// lines that cause them.
pub fn plan_sarif(plan: &Plan) -> String {
    const QUOTA: SarifRule =
        SarifRule { id: "quota", about: "A quota of AWS that may have no room for what a plan adds" };
    const PLAN: SarifRule = SarifRule { id: "plan", about: "What a reviewer of a plan should know" };
    let findings = plan.findings.iter().filter(|finding| finding.is_news());
    let findings = findings.map(|finding| sarif_result(&QUOTA, &finding.problem));
    let warnings = plan.stacks.iter().flat_map(|stack| &stack.warnings).map(|problem| sarif_result(&PLAN, problem));
    pretty(&sarif(&[QUOTA, PLAN], findings.chain(warnings).collect()))
}
