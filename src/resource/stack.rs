use std::fmt;

use serde::{Deserialize, Serialize};

use super::Tags;

/// The name of a stack: one tenant's one environment, `acme/production`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StackId {
    pub tenant: String,
    pub environment: String,
}

impl StackId {
    pub fn new(tenant: impl Into<String>, environment: impl Into<String>) -> Self {
        Self { tenant: tenant.into(), environment: environment.into() }
    }
}

impl fmt::Display for StackId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.environment)
    }
}

/// One tenant's one environment: the unit of plan, lock, blast radius, quota and cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stack {
    pub id: StackId,
    /// The project's name, in every tag.
    pub project: String,
    /// Twelve digits; checked against `sts:GetCallerIdentity` before anything else.
    pub account: String,
    /// The home region; a resource may name another.
    pub region: String,
    /// The template's name, without `.yaml`.
    pub template: String,
    /// The user's own tags, written on every resource beside ours.
    pub tags: Tags,
    /// The role assumed to read (plan, diff, show), if any.
    pub read_role: Option<String>,
    /// The role assumed to change (apply, destroy), if any.
    pub write_role: Option<String>,
    /// The external id that both roles ask for, if any.
    pub external_id: Option<String>,
    /// Whether `destroy` asks for stateful resources by name (see the guards in `plan`).
    pub protected: bool,
}

impl Stack {
    /// Returns the role that is assumed to read or to change it, if any.
    pub fn role(&self, access: Access) -> Option<Role> {
        let arn = match access {
            Access::Read => &self.read_role,
            Access::Write => &self.write_role,
        };
        arn.as_ref().map(|arn| Role { arn: arn.clone(), external_id: self.external_id.clone() })
    }
}

/// The access to stacks that a command needs, and so the role that is assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// plan, diff, show.
    Read,
    /// apply, destroy.
    Write,
}

/// A role to assume.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Role {
    pub arn: String,
    pub external_id: Option<String>,
}
