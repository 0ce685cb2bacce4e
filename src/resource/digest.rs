use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::last_applied::LastApplied;

/// The scheme's version, in front of every digest.
pub(super) const SCHEME: &str = "v2";
/// Reads so until a create of several calls is complete.
pub(super) const PENDING: &str = "pending";
/// Letters of the hash of a property's name, and of its value: a value's 24 bits make a change of one property go unseen
/// once in 16 million.
pub(super) const NAME_LETTERS: usize = 3;
pub(super) const VALUE_LETTERS: usize = 4;
/// Letters of a part's hash: as many as there is room for. With two, one foreign element of a list in 4,096 parts is taken
/// for one of ours.
pub(super) const PART_LETTERS: [usize; 3] = [4, 3, 2];
/// More parts of one property than this are not kept: one letter counts them.
const MOST_PARTS: usize = 63;
/// Stands in front of properties of which not all found room.
pub(super) const CUT: char = '+';
/// Stands between the sections.
pub(super) const BETWEEN: char = '.';
/// The name of the parts that are tags' values.
pub(super) const TAG_VALUES: &str = "tags";
/// Letters that tags allow everywhere.
pub(super) const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The values that a template set, as short hashes. Written as the tag `provision:digest`, or into a note, they tell a
/// change of the configuration from a change of the live resource without a state file (docs/decisions/0011).
///
/// Of every property there is the hash of its value with references unresolved; of lists, objects and of what holds
/// references also those of its parts as they were applied, with references filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    properties: BTreeMap<String, String>,
    /// The user's tags: those that the YAML no longer names are known to be ours.
    tags: BTreeSet<String>,
    /// Elements of additive lists, by their pointers.
    elements: BTreeSet<String>,
    /// By the name of the property: the parts, each in the most letters there are.
    parts: BTreeMap<String, BTreeSet<String>>,
    /// The letters of the shortest part that was taken over from an earlier digest.
    letters: Option<usize>,
}

impl Digest {
    /// The digest of a resource whose create is not complete.
    pub const PENDING: &'static str = PENDING;

    pub fn property(&mut self, name: &str, value: &Value) {
        self.properties.insert(hash(name, NAME_LETTERS), hash(&value.to_string(), VALUE_LETTERS));
    }

    /// Takes the parts of a property as they are applied; see [`parts::texts`](super::parts::texts).
    pub fn parts(&mut self, name: &str, parts: impl IntoIterator<Item = String>) {
        let parts = parts.into_iter().map(|part| hash(&part, PART_LETTERS[0])).collect();
        self.parts.insert(hash(name, NAME_LETTERS), parts);
    }

    /// Takes the values of tags as they are applied, all together: they are parts under a name that no property has.
    pub fn tag_values<'a>(&mut self, tags: impl IntoIterator<Item = (&'a str, &'a str)>) {
        self.parts(TAG_VALUES, tags.into_iter().map(|(key, value)| tag_text(key, value)));
    }

    pub fn tag(&mut self, key: &str) {
        self.tags.insert(hash(key, VALUE_LETTERS));
    }

    pub fn element(&mut self, pointer: &str) {
        self.elements.insert(hash(pointer, VALUE_LETTERS));
    }

    /// Takes over what an earlier digest says of a property's value: the new one is not applied yet.
    pub fn keep_property(&mut self, name: &str, last_applied: &LastApplied) {
        let name = hash(name, NAME_LETTERS);
        if let LastApplied::Known(last_applied) = last_applied
            && let Some(value) = last_applied.properties.get(&name)
        {
            self.properties.insert(name, value.clone());
        }
    }

    /// Takes over what an earlier digest says of a property's parts.
    pub fn keep_parts(&mut self, name: &str, last_applied: &LastApplied) {
        let name = hash(name, NAME_LETTERS);
        if let LastApplied::Known(last_applied) = last_applied
            && let Some(parts) = last_applied.parts.get(&name)
        {
            self.letters = Some(self.letters.map_or(last_applied.letters, |letters| letters.min(last_applied.letters)));
            self.parts.insert(name, parts.clone());
        }
    }

    /// The text, in so many characters at most. What finds no room is left out: the largest lists of parts first, properties
    /// last.
    pub fn text(&self, most: usize) -> String {
        let mut text = format!("{SCHEME}:");
        let properties: Vec<_> = self.properties.iter().map(|(name, value)| format!("{name}{value}")).collect();
        // One letter for the cut, three for what stands between.
        let room = (most - text.len() - 4) / (NAME_LETTERS + VALUE_LETTERS);
        if properties.len() > room {
            text.push(CUT);
        }
        properties.iter().take(room).for_each(|property| text.push_str(property));
        for section in [&self.tags, &self.elements] {
            text.push(BETWEEN);
            for mark in section {
                // Room for the last section's mark.
                if text.len() + mark.len() + 2 <= most {
                    text.push_str(mark);
                }
            }
        }
        let parts = self.parts_text(most.saturating_sub(text.len() + 2));
        if !parts.is_empty() {
            text.push(BETWEEN);
            text.push_str(&parts);
        }
        text
    }

    /// The last section: how many letters a part has, and for each property its name, the number of its parts, and these.
    fn parts_text(&self, room: usize) -> String {
        let mut kept: Vec<_> = self.parts.iter().filter(|(_, parts)| parts.len() <= MOST_PARTS).collect();
        kept.sort_by_key(|(name, parts)| (parts.len(), *name));
        while !kept.is_empty() {
            for letters in PART_LETTERS.into_iter().filter(|letters| self.letters.is_none_or(|most| *letters <= most)) {
                let length: usize = kept.iter().map(|(_, parts)| NAME_LETTERS + 1 + parts.len() * letters).sum();
                if length < room {
                    kept.sort();
                    let one = |(name, parts): &(&String, &BTreeSet<String>)| {
                        let count = char::from(ALPHABET[parts.len()]);
                        let parts: String = parts.iter().map(|part| &part[..letters]).collect();
                        format!("{name}{count}{parts}")
                    };
                    return format!("{letters}{}", kept.iter().map(one).collect::<String>());
                }
            }
            kept.pop();
        }
        String::new()
    }
}

/// The text of a tag and its value to be hashed.
pub(super) fn tag_text(key: &str, value: &str) -> String {
    format!("{key}\n{value}")
}

/// The first letters of a SHA-256.
pub(super) fn hash(text: &str, letters: usize) -> String {
    let hash = Sha256::digest(text.as_bytes());
    hash.iter().take(letters).map(|byte| char::from(ALPHABET[usize::from(byte & 63)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The room of a tag's value, in characters.
    const MOST: usize = 256;

    fn read(digest: &Digest) -> LastApplied {
        LastApplied::read(Some(&digest.text(MOST)))
    }

    #[test]
    fn an_element_and_a_tag_are_known_by_their_names_alone() {
        let mut digest = Digest::default();
        let routes = Value::from(vec!["a route"]);
        digest.property("Routes", &routes);
        digest.element("/Routes/10.0.0.0~18");
        digest.tag("owner");
        let last_applied = read(&digest);
        assert_eq!(last_applied.agrees("Routes", Some(&routes)), Some(true));
        assert!(last_applied.has_element("/Routes/10.0.0.0~18") && !last_applied.has_element("/Routes/10.9.0.0~116"));
        assert!(last_applied.has_tag("owner") && !last_applied.has_tag("team"));
    }

    #[test]
    fn a_tags_value_is_known_and_of_a_digest_without_values_unknown() {
        let mut digest = Digest::default();
        digest.tag("owner");
        assert_eq!(read(&digest).had_tag("owner", "ann"), None);
        digest.tag_values([("owner", "ann")]);
        let last_applied = read(&digest);
        assert_eq!(
            (last_applied.had_tag("owner", "ann"), last_applied.had_tag("owner", "bob")),
            (Some(true), Some(false))
        );
        assert!(last_applied.has_tag("owner"));
    }

    #[test]
    fn what_finds_no_room_is_unknown_and_properties_go_before_parts() {
        let names: Vec<_> = (0..30).map(|i| format!("Property{i}")).collect();
        let mut digest = Digest::default();
        for name in &names {
            digest.property(name, &Value::Null);
            digest.parts(name, (0..9).map(|i| format!("/{name}/{i}")));
        }
        assert!(digest.text(MOST).len() <= MOST);
        let last_applied = read(&digest);
        assert!(names.iter().all(|name| last_applied.agrees(name, Some(&Value::Null)) == Some(true)));
        assert_eq!(last_applied.had("Property0", ["/Property0/1".to_owned()]), None);
        for i in 30..50 {
            digest.property(&format!("Property{i}"), &Value::Null);
        }
        assert!(digest.text(MOST).len() <= MOST);
        let known = (0..50).filter(|i| read(&digest).agrees(&format!("Property{i}"), Some(&Value::Null)) == Some(true));
        assert_eq!(known.count(), (MOST - 7) / 7);
        assert!((0..50).all(|i| read(&digest).agrees(&format!("Property{i}"), Some(&Value::Null)) != Some(false)));
    }

    #[test]
    fn a_shorter_note_holds_less_and_says_nothing_wrong() {
        let mut digest = Digest::default();
        for i in 0..15 {
            digest.property(&format!("Property{i}"), &Value::from(i));
            digest.parts(&format!("Property{i}"), (0..3).map(|part| format!("/Property{i}/{part}")));
        }
        for most in [40, 64, 109, 256] {
            let text = digest.text(most);
            assert!(text.len() <= most, "{text}");
            let last_applied = LastApplied::read(Some(&text));
            let known = |i: i32| last_applied.agrees(&format!("Property{i}"), Some(&Value::from(i)));
            assert!((0..15).all(|i| known(i) != Some(false)), "{text}");
            assert!((0..15).any(|i| known(i) == Some(true)), "{text}");
        }
    }

    #[test]
    fn parts_are_known_in_as_many_letters_as_there_is_room_for() {
        for (many, letters) in [(3, "4"), (50, "4"), (62, "3")] {
            let mut digest = Digest::default();
            digest.property("Rules", &Value::Null);
            digest.property("Others", &Value::Null);
            digest.parts("Rules", (0..many).map(|i| format!("/Rules\n{i}")));
            digest.parts("Others", []);
            let text = digest.text(MOST);
            assert!(text.len() <= MOST, "{text}");
            assert!(text.rsplit(BETWEEN).next().is_some_and(|parts| parts.starts_with(letters)), "{text}");
            let last_applied = read(&digest);
            assert!((0..many).all(|i| last_applied.had("Rules", [format!("/Rules\n{i}")]) == Some(true)), "{text}");
            assert_eq!(last_applied.had("Rules", ["/Rules\nnobody's".to_owned()]), Some(false));
            assert_eq!(last_applied.had("Others", ["/Others\n1".to_owned()]), Some(false));
            assert_eq!(last_applied.had("Unheard", ["/Unheard\n1".to_owned()]), None);
        }
    }

    #[test]
    fn what_is_taken_over_reads_as_before() {
        let mut old = Digest::default();
        old.property("Rules", &Value::from(1));
        old.parts("Rules", ["/Rules\n1".to_owned()]);
        let last_applied = read(&old);
        let mut new = Digest::default();
        new.keep_property("Rules", &last_applied);
        new.keep_parts("Rules", &last_applied);
        new.keep_parts("Others", &last_applied);
        assert_eq!(new.text(MOST), old.text(MOST));
    }
}
