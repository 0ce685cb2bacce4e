//! The pages on what tenants may say: each example is a whole tenant file, and makes a stack.

use std::fs;
use std::path::{Path, PathBuf};

use crate::stacks::local_account::blueprints;

/// The examples of a page, with the line on which each begins.
pub fn examples(page: &Path) -> Vec<(usize, String)> {
    let text = fs::read_to_string(page).expect("a page");
    let mut all = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in text.lines().enumerate() {
        match (&mut open, line) {
            (None, "```yaml") => open = Some((number + 2, String::new())),
            (Some(_), "```") => all.extend(open.take()),
            (Some((_, example)), line) => example.extend([line, "\n"]),
            _ => {}
        }
    }
    all
}

/// The pages below `docs/tenants/`.
fn pages() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tenants");
    let mut pages: Vec<_> =
        fs::read_dir(folder).expect("the pages").map(|entry| entry.expect("a page").path()).collect();
    pages.sort();
    pages
}

#[test]
fn every_example_of_a_page_makes_a_stack() {
    let wrong: Vec<_> = pages()
        .iter()
        .flat_map(|page| examples(page).into_iter().map(|(line, text)| (page.clone(), line, text)))
        .filter_map(|(page, line, text)| match blueprints(&[("tenant.yaml", &text)], &[]) {
            Ok(all) if !all.is_empty() => None,
            Ok(_) => Some(format!("{}:{line}: has no environment", page.display())),
            Err(why) => Some(format!("{}:{line}: {why}", page.display())),
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_has_an_example() {
    let without: Vec<_> = pages().into_iter().filter(|page| examples(page).is_empty()).collect();
    assert!(without.is_empty(), "{without:?}");
}
