use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::problem::Problem;
use crate::yaml::{MAX_BYTES, too_large};

/// A project's input, as bytes. The only place of the input side that touches the file system.
#[derive(Debug, Default)]
pub struct Files {
    /// `provision.yaml`.
    pub project: Option<Source>,
    /// `tenants/*.yaml`.
    pub tenants: Vec<Source>,
    /// `templates/**/*.yaml`.
    pub templates: Vec<Source>,
    /// What is wrong with each tenant's file that was not read: the others are checked all the same.
    pub unread: Vec<Problem>,
}

/// One file.
#[derive(Debug)]
pub struct Source {
    /// As shown to people.
    pub path: PathBuf,
    /// Below its folder, with slashes: `parts/network.yaml`.
    pub name: String,
    pub bytes: Vec<u8>,
}

impl Files {
    /// Reads a project's folder. Files over [`MAX_BYTES`] are refused unread.
    ///
    /// # Errors
    /// What keeps all tenants from being checked: no folder of them, or a file that is everybody's.
    pub fn read(dir: &Path) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let shown = if dir == Path::new(".") { PathBuf::new() } else { dir.to_owned() };
        let mut unread = Vec::new();
        let folder = |name: &str, problems: &mut Vec<Problem>| {
            let mut found = Vec::new();
            walk(&dir.join(name), &shown.join(name), "", &mut found, problems);
            found.sort_by(|a, b| a.name.cmp(&b.name));
            found
        };
        let (tenants, templates) = (folder("tenants", &mut unread), folder("templates", &mut problems));
        let project = dir.join("provision.yaml");
        let project = project.exists().then(|| source(&project, shown.join("provision.yaml"), "provision.yaml".into()));
        let project = project.and_then(|read| read.map_err(|problem| problems.push(problem)).ok());
        if !dir.join("tenants").is_dir() {
            let what = format!("there is no folder `{}`", shown.join("tenants").display());
            problems.push(
                Problem::error(None, what).hint("`⟪init⟫` makes a project; `-C DIR` names one that is elsewhere"),
            );
        }
        if problems.is_empty() {
            return Ok(Self { project, tenants, templates, unread });
        }
        problems.append(&mut unread);
        Err(problems)
    }

    /// The project's own templates, as a library takes them.
    pub(super) fn own_templates(&self) -> impl Iterator<Item = (String, PathBuf, Vec<u8>)> {
        self.templates.iter().map(|file| (file.name.clone(), file.path.clone(), file.bytes.clone()))
    }
}

fn walk(dir: &Path, shown: &Path, below: &str, found: &mut Vec<Source>, problems: &mut Vec<Problem>) {
    if !dir.is_dir() {
        return;
    }
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries.filter_map(Result::ok),
        Err(error) => {
            problems.push(Problem::error(None, format!("`{}` can't be read: {error}", shown.display())));
            return;
        }
    };
    for entry in entries {
        let name = entry.file_name().to_string_lossy().into_owned();
        let below = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        if name.starts_with('.') {
            continue;
        }
        if entry.path().is_dir() {
            walk(&entry.path(), &shown.join(&name), &below, found, problems);
            continue;
        }
        let path = entry.path();
        let extension = path.extension().and_then(|extension| extension.to_str());
        if extension == Some("yaml") {
            match source(&entry.path(), shown.join(&name), below) {
                Ok(source) => found.push(source),
                Err(problem) => problems.push(problem),
            }
        } else if extension == Some("yml") {
            let what = format!("`{}` would be left out", shown.join(&name).display());
            problems.push(Problem::error(None, what).hint("call it `.yaml`"));
        }
    }
}

fn source(file: &Path, path: PathBuf, name: String) -> Result<Source, Problem> {
    let refuse = |error: std::io::Error| Problem::error(None, format!("`{}` can't be read: {error}", path.display()));
    let open = File::open(file).map_err(refuse)?;
    let length = open.metadata().map_err(refuse)?.len();
    if length > MAX_BYTES {
        return Err(too_large(&path, length));
    }
    // All files are kept: no more room than it takes.
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    // A file may grow after it was measured.
    open.take(MAX_BYTES + 1).read_to_end(&mut bytes).map_err(refuse)?;
    Ok(Source { path, name, bytes })
}
