use super::{StackId, Tags, key};

/// What a read is about: the stacks that are asked for, in one account and region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    pub project: String,
    pub account: String,
    pub region: String,
    /// Never empty.
    pub stacks: Vec<StackId>,
}

impl Scope {
    /// Returns whether tags claim a resource for one of the stacks asked for.
    ///
    /// Every kind filters with this on our side, whatever a server-side filter returned.
    pub fn owns(&self, tags: &Tags) -> bool {
        tags.get(key::PROJECT) == Some(&self.project) && tags.stack().is_some_and(|stack| self.stacks.contains(&stack))
    }

    /// Returns whether a physical name could have been made for one of these stacks, so that its tags are worth reading.
    /// `max` is the longest name of the kind: longer ones were cut and end in a dash and eight digits.
    pub fn may_own(&self, name: &str, max: usize) -> bool {
        self.prefixes().any(|prefix| {
            let sure = prefix.len().min(max.saturating_sub(9));
            let sure = prefix[..sure].trim_end_matches('-');
            name.to_ascii_lowercase().starts_with(sure)
        })
    }

    /// The beginnings of all physical names of the stacks: `<tenant>-<environment>-`.
    pub fn prefixes(&self) -> impl Iterator<Item = String> {
        self.stacks.iter().map(|stack| format!("{}-{}-", stack.tenant, stack.environment))
    }

    /// The distinct tenants, for a server-side filter.
    pub fn tenants(&self) -> Vec<String> {
        let mut names: Vec<_> = self.stacks.iter().map(|s| s.tenant.clone()).collect();
        names.sort();
        names.dedup();
        names
    }

    /// The distinct environments, for a server-side filter.
    pub fn environments(&self) -> Vec<String> {
        let mut names: Vec<_> = self.stacks.iter().map(|s| s.environment.clone()).collect();
        names.sort();
        names.dedup();
        names
    }
}
