//! What is in the things that a plan deletes: how much goes with them.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::request::Source;
use super::types::Inventory;
use crate::resource::{AnyKind, Class, Cloud, Failure, StackId};

/// A live thing that is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Going {
    pub stack: StackId,
    pub kind: String,
    pub region: String,
    pub id: String,
}

/// Asks what is in some things, and notes it in each stack's inventory; what is gone meanwhile has nothing. Returns whether
/// there is anything.
pub async fn contents<C: Cloud>(
    kinds: &[&dyn AnyKind<C>],
    source: &dyn Source<C>,
    going: &[Going],
    inventories: &mut BTreeMap<StackId, Inventory>,
) -> bool {
    let asked = going.iter().filter_map(|one| {
        let kind = kinds.iter().find(|kind| kind.facts().kind == one.kind)?;
        Some(async move { (one, ask(*kind, source, one).await) })
    });
    let mut is_any = false;
    for (one, answer) in join_all(asked).await {
        let Some(inventory) = inventories.get_mut(&one.stack) else { continue };
        if let Some(told) = answer.transpose() {
            is_any = true;
            inventory.contents.insert((one.kind.clone(), one.region.clone(), one.id.clone()), told);
        }
    }
    is_any
}

async fn ask<C: Cloud>(kind: &dyn AnyKind<C>, source: &dyn Source<C>, one: &Going) -> Result<Option<String>, Failure> {
    let reader = source.reader(&one.region).await?;
    match kind.contents(&reader, &one.id).await {
        Err(failure) if failure.is(Class::NotFound) => Ok(None),
        answer => answer,
    }
}
