//! The templates that a project can use, and its copies of those that the program brings along.

use std::path::{Path, PathBuf};

use super::sources::{Files, Source};
use crate::problem::Problem;
use crate::template::{FILES, Library};

/// A template that a project can use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSummary {
    pub name: String,
    pub description: Option<String>,
    /// Whether its own file is the project's.
    pub is_own: bool,
    /// The files of the project that it is made of, as shown to people.
    pub own: Vec<PathBuf>,
}

/// A file of the project that takes the place of one that the program brings along.
#[derive(Clone, Copy, Debug)]
pub struct TemplateCopy<'a> {
    /// As shown to people.
    pub path: &'a Path,
    pub own: &'a [u8],
    /// Below `templates/`.
    pub name: &'static str,
    pub built_in: &'static str,
}

/// Returns every template by name; the mistakes if one is not sound.
pub fn templates(files: &Files) -> Result<Vec<TemplateSummary>, Vec<Problem>> {
    let mut library = Library::new(files.own_templates());
    let mut problems = Vec::new();
    let all = library.all(&mut problems);
    if problems.iter().any(Problem::is_error) {
        return Err(problems);
    }
    let summary = |name: &str, description: &Option<String>| TemplateSummary {
        name: name.to_owned(),
        description: description.clone(),
        is_own: files.templates.iter().any(|file| file.name.strip_suffix(".yaml") == Some(name)),
        own: library.own_files(name),
    };
    Ok(all.iter().map(|template| summary(&template.name, &template.description)).collect())
}

/// Returns the project's copies of the program's files.
pub fn template_copies(files: &Files) -> Vec<TemplateCopy<'_>> {
    files.templates.iter().filter_map(copy).collect()
}

fn copy(file: &Source) -> Option<TemplateCopy<'_>> {
    let (name, built_in) = FILES.iter().find(|(name, _)| *name == file.name)?;
    Some(TemplateCopy { path: &file.path, own: &file.bytes, name, built_in })
}
