//! The mistakes of a project, each cause once, however many environments it reaches.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::sources::Files;
use crate::problem::{Problem, Severity};
use crate::resource::StackId;
use crate::yaml::{self, Node, Value};

/// Mistakes by their place, in the order of the files, so that the same input always says the same.
#[derive(Debug, Default)]
pub struct Findings(BTreeMap<Key, Finding>);

/// File, place in it, what is said, and the hint.
type Key = (Option<(PathBuf, usize)>, String, Option<String>);

#[derive(Debug)]
struct Finding {
    problem: Problem,
    /// The environment that was the last to have it.
    last: Option<StackId>,
}

impl Findings {
    /// Takes mistakes of files, or of the fleet as a whole.
    pub fn add(&mut self, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.note(problem, None));
    }

    /// Takes mistakes of one environment.
    pub fn add_of(&mut self, stack: &StackId, problems: impl IntoIterator<Item = Problem>) {
        problems.into_iter().for_each(|problem| self.note(problem, Some(stack)));
    }

    fn note(&mut self, problem: Problem, stack: Option<&StackId>) {
        let place = problem.span.as_ref().map(|span| (span.path().to_owned(), span.bytes.start));
        let key = (place, problem.what.clone(), problem.hint.clone());
        let finding = self.0.entry(key).or_insert_with(|| Finding { problem: problem.clone(), last: None });
        if problem.is_error() {
            finding.problem.severity = Severity::Error;
        }
        if stack.is_some() && finding.last.as_ref() != stack {
            finding.last = stack.cloned();
            finding.problem.environments += 1;
        }
    }

    pub(super) fn has_errors(&self) -> bool {
        self.0.values().any(|finding| finding.problem.is_error())
    }

    /// Returns all, errors first.
    pub fn told(self) -> Vec<Problem> {
        let all = self.0.into_values().map(|finding| finding.problem);
        let (errors, mild): (Vec<_>, Vec<_>) = all.partition(Problem::is_error);
        errors.into_iter().chain(mild).collect()
    }
}

/// Says with each problem which keys the project's own templates take secrets by: `writeOnly` parameters.
pub(super) fn veiled(problems: Vec<Problem>, files: &Files) -> Vec<Problem> {
    if problems.is_empty() {
        return problems;
    }
    let hidden: Arc<[String]> = secrets(files).into();
    problems.into_iter().map(|problem| Problem { hidden: hidden.clone(), ..problem }).collect()
}

fn secrets(files: &Files) -> Vec<String> {
    fn gather(node: &Node, keys: &mut Vec<String>) {
        for (key, value) in node.entries() {
            if value.get("writeOnly").is_some_and(|flag| flag.value == Value::Bool(true)) {
                keys.push(key.name.clone());
            }
            gather(value, keys);
        }
        node.items().iter().for_each(|item| gather(item, keys));
    }
    let mut keys = Vec::new();
    let templates = files.templates.iter().filter_map(|file| yaml::read(&file.path, &file.bytes).ok());
    templates.for_each(|template| gather(&template, &mut keys));
    keys
}
