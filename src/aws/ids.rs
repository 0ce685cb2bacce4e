//! Finds AWS-made ids and ARNs in the text of a request or an answer.

use std::collections::BTreeSet;

use percent_encoding::percent_decode;

/// Returns all ARNs in a text, and all ids that begin with one of these prefixes.
pub(super) fn ids<'a>(text: &'a str, prefixes: &[&str]) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let word = &rest[start..];
        let end = word.find(|c| !is_word(c)).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        // A sentence or a list may end right behind it.
        let word = word.trim_end_matches(['.', ':', '*', '/', '-']);
        if let Some(arn) = word.find("arn:") {
            found.insert(&word[arn..]);
        } else {
            found.extend(word.split([':', '/', '.']).filter(|part| is_id(part, prefixes)));
        }
        rest = after;
    }
    found
}

/// Returns the words of a text: names, ids and ARNs among them.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c| !is_word(c)).filter(|word| !word.is_empty())
}

/// Turns `%2F` and `+` of a query-protocol body back into text; bytes that are no UTF-8 become replacement characters.
pub(super) fn decode(bytes: &[u8]) -> String {
    let spaced: Vec<u8> = bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8_lossy().into_owned()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '/' | '.' | '*')
}

/// AWS's ids are the prefix and 8 or 17 hexadecimal digits.
fn is_id(word: &str, prefixes: &[&str]) -> bool {
    prefixes.iter().any(|prefix| {
        word.strip_prefix(prefix)
            .is_some_and(|digits| matches!(digits.len(), 8 | 17) && digits.bytes().all(|b| b.is_ascii_hexdigit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_query_bodies_json_and_arns() {
        let body = decode(b"Action=CreateSubnet&VpcId=vpc-0123456789abcdef0&Tag.1.Value=a+b%2Fc&Arn=arn%3Aaws%3Ax");
        assert_eq!(body, "Action=CreateSubnet&VpcId=vpc-0123456789abcdef0&Tag.1.Value=a b/c&Arn=arn:aws:x");
        let ids = |text| super::ids(text, &["vpc-", "subnet-", "sg-", "nat-"]);
        assert_eq!(ids(&body), BTreeSet::from(["vpc-0123456789abcdef0", "arn:aws:x"]));
        let json = r#"{"subnets":["subnet-0a1b2c3d","sg-name"],"role":"arn:aws:iam::123456789012:role/acme-web"}"#;
        assert_eq!(ids(json), BTreeSet::from(["subnet-0a1b2c3d", "arn:aws:iam::123456789012:role/acme-web"]));
        assert_eq!(ids("a vpc-name, vpc-xyz and nat-gateway-1"), BTreeSet::new());
    }
}
