//! Rules about the source itself: who imports whom, how long files are, what is written where.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each room, and the rooms that it may import. `cli` may import all; nobody imports `cli`.
const ROOMS: &[(&str, &[&str])] = &[
    ("resource", &[]),
    ("problem", &[]),
    ("aws", &["resource"]),
    ("kinds", &["aws", "resource"]),
    ("yaml", &["problem", "resource"]),
    ("tenant", &["problem", "resource", "yaml"]),
    ("template", &["problem", "resource", "tenant", "yaml"]),
    ("blueprint", &["problem", "resource", "template", "tenant", "yaml"]),
    ("inventory", &["resource"]),
    ("plan", &["blueprint", "inventory", "problem", "resource"]),
    ("apply", &["plan", "resource"]),
    ("report", &["apply", "blueprint", "inventory", "plan", "problem", "resource"]),
    ("sandbox", &[]),
];
/// Past this many lines, a file is two.
const LONGEST: usize = 400;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files below a folder of the repository whose names end so, with their text.
fn files(folder: &str, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(dir) = open.pop() {
        for entry in fs::read_dir(&dir).expect("a folder of ours").map(|entry| entry.expect("readable").path()) {
            if entry.is_dir() {
                open.push(entry);
            } else if entry.to_string_lossy().ends_with(ending) {
                let text = fs::read_to_string(&entry).expect("text");
                found.push((entry.strip_prefix(root()).expect("below it").to_owned(), text));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no {ending} below {folder}");
    found
}

/// The room of a source file; none for `main.rs` and `lib.rs`.
fn room(path: &Path) -> Option<String> {
    let first = path.strip_prefix("src").ok()?.components().next()?.as_os_str().to_str()?.trim_end_matches(".rs");
    (!matches!(first, "main" | "lib")).then(|| first.to_owned())
}

/// The lines that are code, numbered from 1, without comments.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.lines().enumerate().map(|(number, line)| (number + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The words that follow `prefix` in a line.
fn words_after<'a>(line: &'a str, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    line.match_indices(prefix).map(move |(at, _)| {
        let rest = &line[at + prefix.len()..];
        rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default()
    })
}

/// Fails with every place where a line of a file breaks a rule.
fn forbid(files: &[(PathBuf, String)], breaks: impl Fn(&Path, &str) -> Option<String>) {
    let mut broken = Vec::new();
    for (path, text) in files {
        for (number, line) in code(text) {
            broken.extend(breaks(path, line).map(|what| format!("{}:{number}: {what}", path.display())));
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn rooms_import_only_what_they_may() {
    let rooms: BTreeSet<_> = ROOMS.iter().map(|(room, _)| *room).chain(["cli"]).collect();
    let sources = files("src", ".rs");
    let there: BTreeSet<_> = sources.iter().filter_map(|(path, _)| room(path)).collect();
    assert_eq!(there.iter().map(String::as_str).collect::<BTreeSet<_>>(), rooms, "every room has its line");
    forbid(&sources, |path, line| {
        let own = room(path)?;
        let allowed = ROOMS.iter().find(|(room, _)| *room == own)?.1;
        let bad = words_after(line, "crate::").find(|to| rooms.contains(to) && *to != own && !allowed.contains(to))?;
        Some(format!("{own} may not import {bad}"))
    });
}

#[test]
fn the_sdk_is_named_only_by_kinds_and_aws() {
    forbid(&files("src", ".rs"), |path, line| {
        let may = matches!(room(path).as_deref(), Some("kinds" | "aws"));
        (!may && line.contains("aws_sdk_")).then(|| "the SDK is for kinds/ and aws/".to_owned())
    });
}

#[test]
fn plan_is_pure() {
    let impure = ["tokio", "async ", ".await", "std::time", "std::fs", "std::env", "Timestamp", "SystemTime"];
    forbid(&files("src/plan", ".rs"), |_, line| {
        impure.iter().find(|word| line.contains(**word)).map(|word| format!("plan has no {}", word.trim()))
    });
}

#[test]
fn only_the_command_line_names_the_kinds() {
    forbid(&files("src", ".rs"), |path, line| {
        let may = path == Path::new("src/kinds/mod.rs") || room(path).as_deref() == Some("cli");
        (!may && line.contains("KINDS")).then(|| "be handed the kinds".to_owned())
    });
}

#[test]
fn only_report_and_cli_print() {
    forbid(&files("src", ".rs"), |path, line| {
        let may = matches!(room(path).as_deref(), Some("report" | "cli"));
        let prints = ["println!(", "print!("].iter().any(|word| line.contains(word));
        (!may && prints).then(|| "prints".to_owned())
    });
}

#[test]
fn nothing_is_left_for_later() {
    let later = [concat!("TO", "DO"), concat!("FIX", "ME"), "todo!(", "unimplemented!(", "dbg!("];
    let all: Vec<_> = ["src", "tests/it"].iter().flat_map(|folder| files(folder, ".rs")).collect();
    let of_code = |line: &str| later.iter().find(|word| line.contains(**word)).copied();
    let mut left = Vec::new();
    for (path, text) in all.iter().filter(|(path, _)| !path.ends_with("tidy.rs")) {
        left.extend(text.lines().filter_map(of_code).map(|word| format!("{}: {word}", path.display())));
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn files_are_short() {
    let all = files("src", ".rs").into_iter().chain(files("src/sandbox", ".py"));
    let long: Vec<_> = all.filter(|(_, text)| text.lines().count() > LONGEST).map(|(path, _)| path).collect();
    assert!(long.is_empty(), "past {LONGEST} lines: {long:#?}");
}

#[test]
fn every_test_file_is_declared() {
    let main = fs::read_to_string(root().join("tests/it/main.rs")).expect("it is there");
    for (path, _) in files("tests/it", ".rs") {
        let mut parts = path.strip_prefix("tests/it").expect("from there").components();
        let first = parts.next().expect("a file").as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned();
        assert!(first == "main" || main.contains(&format!("mod {first};")), "{} is not run", path.display());
    }
}

#[test]
fn links_in_the_docs_lead_somewhere() {
    let pages = files("docs", ".md").into_iter().chain(
        ["README.md", "CHANGELOG.md"].map(|page| (page.into(), fs::read_to_string(root().join(page)).expect("a page"))),
    );
    let mut broken = Vec::new();
    for (path, text) in pages {
        let links = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#', ' ']).next());
        for link in links.filter(|link| !link.is_empty() && !link.contains("://")) {
            if !root().join(&path).parent().expect("a folder").join(link).exists() {
                broken.push(format!("{}: {link}", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[cfg(feature = "sdk")]
mod of_kinds {
    use std::collections::BTreeSet;
    use std::fs;

    use provision::kinds::KINDS;
    use provision::report::kinds_markdown;

    use super::{code, files, root};

    #[test]
    fn kinds_are_sorted_and_each_is_listed() {
        let types: Vec<_> = KINDS.iter().map(|kind| kind.facts().kind).collect();
        assert!(types.is_sorted_by(|a, b| a < b), "{types:#?}");
        let declared = files("src/kinds", ".rs").into_iter().flat_map(|(_, text)| {
            let lines = code(&text).filter_map(|(_, line)| line.split("const TYPE: &'static str = \"").nth(1));
            lines.filter_map(|rest| rest.split('"').next()).map(str::to_owned).collect::<Vec<_>>()
        });
        let declared: BTreeSet<_> = declared.collect();
        assert_eq!(declared, types.into_iter().map(str::to_owned).collect());
    }

    /// `UPDATE=1` writes the page anew.
    #[test]
    fn the_page_of_kinds_is_up_to_date() {
        let page = root().join("docs/kinds.md");
        let now = kinds_markdown(&crate::stage::shapes());
        if std::env::var_os("UPDATE").is_some() {
            fs::write(&page, &now).expect("written");
        }
        let written = fs::read_to_string(&page).unwrap_or_default();
        assert!(written == now, "docs/kinds.md is not what the kinds say: run with UPDATE=1");
        let missing: Vec<_> = KINDS.iter().map(|kind| kind.facts().kind).filter(|kind| !now.contains(kind)).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
