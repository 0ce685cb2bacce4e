//! What others have reported, `docs/reports/`: every kind has its table, and what a row names is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use provision::kinds::KINDS;

/// Reports that are tried on each kind before it is done.
const REPORTS: usize = 10;

/// A row of a table.
struct Row {
    /// Where it stands, `docs/reports/network.md:13`.
    at: String,
    cells: Vec<String>,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The rows by the kind whose heading they stand under.
fn rows() -> BTreeMap<String, Vec<Row>> {
    let mut rows = BTreeMap::<String, Vec<Row>>::new();
    for entry in fs::read_dir(root().join("docs/reports")).expect("docs/reports") {
        let path = entry.expect("an entry").path();
        let text = fs::read_to_string(&path).expect("a page");
        let mut kind = String::new();
        for (number, line) in text.lines().enumerate() {
            if let Some(heading) = line.strip_prefix("## ") {
                heading.clone_into(&mut kind);
            }
            let is_row = line.starts_with("| ") && !line.starts_with("| Reported ") && !line.starts_with("|---");
            if is_row {
                let cells = line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
                let at = format!("docs/reports/{}:{}", path.file_name().unwrap().display(), number + 1);
                rows.entry(kind.clone()).or_default().push(Row { at, cells });
            }
        }
    }
    rows
}

#[test]
fn every_kind_has_its_reports_tried() {
    let rows = rows();
    for kind in KINDS.iter().map(|kind| kind.facts().kind) {
        let tried = rows.get(kind).map_or(0, Vec::len);
        assert!(tried >= REPORTS, "{kind} has {tried} rows in docs/reports");
    }
    for (kind, row) in rows.iter().flat_map(|(kind, rows)| rows.iter().map(move |row| (kind, row))) {
        assert!(KINDS.iter().any(|known| known.facts().kind == kind), "{}: {kind} is no kind of ours", row.at);
    }
}

#[test]
fn what_a_row_names_is_there() {
    let mut missing = Vec::new();
    for row in rows().into_values().flatten() {
        let [reported, place, here, shown] = &row.cells[..] else { panic!("{}: four cells", row.at) };
        assert!(!reported.is_empty() && !here.is_empty() && place.contains("](https://"), "{}", row.at);
        let names: Vec<_> = shown.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{}: what shows it", row.at);
        let gone = names.into_iter().filter(|name| !is_there(name));
        missing.extend(gone.map(|name| format!("{}: {name}", row.at)));
    }
    assert!(missing.is_empty(), "no such test or file:\n{}", missing.join("\n"));
}

/// Whether a name as `cargo test` has it, `lib:` and such a name, or `reading:` and a file stands for something.
fn is_there(name: &str) -> bool {
    if let Some(file) = name.strip_prefix("reading: ") {
        return root().join(file).is_file();
    }
    let (folder, path) = match name.strip_prefix("lib:") {
        Some(path) => ("src", path),
        None => ("tests/it", name),
    };
    let Some((module, test)) = path.rsplit_once("::") else { return false };
    let module: Vec<_> = module.split("::").filter(|part| !part.is_empty()).collect();
    // The tests of a module stand in its file, or in one of their own beside it.
    let files = (0..=module.len()).flat_map(|depth| {
        let place = module[..depth].iter().fold(root().join(folder), |place, part| place.join(part));
        [place.with_extension("rs"), place.join("mod.rs")]
    });
    files.into_iter().any(|file| has_test(&file, test))
}

fn has_test(file: &Path, test: &str) -> bool {
    let text = fs::read_to_string(file).unwrap_or_default();
    text.contains(&format!("fn {test}(")) || text.contains(&format!("    {test} "))
}
