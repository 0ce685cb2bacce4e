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
