//! The YAML reader: what it takes, what it refuses, and that nothing makes it panic.

use std::path::Path;

use proptest::prelude::*;
use provision::yaml::{MAX_BYTES, read};
use serde_json::json;

use crate::input::blueprint::text;

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
        (
            "a duplicate key",
            b"a: 1\nb: 2\na: 3\n",
            "f.yaml:3:1: the key `a` is there twice; the first is in line 1 | remove one of the two",
        ),
        (
            "a tab",
            b"a:\n\tb: 1\n",
            "f.yaml:2:2: this is not YAML: tabs disallowed within this context (block indentation) | indent with spaces, not tabs",
        ),
        (
            "an expression without quotes",
            b"a: {{ b }}\n",
            "f.yaml:1:5: a key must be text, and is a map | an expression is text: put it in quotes, \"{{ name }}\"",
        ),
        (
            "an open quote",
            b"a: \"b\n",
            "f.yaml:1:4: this is not YAML: while scanning a quoted scalar, found unexpected end of stream | a quote is missing, or one inside the text must be doubled",
        ),
        (
            "a colon in text",
            b"a: b: c\n",
            "f.yaml:1:5: this is not YAML: mapping values are not allowed in this context | text with a colon and a space in it must be in quotes",
        ),
        (
            "a tag",
            b"a: !!int \"3\"\n",
            "f.yaml:1:4: tags (`!int`) are not read | remove the tag; quotes make text, their absence numbers and booleans",
        ),
        (
            "a merge key",
            b"a: &x { b: 1 }\nc: { <<: *x }\n",
            "f.yaml:2:6: merge keys (`<<`) are not read | use `defaults`, a profile of the template, or write the values out",
        ),
        ("a key that is no text", b"1: a\n", "f.yaml:1:1: a key must be text, and is the number 1 | put it in quotes"),
        (
            "a second document",
            b"a: 1\n---\nb: 2\n",
            "f.yaml:2:1: a second document begins here | one file holds one document: remove the `---`, or move the rest to a file of its own",
        ),
        (
            "an empty file",
            b"# nothing\n",
            "f.yaml:1:1: the file is empty | `⟪init⟫` writes an example; remove the file if it is not needed",
        ),
        (
            "not UTF-8",
            b"a: caf\xe9\n",
            "f.yaml:1:7: byte 6 (0xe9) is not valid UTF-8 | save the file as UTF-8 (for example `iconv -f latin1 -t utf-8`)",
        ),
        (
            "a bracket of references",
            "a: ⟦AWS::EC2::VPC/main.VpcId⟧\n".as_bytes(),
            "f.yaml:1:4: `⟦` may not stand in a file | write a reference as an expression: \"{{ ref('AWS::EC2::VPC/main') }}\"\nf.yaml:1:29: `⟧` may not stand in a file | write a reference as an expression: \"{{ ref('AWS::EC2::VPC/main') }}\"",
        ),
        (
            "a bracket of commands",
            "a: ⟪apply⟫\n".as_bytes(),
            "f.yaml:1:4: `⟪` may not stand in a file | the program writes its own commands between these: use other brackets\nf.yaml:1:10: `⟫` may not stand in a file | the program writes its own commands between these: use other brackets",
        ),
        (
            "an escaped bracket",
            b"a: [\"\\u27EAapply\\u27EB\"]\n",
            "f.yaml:1:5: `⟪` may not stand in a file | the program writes its own commands between these: use other brackets",
        ),
        ("too deep", deep.as_bytes(), "f.yaml:1:66: more than 64 levels deep | flatten it"),
        (
            "an alias bomb",
            bomb.as_bytes(),
            "f.yaml:4:36: aliases expand to more than 10000 values | write the values out, or use `defaults`",
        ),
        (
            "an alias without anchor",
            b"a: *b\n",
            "f.yaml:1:4: this is not YAML: while parsing node, found unknown anchor | an alias (`*name`) must come after its anchor (`&name`); text that begins with `*` or `&` must be in quotes",
        ),
        (
            "an alias inside itself",
            b"a: &a [*a]\n",
            "f.yaml:1:8: the alias stands inside what it stands for | write the values out",
        ),
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
