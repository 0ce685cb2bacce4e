//! Differences of texts, line by line.

use super::style::{DANGER, HEAD, NEW, paint};

/// So many lines that are the same stand around each difference.
const CONTEXT: usize = 3;
/// The most pairs of lines that are compared; of more, all old lines go and all new ones come.
const MOST_PAIRS: usize = 25_000_000;

/// A line of the old text, of the new one, or of both.
#[derive(Clone, Copy)]
enum Line<'a> {
    Same(&'a str),
    Gone(&'a str),
    New(&'a str),
}

impl Line<'_> {
    fn is_same(self) -> bool {
        matches!(self, Self::Same(_))
    }

    /// How many lines it is of the old text, and of the new one.
    fn sides(self) -> (usize, usize) {
        match self {
            Self::Same(_) => (1, 1),
            Self::Gone(_) => (1, 0),
            Self::New(_) => (0, 1),
        }
    }

    /// The line as it is shown, behind its sign.
    fn text(self) -> String {
        let (style, sign, line) = match self {
            Self::Same(line) => (None, ' ', line),
            Self::Gone(line) => (Some(DANGER), '-', line),
            Self::New(line) => (Some(NEW), '+', line),
        };
        let shown = format!("{sign}{}", line.strip_suffix('\n').unwrap_or(line));
        let end = if line.ends_with('\n') { "\n" } else { "\n\\ No newline at end of file\n" };
        format!("{}{end}", style.map_or_else(|| shown.clone(), |style| paint(style, &shown)))
    }
}

/// The differences of two texts, each with the name it goes by, in the unified format of `diff -u`; empty if there is none.
/// Coloured.
pub fn unified_diff(old: (&str, &str), new: (&str, &str)) -> String {
    let lines = lines(old.1, new.1);
    let hunks = hunks(&lines);
    if hunks.is_empty() {
        return String::new();
    }
    let head = format!("{}\n{}\n", paint(HEAD, format!("--- {}", old.0)), paint(HEAD, format!("+++ {}", new.0)));
    hunks.into_iter().fold(head, |text, (from, to)| text + &hunk(&lines, from, to))
}

/// The ranges of lines to show: every difference with what is around it.
fn hunks(lines: &[Line<'_>]) -> Vec<(usize, usize)> {
    let mut hunks: Vec<(usize, usize)> = Vec::new();
    for at in (0..lines.len()).filter(|at| !lines[*at].is_same()) {
        let (from, to) = (at.saturating_sub(CONTEXT), (at + 1 + CONTEXT).min(lines.len()));
        match hunks.last_mut().filter(|last| last.1 >= from) {
            Some(last) => last.1 = to,
            None => hunks.push((from, to)),
        }
    }
    hunks
}

fn hunk(lines: &[Line<'_>], from: usize, to: usize) -> String {
    let count = |lines: &[Line<'_>]| {
        lines.iter().map(|line| line.sides()).fold((0, 0), |sum, sides| (sum.0 + sides.0, sum.1 + sides.1))
    };
    let ((old, new), (of_old, of_new)) = (count(&lines[..from]), count(&lines[from..to]));
    // Of an empty range the line before it is named.
    let range = |before: usize, length: usize| format!("{},{length}", before + usize::from(length > 0));
    let head = format!("@@ -{} +{} @@\n", range(old, of_old), range(new, of_new));
    lines[from..to].iter().fold(head, |text, line| text + &line.text())
}

/// The lines of both texts: as many as can be are the same.
fn lines<'a>(old: &'a str, new: &'a str) -> Vec<Line<'a>> {
    let (old, new): (Vec<_>, Vec<_>) = (old.split_inclusive('\n').collect(), new.split_inclusive('\n').collect());
    let before = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let behind = old[before..].iter().rev().zip(new[before..].iter().rev());
    let after = behind.take_while(|(a, b)| a == b).count();
    let same = |lines: &[&'a str]| lines.iter().copied().map(Line::Same).collect::<Vec<_>>();
    let mut all = same(&old[..before]);
    all.extend(between(&old[before..old.len() - after], &new[before..new.len() - after]));
    all.extend(same(&old[old.len() - after..]));
    all
}

/// The same for the part that differs, by the longest common subsequence.
fn between<'a>(old: &[&'a str], new: &[&'a str]) -> Vec<Line<'a>> {
    if old.len().saturating_mul(new.len()) > MOST_PAIRS {
        let gone = old.iter().copied().map(Line::Gone);
        return gone.chain(new.iter().copied().map(Line::New)).collect();
    }
    let common = common(old, new);
    let left = |i: usize, j: usize| common[i * (new.len() + 1) + j];
    let (mut i, mut j, mut all) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        if i < old.len() && j < new.len() && old[i] == new[j] {
            all.push(Line::Same(old[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == new.len() || (i < old.len() && left(i + 1, j) >= left(i, j + 1)) {
            all.push(Line::Gone(old[i]));
            i += 1;
        } else {
            all.push(Line::New(new[j]));
            j += 1;
        }
    }
    all
}

/// By position in both, row by row: how many lines what is left of them can have in common.
fn common(old: &[&str], new: &[&str]) -> Vec<u32> {
    let width = new.len() + 1;
    let mut common = vec![0_u32; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let below = (i + 1) * width + j;
            common[i * width + j] =
                if old[i] == new[j] { common[below + 1] + 1 } else { common[below].max(common[i * width + j + 1]) };
        }
    }
    common
}
