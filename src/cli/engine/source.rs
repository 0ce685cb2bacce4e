use std::sync::Arc;

use futures_util::future::BoxFuture;

use crate::aws::{Aws, Reader, Role, Seen, Sessions, Survey, survey};
use crate::inventory::{Source, Surveyed, Things, Unmanaged};
use crate::resource::Result;

/// Readers of one account.
pub(super) struct AwsSource {
    sessions: Arc<Sessions>,
    account: String,
    role: Option<Role>,
}

impl AwsSource {
    pub(super) fn new(sessions: Arc<Sessions>, account: &str, role: Option<Role>) -> Self {
        Self { sessions, account: account.to_owned(), role }
    }

    pub(super) fn account(&self) -> &str {
        &self.account
    }

    /// Checks that the credentials are for this account, before anything else is asked.
    pub(super) async fn verify(&self, region: &str) -> Result<()> {
        self.sessions.open(&self.account, region, self.role.clone()).await?.verify().await
    }
}

impl Source<Aws> for AwsSource {
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<Reader>> {
        Box::pin(async move { Ok(self.sessions.open(&self.account, region, self.role.clone()).await?.reader()) })
    }

    fn survey<'a>(&'a self, reader: &'a Reader, things: &'a Things) -> BoxFuture<'a, Result<Surveyed>> {
        Box::pin(async move {
            let Survey { seen, incomplete } = survey(reader, things).await?;
            let thing = |one: Seen| Unmanaged { kind: one.kind.to_owned(), id: one.id, place: one.place };
            Ok(Surveyed { things: seen.into_iter().map(thing).collect(), incomplete })
        })
    }
}
