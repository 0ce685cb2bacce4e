//! Mistakes of the input: for people with the line itself, for programs as JSON, for code scanning as SARIF.

use std::collections::HashMap;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::document::pretty;
use super::style::{count, folded_prose};
use crate::problem::{Problem, Severity, Source};
use crate::yaml::masked;

/// Lines longer than this (a whole file on one line) are shown around the mistake only.
const WIDTH: usize = 160;
/// So many problems are told: who has more corrects these first.
const MOST: usize = 100;

/// All problems with file, line, column, the line itself and a hint, and how many there are; sentences are broken, and
/// lines cut around the mistake, at the end of `width` columns. Coloured.
///
/// Values on the lines that look like secrets are starred out: what is printed ends up in logs.
pub fn problems_text(problems: &[Problem], width: Option<usize>) -> String {
    let renderer = Renderer::styled().term_width(width.unwrap_or(WIDTH).min(WIDTH));
    let mut text = String::new();
    let told = &problems[..problems.len().min(MOST)];
    let mut shown = Shown::new();
    for problem in told {
        if let Some(span) = &problem.span {
            let source = &span.source;
            shown.entry(Arc::as_ptr(source)).or_insert_with(|| masked(&source.text, &problem.hidden));
        }
    }
    for problem in told {
        text.push_str(&renderer.render(&[group(problem, &shown, width)]));
        text.push_str("\n\n");
    }
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let warnings = problems.len() - errors;
    let parts = [(errors, "error"), (warnings, "warning")];
    let parts: Vec<_> = parts.iter().filter(|(number, _)| *number > 0).map(|(n, what)| count(*n, what)).collect();
    if !parts.is_empty() {
        let more = if problems.len() > MOST { format!("; the first {MOST} are told") } else { String::new() };
        text.push_str(&format!("{}{more}\n", parts.join(", ")));
    }
    text
}

/// The texts of the files as they may be shown.
type Shown = HashMap<*const Source, String>;

fn group<'a>(problem: &'a Problem, shown: &'a Shown, width: Option<usize>) -> Group<'a> {
    let level = if problem.is_error() { Level::ERROR } else { Level::WARNING };
    let title = level.primary_title(broken(&problem.what, severity(problem).len() + 2, width));
    let mut group = match &problem.span {
        Some(span) => {
            let text = shown.get(&Arc::as_ptr(&span.source)).map_or("", String::as_str);
            let snippet = Snippet::source(text).path(span.path().display().to_string());
            let bytes = span.bytes.start.min(text.len())..span.bytes.end.min(text.len());
            title.element(snippet.annotation(AnnotationKind::Primary.span(first_line(text, bytes))))
        }
        None => Group::with_title(title),
    };
    let number = problem.span.as_ref().map_or(0, |span| span.line_column().0.to_string().len());
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.message(broken(hint, number + " = help: ".len(), width)));
    }
    if problem.environments > 1 {
        group = group.element(Level::NOTE.message(format!("it reaches {} environments", problem.environments)));
    }
    group
}

/// A sentence that stands behind so many columns, broken at the end of `width`; the renderer puts its further lines there too.
fn broken(text: &str, before: usize, width: Option<usize>) -> String {
    folded_prose(text, width.map(|width| width.saturating_sub(before))).join("\n")
}

/// The part of a range that lies on its first line: a mistake in a whole block is marked at its beginning.
fn first_line(text: &str, bytes: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end =
        text.get(bytes.clone()).and_then(|part| part.find('\n')).map_or(bytes.end, |newline| bytes.start + newline);
    bytes.start..end
}

/// All problems as one JSON document.
pub fn problems_json(problems: &[Problem]) -> String {
    let all: Vec<_> = problems.iter().take(MOST).map(problem_json).collect();
    pretty(&json!({ "format_version": "1.0", "problems": all, "untold": problems.len() - all.len() }))
}

fn problem_json(problem: &Problem) -> Value {
    let (line, column) = problem.span.as_ref().map(crate::problem::Span::line_column).unzip();
    json!({
        "severity": severity(problem),
        "file": problem.span.as_ref().map(|span| span.path().display().to_string()),
        "line": line,
        "column": column,
        "message": problem.what,
        "hint": problem.hint,
        "environments": problem.environments,
    })
}

/// A sort of results in SARIF.
pub(super) struct SarifRule {
    pub id: &'static str,
    pub about: &'static str,
}

/// All problems as SARIF 2.1.0, which code scanning reads.
pub fn problems_sarif(problems: &[Problem]) -> String {
    const INPUT: SarifRule = SarifRule { id: "input", about: "A mistake in a tenant file or a template" };
    let results = problems.iter().take(MOST).map(|problem| sarif_result(&INPUT, problem)).collect();
    pretty(&sarif(&[INPUT], results))
}

/// A SARIF document of one run.
pub(super) fn sarif(rules: &[SarifRule], results: Vec<Value>) -> Value {
    let rule = |rule: &SarifRule| json!({ "id": rule.id, "shortDescription": { "text": rule.about } });
    let rules: Vec<_> = rules.iter().map(rule).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "provision",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            }},
            "results": results,
        }],
    })
}

pub(super) fn sarif_result(rule: &SarifRule, problem: &Problem) -> Value {
    let text = match &problem.hint {
        Some(hint) => format!("{} ({hint})", problem.what),
        None => problem.what.clone(),
    };
    let locations: Vec<_> = problem
        .span
        .iter()
        .map(|span| {
            let (line, column) = span.line_column();
            let path = span.path().display().to_string().replace('\\', "/");
            json!({ "physicalLocation": {
                "artifactLocation": { "uri": path },
                "region": { "startLine": line, "startColumn": column },
            }})
        })
        .collect();
    json!({ "ruleId": rule.id, "level": severity(problem), "message": { "text": text }, "locations": locations })
}

fn severity(problem: &Problem) -> &'static str {
    match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
