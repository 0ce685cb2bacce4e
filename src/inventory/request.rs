//! What is asked of one account, and by what it is answered.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;

use super::types::{Inventory, Orphan, Unmanaged};
use crate::resource::{Address, Cloud, Failure, Result, Scope, Stack, StackId};

/// The foreign things in one region.
#[derive(Debug, Default)]
pub struct Surveyed {
    pub things: Vec<Unmanaged>,
    /// Why it is not known what others have attached to the stack's things, if it is not.
    pub incomplete: Option<Failure>,
}

/// The ids of what was found in one region, by type.
pub type Things = BTreeMap<&'static str, Vec<String>>;

/// The services of which the tag index shows something, by stack; see [`Facts::indexed_as`](crate::resource::Facts::indexed_as).
pub type Services = BTreeMap<StackId, BTreeSet<String>>;

/// Where readers come from; one account.
pub trait Source<C: Cloud>: Send + Sync {
    /// Opens a fresh reader for one region.
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<C::Reader>>;

    /// Says of which services the tag index shows something of the scope's stacks. It lags.
    fn services<'a>(&'a self, reader: &'a C::Reader, scope: &'a Scope) -> BoxFuture<'a, Result<Services>>;

    /// Lists all that stands in the networks among these things, ours or not, and what others have attached to them.
    fn survey<'a>(&'a self, reader: &'a C::Reader, things: &'a Things) -> BoxFuture<'a, Result<Surveyed>>;
}

/// The stacks to read in one account.
pub struct Request<'a> {
    pub project: &'a str,
    pub account: &'a str,
    /// The types that are read in any case: what the project can make. Of another type it is read what the tag index shows.
    pub named: &'a BTreeSet<String>,
    pub stacks: Vec<StackRequest<'a>>,
    /// Whether to look for unmanaged things too (`diff`, `destroy`).
    pub survey: bool,
}

/// One stack to read.
pub struct StackRequest<'a> {
    pub stack: &'a Stack,
    /// The desired resources and their regions: if one of them is missing, a second list asks whether it only lost its tags.
    pub wanted: BTreeMap<Address, String>,
    /// The desired resources that belong to no region.
    pub global: BTreeSet<Address>,
}

impl StackRequest<'_> {
    /// The home region and those that resources name.
    pub fn regions(&self) -> BTreeSet<&str> {
        self.wanted.values().map(String::as_str).chain([self.stack.region.as_str()]).collect()
    }

    /// Returns whether most of what should be in the home region is there. If not, the stack may live elsewhere: what named
    /// the new home before is here all the same.
    pub fn is_at_home(&self, inventory: &Inventory) -> bool {
        let wanted = self.wanted_at_home().count();
        wanted == 0 || self.missing_at_home(inventory).len() * 2 < wanted
    }

    /// Returns whether a stack that is not at home lives where something of it was found: that is missing at home, or
    /// nothing is there at all.
    pub fn lives_with(&self, found: &Orphan, inventory: &Inventory) -> bool {
        let is_empty = inventory.living_in(&self.stack.region).next().is_none();
        is_empty || self.missing_at_home(inventory).into_iter().any(|address| found.addresses.contains(address))
    }

    fn missing_at_home(&self, inventory: &Inventory) -> Vec<&Address> {
        let there: BTreeSet<&Address> = inventory.living_in(&self.stack.region).collect();
        self.wanted_at_home().filter(|address| !there.contains(address)).collect()
    }

    fn wanted_at_home(&self) -> impl Iterator<Item = &Address> {
        let home =
            self.wanted.iter().filter(|(address, at)| **at == self.stack.region && !self.global.contains(*address));
        home.map(|(address, _)| address)
    }
}

impl Request<'_> {
    /// What one look at a region is about.
    pub(super) fn scope(&self, region: &str) -> Scope {
        let stacks = self.stacks.iter().filter(|stack_request| stack_request.regions().contains(region));
        Scope {
            project: self.project.to_owned(),
            account: self.account.to_owned(),
            region: region.to_owned(),
            stacks: stacks.map(|stack_request| stack_request.stack.id.clone()).collect(),
            requested: BTreeSet::new(),
        }
    }
}
