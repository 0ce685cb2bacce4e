use std::collections::BTreeMap;

use serde_json::Value;

/// A quota that resources of a kind count against.
#[derive(Clone, Copy, Debug)]
pub struct Quota {
    /// Service Quotas' code of the service, `vpc`: not always the prefix of IAM's actions.
    pub service: &'static str,
    /// Service Quotas' code of the quota, `L-F678F1CE`.
    pub code: &'static str,
    /// What Service Quotas calls it, `VPCs per Region`.
    pub name: &'static str,
    /// What is counted together.
    pub within: Within,
    /// How much of it a resource of this spec uses; none of it: 0. The spec may hold references.
    pub uses: fn(&Value) -> f64,
    /// The pointer of the property that uses it; `""`: the resource as a whole.
    pub at: &'static str,
}

/// What counts against one quota together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Within {
    /// All that the account has, in whatever region; Service Quotas tells it in the home region of the partition.
    Account,
    /// All that the account has in the region.
    Region,
    /// What has the same value at the end of this path: the VPC of a subnet, the zone of a NAT gateway. Each part is one or more
    /// pointers, the first of which that has a value counts; but for the last part it refers to the resource in which the
    /// next part is looked for.
    Each(&'static [&'static [&'static str]]),
    /// The resource alone: the rules of one security group.
    Itself,
}

impl Quota {
    /// One of which every resource in a region uses one.
    pub const fn new(service: &'static str, code: &'static str, name: &'static str) -> Self {
        Self { service, code, name, within: Within::Region, uses: one, at: "" }
    }

    /// The same of the whole account.
    #[must_use]
    pub const fn of_account(self) -> Self {
        Self { within: Within::Account, ..self }
    }

    /// The same, counted for each value of a property; see [`Within::Each`].
    #[must_use]
    pub const fn for_each(self, path: &'static [&'static [&'static str]]) -> Self {
        Self { within: Within::Each(path), ..self }
    }

    /// The same for one resource alone, which uses so much of it by a property.
    #[must_use]
    pub const fn of_itself(self, at: &'static str, uses: fn(&Value) -> f64) -> Self {
        Self { within: Within::Itself, uses, at, ..self }
    }

    /// The same, of which a resource uses so much.
    #[must_use]
    pub const fn using(self, uses: fn(&Value) -> f64) -> Self {
        Self { uses, ..self }
    }
}

fn one(_: &Value) -> f64 {
    1.0
}

/// How much of a quota is in use, whoever uses it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InUse {
    /// In the whole region, or account.
    pub all: f64,
    /// By what [`Within::Each`] counts for: the id of a VPC.
    pub each: BTreeMap<String, f64>,
}

impl InUse {
    /// So many things.
    pub fn count(number: usize) -> Self {
        Self { all: number as f64, each: BTreeMap::new() }
    }

    /// Things by what each is counted in.
    pub fn counted(within: impl IntoIterator<Item = String>) -> Self {
        let mut in_use = Self::default();
        for one in within {
            in_use.all += 1.0;
            *in_use.each.entry(one).or_default() += 1.0;
        }
        in_use
    }
}

/// The value of a quota in an account and region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    pub value: f64,
    /// Whether AWS raises it on request.
    pub is_adjustable: bool,
}

/// The values of the quotas of one service, by code. What is not in it is not known.
pub type Limits = BTreeMap<String, Limit>;
