use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::TagIndex;
use crate::resource::{Result, Scope, Tags};

/// How old an answer may be for a look of a wait. The tagging API lags behind by itself, by times that AWS does not
/// publish.
const AGE: Duration = Duration::from_secs(30);

/// What the looks of all waits share, and what a plan has read before them: a hundred looks a minute at all kinds of many stacks would otherwise each ask, and
/// the services that are asked serve an account only a few calls a second.
#[derive(Default)]
pub(super) struct Recent {
    pub(super) indexes: Answers<Scope, TagIndex>,
    /// The tags by ARN of what no tag index knows.
    pub(super) tags: Answers<String, Tags>,
}

/// An answer and when it was asked for.
type Known<V> = Option<(Instant, Arc<V>)>;

/// Answers by what was asked.
pub(super) struct Answers<K, V>(Mutex<HashMap<K, Arc<tokio::sync::Mutex<Known<V>>>>>);

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, V> Answers<K, V> {
    /// Keeps an answer that was asked for elsewhere, unless there is a younger one.
    pub(super) async fn keep(&self, asked: &K, since: Instant, answer: Arc<V>) {
        let cell = self.cell(asked);
        let mut known = cell.lock().await;
        if known.as_ref().is_none_or(|(other, _)| *other < since) {
            *known = Some((since, answer));
        }
    }

    /// Returns the answer if it is young enough, else what `read` brings. Who asks meanwhile waits for that.
    pub(super) async fn get(&self, asked: &K, read: impl Future<Output = Result<V>>) -> Result<Arc<V>> {
        let cell = self.cell(asked);
        let mut known = cell.lock().await;
        if let Some((_, answer)) = known.as_ref().filter(|(since, _)| since.elapsed() < AGE) {
            return Ok(answer.clone());
        }
        let since = Instant::now();
        let answer = Arc::new(read.await?);
        *known = Some((since, answer.clone()));
        Ok(answer)
    }

    fn cell(&self, asked: &K) -> Arc<tokio::sync::Mutex<Known<V>>> {
        let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cells.entry(asked.clone()).or_default().clone()
    }
}
