//! The YAML reader: what it takes, what it refuses, and that nothing makes it panic.

use std::path::Path;

use proptest::prelude::*;
use provision::yaml::{MAX_BYTES, read};
use serde_json::json;

use crate::blueprint::text;

fn problems(bytes: &[u8]) -> String {
    read(Path::new("f.yaml"), bytes).map_or_else(|problems| text(&problems), |_| String::new())
}

#[test]
fn scalars_follow_the_core_schema_of_yaml_1_2() {
    let input = "[~, null, true, False, yes, on, 1, -7, 0x1F, 0o17, 017, 1_000, 1.5, .5, 1e3, .inf, 12:30, '1', \"true\", 99999999999999999999]";
    let got = read(Path::new("f.yaml"), input.as_bytes()).expect("it is YAML").to_json();
    let expected = json!([
        null,
        null,
        true,
        false,
        "yes",
        "on",
        1,
        -7,
        31,
        15,
        17,
        "1_000",
        1.5,
        0.5,
        1000.0,
        ".inf",
        "12:30",
        "1",
        "true",
        "99999999999999999999"
    ]);
    assert_eq!(got, expected);
}

#[test]
fn places_count_characters_and_bytes_alike() {
    let tree = read(Path::new("f.yaml"), "ä: ö\nb: [ü, 'c']\n".as_bytes()).expect("it is YAML");
    let item = &tree.get("b").expect("it is there").items()[1];
    assert_eq!(item.span.line_column(), (2, 8));
    assert_eq!(&item.span.source.text[item.span.bytes.clone()], "'c'");
}

#[test]
fn what_is_refused_is_told_with_place_and_hint() {
    let deep = "[".repeat(70) + &"]".repeat(70);
    let bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c]\ne: [*d, *d]\n";
    let cases: &[(&str, &[u8], &str)] = &[
        ("a duplicate key", b"a: 1\nb: 2\na: 3\n", "?"),
        ("a tab", b"a:\n\tb: 1\n", "?"),
        ("an expression without quotes", b"a: {{ b }}\n", "?"),
        ("an open quote", b"a: \"b\n", "?"),
        ("a colon in text", b"a: b: c\n", "?"),
        ("a tag", b"a: !!int \"3\"\n", "?"),
        ("a merge key", b"a: &x { b: 1 }\nc: { <<: *x }\n", "?"),
        ("a key that is no text", b"1: a\n", "?"),
        ("a second document", b"a: 1\n---\nb: 2\n", "?"),
        ("an empty file", b"# nothing\n", "?"),
        ("not UTF-8", b"a: caf\xe9\n", "?"),
        ("a bracket of references", "a: ⟦AWS::EC2::VPC/main.VpcId⟧\n".as_bytes(), "?"),
        ("too deep", deep.as_bytes(), "?"),
        ("an alias bomb", bomb.as_bytes(), "?"),
        ("an alias without anchor", b"a: *b\n", "?"),
        ("an alias inside itself", b"a: &a [*a]\n", "?"),
    ];
    let mut out = String::new();
    for (reason, input, expected) in cases {
        let got = problems(input);
        if got.trim_end() != *expected {
            out.push_str(&format!("--- {reason}\n{got}"));
        }
    }
    assert!(out.is_empty(), "{out}");
}

#[test]
fn a_large_file_is_refused_by_its_length() {
    let bytes = vec![b' '; usize::try_from(MAX_BYTES).expect("a megabyte") + 1];
    assert_eq!(
        problems(&bytes),
        "f.yaml:1:1: the file has 1048577 bytes; at most 1048576 are read | is it really a YAML file of this project? Move it elsewhere, or split it\n"
    );
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(Path::new("f.yaml"), &bytes);
    }

    #[test]
    fn no_yaml_like_text_makes_the_reader_panic(text in "[a-c\\n :\\[\\]{}&*!|>'\"#,?\\-\\t%@`~ä]{0,60}") {
        if let Err(problems) = read(Path::new("f.yaml"), text.as_bytes()) {
            prop_assert!(!problems.is_empty());
            for problem in problems {
                let span = problem.span.expect("every problem of a file has a place");
                prop_assert!(span.source.text.get(span.bytes.clone()).is_some(), "{span:?}");
            }
        }
    }
}
