use std::collections::BTreeSet;

use crate::resource::Facts;

/// Prefixes of ids that EC2's calls name and no kind of ours has: what stands in a network of ours, or beside it.
const OTHERS: &[&str] = &["acl-", "eni-", "pcx-", "rtbassoc-", "vpce-"];

/// What sessions know of the kinds: what readers may call, and by what the writers' gate judges a change.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The union of the kinds' read permissions.
    pub reads: Vec<&'static str>,
    /// The creates that have neither a token nor a natural key: sent twice they make two.
    pub sends_once: BTreeSet<&'static str>,
    /// The prefixes of ids that AWS makes.
    pub id_prefixes: Vec<&'static str>,
}

impl Known {
    /// What all these kinds say of themselves.
    pub fn of<'a>(kinds: impl Iterator<Item = &'a Facts>) -> Self {
        let mut known = Self { id_prefixes: OTHERS.to_vec(), ..Self::default() };
        for facts in kinds {
            known.reads.extend(facts.permissions.read.iter().chain(facts.asks));
            known.sends_once.extend(facts.sends_once);
            known.id_prefixes.extend(facts.id_prefixes);
        }
        known
    }
}
