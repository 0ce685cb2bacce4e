//! Two texts, shortened by leaving out as much of their common part as it takes.

use std::iter::once;

use super::style::width_of;

/// Stands for what both sides share and is left out.
pub(super) const LEFT_OUT: char = '…';
/// So many words are compared with so many others at most; what is larger is told as a whole.
const MOST_WORDS: usize = 2_000;

/// Two texts side by side: what they share, and where they differ.
#[derive(Debug)]
pub(super) enum Piece {
    Common(Vec<char>),
    Differ(String, String),
}

/// How many shared characters beside a difference say where it is.
const AROUND: usize = 4;

/// Both texts without as much of what they share as it takes for either to have at most `width` characters; where that is
/// not enough, they are longer.
pub(super) fn shortened(old: &str, new: &str, width: usize) -> (String, String) {
    if old == new || (width_of(old) <= width && width_of(new) <= width) {
        return (old.to_owned(), new.to_owned());
    }
    let pieces = pieces(old, new);
    let most = pieces.iter().map(|piece| if let Piece::Common(text) = piece { text.len() } else { 0 }).max();
    let (mut least, mut beyond) = (AROUND, most.unwrap_or_default().max(AROUND) + 1);
    let fits = |around| {
        let (old, new) = around_differences(&pieces, around);
        width_of(&old) <= width && width_of(&new) <= width
    };
    while least + 1 < beyond {
        let middle = usize::midpoint(least, beyond);
        *if fits(middle) { &mut least } else { &mut beyond } = middle;
    }
    around_differences(&pieces, least)
}

/// The texts with at most so many characters of what they share beside each difference.
fn around_differences(pieces: &[Piece], around: usize) -> (String, String) {
    let (mut old, mut new) = (String::new(), String::new());
    for (at, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Differ(before, after) => {
                old.push_str(before);
                new.push_str(after);
            }
            Piece::Common(text) => {
                let head = if at == 0 { 0 } else { around };
                let tail = if at + 1 == pieces.len() { 0 } else { around };
                let kept: String = match (text.len() > head + tail + 1).then(|| ends(text, head, tail)) {
                    Some((head, tail)) if head.len() + tail.len() + 1 < text.len() => {
                        head.iter().chain(once(&LEFT_OUT)).chain(tail).collect()
                    }
                    _ => text.iter().collect(),
                };
                old.push_str(&kept);
                new.push_str(&kept);
            }
        }
    }
    (old, new)
}

/// Both ends of a text. A key goes with its value: what is left out takes neither from the other.
fn ends(text: &[char], head: usize, tail: usize) -> (&[char], &[char]) {
    (whole_head(text, head), whole_tail(text, tail))
}

/// The first so many characters without the word that they would cut, unless there is no other, and without a key whose
/// value does not begin in them.
fn whole_head(text: &[char], length: usize) -> &[char] {
    let (head, rest) = text.split_at(length);
    if let Some(key) = key_around(text, length) {
        return &text[..key];
    }
    let is_cut = rest.first().is_some_and(|sign| sign.is_alphanumeric());
    let whole = head.iter().rposition(|sign| !sign.is_alphanumeric()).filter(|_| is_cut);
    let head = whole.map_or(head, |last| &head[..=last]);
    key_around(text, head.len()).map_or(head, |key| &text[..key])
}

/// The last so many characters without the word that they would cut, unless there is no other, and with the whole key of
/// the value that they begin with.
fn whole_tail(text: &[char], length: usize) -> &[char] {
    let at = text.len() - length;
    if let Some(key) = key_around(text, at) {
        return &text[key..];
    }
    let (rest, tail) = text.split_at(at);
    let is_cut = rest.last().is_some_and(|sign| sign.is_alphanumeric());
    let whole = tail.iter().position(|sign| !sign.is_alphanumeric()).filter(|_| is_cut);
    let tail = whole.map_or(tail, |first| &tail[first..]);
    key_around(text, text.len() - tail.len()).map_or(tail, |key| &text[key..])
}

/// Where the key begins that a place parts from its value: `Principal: {`, `"AWS": "`.
fn key_around(text: &[char], at: usize) -> Option<usize> {
    let is_of_key = |sign: &char| sign.is_alphanumeric() || matches!(sign, '"' | '_' | '-' | '.' | '/' | ':');
    let is_colon = |at: usize| text.get(at) == Some(&':') && text.get(at + 1) == Some(&' ');
    // Within a key, or between its colon and the value's first sign.
    let ahead = (at..text.len()).find(|at| is_colon(*at) || !is_of_key(&text[*at])).filter(|at| is_colon(*at));
    let opened = at - text[..at].iter().rev().take_while(|sign| matches!(sign, '{' | '[' | '"')).count();
    let behind = opened.checked_sub(2).filter(|at| is_colon(*at));
    let parted = at.checked_sub(1).filter(|at| is_colon(*at));
    let colon = ahead.or(behind).or(parted)?;
    let length = text[..colon].iter().rev().take_while(|sign| is_of_key(sign)).count();
    (length > 0).then_some(colon - length)
}

/// Splits two texts by whole words: what is common at both ends, and between them what is common to the longest line of
/// words that both have in this order.
pub(super) fn pieces(old: &str, new: &str) -> Vec<Piece> {
    let (old, new) = (words(old), words(new));
    let head = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
    let (old_rest, new_rest) = (&old[head..], &new[head..]);
    let tail = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(old, new)| old == new).count();
    let (old_middle, new_middle) = (&old_rest[..old_rest.len() - tail], &new_rest[..new_rest.len() - tail]);
    let mut pieces = Vec::new();
    let common = |words: &[&str]| Piece::Common(words.concat().chars().collect());
    if head > 0 {
        pieces.push(common(&old[..head]));
    }
    let (mut old_at, mut new_at) = (0, 0);
    for (old_start, new_start, length) in shared_runs(old_middle, new_middle) {
        pieces.push(Piece::Differ(old_middle[old_at..old_start].concat(), new_middle[new_at..new_start].concat()));
        pieces.push(common(&old_middle[old_start..old_start + length]));
        (old_at, new_at) = (old_start + length, new_start + length);
    }
    pieces.push(Piece::Differ(old_middle[old_at..].concat(), new_middle[new_at..].concat()));
    if tail > 0 {
        pieces.push(common(&old_rest[old_rest.len() - tail..]));
    }
    pieces
}

/// Letters and digits in a row are a word, every other sign is one of its own.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(sign) = rest.chars().next() {
        let end = if sign.is_alphanumeric() {
            rest.find(|sign: char| !sign.is_alphanumeric()).unwrap_or(rest.len())
        } else {
            sign.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        words.push(word);
        rest = after;
    }
    words
}

/// The runs of words that both have, in order: where each begins in either, and how long it is.
fn shared_runs(old: &[&str], new: &[&str]) -> Vec<(usize, usize, usize)> {
    if old.is_empty() || new.is_empty() || old.len() > MOST_WORDS || new.len() > MOST_WORDS {
        return Vec::new();
    }
    // The length of the longest common subsequence of what follows, for every pair of places.
    let row = new.len() + 1;
    let mut longest = vec![0_u16; (old.len() + 1) * row];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            longest[i * row + j] = if old[i] == new[j] {
                longest[(i + 1) * row + j + 1] + 1
            } else {
                longest[(i + 1) * row + j].max(longest[i * row + j + 1])
            };
        }
    }
    let mut runs: Vec<(usize, usize, usize)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < old.len() && j < new.len() {
        if old[i] == new[j] {
            match runs.last_mut().filter(|(at, there, length)| (at + *length, there + *length) == (i, j)) {
                Some((_, _, length)) => *length += 1,
                None => runs.push((i, j, 1)),
            }
            (i, j) = (i + 1, j + 1);
        } else if longest[(i + 1) * row + j] >= longest[i * row + j + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    runs
}
