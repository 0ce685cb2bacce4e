use std::collections::BTreeSet;

use super::request::{Request, Services, Source};
use crate::resource::{AnyKind, Cloud, Facts, Scope, StackId};

/// Which kinds are read of which stacks in one region.
pub(super) struct Selection<'a> {
    named: &'a BTreeSet<String>,
    /// None: the tag index could not be read, and everything may be there.
    services: Option<Services>,
}

impl<'a> Selection<'a> {
    /// Every kind.
    pub(super) fn all(request: &Request<'a>) -> Self {
        Self { named: request.named, services: None }
    }

    /// The types that the project names, those that the tag index does not show, and those of which it shows something.
    pub(super) async fn of<C: Cloud>(
        kinds: &[&dyn AnyKind<C>],
        source: &dyn Source<C>,
        request: &Request<'a>,
        (reader, scope): (&C::Reader, &Scope),
    ) -> Self {
        // Nobody has to be asked.
        if kinds.iter().all(|kind| kind.facts().is_always_read(request.named)) {
            return Self::all(request);
        }
        let services = source.services(reader, scope).await;
        if let Err(failure) = &services {
            tracing::debug!(%failure, "the tag index could not be read: every kind is");
        }
        Self { named: request.named, services: services.ok() }
    }

    pub(super) fn has(&self, facts: &Facts, stack: &StackId) -> bool {
        if facts.is_always_read(self.named) {
            return true;
        }
        let Some(services) = &self.services else { return true };
        services.get(stack).is_some_and(|shown| shown.iter().any(|thing| facts.is_shown_by(thing)))
    }
}
