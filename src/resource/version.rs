//! Versions of engines: `16.4`, `7.1`, `8.0.mysql_aurora.3.08.0`.

use std::cmp::Ordering;

/// How far one version is from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// The same, or the beginning of it.
    None,
    /// Newer, within the major version.
    Minor,
    /// Of a newer major version.
    Major,
    /// Older, within the major version.
    MinorDown,
    /// Of an older major version.
    MajorDown,
}

/// Returns what it takes from one version to another; `want` may be the beginning of a version.
pub fn between(have: &str, want: &str) -> Move {
    let parts = major_parts(have).max(major_parts(want));
    let (have, want) = (numbers(have), numbers(want));
    let major = |version: &[u64]| version.iter().take(parts).copied().collect::<Vec<_>>();
    let (major_have, major_want) = (major(&have), major(&want));
    let is_same_major = major_have.starts_with(&major_want) || major_want.starts_with(&major_have);
    match (is_same_major, have.cmp(&want)) {
        _ if have.starts_with(&want) => Move::None,
        (true, Ordering::Less | Ordering::Equal) => Move::Minor,
        (true, Ordering::Greater) => Move::MinorDown,
        (false, Ordering::Less | Ordering::Equal) => Move::Major,
        (false, Ordering::Greater) => Move::MajorDown,
    }
}

/// How many numbers make the major version: those before a name that more numbers follow (`8.0.mysql_aurora.3.08.0`), or
/// else the first.
fn major_parts(version: &str) -> usize {
    let parts: Vec<_> = version.split(SEPARATORS).collect();
    let named = parts.iter().position(|part| !is_number(part));
    named.filter(|at| *at > 0 && parts[*at..].iter().any(is_number)).unwrap_or(1)
}

fn is_number(part: &&str) -> bool {
    part.parse::<u64>().is_ok()
}

/// The numbers of a version: `8.0.mysql_aurora.3.08.0` is 8, 0, 3, 8, 0.
fn numbers(version: &str) -> Vec<u64> {
    version.split(SEPARATORS).filter_map(|part| part.parse().ok()).collect()
}

const SEPARATORS: [char; 3] = ['.', '_', '-'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn major_minor_and_down_are_told_apart() {
        for (have, want, expected) in [
            ("16.4", "16.4", Move::None),
            ("16.4", "16", Move::None),
            ("16.4", "16.6", Move::Minor),
            ("16.6", "16.4", Move::MinorDown),
            ("16.4", "17.2", Move::Major),
            ("9.6", "10.1", Move::Major),
            ("17.4", "16.4", Move::MajorDown),
            ("5.7.mysql_aurora.2.11.2", "8.0.mysql_aurora.3.04.0", Move::Major),
            ("8.0.mysql_aurora.3.08.0", "8.4.mysql_aurora.4.01.0", Move::Major),
            ("8.4.mysql_aurora.4.01.0", "8.0.mysql_aurora.3.08.0", Move::MajorDown),
            ("8.0.mysql_aurora.3.04.0", "8.0.mysql_aurora.3.08.0", Move::Minor),
            ("8.0.mysql_aurora.3.08.0", "8.0.mysql_aurora.3.04.0", Move::MinorDown),
            ("8.0.mysql_aurora.3.08.0", "8.0", Move::None),
            ("8.4.mysql_aurora.4.01.0", "8.0", Move::MajorDown),
            ("7.0.7", "7.1", Move::Minor),
            ("7.1.0", "8.0", Move::Major),
            ("16.4", "16.4-limitless", Move::None),
        ] {
            assert_eq!(between(have, want), expected, "{have} -> {want}");
        }
    }
}
