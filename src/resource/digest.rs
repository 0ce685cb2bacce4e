use std::collections::BTreeMap;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// The scheme's version, in front of every digest.
const SCHEME: &str = "v1";
/// Reads so until a create of several calls is complete.
const PENDING: &str = "pending";
/// Letters of a property's name hash and of its value's hash. 7 letters a property let 35 properties fit into a tag
/// (256 characters); a value's 24 bits make a change of one property go unseen once in 16 million.
const NAME_LETTERS: usize = 3;
const VALUE_LETTERS: usize = 4;
/// AWS's limit for a tag's value.
const MAX_LENGTH: usize = 256;

/// What a template set, as short hashes per property: written as the tag `provision:digest`, it tells a change of the
/// configuration from a change of the live resource without a state file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest(String);

impl Digest {
    /// Hashes the properties that a template set, with references unresolved, and the pointers of the elements that it
    /// put into additive lists: a removed one is told from somebody else's by them. What finds no room is left out,
    /// elements first.
    pub fn of<'a>(
        set: impl IntoIterator<Item = (&'a str, &'a Value)>,
        elements: impl IntoIterator<Item = String>,
    ) -> Self {
        let mut parts: Vec<_> = set.into_iter().map(|(name, value)| entry(name, value)).collect();
        parts.sort();
        let mut elements: Vec<_> = elements.into_iter().map(|pointer| element(&pointer)).collect();
        elements.sort();
        let mut text = format!("{SCHEME}:");
        for part in parts.into_iter().chain(elements) {
            if text.len() + part.len() <= MAX_LENGTH {
                text.push_str(&part);
            }
        }
        Self(text)
    }

    /// What a resource bears while its create is under way.
    pub fn pending() -> Self {
        Self(PENDING.to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A digest as it was read from a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Its create was not completed.
    Pending,
    /// The hash of the value by the hash of the property's name.
    Known(BTreeMap<String, String>),
    /// Missing, or of a scheme we do not know.
    Unknown,
}

impl Recorded {
    pub fn read(tag: Option<&str>) -> Self {
        match tag.and_then(|text| text.split_once(':').or(Some((text, "")))) {
            Some((PENDING, "")) => Self::Pending,
            Some((SCHEME, rest)) if rest.is_ascii() && rest.len().is_multiple_of(NAME_LETTERS + VALUE_LETTERS) => {
                Self::Known(
                    rest.as_bytes()
                        .chunks(NAME_LETTERS + VALUE_LETTERS)
                        .map(|chunk| String::from_utf8_lossy(chunk).into_owned())
                        .map(|chunk| (chunk[..NAME_LETTERS].to_owned(), chunk[NAME_LETTERS..].to_owned()))
                        .collect(),
                )
            }
            _ => Self::Unknown,
        }
    }

    /// Returns whether the property was last applied with this value (`None`: not set by the template).
    /// Nothing if the record does not tell.
    pub fn agrees(&self, property: &str, value: Option<&Value>) -> Option<bool> {
        let Self::Known(all) = self else { return None };
        let recorded = all.get(&hash(property, NAME_LETTERS));
        Some(match (recorded, value) {
            (Some(recorded), Some(value)) => *recorded == hash(&value.to_string(), VALUE_LETTERS),
            (None, None) => true,
            _ => false,
        })
    }

    /// Returns whether the template had put this element into an additive list when it was last applied.
    pub fn has_element(&self, pointer: &str) -> bool {
        let Self::Known(all) = self else { return false };
        let (name, value) = (hash(pointer, NAME_LETTERS), hash(&Value::from(pointer).to_string(), VALUE_LETTERS));
        all.get(&name) == Some(&value)
    }
}

fn entry(name: &str, value: &Value) -> String {
    hash(name, NAME_LETTERS) + &hash(&value.to_string(), VALUE_LETTERS)
}

/// An element of an additive list: its value is compared like any other's, so its place is all that is kept.
fn element(pointer: &str) -> String {
    entry(pointer, &Value::from(pointer))
}

/// The first letters of a SHA-256 in 64 letters that tags allow everywhere.
fn hash(text: &str, letters: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(letters).map(|byte| char::from(ALPHABET[usize::from(byte & 63)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_is_known_by_its_pointer_alone() {
        let routes = Value::from(vec!["a route"]);
        let digest = Digest::of([("Routes", &routes)], ["/Routes/10.0.0.0~18".to_owned()]);
        let record = Recorded::read(Some(digest.as_str()));
        assert_eq!(record.agrees("Routes", Some(&routes)), Some(true));
        assert!(record.has_element("/Routes/10.0.0.0~18"));
        assert!(!record.has_element("/Routes/10.9.0.0~116"));
    }

    #[test]
    fn properties_go_before_elements_where_there_is_no_room_for_all() {
        let names: Vec<_> = (0..30).map(|i| format!("Property{i}")).collect();
        let set = names.iter().map(|name| (name.as_str(), &Value::Null));
        let digest = Digest::of(set, (0..30).map(|i| format!("/Routes/10.{i}.0.0~116")));
        assert!(digest.as_str().len() <= MAX_LENGTH);
        let record = Recorded::read(Some(digest.as_str()));
        assert!(names.iter().all(|name| record.agrees(name, Some(&Value::Null)) == Some(true)));
    }
}
