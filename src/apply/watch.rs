use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use super::connections::Connections;
use crate::resource::{AnyKind, AnyListing, Class, Cloud, Result, Scope, State, States};

/// Looks at what a run waits for; all waits for one kind and region share each look.
pub(super) struct Watch<'a, C: Cloud> {
    connections: &'a dyn Connections<C>,
    scope: Scope,
    /// Looks that come again and again are counted from here on, so that those of several waits meet.
    pub(super) began: Instant,
    looks: Mutex<HashMap<(String, &'static str), Arc<Looks>>>,
}

/// The last looks at one kind in one region, and what is waited for there.
#[derive(Default)]
struct Looks {
    listing: Shared<AnyListing>,
    states: Shared<Seen>,
    /// How many waits there are for each id.
    awaited: Mutex<BTreeMap<String, usize>>,
}

/// An answer that several waits take.
type Shared<T> = tokio::sync::Mutex<Option<(Instant, Arc<T>)>>;

/// What a look at a few things has shown.
struct Seen {
    ids: Vec<String>,
    /// None: the kind can only be listed.
    states: Option<States>,
}

/// A wait for one thing: the looks of others bring it along.
pub(super) struct Awaiting {
    looks: Arc<Looks>,
    id: String,
}

impl<'a, C: Cloud> Watch<'a, C> {
    /// `scope` names the one stack; its region is replaced by each look's.
    pub(super) fn new(connections: &'a dyn Connections<C>, scope: Scope) -> Self {
        Self { connections, scope, began: Instant::now(), looks: Mutex::default() }
    }

    /// Lists a kind, or takes an answer that somebody has asked for since `due`.
    pub(super) async fn list(&self, kind: &dyn AnyKind<C>, region: &str, due: Instant) -> Result<Arc<AnyListing>> {
        let looks = self.looks(kind, region);
        let ask = async {
            let reader = self.connections.reader(region).await?;
            kind.list(&reader, &Scope { region: region.to_owned(), ..self.scope.clone() }).await
        };
        shared(&looks.listing, due, |_| true, ask).await.map(|(_, listing)| listing)
    }

    /// Registers a wait for a thing with this id.
    pub(super) fn awaits(&self, kind: &dyn AnyKind<C>, region: &str, id: &str) -> Awaiting {
        let looks = self.looks(kind, region);
        *looks.awaited().entry(id.to_owned()).or_default() += 1;
        Awaiting { looks, id: id.to_owned() }
    }

    /// Asks for the states of all that is waited for, of a kind that can be asked so, or takes an answer that somebody has
    /// asked for since `due`. Returns the state of one, and when it was asked for; none if only a list can tell.
    pub(super) async fn state(
        &self,
        kind: &dyn AnyKind<C>,
        region: &str,
        awaiting: &Awaiting,
        due: Instant,
    ) -> Result<Option<(Instant, State)>> {
        let ask = async {
            let ids: Vec<_> = awaiting.looks.awaited().keys().cloned().collect();
            let reader = self.connections.reader(region).await?;
            match kind.states(&reader, &ids).await {
                // Which of them, a list tells.
                Err(failure) if failure.is(Class::NotFound) => Ok(Seen { ids, states: None }),
                states => Ok(Seen { ids, states: states? }),
            }
        };
        let has_it = |seen: &Seen| seen.ids.contains(&awaiting.id);
        let (asked, seen) = shared(&awaiting.looks.states, due, has_it, ask).await?;
        let state = seen.states.as_ref().and_then(|states| states.get(&awaiting.id));
        Ok(state.map(|state| (asked, state.clone().located(region))))
    }

    fn looks(&self, kind: &dyn AnyKind<C>, region: &str) -> Arc<Looks> {
        let mut looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        looks.entry((region.to_owned(), kind.facts().kind)).or_default().clone()
    }
}

impl Looks {
    fn awaited(&self) -> MutexGuard<'_, BTreeMap<String, usize>> {
        self.awaited.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Awaiting {
    fn drop(&mut self) {
        let mut awaited = self.looks.awaited();
        if let Some(waits) = awaited.get_mut(&self.id) {
            *waits -= 1;
            if *waits == 0 {
                awaited.remove(&self.id);
            }
        }
    }
}

/// Returns the last answer and when it was asked for, if that was since `due` and it fits; else what `ask` brings. Who comes
/// meanwhile waits for that.
async fn shared<T>(
    last: &Shared<T>,
    due: Instant,
    fits: impl Fn(&T) -> bool,
    ask: impl Future<Output = Result<T>>,
) -> Result<(Instant, Arc<T>)> {
    let mut last = last.lock().await;
    if let Some((asked, answer)) = last.as_ref().filter(|(asked, answer)| *asked >= due && fits(answer)) {
        return Ok((*asked, answer.clone()));
    }
    let asked = Instant::now();
    let answer = Arc::new(ask.await?);
    *last = Some((asked, answer.clone()));
    Ok((asked, answer))
}
