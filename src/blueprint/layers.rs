//! An environment's layers, merged: the template's defaults and profile, the project's, the tenant's, its own.

use super::profile;
use crate::problem::Problem;
use crate::template::Template;
use crate::tenant::{self, Environment, Project, RESERVED, Settings, Tenant};
use crate::yaml::{Node, Value};

/// The parameter that is the range of the stack's VPC, whatever the template.
pub(super) const RANGE: &str = "cidr";

/// Which keys of the layers are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keys {
    All,
    /// What the index knows of every environment: what no template decides, and the range.
    Indexed,
}

impl Keys {
    /// A layer with these keys alone.
    fn of(self, layer: &Node) -> Node {
        if self == Self::All {
            return layer.clone();
        }
        let is_indexed = |name: &str| name == RANGE || RESERVED.contains(&name);
        let entries = layer.entries().iter().filter(|(key, _)| is_indexed(&key.name)).cloned().collect();
        Node::new(Value::Map(entries), layer.span.clone())
    }
}

/// Merges an environment's layers; notes what is wrong with what the program itself reads of them. Without a template what
/// it would add is missing, and nothing is said of that.
pub(super) fn settings(
    template: Option<&Template>,
    tenant: &Tenant,
    environment: &Environment,
    project: &Project,
    keys: Keys,
    problems: &mut Vec<Problem>,
) -> Option<Settings> {
    let place = &environment.name.span;
    let defaults = template.map(|template| match keys {
        Keys::All => template.parameters.defaults(place),
        Keys::Indexed => template.parameters.default(RANGE, place),
    });
    let profile = template.map(|template| profile::find(template, project, tenant, environment, problems));
    let profile = profile.unwrap_or_default();
    let layers = tenant.layers(environment, project, profile.of_project);
    let written = profile.of_template.into_iter().chain(layers).map(|layer| keys.of(layer));
    let merged = tenant::layered(defaults.into_iter().chain(written))?;
    let mut found = Vec::new();
    let settings = Settings::of(merged, &environment.name, &mut found);
    let is_missing = |settings: &Settings| template.is_none() && settings.region.is_none();
    problems.extend(
        found
            .into_iter()
            .filter(|problem| !(settings.as_ref().is_some_and(is_missing) && problem.span.as_ref() == Some(place))),
    );
    settings
}
