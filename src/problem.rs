//! Mistakes in the input: collected, so that none hides the next.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A file that was read: its path as shown to people, and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    pub path: PathBuf,
    pub text: String,
}

/// A place in a file: where a value, a key or a mistake stands. `bytes` is a range into the source's text.
#[derive(Clone, Debug, Eq)]
pub struct Span {
    pub source: Arc<Source>,
    pub bytes: Range<usize>,
}

/// Most places differ by their bytes, and most that do not are of one reading of the file: its text is compared last.
impl PartialEq for Span {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && (Arc::ptr_eq(&self.source, &other.source) || self.source == other.source)
    }
}

impl Span {
    /// Line and column of the start, both from 1; the column counts characters.
    pub fn line_column(&self) -> (usize, usize) {
        let before = &self.source.text[..self.bytes.start.min(self.source.text.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// Whether two places of one file have a part in common.
    pub fn touches(&self, other: &Self) -> bool {
        let (a, b) = (&self.bytes, &other.bytes);
        self.path() == other.path() && (a == b || (a.start < b.end && b.start < a.end))
    }

    pub fn path(&self) -> &Path {
        &self.source.path
    }
}

/// `tenants/acme.yaml:17`, as plans show it.
impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.path().display(), self.line_column().0)
    }
}

/// How grave a problem is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is done while there is one.
    Error,
    /// Said, and no more.
    Warning,
}

/// One mistake in the input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub severity: Severity,
    /// Where; none for what has no place (a missing folder).
    pub span: Option<Span>,
    /// What is wrong, one sentence without a full stop.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Keys whose values are not shown with the line, beside those that look like secrets.
    pub hidden: Arc<[String]>,
    /// How many environments have it: a mistake in a layer under several is one mistake. 0: it is of none.
    pub environments: usize,
}

impl Problem {
    pub fn error(span: impl Into<Option<Span>>, what: impl Into<String>) -> Self {
        let (span, what) = (span.into(), what.into());
        Self { severity: Severity::Error, span, what, hint: None, hidden: Arc::default(), environments: 0 }
    }

    pub fn warning(span: impl Into<Option<Span>>, what: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(span, what) }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same as a warning: of what a command is not about.
    #[must_use]
    pub fn mild(self) -> Self {
        Self { severity: Severity::Warning, ..self }
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Returns the candidate that a person most likely meant: at most a third of the letters differ.
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let limit = (word.chars().count() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .filter(|candidate| *candidate != word)
        .map(|candidate| (distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Returns ``did you mean `x`?``, or the list of what there is.
pub fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    let mut all: Vec<_> = candidates.into_iter().collect();
    if let Some(near) = closest(word, all.iter().copied()) {
        return format!("did you mean `{near}`?");
    }
    all.sort_unstable();
    all.dedup();
    match all.as_slice() {
        [] => "there is none".to_owned(),
        [only] => format!("there is only `{only}`"),
        few if few.len() <= 16 => format!("there are {}", few.join(", ")),
        many => format!("there are {} and {} more", many[..12].join(", "), many.len() - 12),
    }
}

/// Edits (a letter more, less, different, or two swapped) between two words.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let same = usize::from(a[i - 1] != b[j - 1]);
            let mut least = (rows[i - 1][j] + 1).min(row[j - 1] + 1).min(rows[i - 1][j - 1] + same);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
