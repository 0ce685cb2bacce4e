//! The few colours of the program. Text is always written with them; the stream strips what its reader can't show.

use anstyle::AnsiColor;
pub(super) use anstyle::Style;

use crate::resource::COMMAND;

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

/// The columns that text takes without its colours.
pub(super) fn plain_width(text: &str) -> usize {
    width_of(&anstream::adapter::strip_str(text).to_string())
}

/// Breaks a sentence behind words so that it fits the columns there are; a word, or a command, is never broken.
pub(super) fn folded_prose(text: &str, width: Option<usize>) -> Vec<String> {
    let Some(width) = width.filter(|width| plain_width(text) > *width) else { return vec![text.to_owned()] };
    let (mut lines, mut depth) = (vec![String::new()], 0_usize);
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line from the beginning");
        let fits = line.is_empty() || plain_width(line) + 1 + plain_width(word) <= width;
        match (fits || depth > 0, line.is_empty()) {
            (true, true) => line.push_str(word),
            (true, false) => *line = format!("{line} {word}"),
            (false, _) => lines.push(word.to_owned()),
        }
        let signs = |sign: char| word.matches(sign).count();
        depth = (depth + signs(COMMAND[0])).saturating_sub(signs(COMMAND[1]));
    }
    lines
}

/// A sentence behind `first`, its further lines behind `then`.
pub fn indented(first: &str, then: &str, text: &str, width: Option<usize>) -> Vec<String> {
    let room = width.map(|width| width.saturating_sub(plain_width(first).max(plain_width(then))));
    let lines = folded_prose(text, room);
    lines.iter().enumerate().map(|(i, line)| format!("{}{line}", if i == 0 { first } else { then })).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_broken_between_words_and_never_in_a_command() {
        let text = "first let go of it (`⟪apply acme/production⟫`), or forget it";
        let expected = ["first let go of it", "(`⟪apply acme/production⟫`),", "or forget it"];
        assert_eq!(folded_prose(text, Some(18)), expected);
        assert_eq!(folded_prose(text, None), [text]);
        assert_eq!(folded_prose("a-very-long-word then", Some(5)), ["a-very-long-word", "then"]);
    }
}
