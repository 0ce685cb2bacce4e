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

/// The IAM policy that a role needs for these kinds.
///
/// `own` are the actions that the program needs beside the kinds' (who we are, tag index, survey); `asks` those that it may
/// be without: they have a statement of their own, which can be left out.
pub fn policy_json(kinds: &[Permissions], own: &[&str], asks: &[&str], access: Access, store: &StorePolicy) -> String {
    let any = BTreeSet::from(["*".to_owned()]);
    let read: BTreeSet<&str> = kinds.iter().flat_map(|kind| kind.read).chain(own).copied().collect();
    let mut statements = vec![statement("Read", &read, &any)];
    if access == Access::Write {
        let verbs =
            kinds.iter().flat_map(|kind| [kind.create, kind.update, kind.retag, kind.delete]).flatten().copied();
        let write: BTreeSet<&str> = verbs.filter(|action| !read.contains(action)).collect();
        statements.push(statement("Write", &write, &any));
    }
    let asks: BTreeSet<&str> = asks.iter().filter(|action| !read.contains(*action)).copied().collect();
    if !asks.is_empty() {
        statements.push(statement("AskBefore", &asks, &any));
    }
    if !store.buckets.is_empty() {
        let objects = store.buckets.iter().map(|bucket| format!("{bucket}/*")).collect();
        statements.push(statement("Bucket", &store.on_buckets, &store.buckets));
        statements.push(statement("LeasesAndJournals", &store.on_objects, &objects));
    }
    pretty(&json!({ "Version": "2012-10-17", "Statement": statements }))
}

fn statement(name: &str, actions: &BTreeSet<&str>, resources: &BTreeSet<String>) -> Value {
    let resource = match resources.first().filter(|_| resources.len() == 1) {
        Some(only) => json!(only),
        None => json!(resources),
    };
    json!({ "Sid": name, "Effect": "Allow", "Action": actions, "Resource": resource })
}
