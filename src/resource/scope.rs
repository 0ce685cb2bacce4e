use std::collections::BTreeSet;

use super::{StackId, Tags, key};

/// The scope of a read: stacks, in one account and region, and things that are requested by id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    pub project: String,
    pub account: String,
    pub region: String,
    /// Empty: all of the project's. Only kinds are asked so of which a name tells the stack.
    pub stacks: Vec<StackId>,
    /// Ids, ARNs or physical names of things that are requested whatever their tags; also of resources that such things
    /// stand in (a VPC, a load balancer), for kinds that have these in their unique key. Usually empty.
    pub requested: BTreeSet<String>,
}

impl Scope {
    /// Returns whether tags claim a resource for one of the stacks asked for, or it is asked for by its id.
    ///
    /// Every kind filters with this on our side, whatever a server-side filter returned.
    pub fn owns(&self, id: &str, tags: &Tags) -> bool {
        self.is_claimed(tags) || self.requests(id)
    }

    /// Returns whether something that AWS can't tag is, by its physical name, one of the stacks' asked for, or is asked for
    /// by its id or name.
    pub fn owns_named(&self, id: &str, name: &str) -> bool {
        self.owns(id, &Tags::of_name(name)) || self.requests(name)
    }

    /// Returns whether tags claim a resource for one of the stacks asked for.
    pub fn is_claimed(&self, tags: &Tags) -> bool {
        let is_meant = |stack: StackId| self.stacks.is_empty() || self.stacks.contains(&stack);
        tags.get(key::PROJECT) == Some(&self.project) && tags.stack().is_some_and(is_meant)
    }

    /// Returns whether an id, ARN or name is requested. An ARN and the id or name at its end mean the same thing.
    pub fn requests(&self, handle: &str) -> bool {
        self.requested.iter().any(|asked| is_same_thing(asked, handle))
    }

    /// The names of the requested things: of ARNs, their last part.
    pub fn requested_names(&self) -> impl Iterator<Item = &str> {
        self.requested.iter().map(|asked| last_part(asked))
    }

    /// Returns whether a physical name could have been made for one of these stacks, so that its tags are worth reading.
    /// `max` is the longest name of the kind: longer ones were cut and end in a dash and eight digits.
    pub fn may_own(&self, name: &str, max: usize) -> bool {
        let by_name = self.prefixes().any(|prefix| {
            let sure = prefix.len().min(max.saturating_sub(9));
            let sure = prefix[..sure].trim_end_matches('-');
            name.to_ascii_lowercase().starts_with(sure)
        });
        by_name || self.requests(name)
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

/// Returns whether two handles mean one thing: they are equal, or one is an ARN that ends in the other.
fn is_same_thing(one: &str, other: &str) -> bool {
    let is_end = |arn: &str, name: &str| {
        let before = arn.strip_prefix("arn:").and_then(|arn| arn.trim_end_matches(":*").strip_suffix(name));
        !name.is_empty() && before.is_some_and(|before| before.ends_with(['/', ':']))
    };
    one == other || is_end(one, other) || is_end(other, one)
}

fn last_part(handle: &str) -> &str {
    match handle.strip_prefix("arn:") {
        Some(arn) => arn.trim_end_matches(":*").rsplit(['/', ':']).next().unwrap_or(arn),
        None => handle,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(requested: &[&str]) -> Scope {
        Scope {
            project: "p".into(),
            account: "123456789012".into(),
            region: "us-east-1".into(),
            stacks: vec![StackId::new("acme", "production")],
            requested: requested.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    #[test]
    fn what_takes_no_tags_is_known_by_its_whole_name() {
        let scope = scope(&["other"]);
        assert!(scope.owns_named("E1", "p--acme--production--assets"));
        for name in ["acme-production-assets", "p--acme--staging--assets", "q--acme--production--assets"] {
            assert!(!scope.owns_named("E1", name), "{name}");
        }
        assert!(scope.owns_named("E1", "other") && scope.owns_named("other", "theirs"), "it is asked for");
        let all = Scope { stacks: Vec::new(), ..scope };
        assert!(all.owns_named("E1", "p--acme--staging--assets"));
        assert!(!all.owns_named("E1", "q--acme--production--assets"));
    }

    #[test]
    fn what_is_asked_for_is_found_by_id_arn_or_name_whosever_it_is() {
        let arn = "arn:aws:kms:us-east-1:123456789012:key/0f5a";
        assert!(scope(&[arn]).owns("0f5a", &Tags::default()));
        assert!(scope(&["0f5a"]).owns(arn, &Tags::default()));
        assert!(scope(&["arn:aws:logs:us-east-1:1:log-group:/ecs/web:*"]).requests("/ecs/web"));
        assert!(scope(&["legacy"]).may_own("legacy", 32));
        assert!(!scope(&[arn]).owns("f5a", &Tags::default()), "the end of an id is not the id");
        assert!(!scope(&[]).owns("0f5a", &Tags::default()));
    }
}
