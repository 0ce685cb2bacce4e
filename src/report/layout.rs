//! Fields of a change on so many columns.

use super::difference::wrapped;
use super::field::{FieldWords, Ours, Wording};
use super::style::{FAINT, pad, paint, plain_width, width_of};
use crate::plan::Change;

/// What stands in front of a field.
const INDENT: usize = 15;
/// Paths are aligned up to here; longer ones push their line.
const PATH: usize = 44;
/// Values are padded up to here.
const VALUE: usize = 60;
/// What cause and place take beside a value, at most.
const BEHIND: usize = 40;
/// A value beside its path has at least so many columns, else it stands below.
const SHORTEST: usize = 30;

/// How a plan is laid out on a terminal.
#[derive(Clone, Copy, Debug, Default)]
pub struct TextOptions {
    /// The columns there are; none: values are written whole.
    pub width: Option<usize>,
    /// The columns at whose end sentences are broken; none: nowhere, as in a log.
    pub fold: Option<usize>,
    /// Also lists the fields of what is created, and why nothing else is.
    pub verbose: bool,
    /// Writes sensitive values.
    pub show_values: bool,
}

/// How the fields of one stack are laid out.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub ours: &'a Ours,
    pub options: TextOptions,
}

impl Layout<'_> {
    /// The lines of a change's fields: path, value, and behind it cause and place; where that is too wide, these below;
    /// where even that is, the value below its path.
    pub(super) fn fields(self, change: &Change) -> Vec<String> {
        let widths = change.fields.iter().map(|field| width_of(&field.path));
        let path_width = widths.max().unwrap_or_default().min(PATH);
        let left = INDENT + path_width + 2;
        let Some(width) = self.options.width else {
            return beside(&self.laid_out(change, None), path_width);
        };
        let lines = beside(&self.laid_out(change, Some(width.saturating_sub(left + BEHIND).max(SHORTEST))), path_width);
        let fits = |lines: &[String]| lines.iter().all(|line| plain_width(line) <= width);
        if fits(&lines) {
            return lines;
        }
        if width >= left + SHORTEST {
            let fields = self.laid_out(change, Some(width - left));
            let lines: Vec<_> = fields.iter().flat_map(|field| field.below(path_width, width - left)).collect();
            if fits(&lines) {
                return lines;
            }
        }
        let room = width.saturating_sub(INDENT + 2).max(SHORTEST);
        self.laid_out(change, Some(room)).iter().flat_map(|field| field.stacked(room)).collect()
    }

    fn laid_out(self, change: &Change, room: Option<usize>) -> Vec<FieldWords> {
        let wording = Wording { ours: self.ours, show_values: self.options.show_values, width: room };
        change.fields.iter().map(|field| FieldWords::of(field, wording)).collect()
    }
}

fn beside(fields: &[FieldWords], path_width: usize) -> Vec<String> {
    let values = fields.iter().flat_map(|field| &field.change);
    let value_width = values.map(|value| width_of(value)).max().unwrap_or_default().min(VALUE);
    fields.iter().flat_map(|field| field.beside(path_width, value_width)).collect()
}

impl FieldWords {
    fn behind(&self) -> String {
        format!("{}  {}", self.cause, self.place).trim_end().to_owned()
    }

    fn beside(&self, path_width: usize, value_width: usize) -> Vec<String> {
        let line = |(i, value): (usize, &String)| {
            let (path, behind) = if i == 0 { (&*self.path, self.behind()) } else { ("", String::new()) };
            let behind = if behind.is_empty() { behind } else { format!("  {}", paint(FAINT, behind)) };
            let value = if behind.is_empty() { value.clone() } else { pad(value, value_width) };
            format!("{}{}  {value}{behind}", " ".repeat(INDENT), pad(path, path_width))
        };
        self.change.iter().enumerate().map(line).collect()
    }

    fn below(&self, path_width: usize, room: usize) -> Vec<String> {
        let left = " ".repeat(INDENT);
        let values: Vec<_> = self.change.iter().flat_map(|value| wrapped(value, Some(room))).collect();
        let line = |(i, value): (usize, &String)| {
            let path = if i == 0 { &*self.path } else { "" };
            format!("{left}{}  {value}", pad(path, path_width)).trim_end().to_owned()
        };
        let behind = format!("{left}{}  {}", " ".repeat(path_width), paint(FAINT, self.behind()));
        values.iter().enumerate().map(line).chain((!self.behind().is_empty()).then_some(behind)).collect()
    }

    fn stacked(&self, room: usize) -> Vec<String> {
        let (left, deeper) = (" ".repeat(INDENT), " ".repeat(INDENT + 2));
        let path = wrapped(&self.path, Some(room)).into_iter().map(|line| format!("{left}{line}"));
        let values = self.change.iter().flat_map(|value| wrapped(value, Some(room)));
        let values = values.map(|line| format!("{deeper}{line}").trim_end().to_owned());
        let behind = (!self.behind().is_empty()).then(|| format!("{deeper}{}", paint(FAINT, self.behind())));
        path.chain(values).chain(behind).collect()
    }
}
