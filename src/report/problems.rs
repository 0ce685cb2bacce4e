//! Mistakes of the input: for people with the line itself, for programs as JSON, for code scanning as SARIF.

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

use super::document::pretty;
use super::style::count;
use crate::problem::{Problem, Severity};

/// Lines longer than this (a whole file on one line) are shown around the mistake only.
const WIDTH: usize = 160;

/// All problems with file, line, column, the line itself and a hint, and how many there are. Coloured.
pub fn problems_text(problems: &[Problem]) -> String {
    let renderer = Renderer::styled().term_width(WIDTH);
    let mut text = String::new();
    for problem in problems {
        text.push_str(&renderer.render(&[group(problem)]));
        text.push_str("\n\n");
    }
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let warnings = problems.len() - errors;
    let parts = [(errors, "error"), (warnings, "warning")];
    let parts: Vec<_> = parts.iter().filter(|(number, _)| *number > 0).map(|(n, what)| count(*n, what)).collect();
    if !parts.is_empty() {
        text.push_str(&format!("{}\n", parts.join(", ")));
    }
    text
}

fn group(problem: &Problem) -> Group<'_> {
    let level = if problem.is_error() { Level::ERROR } else { Level::WARNING };
    let title = level.primary_title(problem.what.as_str());
    let mut group = match &problem.span {
        Some(span) => {
            let snippet = Snippet::source(span.source.text.as_str()).path(span.path().display().to_string());
            let length = span.source.text.len();
            let bytes = span.bytes.start.min(length)..span.bytes.end.min(length);
            title.element(snippet.annotation(AnnotationKind::Primary.span(first_line(&span.source.text, bytes))))
        }
        None => Group::with_title(title),
    };
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.message(hint.as_str()));
    }
    group
}

/// The part of a range that lies on its first line: a mistake in a whole block is marked at its beginning.
fn first_line(text: &str, bytes: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let end =
        text.get(bytes.clone()).and_then(|part| part.find('\n')).map_or(bytes.end, |newline| bytes.start + newline);
    bytes.start..end
}

/// All problems as one JSON document.
pub fn problems_json(problems: &[Problem]) -> String {
    let all: Vec<_> = problems.iter().map(problem_json).collect();
    pretty(&json!({ "format_version": "1.0", "problems": all }))
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
    })
}

/// All problems as SARIF 2.1.0, which code scanning reads.
pub fn problems_sarif(problems: &[Problem]) -> String {
    let results: Vec<_> = problems.iter().map(sarif_result).collect();
    pretty(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "provision",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": [{ "id": "input", "shortDescription": { "text": "A mistake in a tenant file or a template" } }],
            }},
            "results": results,
        }],
    }))
}

fn sarif_result(problem: &Problem) -> Value {
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
    json!({ "ruleId": "input", "level": severity(problem), "message": { "text": text }, "locations": locations })
}

fn severity(problem: &Problem) -> &'static str {
    match problem.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}
