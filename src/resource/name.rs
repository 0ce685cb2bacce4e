use std::fmt;

use sha2::{Digest as _, Sha256};

use super::identity::telling_name;
use super::{Identity, StackId};

/// The physical name that a resource gets when it is created; what is found keeps the name it has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

/// How AWS names the resources of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameRule {
    /// AWS makes the id; the name is only shown (the `Name` tag).
    Assigned { max: usize },
    /// The name is unique in its region or account and at most `max` characters.
    Unique { max: usize },
    /// As `Unique`, but the name ends in a hash of the create-only properties, so that old and new can live side by side.
    Hashed { max: usize },
}

/// All that decides what a kind's resources are called.
#[derive(Clone, Copy, Debug)]
pub struct Naming {
    pub rule: NameRule,
    pub identity: Identity,
}

impl Naming {
    /// Returns the physical name that a resource gets.
    pub fn name(self, project: &str, stack: &StackId, name: &str, create_only: &str) -> Name {
        match self.identity {
            Identity::Tags | Identity::Mark { .. } => Name::of(stack, name, self.rule, create_only),
            Identity::Name { .. } => telling_name(project, stack, name),
        }
    }

    /// Returns whether a live name is the one that a resource of this name gets, or would have got with other create-only
    /// properties.
    pub fn is_name_of(self, live: &str, project: &str, stack: &StackId, name: &str) -> bool {
        match self.identity {
            Identity::Tags | Identity::Mark { .. } => Name::is_of(live, stack, name, self.rule),
            Identity::Name { .. } => telling_name(project, stack, name).as_str() == live,
        }
    }
}

impl NameRule {
    /// Returns the most characters a name may have.
    pub fn max(self) -> usize {
        match self {
            Self::Assigned { max } | Self::Unique { max } | Self::Hashed { max } => max,
        }
    }

    /// Returns whether AWS knows the resource by this name (then it bears the tag `provision:id`).
    pub fn is_physical(self) -> bool {
        !matches!(self, Self::Assigned { .. })
    }
}

impl Name {
    /// A name given in full by the template (`physical:`).
    pub fn given(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// Joins `<tenant>-<environment>-<name>`; for [`NameRule::Hashed`] with a hash of `create_only` behind.
    /// A name that is longer than the rule allows is cut and ends in a hash of the whole.
    fn of(stack: &StackId, name: &str, rule: NameRule, create_only: &str) -> Self {
        let plain = format!("{}-{}-{name}", stack.tenant, stack.environment);
        let full = match rule {
            NameRule::Hashed { .. } => format!("{plain}-{}", short_hash(create_only)),
            _ => plain.clone(),
        };
        if full.len() <= rule.max() {
            return Self(full);
        }
        let hash = short_hash(&match rule {
            NameRule::Hashed { .. } => format!("{plain}\n{create_only}"),
            _ => plain.clone(),
        });
        let kept = plain[..rule.max() - hash.len() - 1].trim_end_matches('-');
        Self(format!("{kept}-{hash}"))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether a live name is this one; for [`NameRule::Hashed`] any hash will do.
    fn is_of(live: &str, stack: &StackId, name: &str, rule: NameRule) -> bool {
        let one = Self::of(stack, name, rule, "");
        match (rule, one.0.rsplit_once('-'), live.rsplit_once('-')) {
            (NameRule::Hashed { .. }, Some((stem, _)), Some((live, hash))) => {
                let is_hash = hash.len() == HASH && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
                is_hash && live.eq_ignore_ascii_case(stem)
            }
            (NameRule::Hashed { .. }, ..) => false,
            _ => one.0.eq_ignore_ascii_case(live),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The letters of a hash in a name.
const HASH: usize = 8;

/// Eight hexadecimal digits: among the few names of one stack a collision is out of the question.
fn short_hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..HASH / 2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hashed_name_is_recognised_whatever_its_hash_and_however_it_was_cut() {
        let stack = StackId::new("acme", "production");
        for (name, max) in [("web", 40), ("a-name-that-is-long", 32), ("dash", 25)] {
            let rule = NameRule::Hashed { max };
            let live = Name::of(&stack, name, rule, "vpc-1");
            assert!(Name::is_of(live.as_str(), &stack, name, rule), "{live}");
            // Cut at the dash before it, nothing of the name is left: any may be meant.
            let is_told = live.as_str().len() > "acme-production-01234567".len();
            assert_eq!(Name::is_of(live.as_str(), &stack, "other", rule), !is_told, "{live}");
        }
        let plain = NameRule::Hashed { max: 40 };
        assert!(!Name::is_of("acme-production-web", &stack, "web", plain));
        assert!(!Name::is_of("acme-production-web-admin-01234567", &stack, "web", plain));
        assert!(Name::is_of("Acme-Production-DB", &stack, "db", NameRule::Unique { max: 63 }));
    }
}
