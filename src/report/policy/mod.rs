//! The IAM policies that a role needs: statements, and the documents that hold them.

mod changes;
mod reach;
mod statement;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::document::pretty;
use crate::resource::{Access, On, Permissions};
use changes::{changes, is_look};
pub use reach::{PolicyScope, StorePolicy};
use statement::Statement;

/// How many characters IAM takes of a managed policy, white space not counted.
const MOST: usize = 6_144;
/// How many managed policies a role may have, unless AWS has raised the quota.
pub const POLICIES_OF_A_ROLE: usize = 10;

/// The IAM policies that a role needs for these kinds: as few as hold everything; none if one action alone, on all that it
/// is allowed on, is too long for a policy.
///
/// `own` are the actions that the program needs beside the kinds' (who we are, tag index, survey); `preflight_reads` those
/// that it may be without: they have a statement of their own, which can be left out.
pub fn policies(
    kinds: &[Permissions],
    own: &[&'static str],
    preflight_reads: &[&'static str],
    access: Access,
    scope: &PolicyScope,
) -> Option<Vec<Value>> {
    let declared: BTreeSet<_> = kinds.iter().flat_map(|kind| kind.read).chain(own).copied().collect();
    let verbs = kinds.iter().flat_map(|kind| [kind.create, kind.update, kind.retag, kind.delete]).flatten().copied();
    let verbs = verbs.filter(|action| access == Access::Write && !declared.contains(action));
    let (looks, written): (BTreeSet<_>, BTreeSet<_>) = verbs.partition(|action| is_look(action));
    // Of everything, some reads would tell too much.
    let rows = kinds.iter().flat_map(|kind| kind.on).filter(|(_, on)| *on == [On::Ours]);
    let limited = &declared & &rows.map(|(action, _)| *action).collect();
    let read = &(&declared - &limited) | &looks;
    let asks = preflight_reads.iter().filter(|action| !read.contains(*action)).copied().collect();
    let everything = BTreeSet::from(["*".to_owned()]);
    let mut statements =
        vec![Statement::of("Read", read, everything.clone()), Statement::of("AskBefore", asks, everything)];
    let reads = changes(&limited, kinds, scope).into_iter();
    statements.extend(reads.map(|one| Statement { name: one.name.replacen("Change", "Read", 1), ..one }));
    statements.extend(changes(&written, kinds, scope));
    statements.extend(scope.store());
    statements.retain(|statement| !statement.resources.is_empty() && !statement.actions.is_empty());
    let parts = parted(&numbered(statements))?;
    Some(parts.iter().map(|policy| document(policy)).collect())
}

/// The documents as text, one after the other.
pub fn policies_json(policies: &[Value]) -> String {
    policies.iter().map(pretty).collect()
}

/// Gives each statement a name of its own.
fn numbered(mut statements: Vec<Statement>) -> Vec<Statement> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for statement in &mut statements {
        let number = seen.entry(statement.name.clone()).or_default();
        *number += 1;
        if *number > 1 {
            statement.name = format!("{}{number}", statement.name);
        }
    }
    statements
}

/// Fills one policy after the other; none if an action does not fit into an empty one.
fn parted(statements: &[Statement]) -> Option<Vec<Vec<Statement>>> {
    let mut policies = Vec::new();
    let mut policy = Vec::new();
    for statement in statements {
        for action in &statement.actions {
            let longer = with(&policy, statement, action);
            if fits(&longer) {
                policy = longer;
            } else {
                policies.push(std::mem::replace(&mut policy, with(&[], statement, action)));
                fits(&policy).then_some(())?;
            }
        }
    }
    policies.push(policy);
    Some(policies)
}

fn fits(policy: &[Statement]) -> bool {
    document(policy).to_string().len() <= MOST
}

/// A policy that allows one action more.
fn with(policy: &[Statement], statement: &Statement, action: &'static str) -> Vec<Statement> {
    let mut policy = policy.to_vec();
    match policy.iter_mut().find(|one| one.name == statement.name) {
        Some(one) => drop(one.actions.insert(action)),
        None => policy.push(Statement { actions: BTreeSet::from([action]), ..statement.clone() }),
    }
    policy
}

fn document(policy: &[Statement]) -> Value {
    json!({ "Version": "2012-10-17", "Statement": policy.iter().map(Statement::json).collect::<Vec<_>>() })
}
