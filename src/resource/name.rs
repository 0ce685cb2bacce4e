use std::fmt;

use sha2::{Digest as _, Sha256};

use super::StackId;

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
    /// What is longer than the rule allows is cut and ends in a hash of the whole.
    pub fn of(stack: &StackId, name: &str, rule: NameRule, create_only: &str) -> Self {
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
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Eight hexadecimal digits: among the few names of one stack a collision is out of the question.
fn short_hash(text: &str) -> String {
    hex::encode(&Sha256::digest(text.as_bytes())[..4])
}
