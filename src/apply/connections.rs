use std::collections::BTreeSet;

use futures_util::future::BoxFuture;

use crate::resource::{Address, Cloud, Result, StackId, Tags};

/// Opens readers and writers for the account of one stack.
pub trait Connections<C: Cloud>: Send + Sync {
    /// A reader for one poll of a resource that is waited for: it has no cached answers.
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<C::Reader>>;

    /// A writer for one step, which checks every attempt against the permit and the lease.
    fn writer<'a>(&'a self, region: &'a str, permit: Permit) -> BoxFuture<'a, Result<C::Writer>>;
}

/// The ids and names that one step may touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permit {
    pub stack: StackId,
    pub address: Address,
    /// The stack's own: ids, physical names, outputs, and the name that a create is about to take. At least one of
    /// them stands in every changing call.
    pub own: BTreeSet<String>,
    /// Other strings that calls may name: those of the desired and of the live spec.
    pub mentioned: BTreeSet<String>,
    /// The tags that a create writes.
    pub tags: Tags,
    /// For client tokens: 32 hexadecimal digits, the same whenever the same thing is tried again in this run.
    pub token: String,
    /// Whether somebody has named the resource, so that it may go with all that is in it.
    pub named: bool,
}
