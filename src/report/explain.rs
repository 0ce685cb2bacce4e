use std::fmt::Write as _;

use super::style::{FAINT, HEAD, indented, paint};
use super::value::show;
use crate::blueprint::{Explained, Origin};
use crate::problem::Span;
use crate::yaml::masked;

/// Final values by their JSON pointers, each with the file and line that set it. Coloured.
///
/// Sensitive values are left out, and so are the lines that they come from. What is longer than `width` columns is broken.
pub fn explain_text(title: &str, leaves: &[(String, Explained<'_>)], width: Option<usize>) -> String {
    let mut text = format!("{}\n", paint(HEAD, title));
    for (at, explained) in leaves {
        let value = match explained.value {
            None => "(AWS chooses)".to_owned(),
            Some(_) if explained.is_sensitive => "(sensitive)".to_owned(),
            Some(value) => show(value),
        };
        let lines = indented("  ", "      ", &format!("{at} = {value}"), width);
        lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
        let lines = match explained.origin {
            None => vec!["default of the kind".to_owned()],
            Some(origin) if explained.is_sensitive => origin_lines(origin, |_| String::new()),
            Some(origin) => origin_lines(origin, quote),
        };
        for line in lines.iter().flat_map(|line| indented("      ", "        ", line, width)) {
            let _ = writeln!(text, "{}", paint(FAINT, line));
        }
    }
    text
}

fn origin_lines(origin: &Origin, quote: impl Fn(&Span) -> String) -> Vec<String> {
    let mut lines = vec![format!("written in {}{}", origin.span, quote(&origin.span))];
    lines.extend(origin.from.iter().map(|span| format!("computed from {span}{}", quote(span))));
    lines
}

/// The line that a span begins on. Other values on it may be secrets.
fn quote(span: &Span) -> String {
    let text = masked(&span.source.text, &[]);
    let line = text.lines().nth(span.line_column().0 - 1).unwrap_or_default().trim();
    if line.is_empty() { String::new() } else { format!(": {line}") }
}
