use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::types::Cause;
use crate::blueprint::Blueprint;
use crate::inventory::Inventory;
use crate::resource::{Address, Shape};

/// All that a stack's plan is made of.
pub struct Input<'a> {
    /// The desired state. For [`Mode::Destroy`] its resources only tell names and edges.
    pub blueprint: &'a Blueprint,
    /// The live state.
    pub inventory: &'a Inventory,
    /// Every kind.
    pub shapes: &'a [&'a dyn Shape],
    pub mode: Mode,
    /// The resources asked for, and whether a name asks for it; none: all of them. A partial apply brings its
    /// dependencies along.
    pub selection: Option<BTreeSet<Address>>,
    /// The time, for ignores that end and for maintenance windows.
    pub now: Timestamp,
    pub assumed: Assumed,
}

/// Facts about resources that wait for a person, taken for granted whatever their live state is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assumed {
    /// They are ready: what a run found out that goes on with a plan of before.
    pub ready: BTreeSet<Address>,
    /// They still wait: as they did when a plan was agreed to.
    pub waiting: BTreeSet<Address>,
}

impl Input<'_> {
    /// Today in UTC.
    pub(super) fn today(&self) -> jiff::civil::Date {
        self.now.to_zoned(jiff::tz::TimeZone::UTC).date()
    }
}

/// The sort of plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    Apply,
    /// Leave drift alone: only what the YAML changed.
    OnlyConfig,
    /// Mend drift in place: nothing that the YAML changed, and nothing is created, replaced or deleted.
    OnlyDrift,
    /// Against nothing.
    Destroy,
}

impl Mode {
    /// Returns whether differences of this cause are left alone.
    pub(super) fn leaves(self, cause: Cause) -> bool {
        match self {
            Self::Apply | Self::Destroy => false,
            Self::OnlyConfig => cause == Cause::Drift,
            // Whether a dependency is this plan's own, its value tells.
            Self::OnlyDrift => !matches!(cause, Cause::Drift | Cause::Dependency),
        }
    }
}
