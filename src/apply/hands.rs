use std::collections::BTreeSet;

use futures_util::future::BoxFuture;

use crate::resource::{Address, Cloud, Result, StackId, Tags};

/// What carries out steps: opens readers and writers for one stack's account.
pub trait Hands<C: Cloud>: Send + Sync {
    /// A reader for one look at what is waited for: it has seen nothing of it yet.
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<C::Reader>>;

    /// A writer for one step, which checks every attempt against the permit and the lease.
    fn writer<'a>(&'a self, region: &'a str, permit: Permit) -> BoxFuture<'a, Result<C::Writer>>;
}

/// What one step may touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    pub stack: StackId,
    pub address: Address,
    /// The stack's own: ids, physical names, outputs, and the name that a create is about to take. At least one of
    /// them stands in every changing call.
    pub own: BTreeSet<String>,
    /// What calls may name besides: the strings of the desired and of the live spec.
    pub mentioned: BTreeSet<String>,
    /// The tags that a create writes.
    pub tags: Tags,
    /// For client tokens: 32 hexadecimal digits, the same whenever the same thing is tried again in this run.
    pub token: String,
}
