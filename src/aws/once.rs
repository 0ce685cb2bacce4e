use std::any::Any;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;

use crate::resource::Result;

type Shared = Arc<dyn Any + Send + Sync>;

/// Answers that several kinds share, each fetched once.
#[derive(Default)]
pub(super) struct Once {
    cells: Mutex<HashMap<String, Arc<OnceCell<Result<Shared>>>>>,
}

impl Once {
    /// Returns what `fetch` gave the first time somebody asked for `key`; failures are shared too.
    pub(super) async fn get<T, F>(&self, key: &str, fetch: F) -> Result<Arc<T>>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T>> + Send,
    {
        let cell = {
            let mut cells = self.cells.lock().unwrap_or_else(PoisonError::into_inner);
            cells.entry(key.to_owned()).or_default().clone()
        };
        let shared = cell.get_or_init(|| async { fetch.await.map(|value| Arc::new(value) as Shared) }).await.clone()?;
        Ok(shared.downcast().expect("one key is fetched as one type"))
    }
}
