//! The difference of two values in few words: parts that both share may be left out, parts that differ never are.

use std::iter::once;

use serde_json::Value;

use super::shortened::shortened;
use super::style::width_of;
use super::value::{list_delta, show};

/// Tells what differs, in lines of at most `width` characters as far as leaving out what both sides share gets there.
/// A value that is not there is told by a word for it.
pub(super) fn difference(before: Option<&Value>, after: Option<&Value>, width: Option<usize>) -> Vec<String> {
    let width = width.unwrap_or(usize::MAX);
    if let Some(items) = list_delta(before, after) {
        return items_lines(items, width);
    }
    let (old, new) = texts(before, after);
    let (old, new) = (old.unwrap_or_else(|| "(not set)".to_owned()), new.unwrap_or_else(|| "(removed)".to_owned()));
    let line = format!("{old} → {new}");
    if width_of(&line) <= width {
        return vec![line];
    }
    match (before, after, before.and_then(document), after.and_then(document)) {
        (Some(one), Some(other), Some(old), Some(new)) if one.is_string() == other.is_string() => {
            document_lines(Some(&old), Some(&new), width)
        }
        (None, _, _, Some(new)) => once(format!("{old} →")).chain(document_lines(None, Some(&new), width)).collect(),
        (_, None, Some(old), _) => {
            document_lines(Some(&old), None, width).into_iter().chain(once(format!("→ {new}"))).collect()
        }
        (Some(_), Some(_), ..) => pair(&old, &new, width),
        _ => vec![format!("{old} →"), new],
    }
}

/// Both values as texts that differ wherever the values do.
fn texts(before: Option<&Value>, after: Option<&Value>) -> (Option<String>, Option<String>) {
    match (before, after) {
        (Some(old), Some(new)) if old != new && show(old) == show(new) => {
            (Some(old.to_string()), Some(new.to_string()))
        }
        _ => (before.map(show), after.map(show)),
    }
}

fn items_lines(items: Vec<String>, width: usize) -> Vec<String> {
    let joined = items.join("  ");
    if items.len() <= 2 && width_of(&joined) <= width {
        return vec![joined];
    }
    // One item instead of another: they may well share most of it.
    match items.as_slice() {
        [gone, come] if gone.starts_with("- ") && come.starts_with("+ ") => {
            let (gone, come) = shortened(&gone[2..], &come[2..], width.saturating_sub(2));
            vec![format!("- {gone}"), format!("+ {come}")]
        }
        _ => items,
    }
}

/// `old → new` on one line if what is left of them fits, else each on its own.
fn pair(old: &str, new: &str, width: usize) -> Vec<String> {
    let (short_old, short_new) = shortened(old, new, width.saturating_sub(3) / 2);
    let line = format!("{short_old} → {short_new}");
    if width_of(&line) <= width {
        return vec![line];
    }
    let (old, new) = shortened(old, new, width.saturating_sub(2));
    vec![old, format!("→ {new}")]
}

/// A value with structure, also one that is written in a string.
fn document(value: &Value) -> Option<Value> {
    match value {
        Value::Object(_) | Value::Array(_) => Some(value.clone()),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
        }
        _ => None,
    }
}

/// A line for each part of a document that differs, each with its place.
fn document_lines(before: Option<&Value>, after: Option<&Value>, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    parts("", before, after, width, &mut lines);
    // What differs in nothing that a reader of the document minds: its spaces, the order of a list.
    if lines.is_empty() {
        lines.push("(written in another way)".to_owned());
    }
    lines
}

fn parts(place: &str, before: Option<&Value>, after: Option<&Value>, width: usize, lines: &mut Vec<String>) {
    match (before, after) {
        (Some(old), Some(new)) if old == new => {}
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            for key in old.keys().chain(new.keys().filter(|key| !old.contains_key(*key))) {
                parts(&inside(place, key), old.get(key), new.get(key), width, lines);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            let (gone, come) = only_in_one(old, new);
            match (gone.as_slice(), come.as_slice()) {
                ([(at, gone)], [(_, come)]) if is_structured(gone) && is_structured(come) => {
                    parts(&inside(place, &at.to_string()), Some(gone), Some(come), width, lines);
                }
                ([], []) => lines.push(format!("{place}: in another order")),
                (gone, come) => {
                    gone.iter()
                        .for_each(|(at, item)| parts(&item_place(place, *at, item), Some(item), None, width, lines));
                    come.iter()
                        .for_each(|(at, item)| parts(&item_place(place, *at, item), None, Some(item), width, lines));
                }
            }
        }
        (Some(_), Some(_)) => {
            let (old, new) = texts(before, after);
            let told =
                pair(&old.unwrap_or_default(), &new.unwrap_or_default(), width.saturating_sub(width_of(place) + 2));
            let mut told = told.into_iter();
            lines.extend(told.next().map(|line| format!("{place}: {line}")));
            lines.extend(told.map(|line| format!("  {line}")));
        }
        (one, other) => {
            let (sign, value) = if one.is_some() { ("-", one) } else { ("+", other) };
            let Some(value) = value else { return };
            let line = if place.is_empty() {
                format!("{sign} {}", show(value))
            } else {
                format!("{sign} {place}: {}", show(value))
            };
            let fields = value.as_object().filter(|map| width_of(&line) > width && !map.is_empty());
            let items = value.as_array().filter(|list| width_of(&line) > width && !list.is_empty());
            let side = |value| if one.is_some() { (Some(value), None) } else { (None, Some(value)) };
            for (key, field) in fields.into_iter().flatten() {
                let (old, new) = side(field);
                parts(&inside(place, key), old, new, width, lines);
            }
            for (at, item) in items.into_iter().flatten().enumerate() {
                let (old, new) = side(item);
                parts(&item_place(place, at, item), old, new, width, lines);
            }
            if fields.is_none() && items.is_none() {
                lines.push(line);
            }
        }
    }
}

fn inside(place: &str, key: &str) -> String {
    if place.is_empty() { key.to_owned() } else { format!("{place}/{key}") }
}

fn is_structured(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// What has parts of its own is told by its number, from 0, so that they are known to be of one.
fn item_place(place: &str, at: usize, item: &Value) -> String {
    if is_structured(item) { inside(place, &at.to_string()) } else { place.to_owned() }
}

/// An item of a list, and where it stands.
type Item<'a> = (usize, &'a Value);

/// The items that only the one list has, and those that only the other has, each as often as it is there.
fn only_in_one<'a>(old: &'a [Value], new: &'a [Value]) -> (Vec<Item<'a>>, Vec<Item<'a>>) {
    let mut gone: Vec<_> = old.iter().enumerate().collect();
    let mut come = Vec::new();
    for (at, item) in new.iter().enumerate() {
        match gone.iter().position(|(_, old)| *old == item) {
            Some(same) => drop(gone.remove(same)),
            None => come.push((at, item)),
        }
    }
    (gone, come)
}

/// Breaks a line that is too long behind a space or a comma, else within an ARN or anywhere; nothing of it is lost.
pub(super) fn wrapped(line: &str, width: Option<usize>) -> Vec<String> {
    /// So many characters before the edge a break is looked for.
    const LOOK_BACK: usize = 24;
    let width = width.unwrap_or(usize::MAX);
    let mut lines = Vec::new();
    let mut rest: Vec<char> = line.chars().collect();
    while rest.len() > width.max(1) {
        let from = width.saturating_sub(LOOK_BACK).max(1);
        let behind = |signs: &[char]| (from..=width.max(1)).rev().find(|at| signs.contains(&rest[at - 1]));
        let end = behind(&[' ', ',']).or_else(|| behind(&['/', ':'])).unwrap_or(width.max(1));
        let after = rest.split_off(end);
        lines.push(rest.into_iter().collect());
        rest = after;
    }
    lines.push(rest.into_iter().collect());
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::shortened::{LEFT_OUT, Piece, pieces};
    use super::*;

    fn told(before: &Value, after: &Value, width: usize) -> Vec<String> {
        difference(Some(before), Some(after), Some(width))
    }

    #[test]
    fn what_is_common_is_left_out_and_what_differs_stays() {
        let image = |tag: &str| json!(format!("123456789012.dkr.ecr.us-east-1.amazonaws.com/team/project/shop:{tag}"));
        assert_eq!(told(&image("42"), &image("43"), 40), ["…/project/shop:42 → …/project/shop:43"]);
        let long = |middle: &str| json!(format!("{}{middle}{}", "a ".repeat(200), " z".repeat(200)));
        assert_eq!(told(&long("one"), &long("two"), 30), ["…a a one z z… → …a a two z z…"]);
        let (old, new) = (json!("x".repeat(50)), json!("y".repeat(50)));
        assert_eq!(told(&old, &new, 40), ["x".repeat(50), format!("→ {}", "y".repeat(50))]);
    }

    #[test]
    fn a_key_stays_with_its_value() {
        let statement = |sid: &str, who: &str| json!([{ "Action": "kms:*", "Effect": "Allow", "Principal": { "AWS": who }, "Resource": "*", "Sid": sid }]);
        let (old, new) = (statement("One", "111111111111"), statement("Other", "999999999999"));
        for width in 20..120 {
            for line in &told(&old, &new, width) {
                assert!(!line.contains("…: ") && !line.contains(": …") && line.contains("AWS: "), "{width}: {line}");
            }
        }
        assert_eq!(told(&old, &new, 40)[1], "+ …AWS: \"999999999999\"}, … Sid: Other}");
    }

    #[test]
    fn a_document_of_one_line_is_told_by_its_parts() {
        let statement = |action: &str| json!({ "Effect": "Allow", "Action": action, "Resource": "*".repeat(300) });
        let document = |actions: &[&str]| {
            let statements: Vec<_> = actions.iter().map(|action| statement(action)).collect();
            json!(json!({ "Version": "2012-10-17", "Statement": statements }).to_string())
        };
        let (old, new) = (document(&["s3:GetObject", "s3:List"]), document(&["s3:GetObject", "s3:PutObject"]));
        assert_eq!(told(&old, &new, 60), ["Statement/1/Action: s3:List → s3:PutObject"]);
        let lines = difference(None, Some(&document(&["s3:List"])), Some(60));
        assert_eq!(lines[..3], ["(not set) →", "+ Statement/0/Action: s3:List", "+ Statement/0/Effect: Allow"]);
    }

    #[test]
    fn what_looks_alike_is_written_out() {
        assert_eq!(told(&json!(["a, b"]), &json!(["a", "b"]), 80), ["- a, b", "+ a", "+ b"]);
        assert_eq!(
            told(&json!({ "a": "b, c: d" }), &json!({ "a": "b", "c": "d" }), 80),
            [r#"{"a":"b, c: d"} → {"a":"b","c":"d"}"#]
        );
        let rule = |why: &str| json!({ "IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "CidrIp": "::/0", "Description": why });
        assert_eq!(
            told(&json!([rule("x")]), &json!([rule("y")]), 80),
            ["- tcp 1 from ::/0 (x)  + tcp 1 from ::/0 (y)"]
        );
    }

    /// Two texts of a few words with much in common.
    fn texts_alike() -> impl Strategy<Value = (String, String)> {
        let word = "[ab/: ]{1,3}|[a-z]{30}|é{3}";
        let all = proptest::collection::vec((word, 0_u8..8, word), 0..40);
        all.prop_map(|words| {
            let old = words.iter().filter(|(_, how, _)| *how != 1).map(|(word, ..)| word.as_str()).collect();
            let new = words.iter().filter(|(_, how, _)| *how != 2);
            (old, new.map(|(word, how, other)| if *how == 3 { other.as_str() } else { word.as_str() }).collect())
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn only_what_both_sides_share_is_left_out((old, new) in texts_alike(), width in 5_usize..200) {
            let pieces = pieces(&old, &new);
            let side = |is_old: bool| -> String {
                pieces.iter().map(|piece| match piece {
                    Piece::Common(text) => text.iter().collect(),
                    Piece::Differ(before, after) => if is_old { before.clone() } else { after.clone() },
                }).collect()
            };
            prop_assert_eq!(side(true), old.as_str());
            prop_assert_eq!(side(false), new.as_str());
            let (short_old, short_new) = shortened(&old, &new, width);
            prop_assert_eq!(old == new, short_old == short_new);
            prop_assert_eq!(short_old.matches(LEFT_OUT).count(), short_new.matches(LEFT_OUT).count());
            for piece in &pieces {
                if let Piece::Differ(before, after) = piece {
                    prop_assert!(short_old.contains(before.as_str()) && short_new.contains(after.as_str()));
                }
            }
        }

        #[test]
        fn what_is_wrapped_is_whole_and_fits(text in "[a-f ,é]{0,300}", width in 1_usize..100) {
            let lines = wrapped(&text, Some(width));
            prop_assert_eq!(lines.concat(), text);
            prop_assert!(lines.iter().all(|line| width_of(line) <= width));
        }
    }
}
