//! Tenants and their environments: `tenants/*.yaml` and `provision.yaml`, from text to checked settings.

mod check;
pub mod cidr;
mod file;
mod merge;
mod project;
pub mod region;
mod settings;

use crate::resource::Tags;
use crate::yaml::{Node, Placed};

pub use check::{fleet, is_name};
pub use file::read;
pub use merge::{layered, overlay, without_nulls};
pub use project::{BucketSettings, Guards, Project};
pub use settings::{IgnoreRule, RESERVED, Settings};

/// A customer, as its file says; the environments' values are not merged yet.
#[derive(Clone, Debug)]
pub struct Tenant {
    pub head: Head,
    /// What lies under every environment.
    pub defaults: Option<Node>,
    pub environments: Vec<Environment>,
}

/// What a tenant's file says of the customer as a whole.
#[derive(Clone, Debug)]
pub struct Head {
    /// `[a-z][a-z0-9-]{0,19}`; of a file that lacks it, the file's own name, which no tenant can have.
    pub name: Placed<String>,
    /// None: the file lacks it, which is said.
    pub template: Option<Placed<String>>,
    /// Twelve digits, or a name from the project's `accounts`. None: the file lacks it, which is said.
    pub account: Option<Placed<String>>,
    pub roles: Roles,
    pub tags: Tags,
}

/// The roles that are assumed in the tenant's account; none: the caller's own identity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roles {
    /// For plan, diff and show.
    pub read: Option<String>,
    /// For apply and destroy.
    pub write: Option<String>,
    pub external_id: Option<String>,
}

/// One environment, as its tenant's file says.
#[derive(Clone, Debug)]
pub struct Environment {
    pub name: Placed<String>,
    /// The region, profile, and the template's parameters.
    pub body: Node,
}

impl Tenant {
    /// Returns the profile that an environment names, itself or in the defaults below it.
    pub fn profile<'a>(&'a self, environment: &'a Environment, project: &'a Project) -> Option<&'a Node> {
        let layers = [Some(&environment.body), self.defaults.as_ref(), project.defaults.as_ref()];
        layers.into_iter().flatten().find_map(|layer| layer.get("profile"))
    }

    /// Returns the layers over the template's profile, the lowest first: the project's defaults and profile, the tenant, the
    /// environment.
    pub fn layers<'a>(
        &'a self,
        environment: &'a Environment,
        project: &'a Project,
        profile: Option<&'a Node>,
    ) -> impl Iterator<Item = &'a Node> {
        [project.defaults.as_ref(), profile, self.defaults.as_ref(), Some(&environment.body)].into_iter().flatten()
    }
}
