//! One environment's blueprint, from its layers.

use super::index::stack;
use super::kinds::Kinds;
use super::layers::{self, Keys};
use super::{Blueprint, build};
use crate::problem::{Problem, Span, closest};
use crate::resource::StackId;
use crate::template::{self, Library, Template};
use crate::tenant::{Environment, Project, Settings, Tenant, cidr, region};
use crate::yaml::{Node, Placed};

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
    /// A wrong parameter hides no other mistake: the template is expanded all the same, and of what is found then counts
    /// what a person wrote elsewhere.
    pub(super) fn blueprint(
        &self,
        id: &StackId,
        tenant: &Tenant,
        environment: &Environment,
    ) -> (Option<Blueprint>, Vec<Problem>) {
        let mut problems = Vec::new();
        let template = tenant.head.template.as_ref().and_then(|name| self.library.compiled(&name.value));
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
        let mut found = Vec::new();
        let blueprint = self.expanded(id, tenant, environment, &template, settings, &parameters, &mut found);
        let wrong: Vec<_> = problems.iter().filter(|problem| problem.is_error()).collect();
        if wrong.is_empty() {
            problems.extend(found);
            return (blueprint, problems);
        }
        let layers: Vec<_> = tenant.layers(environment, self.project, None).map(|layer| &layer.span).collect();
        let is_written = |span: &Span| layers.iter().any(|layer| layer.path() == span.path());
        let wrong: Vec<_> = wrong.iter().filter_map(|problem| problem.span.as_ref()).chain([place]).collect();
        let is_own = |span: &Span| is_written(span) && !wrong.iter().any(|wrong| wrong.touches(span));
        let own = found.into_iter().filter(|problem| problem.is_error() && problem.span.as_ref().is_some_and(is_own));
        let own: Vec<_> = own.collect();
        problems.extend(own);
        (None, problems)
    }

    /// Expands the template and checks what it makes. Without an account or a region nothing can be made.
    #[expect(clippy::too_many_arguments, reason = "all that a stack is made of")]
    fn expanded(
        &self,
        id: &StackId,
        tenant: &Tenant,
        environment: &Environment,
        template: &Template,
        settings: Settings,
        parameters: &Node,
        problems: &mut Vec<Problem>,
    ) -> Option<Blueprint> {
        let head = &tenant.head;
        let settings = Settings { region: settings.region.and_then(meant), ..settings };
        let stack = stack(self.project, head, id, template, &settings)?;
        let context = template::StackContext {
            id: id.clone(),
            project: self.project.name.clone(),
            account: Placed { value: stack.account.clone(), span: head.account.as_ref()?.span.clone() },
            region: settings.region?,
            tenant_span: head.name.span.clone(),
            environment_span: environment.name.span.clone(),
        };
        let expanded = template::expand(template, &context, parameters, self.kinds.facts(), problems);
        let is_of_tenant = |problem: &Problem| problem.is_error() && !template.is_place_of(problem);
        let is_wrong = problems.iter().any(is_of_tenant);
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
}

/// The region that was meant, where there is none of that name, which is said; none, if that can't be told.
fn meant(place: Placed<String>) -> Option<Placed<String>> {
    if region::check(&place).is_none_or(|problem| !problem.is_error()) {
        return Some(place);
    }
    let near = closest(&place.value, region::names())?;
    Some(Placed { value: near.to_owned(), span: place.span })
}
