//! `docs/systems.md` leaves out no statement, and names no resource that is not made.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use provision::blueprint::{Files, load_files};
use provision::resource::{Address, Shape};

/// The numbered statements of Modyo about its cloud.
const STATEMENTS: u32 = 42;

#[test]
fn every_statement_has_its_line_in_order() {
    let text = page();
    let numbers: Vec<_> =
        text.lines().filter_map(|line| line.strip_prefix("| M")?.split(' ').next()?.parse::<u32>().ok()).collect();
    assert_eq!(numbers, (1..=STATEMENTS).collect::<Vec<_>>());
}

#[test]
fn every_resource_that_the_page_names_is_made_of_a_sample() {
    let made = made();
    let text = page();
    let named: BTreeSet<_> = text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("AWS::")).collect();
    assert!(named.len() > 20, "the page names {} resources", named.len());
    let missing: Vec<_> = named.iter().filter(|pattern| !made.iter().any(|address| is_of(pattern, address))).collect();
    assert!(missing.is_empty(), "no sample makes {missing:#?}");
}

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/systems.md")).expect("it is there")
}

/// The addresses of all samples.
fn made() -> BTreeSet<Address> {
    let shapes: Vec<&dyn Shape> = provision::kinds::KINDS.iter().map(|kind| *kind as &dyn Shape).collect();
    let here = Files::read(Path::new(env!("CARGO_MANIFEST_DIR"))).expect("the repository is a project");
    let Ok(loaded) = load_files(&here, &shapes, &|_| true) else { panic!("the samples are not sound") };
    loaded.blueprints.iter().flat_map(|blueprint| blueprint.resources.keys().cloned()).collect()
}

/// Whether an address is meant by a type, or by a type and a name with one `*`.
fn is_of(pattern: &str, address: &Address) -> bool {
    let Some((kind, name)) = pattern.split_once('/') else { return pattern == address.kind };
    let matches = match name.split_once('*') {
        Some((begin, end)) => {
            address.name.starts_with(begin) && address.name.ends_with(end) && address.name.len() >= name.len() - 1
        }
        None => address.name == name,
    };
    kind == address.kind && matches
}
