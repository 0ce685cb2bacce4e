use std::ops::Range;

use saphyr_parser::{Event, Parser, Span as Marks};

/// What stands under these keys is nobody's to read over a shoulder: what a container gets, headers, and people's numbers.
const WHOLE: &[&str] = &[
    "command",
    "customrequesthandling",
    "entrypoint",
    "env",
    "environment",
    "externalid",
    "header",
    "headers",
    "httpheaderconfig",
    "responseheaders",
    "searchstring",
    "sms",
];
/// Keys with one of these in them have a secret as their value, whatever they belong to.
const PARTS: &[&str] = &[
    "accesskey",
    "apikey",
    "authorization",
    "cookie",
    "credential",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "token",
];

/// Returns the text of a YAML file as it may be shown: values under keys that hold secrets are starred out, letter by
/// letter, so that every place stays where it is.
///
/// Goes by the names of keys alone, ours and those given, since a file with a mistake has no meaning yet. What is behind a mistake of syntax
/// is gone through line by line, and starred out rather too much than too little.
pub fn masked(text: &str, keys: &[String]) -> String {
    let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let byte = |index: usize| places.get(index).copied().unwrap_or(text.len());
    let mut walk = Walk { keys, frames: Vec::new(), hidden: Vec::new() };
    let mut read = 0;
    let mut parser = Parser::new_from_str(text);
    let is_whole = loop {
        match parser.next_event() {
            None | Some(Ok((Event::StreamEnd, _))) => break true,
            Some(Err(_)) => break false,
            Some(Ok((event, marks))) => {
                walk.event(&event, marks, &byte);
                read = read.max(byte(marks.end.index()));
            }
        }
    };
    let mut hidden = walk.hidden;
    if !is_whole {
        hidden.extend(by_line(
            text,
            keys,
            read,
            walk.frames.iter().find(|frame| frame.is_hidden).map(|frame| frame.column),
        ));
    }
    star_out(text, &mut hidden)
}

/// A map or list that is being read.
struct Frame {
    is_map: bool,
    /// The key whose value comes next, and whether that is hidden.
    key: Option<(String, bool)>,
    is_hidden: bool,
    column: usize,
}

struct Walk<'a> {
    keys: &'a [String],
    frames: Vec<Frame>,
    hidden: Vec<Range<usize>>,
}

impl Walk<'_> {
    fn event(&mut self, event: &Event<'_>, marks: Marks, byte: &impl Fn(usize) -> usize) {
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                let is_hidden = self.value_is_hidden();
                let is_map = matches!(event, Event::MappingStart(..));
                self.frames.push(Frame { is_map, key: None, is_hidden, column: marks.start.col() });
            }
            Event::MappingEnd | Event::SequenceEnd => {
                self.frames.pop();
                self.took_value();
            }
            Event::Alias(_) => self.took_value(),
            Event::Scalar(text, ..) => {
                if let Some(frame) = self.frames.last_mut()
                    && frame.is_map
                    && frame.key.is_none()
                {
                    let is_hidden =
                        (frame.is_hidden && !text.eq_ignore_ascii_case("name")) || is_secret(text, self.keys);
                    frame.key = Some((text.clone().into_owned(), is_hidden));
                    return;
                }
                if self.value_is_hidden() && !is_harmless(text) {
                    self.hidden.push(byte(marks.start.index())..byte(marks.end.index()));
                }
                self.took_value();
            }
            _ => {}
        }
    }

    fn value_is_hidden(&self) -> bool {
        let frame = self.frames.last();
        frame.is_some_and(|frame| frame.key.as_ref().map_or(frame.is_hidden, |(_, is_hidden)| *is_hidden))
    }

    fn took_value(&mut self) {
        if let Some(frame) = self.frames.last_mut() {
            frame.key = None;
        }
    }
}

/// Returns whether a key's value is a secret, by its name.
pub fn is_secret(key: &str, keys: &[String]) -> bool {
    if keys.iter().any(|known| known == key) {
        return true;
    }
    let plain: String = key.to_lowercase().chars().filter(|letter| letter.is_alphanumeric()).collect();
    WHOLE.contains(&plain.as_str()) || PARTS.iter().any(|part| plain.contains(part))
}

/// Whether a value under a secret's key tells nothing: no value, a switch, the name of a secret.
fn is_harmless(value: &str) -> bool {
    let is_name = value.starts_with("arn:") && !value.contains(char::is_whitespace);
    is_name || matches!(value, "" | "~" | "null" | "true" | "false")
}

/// The values of secret keys in what could not be read: from `start` to the end. `inside` is the column of a hidden map
/// that was still open.
fn by_line(text: &str, keys: &[String], start: usize, inside: Option<usize>) -> Vec<Range<usize>> {
    let line_start = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
    let (mut at, mut block) = (line_start, inside.map(|column| column.saturating_sub(1)));
    let mut hidden = Vec::new();
    for line in text[line_start..].split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if !line.trim().is_empty() && block.is_some_and(|column| indent <= column) {
            block = None;
        }
        let key_end = secret_key(line, keys);
        match (block, key_end) {
            (Some(_), _) => hidden.push(at + line.find(": ").map_or(indent, |colon| colon + 1)..at + line.len()),
            (None, Some(end)) => {
                hidden.push(at + end..at + line.len());
                block = line[end..].trim().is_empty().then_some(indent);
            }
            (None, None) => {}
        }
        at += line.len();
    }
    hidden
}

/// The byte behind the colon of the first secret key on a line.
fn secret_key(line: &str, keys: &[String]) -> Option<usize> {
    let is_part = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-');
    line.match_indices(':').map(|(colon, _)| colon).find_map(|colon| {
        let before = line[..colon].trim_end_matches(['"', '\'', ' ']);
        let from = before
            .rfind(|letter| !is_part(letter))
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        is_secret(&before[from..], keys).then_some(colon + 1)
    })
}

/// Puts a star of the same length for every letter in the ranges, but for what stands in `{{ }}`.
fn star_out(text: &str, hidden: &mut [Range<usize>]) -> String {
    hidden.sort_by_key(|range| range.start);
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for range in hidden {
        let start = range.start.max(at);
        if start >= range.end {
            continue;
        }
        shown.push_str(&text[at..start]);
        at = range.end;
        let mut rest = &text[start..at];
        while let Some((before, behind)) = rest.split_once("{{")
            && let Some(end) = behind.find("}}")
        {
            before.chars().for_each(|letter| shown.push(star(letter)));
            shown.push_str(&rest[before.len()..before.len() + end + 4]);
            rest = &behind[end + 2..];
        }
        rest.chars().for_each(|letter| shown.push(star(letter)));
    }
    shown.push_str(&text[at..]);
    shown
}

/// A star as long as the letter; spaces and what frames values stay.
fn star(letter: char) -> char {
    let is_frame = letter.is_whitespace() || matches!(letter, '"' | '\'' | '{' | '}' | '[' | ']' | ',' | ':');
    match letter.len_utf8() {
        _ if is_frame => letter,
        1 => '*',
        2 => '·',
        3 => '•',
        _ => '🞄',
    }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn values_of_secret_keys_are_starred_out_in_place() {
        for (text, shown) in [
            ("environment: { A: hunter2, b: 'x y' }\n", "environment: { A: *******, b: '* *' }\n"),
            ("environments:\n  a: { region: x }\n", "environments:\n  a: { region: x }\n"),
            ("Environment:\n  - { Name: A, Value: pässwörd }\n", "Environment:\n  - { Name: A, Value: *·***·** }\n"),
            ("command: [run, --key, \"abc\"]\nport: 1\n", "command: [***, *****, \"***\"]\nport: 1\n"),
            ("a: { db_password: 12, port: 80 }\n", "a: { db_password: **, port: 80 }\n"),
            (
                "secrets: { A: arn:aws:x }\nmanage_password: true\n",
                "secrets: { A: arn:aws:x }\nmanage_password: true\n",
            ),
            ("command: \"{{ a.b }} now\"\n", "command: \"{{ a.b }} ***\"\n"),
            ("banner: { a: xyz }\n", "banner: { a: *** }\n"),
            ("sms: [\"555-01\"]\n", "sms: [\"******\"]\n"),
            ("token: |\n  one\n  two\nport: 1\n", "token: |\n  ***\n  ***\nport: 1\n"),
        ] {
            assert_eq!(masked(text, &["banner".to_owned()]), shown);
        }
    }

    #[test]
    fn behind_a_mistake_of_syntax_secrets_are_starred_out_by_line() {
        for (text, shown) in [
            ("environment:\n  A: \"hunter2\n  B: two\nport: 1\n", "environment:\n  A: \"*******\n  B: ***\nport: 1\n"),
            ("web: { port: 1, environment: { A: hunter2 }\n", "web: { port: 1, environment: { *: ******* }\n"),
            ("a: b: password: hunter2\n", "a: b: password: *******\n"),
            ("x: [1\nport: 1\n", "x: [1\nport: 1\n"),
        ] {
            assert_eq!(masked(text, &["banner".to_owned()]), shown);
        }
    }
}
