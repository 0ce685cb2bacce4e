use std::collections::BTreeSet;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::inventory::{Services, Source, Surveyed, Things};
use crate::resource::{Access, AnyKind, Cloud, Limits, Result, Role, Scope, Stack, StackId};

/// The reader of a cloud.
pub type Reader<C> = <C as Cloud>::Reader;

/// An account and region, and the role that is assumed there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Twelve digits.
    pub account: String,
    pub region: String,
    pub role: Option<Role>,
}

impl Location {
    /// A region of a stack's account.
    pub fn of(stack: &Stack, region: &str, access: Access) -> Self {
        Self { account: stack.account.clone(), region: region.to_owned(), role: stack.role(access) }
    }
}

/// The accounts of a cloud: what a fleet is read through.
pub trait Accounts: Send + Sync {
    type Cloud: Cloud;

    /// Every kind that there is.
    fn kinds(&self) -> &[&'static dyn AnyKind<Self::Cloud>];

    /// Every region in which a lost stack may live.
    fn regions(&self) -> Vec<&str>;

    fn now(&self) -> Timestamp;

    /// Checks that the credentials are for the location's account.
    fn verify<'a>(&'a self, location: &'a Location) -> BoxFuture<'a, Result<()>>;

    /// Opens a fresh reader.
    fn reader<'a>(&'a self, location: &'a Location) -> BoxFuture<'a, Result<Reader<Self::Cloud>>>;

    /// Returns the stacks of a project that the tags of anything in the location claim. The index that tells so lags.
    fn claimed<'a>(&'a self, location: &'a Location, project: &'a str) -> BoxFuture<'a, Result<BTreeSet<StackId>>>;

    /// Says of which services the tag index shows something; see [`Source::services`].
    fn services<'a>(&'a self, reader: &'a Reader<Self::Cloud>, scope: &'a Scope) -> BoxFuture<'a, Result<Services>>;

    /// Lists what stands in networks or on things; see [`Source::survey`].
    fn survey<'a>(&'a self, reader: &'a Reader<Self::Cloud>, things: &'a Things) -> BoxFuture<'a, Result<Surveyed>>;

    /// Returns the values of one service's quotas, at least of those codes of which AWS tells any.
    fn limits<'a>(
        &'a self,
        _reader: &'a Reader<Self::Cloud>,
        _service: &'a str,
        _codes: &'a BTreeSet<&'static str>,
    ) -> BoxFuture<'a, Result<Limits>> {
        Box::pin(async { Ok(Limits::new()) })
    }

    /// Hears that so many accounts are going to be read.
    fn begins(&self, _accounts: usize) {}

    /// Hears that one of them was read.
    fn has_read(&self) {}
}

/// One account, read under one role.
pub struct Account<'a, A> {
    pub accounts: &'a A,
    /// Twelve digits.
    pub id: &'a str,
    pub role: Option<Role>,
}

impl<A: Accounts> Source<A::Cloud> for Account<'_, A> {
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<Reader<A::Cloud>>> {
        let location = Location { account: self.id.to_owned(), region: region.to_owned(), role: self.role.clone() };
        Box::pin(async move { self.accounts.reader(&location).await })
    }

    fn services<'a>(&'a self, reader: &'a Reader<A::Cloud>, scope: &'a Scope) -> BoxFuture<'a, Result<Services>> {
        self.accounts.services(reader, scope)
    }

    fn survey<'a>(&'a self, reader: &'a Reader<A::Cloud>, things: &'a Things) -> BoxFuture<'a, Result<Surveyed>> {
        self.accounts.survey(reader, things)
    }
}
