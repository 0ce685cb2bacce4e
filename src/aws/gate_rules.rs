use std::collections::BTreeSet;

use crate::resource::Facts;

/// Prefixes of ids that EC2's calls name and no kind of ours has: what stands in a network of ours, or beside it.
const OTHERS: &[&str] = &["acl-", "eni-", "fsmt-", "pcx-", "rtbassoc-"];

/// By what readers and writers are held, as the kinds say it.
#[derive(Debug, Default)]
pub struct GateRules {
    /// The union of the kinds' read permissions: what readers may call.
    pub reads: Vec<&'static str>,
    /// The creates that have neither a token nor a natural key: sent twice they make two.
    pub non_idempotent: BTreeSet<&'static str>,
    /// The prefixes of ids that AWS makes: by them a change shows what it names.
    pub id_prefixes: Vec<&'static str>,
    /// The kinds and changes of what an account has one of: those name nothing.
    pub nameless: BTreeSet<(&'static str, &'static str)>,
}

impl GateRules {
    /// What all these kinds say of themselves.
    pub fn of<'a>(kinds: impl Iterator<Item = &'a Facts>) -> Self {
        let mut rules = Self { id_prefixes: OTHERS.to_vec(), ..Self::default() };
        for facts in kinds {
            rules.reads.extend(facts.permissions.read.iter().chain(facts.preflight_reads));
            rules.non_idempotent.extend(facts.non_idempotent);
            rules.id_prefixes.extend(facts.id_prefixes);
            rules.nameless.extend(facts.nameless.iter().map(|action| (facts.kind, *action)));
        }
        rules
    }

    /// Whether a step of a kind may make a change that names nothing.
    pub(super) fn is_nameless(&self, kind: &str, action: &str) -> bool {
        self.nameless.contains(&(kind, action))
    }
}
