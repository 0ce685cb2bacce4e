//! Changes of a file, of the sort that readers stumble over.

use proptest::prelude::*;

/// Pieces of syntax, and what readers stumble over.
pub const PIECES: &[&str] = &[
    "{",
    "}",
    "[",
    "]",
    ": ",
    ":",
    "- ",
    "\n",
    "\n  ",
    "\t",
    " ",
    "&a ",
    "*a",
    "!!int ",
    "!x ",
    "<<: *a",
    "|\n",
    ">-\n",
    "\"",
    "'",
    "#",
    "---\n",
    "...\n",
    "%YAML 1.1\n",
    "? ",
    "⟦",
    "⟧",
    "⟦AWS::EC2::VPC/main.VpcId⟧",
    "{{",
    "}}",
    "{{ ",
    " }}",
    "{% if %}",
    "null",
    "~",
    "true",
    "1e999",
    "-1e-999",
    "99999999999999999999",
    "9223372036854775807",
    "-9223372036854775808",
    "-0",
    "0x7fffffffffffffff",
    "0o777",
    ".inf",
    ".nan",
    "\u{feff}",
    "\0",
    "\u{1b}[31m",
    "é",
    "🚀",
    "\u{2028}",
    "\\",
    "\\u0000",
    "/",
    "..",
    "10.0.0.0/33",
    "255.255.255.255/0",
    "us-east-1",
    "AWS::EC2::VPC/main",
    "{{ ref('AWS::EC2::VPC/main') }}",
    "{{ 'a' * 999999999 }}",
    "{{ range(99999) | list }}",
    "{{ loop.index }}",
    "{{ 1 // 0 }}",
    "{{ 2 ** 99999 }}",
    "for: { a: [1, 2] }\n",
    "when: \"{{ true }}\"\n",
    "include: [t.yaml]\n",
    "default: ",
    "type: ",
    "$ref: '#'",
    "pattern: '(a+)+$'\n",
    "allOf: []\n",
    "\r\n",
    "\r",
];

/// One change of a file, each place as a fraction of its length.
#[derive(Clone, Debug)]
pub enum Mutation {
    Flip(f64, u8),
    Cut(f64),
    Remove(f64, f64),
    Double(f64, f64),
    Insert(f64, usize),
    Nest(f64, usize, bool),
    Splice(f64, usize, f64, f64),
}

pub fn mutation() -> impl Strategy<Value = Mutation> {
    let place = || 0.0..1.0_f64;
    let length = || 0.0..0.2_f64;
    prop_oneof![
        2 => (place(), any::<u8>()).prop_map(|(at, byte)| Mutation::Flip(at, byte)),
        1 => place().prop_map(Mutation::Cut),
        2 => (place(), length()).prop_map(|(at, length)| Mutation::Remove(at, length)),
        2 => (place(), length()).prop_map(|(at, length)| Mutation::Double(at, length)),
        6 => (place(), 0..PIECES.len()).prop_map(|(at, piece)| Mutation::Insert(at, piece)),
        1 => (place(), 1..3000_usize, any::<bool>()).prop_map(|(at, depth, list)| Mutation::Nest(at, depth, list)),
        2 => (place(), 0..100_usize, place(), length())
            .prop_map(|(at, file, from, length)| Mutation::Splice(at, file, from, length)),
    ]
}

impl Mutation {
    pub fn apply(&self, bytes: &mut Vec<u8>, corpus: &[(String, Vec<u8>)]) {
        let length = bytes.len();
        let place = |fraction: f64| (fraction * length as f64) as usize;
        let range = |at: f64, part: f64| place(at)..(place(at) + place(part)).min(length);
        match self {
            Self::Flip(at, byte) => {
                if let Some(old) = bytes.get_mut(place(*at)) {
                    *old ^= byte;
                }
            }
            Self::Cut(at) => bytes.truncate(place(*at)),
            Self::Remove(at, part) => drop(bytes.drain(range(*at, *part))),
            Self::Double(at, part) => {
                let copy = bytes[range(*at, *part)].to_vec();
                bytes.splice(place(*at)..place(*at), copy);
            }
            Self::Insert(at, piece) => drop(bytes.splice(place(*at)..place(*at), PIECES[*piece].bytes())),
            Self::Nest(at, depth, list) => {
                let text = if *list { "[".repeat(*depth) } else { "{a: ".repeat(*depth) };
                bytes.splice(place(*at)..place(*at), text.into_bytes());
            }
            Self::Splice(at, file, from, part) => {
                let other = &corpus[file % corpus.len()].1;
                let start = (from * other.len() as f64) as usize;
                let end = (start + (part * other.len() as f64) as usize).min(other.len());
                bytes.splice(place(*at)..place(*at), other[start..end].to_vec());
            }
        }
    }
}
