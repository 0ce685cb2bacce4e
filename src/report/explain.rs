use std::fmt::Write as _;

use super::style::{FAINT, HEAD, paint};
use super::value::show;
use crate::blueprint::{Explained, Origin};
use crate::problem::Span;

/// Final values by their JSON pointers, each with the file and line that set it. Coloured.
pub fn explain_text(title: &str, leaves: &[(String, Explained<'_>)]) -> String {
    let mut text = format!("{}\n", paint(HEAD, title));
    for (at, explained) in leaves {
        let value = explained.value.map_or_else(|| "(AWS chooses)".to_owned(), show);
        let _ = writeln!(text, "  {at} = {value}");
        for line in explained.origin.map_or_else(|| vec!["default of the kind".to_owned()], origin_lines) {
            let _ = writeln!(text, "      {}", paint(FAINT, line));
        }
    }
    text
}

fn origin_lines(origin: &Origin) -> Vec<String> {
    let mut lines = vec![format!("written in {}{}", origin.span, quote(&origin.span))];
    lines.extend(origin.from.iter().map(|span| format!("computed from {span}{}", quote(span))));
    lines
}

/// The line that a span begins on.
fn quote(span: &Span) -> String {
    let line = span.source.text.lines().nth(span.line_column().0 - 1).unwrap_or_default().trim();
    if line.is_empty() { String::new() } else { format!(": {line}") }
}
