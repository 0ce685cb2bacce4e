//! The few colours of the program. Text is always written with them; the stream strips what its reader can't show.

use anstyle::{AnsiColor, Style};

pub(super) const DANGER: Style = AnsiColor::Red.on_default().bold();
pub(super) const CHANGE: Style = AnsiColor::Yellow.on_default();
pub(super) const NEW: Style = AnsiColor::Green.on_default();
pub(super) const FAINT: Style = Style::new().dimmed();
pub(super) const HEAD: Style = Style::new().bold();

pub(super) fn paint(style: Style, text: impl std::fmt::Display) -> String {
    format!("{style}{text}{style:#}")
}

/// Pads with spaces to a width in characters; what is longer stays whole.
pub(super) fn pad(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(width_of(text))))
}

/// The columns that plain text (no colours) takes.
pub(super) fn width_of(text: &str) -> usize {
    text.chars().count()
}

/// The lines of a table: columns as wide as their widest cell, two spaces between, none behind the last.
pub(super) fn table(rows: &[Vec<String>], indent: &str) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| width_of(cell)).max();
    let widths: Vec<_> = (0..columns).map(|column| width(column).unwrap_or_default()).collect();
    rows.iter()
        .map(|row| {
            let cells: Vec<_> = row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
            format!("{indent}{}\n", cells.join("  ").trim_end())
        })
        .collect()
}

/// `1 resource`, `2 resources`.
pub fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// `45 s`, `9 min`, `1 h 20 min`: as exact as a person wants it.
pub(super) fn duration(seconds: u64) -> String {
    match seconds {
        0..90 => format!("{seconds} s"),
        90..5400 => format!("{} min", (seconds + 30) / 60),
        _ => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}
