use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::hands::Hands;
use crate::resource::{AnyKind, AnyListing, Class, Cloud, Failure, Live, Result, Scope, State, Unseen, key};

/// How far AWS's lists may lag behind a change: EC2's documentation speaks of seconds.
pub(super) const SPREAD: Duration = Duration::from_secs(10);
/// The first pause between two looks; each next is half as long again, up to a twentieth of the kind's usual time.
const FIRST_PAUSE: Duration = Duration::from_millis(400);
const LONGEST_PAUSE: Duration = Duration::from_secs(15);
/// How long to wait beyond three times the kind's usual time. Ending a wait forgets nothing: the next run goes on.
const EXTRA_PATIENCE: Duration = Duration::from_secs(30 * 60);
/// For how long a list that fails by itself (throttled, no answer) is tried again.
const BLINDNESS: Duration = Duration::from_secs(5 * 60);

/// Waits for resources by listing their kind; all who wait for one kind and region share each look.
pub(super) struct Watch<'a, C: Cloud> {
    hands: &'a dyn Hands<C>,
    scope: Scope,
    looks: Mutex<HashMap<(String, &'static str), Arc<tokio::sync::Mutex<Option<Look>>>>>,
}

/// One answer and when it was asked for.
struct Look {
    asked: Instant,
    listing: Arc<AnyListing>,
}

/// What a look may show.
enum Sighting<'l> {
    Gone,
    There(&'l Live),
}

/// What is waited for.
#[derive(Clone, Copy)]
enum Awaited<'a> {
    Id(&'a str),
    /// The logical name of what has no id yet.
    Name(&'a str),
}

impl Awaited<'_> {
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
    fn find(self, listing: &AnyListing) -> Result<Sighting<'_>> {
        if let Some(live) = listing.found.iter().find(|live| self.is(live)) {
            return Ok(Sighting::There(live));
        }
        match listing.unseen.iter().find(|unseen| self.may_be(unseen)) {
            Some(unseen) => Err(unseen.failure.clone()),
            None => Ok(Sighting::Gone),
        }
    }
}

/// The failure that a thing was in before it was changed: lists may go on showing it for a while.
#[derive(Clone, Copy)]
struct Former(Option<Instant>);

impl Former {
    /// Counts from now on.
    fn of(before: Option<&State>) -> Self {
        let had_failed = matches!(before, Some(State::Failed(_)));
        Self(had_failed.then(|| Instant::now() + SPREAD))
    }

    /// Whether a failure that a list shows may still be this one. Its words don't tell: what is quoted in them moves on.
    fn is_shown(self) -> bool {
        self.0.is_some_and(|until| Instant::now() < until)
    }
}

impl<'a, C: Cloud> Watch<'a, C> {
    /// `scope` names the one stack; its region is replaced by each look's.
    pub(super) fn new(hands: &'a dyn Hands<C>, scope: Scope) -> Self {
        Self { hands, scope, looks: Mutex::default() }
    }

    /// Looks until `done` says what came of it. `which` picks the thing out of those that claim the name.
    async fn until<T>(
        &self,
        kind: &dyn AnyKind<C>,
        region: &str,
        what: Awaited<'_>,
        mut done: impl FnMut(Sighting<'_>) -> Option<Result<T>>,
    ) -> Result<T> {
        let facts = kind.facts();
        let usual = Duration::from_secs(u64::from(facts.seconds));
        let start = Instant::now();
        let longest = (usual / 20).clamp(Duration::from_secs(1), LONGEST_PAUSE);
        let (mut pause, mut blind_since) = (FIRST_PAUSE, None);
        loop {
            let listing = self.look(kind, region, facts.kind).await;
            match listing.as_ref().map_err(Failure::clone).and_then(|listing| what.find(listing)) {
                Ok(sighting) => {
                    blind_since = None;
                    if let Some(end) = done(sighting) {
                        return end;
                    }
                }
                // A thing that changes may refuse to be read until it has changed.
                Err(failure) if failure.is(Class::Busy) => blind_since = None,
                Err(failure)
                    if passes(&failure) && blind_since.get_or_insert_with(Instant::now).elapsed() < BLINDNESS =>
                {
                    tracing::debug!(%failure, kind = facts.kind, "looking again");
                }
                Err(failure) => return Err(failure),
            }
            if start.elapsed() > usual * 3 + EXTRA_PATIENCE {
                let text = format!("still not there after {} minutes; it may yet come", start.elapsed().as_secs() / 60);
                return Err(Failure::new(Class::Busy, text).hint("run the command again: it goes on waiting"));
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 3 / 2).min(longest);
        }
    }

    /// Lists a kind, or takes the answer of somebody who asked since we came.
    async fn look(&self, kind: &dyn AnyKind<C>, region: &str, name: &'static str) -> Result<Arc<AnyListing>> {
        let came = Instant::now();
        let cell = {
            let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
            looks.entry((region.to_owned(), name)).or_default().clone()
        };
        let mut last = cell.lock().await;
        if let Some(look) = last.as_ref().filter(|look| look.asked >= came) {
            return Ok(look.listing.clone());
        }
        let asked = Instant::now();
        let reader = self.hands.reader(region).await?;
        let scope = Scope { region: region.to_owned(), ..self.scope.clone() };
        let listing = Arc::new(kind.list(&reader, &scope).await?);
        *last = Some(Look { asked, listing: listing.clone() });
        Ok(listing)
    }

    /// Waits until the thing with this id (or, before its id is known, of this name) can be used. `before` is how it was
    /// before it was changed.
    pub(super) async fn ready(
        &self,
        kind: &dyn AnyKind<C>,
        region: &str,
        name: &str,
        id: Option<&str>,
        before: Option<&State>,
        mut says: impl FnMut(&str),
    ) -> Result<Arc<Live>> {
        // A thing just made may be invisible to lists for a while: absence is no answer within this time.
        let invisible = Instant::now() + Duration::from_secs(5 * 60);
        let former = Former::of(before);
        let what = id.map_or(Awaited::Name(name), Awaited::Id);
        self.until(kind, region, what, |sighting| match sighting {
            Sighting::Gone if Instant::now() < invisible => None,
            Sighting::Gone => Some(Err(Failure::new(Class::NotFound, "it is gone, or was never there"))),
            Sighting::There(live) => match &live.state {
                State::Ready | State::Human(_) => Some(Ok(Arc::new(live.clone()))),
                State::Settling(what) => {
                    says(what);
                    None
                }
                State::Leaving => Some(Err(Failure::new(Class::Conflict, "somebody deletes it"))),
                State::Failed(_) if former.is_shown() => None,
                State::Failed(why) => Some(Err(Failure::new(Class::Invalid, why.clone())
                    .hint("see what it says, correct the YAML or the cause, then run the command again"))),
            },
        })
        .await
    }

    /// Waits until a thing that was started is awake.
    pub(super) async fn awake(
        &self,
        kind: &dyn AnyKind<C>,
        region: &str,
        id: &str,
        mut says: impl FnMut(&str),
    ) -> Result<Arc<Live>> {
        self.until(kind, region, Awaited::Id(id), |sighting| match sighting {
            Sighting::Gone => Some(Err(Failure::new(Class::NotFound, "it is gone"))),
            Sighting::There(live) if live.asleep.is_some() => None,
            Sighting::There(live) => {
                if let State::Settling(what) = &live.state {
                    says(what);
                    return None;
                }
                Some(Ok(Arc::new(live.clone())))
            }
        })
        .await
    }

    /// Waits until a thing is gone; `live` is how it was before its deletion.
    pub(super) async fn gone(&self, kind: &dyn AnyKind<C>, region: &str, live: &Live) -> Result<()> {
        let former = Former::of(Some(&live.state));
        self.until(kind, region, Awaited::Id(&live.id), |sighting| match sighting {
            Sighting::Gone => Some(Ok(())),
            Sighting::There(live) => match &live.state {
                State::Failed(_) if former.is_shown() => None,
                State::Failed(why) => Some(Err(Failure::new(Class::Busy, format!("its deletion failed: {why}")))),
                _ => None,
            },
        })
        .await
    }
}

/// Returns whether a failed list passes by itself.
fn passes(failure: &Failure) -> bool {
    matches!(failure.class, Class::Throttled | Class::Ambiguous | Class::Unreachable | Class::Other | Class::NotFound)
}
