//! The stacks that exist, by the names of resources that AWS can't tag: no tagging API knows of these.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;

use super::request::Source;
use crate::resource::{AnyKind, Cloud, Identity, Result, Scope, StackId, Tags};

/// The region in which what belongs to none is looked for.
const GLOBAL: &str = "us-east-1";

/// Finds the stacks of a project in one region of an account that something names which AWS can't tag.
///
/// # Errors
/// A list failed: what it would show may be there.
pub async fn named_stacks<C: Cloud>(
    kinds: &[&dyn AnyKind<C>],
    source: &dyn Source<C>,
    project: &str,
    account: &str,
    region: &str,
) -> Result<BTreeSet<StackId>> {
    // What belongs to no region is the same in each: one of them is asked.
    let is_here = |kind: &&dyn AnyKind<C>| !kind.facts().is_global || region == GLOBAL;
    let is_named = |kind: &&dyn AnyKind<C>| kind.facts().identity != Identity::Tags;
    let named: Vec<_> = kinds.iter().copied().filter(is_named).filter(is_here).collect();
    if named.is_empty() {
        return Ok(BTreeSet::new());
    }
    let scope = Scope {
        project: project.to_owned(),
        account: account.to_owned(),
        region: region.to_owned(),
        ..Scope::default()
    };
    let reader = source.reader(region).await?;
    let lists: Vec<_> = named.iter().map(|kind| kind.list(&reader, &scope)).collect();
    let listings = try_join_all(lists).await?;
    let found = listings.iter().flat_map(|listing| &listing.found).map(|live| &live.tags);
    let unseen = listings.iter().flat_map(|listing| &listing.unseen).filter_map(|unseen| unseen.tags.as_ref());
    Ok(found.chain(unseen).filter(|tags| scope.is_claimed(tags)).filter_map(Tags::stack).collect())
}
