use jiff::Timestamp;
use serde_json::Value;

use super::{Tags, key};

/// What a resource can go back to.
#[derive(Clone, Debug, PartialEq)]
pub enum WayBack {
    To(Box<Earlier>),
    /// There is nothing: why.
    Nowhere(String),
}

impl WayBack {
    /// Of a kind that runs no revisions.
    pub fn none() -> Self {
        Self::Nowhere("it has no revisions".to_owned())
    }
}

/// A revision that a resource can run again, in place of the one it runs now.
#[derive(Clone, Debug, PartialEq)]
pub struct Earlier {
    /// The value of the property at [`Facts::rollback`](super::Facts::rollback).
    pub value: Value,
    /// The number of the revision that runs now.
    pub from: String,
    /// Its own number.
    pub to: String,
    /// What a reviewer should know; a sentence each.
    pub notes: Vec<String>,
}

/// The record of a rollback, as the tag `provision:rolled-back` keeps it until the YAML's revision runs again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolledBack {
    /// The number of the revision that was given up.
    pub from: String,
    /// The number of the one that runs instead.
    pub to: String,
    pub at: Timestamp,
    /// Who did it, `user@host`.
    pub by: String,
}

/// The longest value of a tag.
const MOST: usize = 256;

impl RolledBack {
    /// Returns the record that a resource bears, if somebody rolled it back.
    pub fn read(tags: &Tags) -> Option<Self> {
        let (revisions, rest) = tags.get(key::ROLLED_BACK)?.split_once(" at ")?;
        let (from, to) = revisions.split_once(" to ")?;
        let (at, by) = rest.split_once(" by ")?;
        Some(Self { from: from.to_owned(), to: to.to_owned(), at: at.parse().ok()?, by: by.to_owned() })
    }

    /// The tag's value, of the letters that every service takes: `8 to 7 at 2026-11-30T16:00:00Z by ada@laptop`.
    pub fn text(&self) -> String {
        let at = self.at.strftime("%Y-%m-%dT%H:%M:%SZ");
        let text = format!("{} to {} at {at} by {}", self.from, self.to, self.by);
        let allowed = |sign: char| if sign.is_alphanumeric() || " +-=._:/@".contains(sign) { sign } else { '-' };
        text.chars().map(allowed).take(MOST).collect()
    }

    /// Returns whether a change of the revision undoes the rollback: it brings the very revision back that was given up.
    pub fn is_undone_by(&self, before: Option<&Value>, after: Option<&Value>) -> bool {
        let is = |value: Option<&Value>, number: &str| {
            value.and_then(Value::as_str).and_then(|text| text.rsplit_once(':')).is_some_and(|(_, last)| last == number)
        };
        is(before, &self.to) && is(after, &self.from)
    }
}

/// `rolled back on 2026-11-30 16:00 UTC by ada@laptop, from revision 8 to 7`.
impl std::fmt::Display for RolledBack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to, at, by } = self;
        write!(f, "rolled back on {} UTC by {by}, from revision {from} to {to}", at.strftime("%Y-%m-%d %H:%M"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn record() -> RolledBack {
        let at = "2026-11-30T16:00:00Z".parse().unwrap();
        RolledBack { from: "8".into(), to: "7".into(), at, by: "ada@laptop".into() }
    }

    #[test]
    fn a_record_reads_as_it_was_written() {
        let tags = Tags::from_iter([(key::ROLLED_BACK, record().text())]);
        assert_eq!(RolledBack::read(&tags), Some(record()));
        assert_eq!(record().to_string(), "rolled back on 2026-11-30 16:00 UTC by ada@laptop, from revision 8 to 7");
        for broken in ["", "8 to 7", "8 to 7 at noon by ada"] {
            assert_eq!(RolledBack::read(&Tags::from_iter([(key::ROLLED_BACK, broken)])), None, "{broken}");
        }
    }

    #[test]
    fn a_tag_takes_it_whoever_it_is_by() {
        let by = format!("{}, #!\u{e9}", "a".repeat(300));
        let text = RolledBack { by, ..record() }.text();
        assert_eq!(text.chars().count(), MOST);
        let text = RolledBack { by: "a#b".into(), ..record() }.text();
        assert!(text.ends_with(" by a-b"), "{text}");
    }

    #[test]
    fn only_the_revision_that_was_given_up_undoes_it() {
        let arn = |number: u32| json!(format!("arn:aws:ecs:us-east-1:123456789012:task-definition/web:{number}"));
        assert!(record().is_undone_by(Some(&arn(7)), Some(&arn(8))));
        assert!(!record().is_undone_by(Some(&arn(7)), Some(&arn(9))), "another one is a correction");
        assert!(!record().is_undone_by(Some(&arn(6)), Some(&arn(8))));
        assert!(!record().is_undone_by(Some(&arn(7)), None));
    }
}
