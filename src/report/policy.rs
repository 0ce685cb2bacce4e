use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::document::pretty;
use crate::resource::{Access, Permissions};

/// What a role may do with the buckets of leases and journals.
#[derive(Clone, Debug, Default)]
pub struct StorePolicy {
    /// The ARNs of the buckets.
    pub buckets: BTreeSet<String>,
    /// The actions on a bucket itself.
    pub on_buckets: BTreeSet<&'static str>,
    /// The actions on what is in it.
    pub on_objects: BTreeSet<&'static str>,
}

/// How many characters IAM takes of a managed policy, white space not counted.
const MOST: usize = 6_144;

/// A part of a policy: what is allowed, and on what.
#[derive(Clone, Debug)]
struct Statement<'a> {
    name: &'static str,
    actions: BTreeSet<&'a str>,
    resources: &'a BTreeSet<String>,
}

/// The IAM policies that a role needs for these kinds, one JSON document after the other: as few as hold everything.
///
/// `own` are the actions that the program needs beside the kinds' (who we are, tag index, survey); `preflight_reads` those
/// that it may be without: they have a statement of their own, which can be left out.
pub fn policies_json(
    kinds: &[Permissions],
    own: &[&str],
    preflight_reads: &[&str],
    access: Access,
    store: &StorePolicy,
) -> String {
    let any = BTreeSet::from(["*".to_owned()]);
    let read: BTreeSet<&str> = kinds.iter().flat_map(|kind| kind.read).chain(own).copied().collect();
    let verbs = kinds.iter().flat_map(|kind| [kind.create, kind.update, kind.retag, kind.delete]).flatten().copied();
    let write = verbs.filter(|action| access == Access::Write && !read.contains(action)).collect();
    let preflight_reads = preflight_reads.iter().filter(|action| !read.contains(*action)).copied().collect();
    let objects = store.buckets.iter().map(|bucket| format!("{bucket}/*")).collect();
    let statements = [
        Statement { name: "Read", actions: read, resources: &any },
        Statement { name: "Write", actions: write, resources: &any },
        Statement { name: "AskBefore", actions: preflight_reads, resources: &any },
        Statement { name: "Bucket", actions: store.on_buckets.clone(), resources: &store.buckets },
        Statement { name: "LeasesAndJournals", actions: store.on_objects.clone(), resources: &objects },
    ];
    let statements = statements.iter().filter(|statement| !statement.resources.is_empty());
    parted(statements).iter().map(|policy| pretty(&document(policy))).collect()
}

/// Fills one policy after the other.
fn parted<'a>(statements: impl Iterator<Item = &'a Statement<'a>>) -> Vec<Vec<Statement<'a>>> {
    let mut policies = Vec::new();
    let mut policy = Vec::new();
    for statement in statements {
        for action in &statement.actions {
            let longer = with(&policy, statement, action);
            if document(&longer).to_string().len() <= MOST {
                policy = longer;
            } else {
                policies.push(std::mem::replace(&mut policy, with(&[], statement, action)));
            }
        }
    }
    policies.push(policy);
    policies
}

/// A policy that allows one action more.
fn with<'a>(policy: &[Statement<'a>], statement: &Statement<'a>, action: &'a str) -> Vec<Statement<'a>> {
    let mut policy = policy.to_vec();
    match policy.iter_mut().find(|one| one.name == statement.name) {
        Some(one) => drop(one.actions.insert(action)),
        None => policy.push(Statement { actions: BTreeSet::from([action]), ..statement.clone() }),
    }
    policy
}

fn document(policy: &[Statement<'_>]) -> Value {
    let statements = policy.iter().map(|Statement { name, actions, resources }| {
        let resource = match resources.first().filter(|_| resources.len() == 1) {
            Some(only) => json!(only),
            None => json!(resources),
        };
        json!({ "Sid": name, "Effect": "Allow", "Action": actions, "Resource": resource })
    });
    json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>() })
}
