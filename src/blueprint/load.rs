use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ipnet::Ipv4Net;

use super::kinds::Kinds;
use super::sources::{Files, Source};
use super::{Blueprint, build, fleet, profile};
use crate::problem::{Problem, Severity, suggest};
use crate::resource::glob::matches;
use crate::resource::{Shape, Stack, StackId, Tags};
use crate::template::{self, Library, Template};
use crate::tenant::{self, Environment, Project, Settings, Tenant, cidr};
use crate::yaml::{self, Node, Placed, Value};

/// A project, read and checked.
#[derive(Debug)]
pub struct Loaded {
    pub project: Project,
    /// The selected stacks', by name.
    pub blueprints: Vec<Blueprint>,
    /// Every stack of the project, selected or not, by name.
    pub stacks: Vec<StackId>,
    /// Where they live and as whom they are read, as far as their files are right.
    pub fleet: Vec<Stack>,
    /// The types that its templates name, whichever stacks use them: what it can make.
    pub kinds: BTreeSet<String>,
    /// Mistakes of stacks that are not selected, and what is to be said of those that are and stops nothing.
    pub warnings: Vec<Problem>,
}

/// Reads a project's folder; see [`load_files`].
pub fn load(dir: &Path, shapes: &[&dyn Shape], is_selected: &dyn Fn(&StackId) -> bool) -> Result<Loaded, Vec<Problem>> {
    load_files(&Files::read(dir)?, shapes, is_selected)
}

/// Makes the blueprints of the selected stacks, or gives every mistake of all files. Everything is checked, whatever is
/// selected; but a mistake in an environment that is not selected is a warning, so that one tenant's file does not stop
/// another's repair.
pub fn load_files(
    files: &Files,
    shapes: &[&dyn Shape],
    is_selected: &dyn Fn(&StackId) -> bool,
) -> Result<Loaded, Vec<Problem>> {
    let kinds = Kinds::new(shapes);
    let mut problems = Vec::new();
    let project = project(files.project.as_ref(), &kinds, &mut problems);
    let tenants: Vec<_> = files.tenants.iter().filter_map(|file| tenant(file, &mut problems)).collect();
    if tenants.is_empty() && problems.is_empty() {
        let what = "there is no tenant: the folder `tenants` has no .yaml file";
        problems.push(Problem::error(None, what).hint("`⟪init⟫` writes an example"));
    }
    problems.extend(tenants.iter().filter_map(|tenant| project.check_account(tenant)));
    problems.extend(tenant::fleet(&tenants, &project));
    let mut loading =
        Loading { kinds: &kinds, project: &project, library: Library::new(files.own_templates()), ranges: Vec::new() };
    let mut all: Vec<_> = tenants
        .iter()
        .flat_map(|tenant| tenant.environments.iter().map(move |environment| (tenant, environment)))
        .map(|(tenant, environment)| (StackId::new(&tenant.name.value, &environment.name.value), tenant, environment))
        .collect();
    // A template's mistakes are noted with the first stack that uses it: the selected come first.
    all.sort_by_key(|(id, ..)| (!is_selected(id), id.clone()));
    let (mut blueprints, mut warnings) = (Vec::new(), Vec::from_iter(project.check_bucket(&tenants)));
    for (id, tenant, environment) in &all {
        let mut found = Vec::new();
        blueprints.extend(loading.blueprint(id, tenant, environment, &mut found));
        for problem in found {
            match (is_selected(id), problem.is_error()) {
                (true, true) => problems.push(problem),
                (true, false) => warnings.push(problem),
                (false, true) => warnings.push(Problem { severity: Severity::Warning, ..problem }),
                (false, false) => {}
            }
        }
    }
    problems.extend(cidr::overlaps(&loading.ranges));
    problems.extend(fleet::collisions(&kinds, &blueprints));
    if problems.iter().any(Problem::is_error) {
        return Err(veiled(sorted(problems), files));
    }
    warnings.extend(problems);
    let mut stacks: Vec<_> = all.into_iter().map(|(id, ..)| id).collect();
    stacks.sort();
    let types = loading.library.types(tenants.iter().map(|tenant| &*tenant.template.value));
    let is_named = |kind: &&str| types.as_ref().is_none_or(|types| types.iter().any(|pattern| matches(pattern, kind)));
    let named = kinds.names().filter(is_named).map(str::to_owned).collect();
    let fleet = blueprints.iter().map(|blueprint| blueprint.stack.clone()).collect();
    blueprints.retain(|blueprint| is_selected(&blueprint.stack.id));
    Ok(Loaded { project, blueprints, stacks, fleet, kinds: named, warnings: veiled(sorted(warnings), files) })
}

/// Says with each problem which keys the project's own templates take secrets by: `writeOnly` parameters.
fn veiled(problems: Vec<Problem>, files: &Files) -> Vec<Problem> {
    fn gather(node: &Node, keys: &mut Vec<String>) {
        for (key, value) in node.entries() {
            if value.get("writeOnly").is_some_and(|flag| flag.value == Value::Bool(true)) {
                keys.push(key.name.clone());
            }
            gather(value, keys);
        }
        node.items().iter().for_each(|item| gather(item, keys));
    }
    if problems.is_empty() {
        return problems;
    }
    let mut keys = Vec::new();
    let templates = files.templates.iter().filter_map(|file| yaml::read(&file.path, &file.bytes).ok());
    templates.for_each(|template| gather(&template, &mut keys));
    let hidden: Arc<[String]> = keys.into();
    problems.into_iter().map(|problem| Problem { hidden: hidden.clone(), ..problem }).collect()
}

/// In the order of the files, so that the same input always says the same; each once.
fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    let key = |problem: &Problem| {
        let span = problem.span.as_ref();
        (span.map(|span| (span.path().to_owned(), span.bytes.start)), problem.what.clone())
    };
    problems.sort_by_key(key);
    problems.dedup();
    problems
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

fn tenant(file: &Source, problems: &mut Vec<Problem>) -> Option<Tenant> {
    match yaml::read(&file.path, &file.bytes) {
        Ok(root) => tenant::read(&root, problems),
        Err(mistakes) => {
            problems.extend(mistakes);
            None
        }
    }
}

struct Loading<'a> {
    kinds: &'a Kinds<'a>,
    project: &'a Project,
    library: Library,
    ranges: Vec<(StackId, Placed<Ipv4Net>)>,
}

impl Loading<'_> {
    fn blueprint(
        &mut self,
        id: &StackId,
        tenant: &Tenant,
        environment: &Environment,
        problems: &mut Vec<Problem>,
    ) -> Option<Blueprint> {
        let template = self.library.template(&tenant.template, problems)?;
        let settings = self.settings(&template, tenant, environment, problems)?;
        let name = &environment.name;
        let parameters = template.parameters.complete(settings.parameters, &name.span, &template.name, problems);
        if let Some(range) = parameters.get("cidr").and_then(Placed::text) {
            match cidr::read(&range) {
                Ok(value) => self.ranges.push((id.clone(), Placed { value, span: range.span })),
                Err(problem) => problems.push(problem),
            }
        }
        if problems.iter().any(Problem::is_error) {
            return None;
        }
        let account = self.project.account(&tenant.account.value).to_owned();
        let place = template::StackContext {
            id: id.clone(),
            project: self.project.name.clone(),
            account: Placed { value: account.clone(), span: tenant.account.span.clone() },
            region: settings.region.clone(),
            tenant_span: tenant.name.span.clone(),
            environment_span: name.span.clone(),
        };
        let expanded = template::expand(&template, &place, &parameters, self.kinds.facts(), problems);
        let is_of_tenant = |problem: &Problem| problem.is_error() && !template.is_place_of(problem);
        let is_wrong = problems.iter().any(is_of_tenant);
        let stack = Stack {
            id: id.clone(),
            project: self.project.name.clone(),
            account,
            region: settings.region.value,
            template: template.name.clone(),
            tags: self.tags(tenant),
            read_role: tenant.roles.read.clone(),
            write_role: tenant.roles.write.clone(),
            external_id: tenant.roles.external_id.clone(),
            protected: settings.protected,
        };
        let mut found = Vec::new();
        let blueprint = build(self.kinds, &stack, expanded, &settings.ignore, &mut found);
        // What a wrong parameter breaks inside the template is not worth saying beside what is wrong with it.
        problems.extend(found.into_iter().filter(|problem| !is_wrong || !template.is_place_of(problem)));
        let mut blueprint = blueprint.filter(|_| !problems.iter().any(Problem::is_error))?;
        for resource in blueprint.resources.values_mut() {
            let is_guarded = self.project.guards.protected.iter().any(|kind| kind.value == resource.address.kind);
            resource.protected = resource.protected.or(is_guarded.then_some(true));
        }
        Some(blueprint)
    }

    /// Merges an environment's layers: the template's defaults and profile, the project's, the tenant's, its own.
    fn settings(
        &self,
        template: &Arc<Template>,
        tenant: &Tenant,
        environment: &Environment,
        problems: &mut Vec<Problem>,
    ) -> Option<Settings> {
        let profile = profile::find(template, self.project, tenant, environment, problems);
        let defaults = template.parameters.defaults(&environment.name.span);
        let own = [Some(defaults), profile.of_template.cloned()].into_iter().flatten();
        let merged = tenant::layered(own.chain(tenant.layers(environment, self.project, profile.of_project)))?;
        Settings::of(merged, &environment.name, problems)
    }

    /// The project's tags under the tenant's. To IAM a key is the same in any case, so the tenant's spelling counts.
    fn tags(&self, tenant: &Tenant) -> Tags {
        let is_free = |key: &str| !tenant.tags.iter().any(|(other, _)| other.to_lowercase() == key.to_lowercase());
        self.project.tags.iter().filter(|(key, _)| is_free(key)).chain(tenant.tags.iter()).collect()
    }
}
