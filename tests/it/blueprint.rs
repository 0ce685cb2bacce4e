//! From files to blueprints: what comes out, and every kind of bad input with the whole text of its problem.

use std::path::PathBuf;

use provision::blueprint::{Files, Loaded, Source, load_files};
use provision::problem::Problem;
use provision::resource::Shape;

use crate::loose::loose;

/// A project in memory.
#[derive(Default)]
pub struct Project(Files);

impl Project {
    pub fn tenant(mut self, name: &str, text: &str) -> Self {
        self.0.tenants.push(source("tenants", name, text));
        self
    }

    pub fn template(mut self, name: &str, text: &str) -> Self {
        self.0.templates.push(source("templates", name, text));
        self
    }

    pub fn file(mut self, text: &str) -> Self {
        self.0.project = Some(source("", "provision.yaml", text));
        self
    }

    pub fn load(&self) -> Result<Loaded, Vec<Problem>> {
        let shapes = loose();
        let shapes: Vec<&dyn Shape> = shapes.iter().map(|shape| shape as &dyn Shape).collect();
        load_files(&self.0, &shapes, &|_| true)
    }

    /// The problems as text: place, what, hint, a line each.
    pub fn problems(&self) -> String {
        match self.load() {
            Ok(_) => String::new(),
            Err(problems) => text(&problems),
        }
    }
}

fn source(folder: &str, name: &str, text: &str) -> Source {
    Source { path: PathBuf::from(folder).join(name), name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

pub fn text(problems: &[Problem]) -> String {
    let lines = problems.iter().map(|problem| {
        let place = problem.span.as_ref().map(|span| {
            let (line, column) = span.line_column();
            format!("{}:{line}:{column}: ", span.path().display())
        });
        let hint = problem.hint.as_ref().map(|hint| format!(" | {hint}"));
        format!("{}{}{}\n", place.unwrap_or_default(), problem.what, hint.unwrap_or_default())
    });
    lines.collect()
}

#[test]
fn repo() {
    let shapes = loose();
    let shapes: Vec<&dyn Shape> = shapes.iter().map(|shape| shape as &dyn Shape).collect();
    let start = std::time::Instant::now();
    match provision::blueprint::load(std::path::Path::new("."), &shapes, &|_| true) {
        Ok(loaded) => {
            for blueprint in &loaded.blueprints {
                println!("{} {} {:?}", blueprint.stack.id, blueprint.resources.len(), blueprint.warnings.len());
            }
        }
        Err(problems) => println!("{}", text(&problems)),
    }
    println!("{:?}", start.elapsed());
}
#[test]
fn hundred() {
    let mut project = Project::default();
    let acme = include_str!("../../tenants/acme.yaml");
    for at in 0..50 {
        project = project.tenant(&format!("t{at}.yaml"), &acme.replace("tenant: acme", &format!("tenant: t{at}")));
    }
    let start = std::time::Instant::now();
    let loaded = project.load();
    println!("{:?} {:?}", loaded.map(|l| l.blueprints.len()).map_err(|p| text(&p)), start.elapsed());
}
