//! What a look shows of a thing that is waited for, and what that means.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::resource::{AnyListing, Class, Failure, Live, Result, State, Unseen, key};

/// How far AWS's lists may lag behind a change: EC2's documentation speaks of seconds.
pub const SPREAD: Duration = Duration::from_secs(10);

/// What a look may show.
pub(super) enum Presence<'l> {
    Gone,
    There(&'l Live),
}

/// What a look means for who waits.
pub(super) enum PollOutcome<T> {
    End(Result<T>),
    /// Not yet; the awaited event, in words.
    Awaits(String),
}

/// The resource that is waited for.
#[derive(Clone, Copy)]
pub(super) enum Awaited<'a> {
    Id(&'a str),
    /// The logical name of what has no id yet.
    Name(&'a str),
}

impl<'a> Awaited<'a> {
    pub(super) fn id(self) -> Option<&'a str> {
        match self {
            Self::Id(id) => Some(id),
            Self::Name(_) => None,
        }
    }

    fn is(self, live: &Live) -> bool {
        match self {
            Self::Id(id) => live.id == id,
            Self::Name(name) => live.tags.get(key::NAME) == Some(name),
        }
    }

    fn may_be(self, unseen: &Unseen) -> bool {
        match self {
            Self::Id(id) => unseen.id == id,
            Self::Name(name) => unseen.tags.as_ref().is_some_and(|tags| tags.get(key::NAME) == Some(name)),
        }
    }

    /// # Errors
    /// It may be there, but could not be read: that is not its absence.
    pub(super) fn find(self, listing: &AnyListing) -> Result<Presence<'_>> {
        if let Some(live) = listing.found.iter().find(|live| self.is(live)) {
            return Ok(Presence::There(live));
        }
        match listing.unseen.iter().find(|unseen| self.may_be(unseen)) {
            Some(unseen) => Err(unseen.failure.clone()),
            None => Ok(Presence::Gone),
        }
    }
}

/// The failure that a thing was in before it was changed: lists may go on showing it for a while.
#[derive(Clone, Copy)]
pub(super) struct Former(Option<Instant>);

impl Former {
    /// Counts from now on.
    pub(super) fn of(before: Option<&State>) -> Self {
        let had_failed = matches!(before, Some(State::Failed(_)));
        Self(had_failed.then(|| Instant::now() + SPREAD))
    }

    /// Whether a failure that a list shows may still be this one. Its words don't tell: what is quoted in them moves on.
    pub(super) fn is_shown(self) -> bool {
        self.0.is_some_and(|until| Instant::now() < until)
    }
}

/// Whether a thing that is there is ready.
pub(super) fn readiness(live: &Live, former: Former) -> PollOutcome<Arc<Live>> {
    match &live.state {
        State::Ready | State::AwaitsAction(_) => PollOutcome::End(Ok(Arc::new(live.clone()))),
        State::Settling(what) => PollOutcome::Awaits(what.clone()),
        State::Deleting => PollOutcome::End(Err(Failure::new(Class::Conflict, "somebody deletes it"))),
        State::Failed(_) if former.is_shown() => PollOutcome::Awaits("AWS to show the change".to_owned()),
        State::Failed(why) => PollOutcome::End(Err(Failure::new(Class::Invalid, why.clone())
            .hint("see what it says, correct the YAML or the cause, then run the command again"))),
    }
}

pub(super) fn deletion_failed(why: &str) -> Failure {
    Failure::new(Class::Busy, format!("its deletion failed: {why}"))
}

/// Whether a list shows that something has changed.
pub(super) fn has_moved(before: &Live, now: &Live) -> bool {
    let of = |live: &Live| {
        (live.state.clone(), live.spec.clone(), live.outputs.clone(), live.unmodelled.clone(), live.pending.clone())
    };
    of(before) != of(now)
}
