//! Which profile an environment gets: the template's, the project's, or both of one name.

use crate::problem::{Problem, suggest};
use crate::template::Template;
use crate::tenant::{Environment, Project, Tenant};
use crate::yaml::{Node, Placed, fields};

/// The overlays of one name.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Profile<'a> {
    pub(super) of_template: Option<&'a Node>,
    /// Over the template's, and over the project's defaults.
    pub(super) of_project: Option<&'a Node>,
}

impl Profile<'_> {
    fn is_none(self) -> bool {
        self.of_template.is_none() && self.of_project.is_none()
    }
}

/// Finds the profile that an environment names, or else the one that is called as itself. A name that nobody knows is a
/// mistake; an environment that names none and has none of its own name is told so.
pub(super) fn find<'a>(
    template: &'a Template,
    project: &'a Project,
    tenant: &Tenant,
    environment: &Environment,
    problems: &mut Vec<Problem>,
) -> Profile<'a> {
    let said = tenant.profile(environment, project);
    let named = said.filter(|node| !node.is_null());
    let name = match named.map(|node| fields::text(node, "profile", problems)) {
        None => environment.name.clone(),
        Some(Some(name)) => name,
        Some(None) => return Profile::default(),
    };
    let of_project = project.profiles.get(&name.value);
    let profile = Profile { of_template: template.profile(&name.value), of_project };
    // A null says that it is to have none.
    if profile.is_none() && (named.is_some() || said.is_none()) {
        problems.extend(missing(template, project, tenant, &name, named.is_some()));
    }
    profile
}

fn missing(
    template: &Template,
    project: &Project,
    tenant: &Tenant,
    name: &Placed<String>,
    is_named: bool,
) -> Option<Problem> {
    let own = template.profiles.iter().map(|(key, _)| key.name.as_str());
    let mut all: Vec<_> = own.chain(project.profiles.keys().map(String::as_str)).collect();
    let nor = if project.profiles.is_empty() { "" } else { ", nor has provision.yaml" };
    if is_named {
        let what = format!("the template `{}` has no profile `{}`{nor}", template.name, name.value);
        return Some(Problem::error(name.span.clone(), what).hint(suggest(&name.value, all)));
    }
    if all.is_empty() {
        return None;
    }
    all.sort_unstable();
    all.dedup();
    let what = format!(
        "{}/{} gets no profile: it names none, and the template `{}` has none of its name{nor}",
        tenant.head.name.value, name.value, template.name
    );
    let hint = format!("say `profile: {}`, or `profile: null` if it is to have none", all.join("` or `profile: "));
    Some(Problem::warning(name.span.clone(), what).hint(hint))
}
