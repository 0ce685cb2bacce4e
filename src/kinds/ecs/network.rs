//! The network of tasks, as services have it and as Scheduler hands it to ECS.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::resource::normal::Set;

/// The network of the tasks.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct NetworkConfiguration {
    pub awsvpc_configuration: Awsvpc,
}

/// Network interfaces of the tasks' own; none while `Subnets` is empty.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
pub struct Awsvpc {
    /// `ENABLED` or `DISABLED`.
    pub assign_public_ip: String,
    pub security_groups: Set<String>,
    pub subnets: Set<String>,
}

impl Default for Awsvpc {
    fn default() -> Self {
        Self { assign_public_ip: "DISABLED".to_owned(), security_groups: Set::default(), subnets: Set::default() }
    }
}
