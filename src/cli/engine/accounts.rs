use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::Engine;
use crate::aws::{Aws, Reader, Session, Survey, SurveyedThing, limits, survey};
use crate::fleet::{Accounts, Location};
use crate::inventory::{Services, Surveyed, Things, Unmanaged};
use crate::kinds::KINDS;
use crate::resource::{AnyKind, Limits, Result, Scope, StackId};
use crate::tenant::region;

impl Engine {
    async fn session(&self, location: &Location) -> Result<Arc<Session>> {
        self.sessions.open(&location.account, &location.region, location.role.clone()).await
    }
}

impl Accounts for Engine {
    type Cloud = Aws;

    fn kinds(&self) -> &[&'static dyn AnyKind<Aws>] {
        KINDS
    }

    fn regions(&self) -> Vec<&str> {
        region::names().collect()
    }

    fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn verify<'a>(&'a self, location: &'a Location) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            let arn = self.session(location).await?.verify().await?;
            self.callers.note(&location.account, location.role.as_ref(), arn);
            Ok(())
        })
    }

    fn reader<'a>(&'a self, location: &'a Location) -> BoxFuture<'a, Result<Reader>> {
        let quiet = self.quiet.get().cloned().unwrap_or_default();
        Box::pin(async move { Ok(self.session(location).await?.reader().believing(quiet)) })
    }

    fn claimed<'a>(&'a self, location: &'a Location, project: &'a str) -> BoxFuture<'a, Result<BTreeSet<StackId>>> {
        Box::pin(async move { self.session(location).await?.reader().claimed_stacks(project).await })
    }

    fn services<'a>(&'a self, reader: &'a Reader, scope: &'a Scope) -> BoxFuture<'a, Result<Services>> {
        Box::pin(async move { Ok(reader.tag_index(scope).await?.services()) })
    }

    fn survey<'a>(&'a self, reader: &'a Reader, things: &'a Things) -> BoxFuture<'a, Result<Surveyed>> {
        Box::pin(async move {
            let Survey { seen, incomplete } = survey(reader, things).await?;
            let thing = |one: SurveyedThing| Unmanaged { kind: one.kind.to_owned(), id: one.id, place: one.place };
            Ok(Surveyed { things: seen.into_iter().map(thing).collect(), incomplete })
        })
    }

    fn limits<'a>(
        &'a self,
        reader: &'a Reader,
        service: &'a str,
        codes: &'a BTreeSet<&'static str>,
    ) -> BoxFuture<'a, Result<Limits>> {
        Box::pin(limits(reader, service, codes))
    }

    fn begins(&self, accounts: usize) {
        self.read.begin(accounts);
    }

    fn has_read(&self) {
        self.read.add();
    }
}
