use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::digest::{ALPHABET, BETWEEN, CUT, NAME_LETTERS, PENDING, SCHEME, TAG_VALUES, VALUE_LETTERS, hash, tag_text};

/// The scheme before this one: properties, tags and elements in one row, no parts.
const FIRST_SCHEME: &str = "v1";
/// The prefix of that scheme before a tag's key.
const FIRST_TAG: &str = "tag:";

/// The record of the last apply, as it was read from a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastApplied {
    /// Its create was not completed.
    Incomplete,
    Known(AppliedDigest),
    /// Missing, or of a scheme we do not know.
    Unknown,
}

/// The contents of a digest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppliedDigest {
    /// The hash of the value by the hash of the property's name.
    pub(super) properties: BTreeMap<String, String>,
    /// Whether there were properties that found no room.
    is_cut: bool,
    tags: BTreeSet<String>,
    elements: BTreeSet<String>,
    /// The hashes of a property's parts by that of its name.
    pub(super) parts: BTreeMap<String, BTreeSet<String>>,
    /// How many letters of a part's hash there are.
    pub(super) letters: usize,
    is_first_scheme: bool,
}

impl LastApplied {
    pub fn read(tag: Option<&str>) -> Self {
        let last_applied = match tag.and_then(|text| text.split_once(':').or(Some((text, "")))) {
            Some((PENDING, "")) => return Self::Incomplete,
            Some((SCHEME, rest)) if rest.is_ascii() => second(rest),
            Some((FIRST_SCHEME, rest)) if rest.is_ascii() => first(rest),
            _ => None,
        };
        last_applied.map_or(Self::Unknown, Self::Known)
    }

    /// Returns whether the property was last applied with this value, references unresolved (`None`: not set by the
    /// template). Nothing if the record does not tell.
    pub fn agrees(&self, property: &str, value: Option<&Value>) -> Option<bool> {
        let Self::Known(last_applied) = self else { return None };
        match (last_applied.properties.get(&hash(property, NAME_LETTERS)), value) {
            (Some(recorded), Some(value)) => Some(*recorded == hash(&value.to_string(), VALUE_LETTERS)),
            (None, _) if last_applied.is_cut => None,
            (None, None) => Some(true),
            _ => Some(false),
        }
    }

    /// Returns whether all these parts of a property were applied; see [`parts::texts`](super::parts::texts). Nothing if
    /// the record does not tell.
    pub fn had(&self, property: &str, parts: impl IntoIterator<Item = String>) -> Option<bool> {
        let Self::Known(last_applied) = self else { return None };
        let known = last_applied.parts.get(&hash(property, NAME_LETTERS))?;
        Some(parts.into_iter().all(|part| known.contains(&hash(&part, last_applied.letters))))
    }

    /// Returns whether the template had put this element into an additive list when it was last applied.
    pub fn has_element(&self, pointer: &str) -> bool {
        let Self::Known(last_applied) = self else { return false };
        if last_applied.is_first_scheme {
            let value = hash(&Value::from(pointer).to_string(), VALUE_LETTERS);
            return last_applied.properties.get(&hash(pointer, NAME_LETTERS)) == Some(&value);
        }
        last_applied.elements.contains(&hash(pointer, VALUE_LETTERS))
    }

    /// Returns whether this was the tag's value when it was last applied. Nothing if the record does not tell.
    pub fn had_tag(&self, key: &str, value: &str) -> Option<bool> {
        self.had(TAG_VALUES, [tag_text(key, value)])
    }

    /// Returns whether the user's tag was written when it was last applied.
    pub fn has_tag(&self, key: &str) -> bool {
        let Self::Known(last_applied) = self else { return false };
        if last_applied.is_first_scheme {
            return last_applied.properties.contains_key(&hash(&format!("{FIRST_TAG}{key}"), NAME_LETTERS));
        }
        last_applied.tags.contains(&hash(key, VALUE_LETTERS))
    }
}

fn first(text: &str) -> Option<AppliedDigest> {
    let properties = chunks(text, NAME_LETTERS + VALUE_LETTERS)?.map(named).collect();
    Some(AppliedDigest { properties, is_first_scheme: true, ..AppliedDigest::default() })
}

fn second(text: &str) -> Option<AppliedDigest> {
    let mut sections = text.split(BETWEEN);
    let properties = sections.next()?;
    let is_cut = properties.starts_with(CUT);
    let properties = chunks(properties.trim_start_matches(CUT), NAME_LETTERS + VALUE_LETTERS)?.map(named).collect();
    let tags = chunks(sections.next()?, VALUE_LETTERS)?.map(str::to_owned).collect();
    let elements = chunks(sections.next()?, VALUE_LETTERS)?.map(str::to_owned).collect();
    let (letters, parts) = sections.next().map_or(Some((0, BTreeMap::new())), parts)?;
    Some(AppliedDigest { properties, is_cut, tags, elements, parts, letters, is_first_scheme: false })
}

/// The last section: the letters of a part, and the parts by property.
fn parts(text: &str) -> Option<(usize, BTreeMap<String, BTreeSet<String>>)> {
    let letters: usize = text.get(..1)?.parse().ok().filter(|letters| *letters > 0)?;
    let (mut rest, mut parts) = (&text[1..], BTreeMap::new());
    while !rest.is_empty() {
        let (name, count) = (rest.get(..NAME_LETTERS)?, *rest.as_bytes().get(NAME_LETTERS)?);
        let length = ALPHABET.iter().position(|letter| *letter == count)? * letters;
        let own = rest.get(NAME_LETTERS + 1..NAME_LETTERS + 1 + length)?;
        parts.insert(name.to_owned(), chunks(own, letters)?.map(str::to_owned).collect());
        rest = &rest[NAME_LETTERS + 1 + length..];
    }
    Some((letters, parts))
}

/// Parts ASCII text into pieces of one length; nothing if it does not come out even.
fn chunks(text: &str, length: usize) -> Option<impl Iterator<Item = &str>> {
    let is_even = text.len().is_multiple_of(length);
    is_even.then(|| (0..text.len() / length).map(move |index| &text[index * length..(index + 1) * length]))
}

fn named(chunk: &str) -> (String, String) {
    (chunk[..NAME_LETTERS].to_owned(), chunk[NAME_LETTERS..].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_before_this_one_is_still_read() {
        let mut text = "v1:".to_owned();
        let mut add = |name: &str, value: &Value| {
            text.push_str(&hash(name, NAME_LETTERS));
            text.push_str(&hash(&value.to_string(), VALUE_LETTERS));
        };
        add("Port", &Value::from(5432));
        add("tag:owner", &Value::from("me"));
        add("/Routes/10.0.0.0~18", &Value::from("/Routes/10.0.0.0~18"));
        let last_applied = LastApplied::read(Some(&text));
        assert_eq!(last_applied.agrees("Port", Some(&Value::from(5432))), Some(true));
        assert_eq!(last_applied.agrees("Port", Some(&Value::from(3306))), Some(false));
        assert_eq!(last_applied.had("Port", ["/Port\n5432".to_owned()]), None);
        assert!(last_applied.has_tag("owner") && !last_applied.has_tag("team"));
        assert!(last_applied.has_element("/Routes/10.0.0.0~18") && !last_applied.has_element("/Routes/10.9.0.0~116"));
    }

    #[test]
    fn what_is_no_digest_is_unknown() {
        for text in ["", "v3:", "v2", "v2:abc..", "v2:..", "v2:...", "v2:...4abc", "v2:...4abcB12", "v2:é.."] {
            let is_empty = text == "v2:..";
            assert_eq!(LastApplied::read(Some(text)) == LastApplied::Unknown, !is_empty, "{text}");
        }
        assert_eq!(LastApplied::read(None), LastApplied::Unknown);
    }
}
