//! Journals of runs: written here, copied to the bucket while the run goes on, and read back.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::Target;
use crate::apply::{Journal, RunRecord};
use crate::aws::ObjectStore;
use crate::cli::interrupt::Interrupt;
use crate::cli::world::World;
use crate::resource::{Class, Result, Stack};

/// How often a journal is copied while its run goes on. A run that dies leaves what it wrote here, and in the bucket what
/// it wrote up to so long before.
const EVERY: Duration = Duration::from_secs(20);
/// How long the end of a run waits for its last copy.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where the journals of a stack's runs are on this machine: those of the sandbox and of each endpoint apart from AWS's.
pub(super) fn folder(world: &World, target: &Target, stack: &Stack) -> PathBuf {
    let journals = world.state().join("provision").join("journals");
    let journals = match target {
        Target::Aws => journals,
        Target::Sandbox => journals.join("sandbox"),
        Target::Url(url) => journals.join(url.replace(|sign: char| !sign.is_ascii_alphanumeric(), "-")),
    };
    journals.join(&stack.account).join(&stack.id.tenant).join(&stack.id.environment)
}

/// The beginning of the keys of a stack's journals in its bucket.
pub fn journal_keys(stack: &Stack) -> String {
    format!("journals/{}/{}/{}/", stack.account, stack.id.tenant, stack.id.environment)
}

/// A journal that is copied to the bucket now and then, beside the run and without holding it up.
pub(super) struct MirroredJournal {
    pub(super) journal: Arc<Journal>,
    store: Arc<ObjectStore>,
    key: String,
    copying: JoinHandle<()>,
}

impl MirroredJournal {
    pub(super) fn new(journal: Journal, store: Arc<ObjectStore>, stack: &Stack, run: &str) -> Self {
        let (journal, key) = (Arc::new(journal), format!("{}{run}.jsonl", journal_keys(stack)));
        let copying = tokio::spawn(copy_now_and_then(journal.clone(), store.clone(), key.clone()));
        Self { journal, store, key, copying }
    }

    /// Copies the whole journal at the end of its run. One that can't be copied is still on this machine.
    pub(super) async fn finish(self, interrupt: &Interrupt) {
        self.copying.abort();
        let here = self.journal.path().display();
        let copied = tokio::select! {
            copied = timeout(PATIENCE, copy(&self.journal, &self.store, &self.key)) => copied.ok(),
            () = interrupt.out_of_patience() => None,
        };
        match copied {
            Some(Ok(_)) => {}
            Some(Err(failure)) => tracing::warn!(%failure, "the journal was not copied to the bucket; it is in {here}"),
            None => tracing::warn!("the journal was not copied to the bucket in time; it is in {here}"),
        }
    }
}

async fn copy_now_and_then(journal: Arc<Journal>, store: Arc<ObjectStore>, key: String) {
    let mut copied = 0;
    loop {
        let written = std::fs::metadata(journal.path()).map_or(0, |file| file.len());
        if written != copied {
            match copy(&journal, &store, &key).await {
                Ok(length) => copied = length,
                Err(failure) => tracing::debug!(%failure, "the journal was not copied to the bucket; trying again"),
            }
        }
        sleep(EVERY).await;
    }
}

/// Returns how many bytes were copied.
async fn copy(journal: &Journal, store: &ObjectStore, key: &str) -> Result<u64> {
    let text = journal.text().map_err(|error| {
        crate::resource::Failure::new(Class::Other, format!("cannot read {}: {error}", journal.path().display()))
    })?;
    let length = text.len() as u64;
    store.put(key, text).await?;
    Ok(length)
}

/// The journals of a stack's last runs that are on this machine.
pub fn read_here(world: &World, target: &Target, stack: &Stack, most: usize) -> Vec<RunRecord> {
    let Ok(entries) = std::fs::read_dir(folder(world, target, stack)) else { return Vec::new() };
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut paths: Vec<_> = paths.filter(|path| path.extension().is_some_and(|end| end == "jsonl")).collect();
    paths.sort();
    let texts = paths.iter().rev().take(most).filter_map(|path| std::fs::read(path).ok());
    texts.filter_map(|text| RunRecord::parse(&String::from_utf8_lossy(&text))).collect()
}

/// The journals of a stack's last runs that are in the bucket; none if that is not there yet.
pub(super) async fn read_there(store: &ObjectStore, stack: &Stack, most: usize) -> Result<Vec<RunRecord>> {
    let keys = match store.list(&journal_keys(stack)).await {
        Err(failure) if failure.is(Class::NotFound) => return Ok(Vec::new()),
        keys => keys?,
    };
    let last = keys.iter().rev().take(most).map(|key| store.get(key));
    let texts = futures_util::future::try_join_all(last).await?;
    let texts = texts.iter().flatten().map(|(text, _)| String::from_utf8_lossy(text));
    Ok(texts.filter_map(|text| RunRecord::parse(&text)).collect())
}
