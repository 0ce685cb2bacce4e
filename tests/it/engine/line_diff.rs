//! Differences of texts, line by line: `provision templates diff`.

use anstream::adapter::strip_str;
use proptest::prelude::*;
use provision::report::unified_diff;

fn diff(old: &str, new: &str) -> String {
    strip_str(&unified_diff(("mine", old), ("theirs", new))).to_string()
}

#[test]
fn it_reads_as_diff_does() {
    let lines: Vec<_> = (1..=20).map(|number| format!("line {number}\n")).collect();
    let old = lines.concat();
    let new = old.replace("line 4\n", "line four\n").replace("line 9\n", "").replace("line 20\n", "line 20\nthe end");
    assert_eq!(
        diff(&old, &new),
        "\
--- mine
+++ theirs
@@ -1,12 +1,11 @@
 line 1
 line 2
 line 3
-line 4
+line four
 line 5
 line 6
 line 7
 line 8
-line 9
 line 10
 line 11
 line 12
@@ -18,3 +17,4 @@
 line 18
 line 19
 line 20
+the end
\\ No newline at end of file
"
    );
    assert_eq!(diff("", "a\n"), "--- mine\n+++ theirs\n@@ -0,0 +1,1 @@\n+a\n");
    assert_eq!(diff("a\n", ""), "--- mine\n+++ theirs\n@@ -1,1 +0,0 @@\n-a\n");
}

/// The lines of one side of every hunk, and where they stand.
fn side(diff: &str, sign: char) -> Vec<(usize, Vec<String>)> {
    let mut hunks: Vec<(usize, Vec<String>)> = Vec::new();
    for line in diff.lines().skip(2) {
        if let Some(head) = line.strip_prefix("@@ ") {
            let range = head.split(' ').find_map(|range| range.strip_prefix(sign)).expect("a range");
            let (begin, length) = range.split_once(',').expect("a length");
            let begin: usize = begin.parse().expect("a number");
            hunks.push((if length == "0" { begin } else { begin - 1 }, Vec::new()));
        } else if let Some(text) = line.strip_prefix([' ', sign]) {
            hunks.last_mut().expect("a hunk").1.push(text.to_owned());
        }
    }
    hunks
}

/// What `patch` makes of the old text.
fn patched(old: &[String], diff: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut done = 0;
    for ((at, gone), (_, new)) in side(diff, '-').into_iter().zip(side(diff, '+')) {
        all.extend_from_slice(&old[done..at]);
        assert_eq!(old[at..at + gone.len()], gone, "{diff}");
        all.extend(new);
        done = at + gone.len();
    }
    all.extend_from_slice(&old[done..]);
    all
}

proptest! {
    #[test]
    fn the_old_text_and_the_differences_make_the_new_one(
        old in proptest::collection::vec("[a-d]{0,1}", 0..40),
        new in proptest::collection::vec("[a-d]{0,1}", 0..40),
    ) {
        let text = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
        let diff = diff(&text(&old), &text(&new));
        prop_assert_eq!(diff.is_empty(), old == new);
        if !diff.is_empty() {
            prop_assert_eq!(patched(&old, &diff), new);
        }
    }
}
