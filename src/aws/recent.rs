use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::TagIndex;
use crate::resource::{Result, Scope};

/// How old a tag index may be for a look of a wait. The tagging API lags behind by itself, by times that AWS does not
/// publish.
const AGE: Duration = Duration::from_secs(30);

/// A tag index and when it was asked for.
type Known = Option<(Instant, Arc<TagIndex>)>;

/// The tag indexes that waits use: a hundred looks a minute at all kinds of many stacks would otherwise each read their
/// own, and the tagging API serves an account only a few calls a second.
#[derive(Default)]
pub(super) struct Recent(Mutex<HashMap<Scope, Arc<tokio::sync::Mutex<Known>>>>);

impl Recent {
    /// Returns the scope's index if it is young enough, else what `read` brings. Who asks meanwhile waits for that.
    pub(super) async fn get(
        &self,
        scope: &Scope,
        read: impl Future<Output = Result<TagIndex>>,
    ) -> Result<Arc<TagIndex>> {
        let cell = {
            let mut cells = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            cells.entry(scope.clone()).or_default().clone()
        };
        let mut known = cell.lock().await;
        if let Some((_, index)) = known.as_ref().filter(|(asked, _)| asked.elapsed() < AGE) {
            return Ok(index.clone());
        }
        let asked = Instant::now();
        let index = Arc::new(read.await?);
        *known = Some((asked, index.clone()));
        Ok(index)
    }
}
