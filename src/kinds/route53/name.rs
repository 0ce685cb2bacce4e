//! Domain names, as a person writes them and as Route 53 answers with them.

use serde::{Deserialize, Deserializer};

use crate::resource::OPEN;

/// The name without the dot at its end, in small letters, with what Route 53 escapes (`\052`) as it is.
pub(super) fn normal(name: &str) -> String {
    if name.contains(OPEN) {
        return name.to_owned();
    }
    unescaped(name.trim_end_matches('.')).to_ascii_lowercase()
}

/// What Route 53 writes as a backslash and three octal digits: every sign but letters, digits, `-`, `_` and dots.
fn unescaped(name: &str) -> String {
    let (mut text, mut rest) = (String::with_capacity(name.len()), name);
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let code = after.get(..3).and_then(|digits| u8::from_str_radix(digits, 8).ok());
        if let Some(code) = code.filter(u8::is_ascii) {
            text.push(char::from(code));
            rest = &after[3..];
        } else {
            text.push('\\');
            rest = after;
        }
    }
    text + rest
}

/// A name in a spec.
pub(super) fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    String::deserialize(deserializer).map(|name| normal(&name))
}

/// Whether a name is a zone's own or below it.
pub(super) fn is_within(name: &str, zone: &str) -> bool {
    name == zone || name.strip_suffix(zone).is_some_and(|rest| rest.ends_with('.'))
}

/// Why a name can't be one of DNS.
pub(super) fn mistake(name: &str) -> Option<String> {
    let is_label = |label: &str| (1..=63).contains(&label.len());
    if name.contains(OPEN) {
        None
    } else if name.len() > 255 {
        Some(format!("has {} characters, and DNS takes 255", name.len()))
    } else if name.split('.').all(is_label) {
        None
    } else {
        Some("has a part between two dots that is empty or longer than 63 characters".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_has_one_form() {
        for name in ["*.Acme.example.", "\\052.acme.example.", "*.acme.example"] {
            assert_eq!(normal(name), "*.acme.example");
        }
        assert_eq!(normal("_x.acme.example"), "_x.acme.example");
        assert_eq!(normal("a\\9.example"), "a\\9.example");
        let reference = "⟦AWS::CertificateManager::Certificate/main.ValidationName.a⟧";
        assert_eq!(normal(reference), reference);
    }

    #[test]
    fn a_name_is_within_its_zone_by_whole_labels() {
        assert!(is_within("acme.example", "acme.example") && is_within("www.acme.example", "acme.example"));
        assert!(!is_within("www.big-acme.example", "acme.example") && !is_within("example", "acme.example"));
    }

    #[test]
    fn dns_has_its_limits() {
        assert_eq!(mistake("www.acme.example"), None);
        assert!(mistake("www..example").is_some());
        assert!(mistake(&format!("{}.example", "a".repeat(64))).is_some());
        assert!(mistake(&["abc"; 70].join(".")).is_some());
    }
}
