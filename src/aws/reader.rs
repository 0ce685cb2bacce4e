use std::collections::BTreeSet;
use std::future::Future;
use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;
use tokio::time::Instant;

use super::once::Once;
use super::recent::Recent;
use super::{Clients, TagIndex};
use crate::resource::{Result, Scope, StackId, Tags, partition};

/// Reads one account and region; its clients cannot change anything.
///
/// Made for one pass over the kinds: what [`once`](Reader::once) keeps is never older than the reader.
pub struct Reader {
    clients: Clients,
    account: String,
    region: String,
    once: Once,
    recent: Arc<Recent>,
    is_poll: bool,
    made_at: Option<Timestamp>,
    quiet: Arc<BTreeSet<StackId>>,
}

impl Reader {
    pub(super) fn new(
        clients: Clients,
        account: String,
        region: String,
        recent: Arc<Recent>,
        is_poll: bool,
        made_at: Option<Timestamp>,
    ) -> Self {
        Self { clients, account, region, once: Once::default(), recent, is_poll, made_at, quiet: Arc::default() }
    }

    /// Believes the tag index of what it claims for these stacks, which no run has changed for longer than it lags behind.
    #[must_use]
    pub fn believing(self, quiet: Arc<BTreeSet<StackId>>) -> Self {
        Self { quiet, ..self }
    }

    /// When it was made, by the wall clock; none where there is no clock.
    pub fn made_at(&self) -> Option<Timestamp> {
        self.made_at
    }

    /// Twelve digits.
    pub fn account(&self) -> &str {
        &self.account
    }

    pub fn region(&self) -> &str {
        &self.region
    }

    /// Returns whether it was made to look at what a run waits for.
    pub fn is_poll(&self) -> bool {
        self.is_poll
    }

    /// Shares one response among kinds: fetches it when the first of them asks for `key`.
    pub async fn once<T, F>(&self, key: &str, fetch: F) -> Result<Arc<T>>
    where
        T: Send + Sync + 'static,
        F: Future<Output = Result<T>> + Send,
    {
        self.once.get(key, fetch).await
    }

    /// Returns the tags by ARN of what the tagging API knows for the scope's stacks: read once or, by the reader of a
    /// wait, some time ago.
    ///
    /// It lags behind and misses some types, so it only tells which details are worth reading; whether a thing is
    /// ours is decided by the tags that its own service returns. Decision 26 says where it is believed.
    pub async fn tag_index(&self, scope: &Scope) -> Result<Arc<TagIndex>> {
        let read = TagIndex::read(self.clients.tagging(), scope, self.quiet.clone());
        if self.is_poll {
            return self.recent.indexes.get(scope, read).await;
        }
        let read = async {
            let since = Instant::now();
            let index = Arc::new(read.await?);
            self.recent.indexes.keep(scope, since, index.clone()).await;
            Ok(index)
        };
        Ok((*self.once("tag-index", read).await?).clone())
    }

    /// The same of what belongs to no region, which the tagging API shows in one region alone.
    pub async fn global_tag_index(&self, scope: &Scope) -> Result<Arc<TagIndex>> {
        let home = global_region(&self.region);
        if home == self.region {
            return self.tag_index(scope).await;
        }
        let scope = Scope { region: home.to_owned(), ..scope.clone() };
        let read = TagIndex::read(self.clients.global_tagging(home), &scope, self.quiet.clone());
        if self.is_poll {
            return self.recent.indexes.get(&scope, read).await;
        }
        Ok((*self.once("global-tag-index", async { read.await.map(Arc::new) }).await?).clone())
    }

    /// Returns the tags of a thing that the tag index does not know: what `read` brings or, to the reader of a wait, what
    /// it brought some time ago.
    pub async fn tags_of_unknown(
        &self,
        arn: &str,
        read: impl Future<Output = Result<Tags>> + Send,
    ) -> Result<Arc<Tags>> {
        if self.is_poll { self.recent.tags.get(&arn.to_owned(), read).await } else { read.await.map(Arc::new) }
    }

    /// Returns the stacks of a project that anything in this account and region claims, as the tagging API sees it. It
    /// lags behind: what it names is worth a look.
    pub async fn claimed_stacks(&self, project: &str) -> Result<BTreeSet<StackId>> {
        TagIndex::stacks(&self.clients, project).await
    }
}

impl Deref for Reader {
    type Target = Clients;

    fn deref(&self) -> &Clients {
        &self.clients
    }
}

/// The region in which the tagging API shows what belongs to none.
fn global_region(region: &str) -> &'static str {
    match partition(region) {
        "aws-cn" => "cn-northwest-1",
        "aws-us-gov" => "us-gov-west-1",
        _ => "us-east-1",
    }
}
