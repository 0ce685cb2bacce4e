//! Every folder of `tests/scenarios` is a history that once broke a promise, or shows what a promise means.

use std::path::Path;

use crate::world::play::play;
use crate::world::scenario::read;

#[test]
fn every_scenario_keeps_every_promise() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scenarios");
    let mut folders: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty(), "no scenarios in {}", folder.display());
    let broken: Vec<_> = folders
        .iter()
        .filter_map(|folder| Some(format!("{}: {:#?}", folder.display(), play(&read(folder)).err()?)))
        .collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
