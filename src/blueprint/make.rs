//! One environment's blueprint, from its layers.

use super::index::stack;
use super::kinds::Kinds;
use super::layers::{self, Keys};
use super::{Blueprint, build};
use crate::problem::{Problem, Span, closest};
use crate::resource::StackId;
use crate::template::{self, Library, Template};
use crate::tenant::{Environment, Head, Project, Settings, Tenant, cidr, region};
use crate::yaml::{Node, Placed};

/// What stands for an account that no file names, and for a region.
const ANY_ACCOUNT: &str = "000000000000";
const ANY_REGION: &str = "us-east-1";

/// What blueprints are made with.
pub(super) struct Making<'a> {
    pub kinds: &'a Kinds<'a>,
    pub project: &'a Project,
    /// With every used template compiled.
    pub library: &'a Library,
}

impl Making<'_> {
    /// Makes the blueprint of an environment; gives nothing if anything of it is wrong, and every mistake.
    ///
    /// A mistake hides no other: a template with mistakes, or of a misspelt name, is expanded all the same, and so are wrong
    /// parameters, of which what is found then counts as far as a person wrote it elsewhere.
    pub(super) fn blueprint(
        &self,
        id: &StackId,
        tenant: &Tenant,
        environment: &Environment,
    ) -> (Option<Blueprint>, Vec<Problem>) {
        let mut problems = Vec::new();
        let named = tenant.head.template.as_ref().map(|name| &*name.value);
        let meant = named.and_then(|name| self.library.meant(name));
        let sound = meant.and_then(|name| self.library.compiled(name));
        let is_sound = sound.is_some() && meant == named;
        let template = sound.or_else(|| self.library.legible(meant?));
        let settings =
            layers::settings(template.as_deref(), tenant, environment, self.project, Keys::All, &mut problems);
        let (Some(template), Some(settings)) = (template, settings) else { return (None, problems) };
        let place = &environment.name.span;
        let elsewhere = |parameter: &str| self.library.others_with(parameter, &template.name);
        let given = settings.parameters.clone();
        let parameters = template.parameters.complete(given, place, &template.name, &elsewhere, &mut problems);
        if let Some(range) = parameters.get(layers::RANGE).and_then(Placed::text) {
            problems.extend(cidr::read(&range).err());
        }
        let mut found = Found::default();
        let blueprint = self.expanded(id, tenant, environment, &template, settings, &parameters, &mut found);
        let wrong: Vec<_> = problems.iter().filter(|problem| problem.is_error()).collect();
        if wrong.is_empty() {
            problems.extend(found.by_template.into_iter().chain(found.by_kinds));
            return (blueprint.filter(|_| is_sound), problems);
        }
        let layers: Vec<_> = tenant.layers(environment, self.project, None).map(|layer| &layer.span).collect();
        let is_written = |span: &Span| layers.iter().any(|layer| layer.path() == span.path());
        let wrong: Vec<_> = wrong.iter().filter_map(|problem| problem.span.as_ref()).chain([place]).collect();
        let is_own = |span: &Span| is_written(span) && !wrong.iter().any(|wrong| wrong.touches(span));
        // What the kinds say of a whole block, and of no value in it, may come of what is missing.
        let is_value = |problem: &Problem| problem.span.as_ref().is_some_and(|span| is_scalar(&parameters, span));
        let found = found.by_template.into_iter().chain(found.by_kinds.into_iter().filter(is_value));
        let own = found.filter(|problem| problem.is_error() && problem.span.as_ref().is_some_and(is_own));
        let own: Vec<_> = own.collect();
        problems.extend(own);
        (None, problems)
    }

    /// Expands the template and checks what it makes. What lacks its account or its region is checked as if it were somewhere,
    /// and gives nothing.
    #[expect(clippy::too_many_arguments, reason = "all that a stack is made of")]
    fn expanded(
        &self,
        id: &StackId,
        tenant: &Tenant,
        environment: &Environment,
        template: &Template,
        settings: Settings,
        parameters: &Node,
        found: &mut Found,
    ) -> Option<Blueprint> {
        let place = &environment.name.span;
        let mut standing_in = Vec::new();
        let mut stand_in = |value: &'static str| {
            standing_in.push(value);
            Placed { value: value.to_owned(), span: place.clone() }
        };
        let account = tenant.head.account.clone().unwrap_or_else(|| stand_in(ANY_ACCOUNT));
        let region = settings.region.and_then(meant).unwrap_or_else(|| stand_in(ANY_REGION));
        let head = Head { account: Some(account.clone()), ..tenant.head.clone() };
        let settings = Settings { region: Some(region.clone()), ..settings };
        let stack = stack(self.project, &head, id, template, &settings)?;
        let context = template::StackContext {
            id: id.clone(),
            project: self.project.name.clone(),
            account: Placed { value: stack.account.clone(), span: account.span },
            region,
            tenant_span: head.name.span.clone(),
            environment_span: place.clone(),
        };
        let mut by_template = Vec::new();
        let expanded = template::expand(template, &context, parameters, self.kinds.facts(), &mut by_template);
        let is_of_tenant = |problem: &Problem| problem.is_error() && !template.is_place_of(problem);
        let is_wrong = by_template.iter().any(is_of_tenant);
        let mut by_kinds = Vec::new();
        let blueprint = build(self.kinds, &stack, expanded, &settings.ignore, &mut by_kinds);
        // What a wrong parameter breaks inside the template is not worth saying beside what is wrong with it.
        by_kinds.retain(|problem| !(by_template.contains(problem) || is_wrong && template.is_place_of(problem)));
        let is_of_place = |problem: &Problem| standing_in.iter().any(|place| problem.what.contains(place));
        by_template.retain(|problem| !is_of_place(problem));
        by_kinds.retain(|problem| !is_of_place(problem));
        *found = Found { by_template, by_kinds };
        let mut blueprint = blueprint.filter(|_| standing_in.is_empty() && !found.has_errors())?;
        for resource in blueprint.resources.values_mut() {
            let is_guarded = self.project.guards.protected.iter().any(|kind| kind.value == resource.address.kind);
            resource.protected = resource.protected.or(is_guarded.then_some(true));
        }
        Some(blueprint)
    }
}

/// The mistakes of one environment's expansion.
#[derive(Default)]
struct Found {
    /// What the template says, and what fails in it.
    by_template: Vec<Problem>,
    /// What the kinds say of what it makes.
    by_kinds: Vec<Problem>,
}

impl Found {
    fn has_errors(&self) -> bool {
        self.by_template.iter().chain(&self.by_kinds).any(Problem::is_error)
    }
}

/// Whether a place is that of a value that holds no others.
fn is_scalar(node: &Node, place: &Span) -> bool {
    let (entries, items) = (node.entries(), node.items());
    let mut below = entries.iter().map(|(_, node)| node).chain(items);
    (entries.is_empty() && items.is_empty() && node.span == *place) || below.any(|node| is_scalar(node, place))
}

/// The region that was meant, where there is none of that name, which is said; none, if that can't be told.
fn meant(place: Placed<String>) -> Option<Placed<String>> {
    if region::check(&place).is_none_or(|problem| !problem.is_error()) {
        return Some(place);
    }
    let near = closest(&place.value, region::names())?;
    Some(Placed { value: near.to_owned(), span: place.span })
}
