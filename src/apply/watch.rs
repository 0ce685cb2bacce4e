use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use super::connections::Connections;
use crate::resource::{AnyKind, AnyListing, Cloud, Result, Scope};

/// Waits for resources by listing their kind; all waits for one kind and region share each poll.
pub(super) struct Watch<'a, C: Cloud> {
    connections: &'a dyn Connections<C>,
    scope: Scope,
    polls: Mutex<HashMap<(String, &'static str), Arc<tokio::sync::Mutex<Option<Poll>>>>>,
}

/// One listing and when it was asked for.
struct Poll {
    asked: Instant,
    listing: Arc<AnyListing>,
}

impl<'a, C: Cloud> Watch<'a, C> {
    /// `scope` names the one stack; its region is replaced by each look's.
    pub(super) fn new(connections: &'a dyn Connections<C>, scope: Scope) -> Self {
        Self { connections, scope, polls: Mutex::default() }
    }

    /// Lists a kind, or takes the answer of somebody who asked since we came.
    pub(super) async fn poll(
        &self,
        kind: &dyn AnyKind<C>,
        region: &str,
        name: &'static str,
    ) -> Result<Arc<AnyListing>> {
        let came = Instant::now();
        let cell = {
            let mut polls = self.polls.lock().unwrap_or_else(PoisonError::into_inner);
            polls.entry((region.to_owned(), name)).or_default().clone()
        };
        let mut last = cell.lock().await;
        if let Some(poll) = last.as_ref().filter(|poll| poll.asked >= came) {
            return Ok(poll.listing.clone());
        }
        let asked = Instant::now();
        let reader = self.connections.reader(region).await?;
        let scope = Scope { region: region.to_owned(), ..self.scope.clone() };
        let listing = Arc::new(kind.list(&reader, &scope).await?);
        *last = Some(Poll { asked, listing: listing.clone() });
        Ok(listing)
    }
}
