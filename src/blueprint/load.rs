use std::collections::BTreeSet;
use std::path::Path;

use super::Blueprint;
use super::findings::{Findings, veiled};
use super::fleet::Names;
use super::index::{self, Entry, Index, Indexing, Member};
use super::kinds::Kinds;
use super::make::Making;
use super::soles::Soles;
use super::sources::{Files, Source};
use crate::problem::{Problem, suggest};
use crate::resource::glob::matches;
use crate::resource::{Shape, Stack, StackId};
use crate::template::Library;
use crate::tenant::{self, Project, cidr};
use crate::yaml;

/// A project, read and checked; `T` is what was made of each selected stack's blueprint.
#[derive(Debug)]
pub struct Loaded<T = Blueprint> {
    pub project: Project,
    /// The selected stacks', by name.
    pub blueprints: Vec<T>,
    /// Every stack of the project, selected or not, by name.
    pub stacks: Vec<StackId>,
    /// Where they live and as whom they are read, as far as their files are right.
    pub fleet: Vec<Stack>,
    /// The types that its templates name, whichever stacks use them: what it can make.
    pub kinds: BTreeSet<String>,
    /// Mistakes of stacks that are not selected, and other mistakes that stop nothing.
    pub warnings: Vec<Problem>,
}

/// Reads a project's folder; see [`load_each`].
pub fn load<T>(
    dir: &Path,
    shapes: &[&dyn Shape],
    is_selected: &dyn Fn(&StackId) -> bool,
    make: impl FnMut(Blueprint) -> T,
) -> Result<Loaded<T>, Vec<Problem>> {
    load_each(&Files::read(dir)?, shapes, is_selected, make)
}

/// Makes the blueprints of the selected stacks; see [`load_each`].
pub fn load_files(
    files: &Files,
    shapes: &[&dyn Shape],
    is_selected: &dyn Fn(&StackId) -> bool,
) -> Result<Loaded, Vec<Problem>> {
    load_each(files, shapes, is_selected, |blueprint| blueprint)
}

/// Makes the blueprints of the selected stacks one after the other, and something of each, which is all that is kept of it;
/// or gives every mistake.
///
/// Every file is read, whatever is selected, and the fleet is checked as a whole by the index of it. A mistake that the
/// index shows of an environment that is not selected is a warning, so that one tenant's file does not stop another's
/// repair.
pub fn load_each<T>(
    files: &Files,
    shapes: &[&dyn Shape],
    is_selected: &dyn Fn(&StackId) -> bool,
    make: impl FnMut(Blueprint) -> T,
) -> Result<Loaded<T>, Vec<Problem>> {
    let kinds = Kinds::new(shapes);
    let mut problems = files.unread.clone();
    let project = project(files.project.as_ref(), &kinds, &mut problems);
    let mut library = Library::new(files.own_templates());
    let index = Indexing { project: &project, library: &mut library, is_selected }.index(&files.tenants, &mut problems);
    if index.tenants.is_empty() && problems.is_empty() {
        let what = "there is no tenant: the folder `tenants` has no .yaml file";
        problems.push(Problem::error(None, what).hint("`⟪init⟫` writes an example"));
    }
    let mut findings = Findings::default();
    findings.add(problems);
    findings.add(of_fleet(&index, &project));
    let making = Making { kinds: &kinds, project: &project, library: &library };
    let mut loading = Loading { files, making, findings, names: Names::default(), soles: Soles::default() };
    let blueprints = loading.selected(&index, make);
    loading.neighbours(&index);
    let Loading { findings, .. } = loading;
    if findings.has_errors() {
        // What stops nothing is told once nothing stops.
        let errors = findings.told().into_iter().filter(Problem::is_error).collect();
        return Err(veiled(errors, files));
    }
    let used = index.tenants.iter().filter_map(|entry| entry.head.template.as_ref());
    let types = library.types(used.map(|name| &*name.value));
    let is_named = |kind: &&str| types.as_ref().is_none_or(|types| types.iter().any(|pattern| matches(pattern, kind)));
    let named = kinds.names().filter(is_named).map(str::to_owned).collect();
    let warnings = veiled(findings.told(), files);
    let mut members: Vec<_> = index.tenants.into_iter().flat_map(|entry| entry.members).collect();
    members.sort_by(|a, b| a.id.cmp(&b.id));
    let stacks = members.iter().map(|member| member.id.clone()).collect();
    let fleet = members.into_iter().filter_map(|member| member.stack).collect();
    Ok(Loaded { project, blueprints, stacks, fleet, kinds: named, warnings })
}

fn project(file: Option<&Source>, kinds: &Kinds<'_>, problems: &mut Vec<Problem>) -> Project {
    let Some(file) = file else { return Project::default() };
    let project = match yaml::read(&file.path, &file.bytes) {
        Ok(root) => Project::read(&root, problems),
        Err(mistakes) => {
            problems.extend(mistakes);
            Project::default()
        }
    };
    for kind in project.guards.protected.iter().filter(|kind| kinds.get(&kind.value).is_none()) {
        let what = format!("there is no kind `{}`", kind.value);
        problems.push(Problem::error(kind.span.clone(), what).hint(suggest(&kind.value, kinds.names())));
    }
    project
}

/// What only the whole fleet shows, whatever is selected, and the mistakes of the templates that it uses.
fn of_fleet(index: &Index, project: &Project) -> Vec<Problem> {
    let heads = || index.tenants.iter().map(|entry| &entry.head);
    let named = index.tenants.iter().map(|entry| (&entry.head, entry.members.iter().map(|member| &member.name)));
    let mut problems = tenant::fleet(named, project);
    problems.extend(project.check_bucket(heads()));
    for (mistakes, is_selected) in index.templates.values() {
        problems.extend(mistakes.iter().cloned().map(|problem| if *is_selected { problem } else { problem.mild() }));
    }
    let mut members: Vec<_> = index.tenants.iter().flat_map(|entry| &entry.members).collect();
    members.sort_by_key(|member| (!member.is_selected, &member.id));
    let ranges = members.into_iter().filter_map(|member| Some((member.id.clone(), member.range.clone()?)));
    problems.extend(cidr::overlaps(&ranges.collect::<Vec<_>>()));
    problems
}

/// The making of blueprints, one after the other.
struct Loading<'a> {
    files: &'a Files,
    making: Making<'a>,
    findings: Findings,
    names: Names,
    soles: Soles,
}

impl Loading<'_> {
    /// Makes something of each selected stack's blueprint, by name; takes note of what is wrong with the others as the
    /// index knows them.
    fn selected<T>(&mut self, index: &Index, mut make: impl FnMut(Blueprint) -> T) -> Vec<T> {
        let mut made = Vec::new();
        for entry in index.by_name() {
            for member in entry.members.iter().filter(|member| !member.is_selected) {
                self.findings.add_of(
                    &member.id,
                    member.problems.iter().filter(|problem| problem.is_error()).cloned().map(Problem::mild),
                );
            }
            let is_wanted = |member: &Member| member.is_selected;
            self.each(entry, &is_wanted, &mut |findings, id, blueprint, problems| {
                findings.add_of(id, problems);
                made.extend(blueprint.map(&mut make));
            });
        }
        made
    }

    /// Makes the stacks that are not selected and might have a name of one that is, or the same of what there is one of.
    fn neighbours(&mut self, index: &Index) {
        for entry in index.by_name() {
            let template = entry.head.template.as_ref().and_then(|name| self.making.library.compiled(&name.value));
            let gives_names = template.as_ref().is_some_and(|template| template.gives_names());
            let is_sole = |kind: &str| self.making.kinds.get(kind).is_some_and(|known| known.facts.sole.is_some());
            let has_soles = template.is_some_and(|template| template.names_kind(is_sole));
            let could_collide = |member: &&Member| {
                let account = member.stack.as_ref().map(|stack| &stack.account);
                let is_near = |account: &String| {
                    gives_names && self.names.has(account)
                        || has_soles && self.soles.has(account)
                        || self.names.could_be_of(account, &member.id)
                };
                !member.is_selected && account.is_some_and(is_near)
            };
            let near: BTreeSet<_> = entry.members.iter().filter(could_collide).map(|member| &member.id).collect();
            self.each(entry, &|member| near.contains(&member.id), &mut |findings, id, _, problems| {
                findings.add_of(id, problems.into_iter().map(Problem::mild));
            });
        }
    }

    /// Makes the blueprints of some environments of a tenant, and hands each on with its mistakes.
    fn each(
        &mut self,
        entry: &Entry,
        is_wanted: &dyn Fn(&Member) -> bool,
        then: &mut dyn FnMut(&mut Findings, &StackId, Option<Blueprint>, Vec<Problem>),
    ) {
        if !entry.members.iter().any(is_wanted) {
            return;
        }
        // The index kept no tree; what is wrong with the file itself is said.
        let Some(tenant) = index::tenant(&self.files.tenants[entry.file], &mut Vec::new()) else { return };
        for member in entry.members.iter().filter(|member| is_wanted(member)) {
            let found = tenant.environments.iter().find(|environment| environment.name == member.name);
            let Some(environment) = found else { continue };
            let (blueprint, problems) = self.making.blueprint(&member.id, &tenant, environment);
            if let Some(blueprint) = &blueprint {
                let (kinds, span) = (self.making.kinds, &member.name.span);
                self.findings.add(self.names.take(kinds, blueprint));
                self.findings.add(self.soles.take(kinds, blueprint, member.is_selected, span));
            }
            then(&mut self.findings, &member.id, blueprint, problems);
        }
    }
}
