use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::Serialize;

use crate::resource::{Address, Failure, Live, NameConflict, Result, StackId, State, Unseen};

/// What was read of one stack. A failed read is unknown, never absent.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The outcome of each kind's list, by region and type. A kind that is not here was not listed.
    pub kinds: BTreeMap<(String, String), ListOutcome>,
    /// Things inside the stack's VPC, or on its things, that no kind of ours claims.
    pub unmanaged: Vec<Unmanaged>,
    /// Things in or on resources that may be the stack's; sorted into `unmanaged` when all is read.
    pub attached: Vec<Unmanaged>,
    /// Why the search for unmanaged things is incomplete, if it is.
    pub survey_failure: Option<Failure>,
    /// Why it is not known what others have attached to the stack's things, if it is not.
    pub incomplete: Option<Failure>,
    /// Where the stack lives instead, if it is not where the YAML says: nothing of it may be made a second time.
    pub elsewhere: Vec<Orphan>,
    /// Where a stack of which nothing is there might live and could not be looked for: why.
    pub unsearched: Vec<String>,
    /// Values that are not live yet and that AWS would refuse.
    pub refused: BTreeMap<Address, Vec<PreflightRefusal>>,
    /// What is in things that are to be deleted, in words, by type, region and id; where it could not be read, why not.
    pub contents: BTreeMap<(String, String, String), Result<String, Failure>>,
    /// Kinds of which AWS could not be asked what it would refuse: why.
    pub unchecked: BTreeMap<String, String>,
}

/// A value that AWS would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreflightRefusal {
    /// Its pointer, with elements of keyed lists by their key.
    pub at: String,
    pub why: String,
}

/// The outcome of one kind's list in one region.
#[derive(Clone, Debug)]
pub enum ListOutcome {
    /// The list failed: nothing is known of this kind here.
    Unknown(Failure),
    Read(StackListing),
}

/// One stack's share of a list.
#[derive(Clone, Debug, Default)]
pub struct StackListing {
    /// All live things by address: more than one where several claim it.
    pub found: BTreeMap<Address, Vec<Arc<Live>>>,
    /// Copies of ours (restored clusters, snapshots): their own name is not their `provision:id`.
    pub copies: Vec<Arc<Live>>,
    pub name_conflicts: Vec<NameConflict>,
    pub unseen: Vec<Unseen>,
    /// Live things with other tags or none that ours refer to, or that have the unique key of a missing resource: they may
    /// be it.
    pub mistagged: Vec<Arc<Live>>,
}

/// Something in the stack's VPC that is not ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unmanaged {
    /// The CloudFormation type, `AWS::EC2::Instance`.
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
    /// The resource that it stands in, `vpc-0abc` or `rtb-0abc`, or that it is a copy of.
    #[serde(rename = "where")]
    pub place: String,
}

/// A stack's things in an account and region where the YAML has none: its environment was taken out, or its account or
/// region was changed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Orphan {
    pub stack: StackId,
    /// Twelve digits.
    pub account: String,
    pub region: String,
    /// The role by which the account can be changed, as far as the YAML tells.
    pub role: Option<String>,
    /// How many things were found.
    pub resources: usize,
    /// The addresses of the live resources there.
    pub addresses: BTreeSet<Address>,
}

impl Inventory {
    /// Returns what the kind's list said in this region.
    pub fn list_outcome(&self, region: &str, kind: &str) -> Option<&ListOutcome> {
        self.kinds.get(&(region.to_owned(), kind.to_owned()))
    }

    /// Returns what a kind's list saw, in every region where it could be read.
    pub fn listings(&self, kind: &str) -> impl Iterator<Item = &StackListing> {
        self.kinds.iter().filter(move |((_, of), _)| of == kind).filter_map(|(_, seen)| match seen {
            ListOutcome::Read(listing) => Some(listing),
            ListOutcome::Unknown(_) => None,
        })
    }

    /// Returns the live things that tell where the stack lives: roles are everywhere.
    pub fn regional(&self) -> impl Iterator<Item = (&Address, &Arc<Live>)> {
        self.all().filter(|(_, live)| !live.is_global)
    }

    /// Returns what lives in a region, and does not leave it.
    pub fn living_in<'a>(&'a self, region: &'a str) -> impl Iterator<Item = &'a Address> {
        let lives = self.regional().filter(move |(_, live)| live.region == region && live.state != State::Deleting);
        lives.map(|(address, _)| address)
    }

    /// Returns what lives in a region that the stack is said to be in.
    ///
    /// # Errors
    /// Nothing of it was found, and something could not be read: that may be there.
    pub fn residents(&self, region: &str) -> Result<BTreeSet<Address>> {
        let living: BTreeSet<Address> = self.living_in(region).cloned().collect();
        match self.failure().filter(|_| living.is_empty()) {
            Some(failure) => Err(failure.clone()),
            None => Ok(living),
        }
    }

    fn failure(&self) -> Option<&Failure> {
        self.kinds.values().find_map(|seen| match seen {
            ListOutcome::Unknown(failure) => Some(failure),
            ListOutcome::Read(listing) => listing.unseen.first().map(|unseen| &unseen.failure),
        })
    }

    /// Returns every live thing with its address.
    pub fn all(&self) -> impl Iterator<Item = (&Address, &Arc<Live>)> {
        self.kinds
            .values()
            .flat_map(|seen| match seen {
                ListOutcome::Read(listing) => listing.found.iter().collect::<Vec<_>>(),
                ListOutcome::Unknown(_) => Vec::new(),
            })
            .flat_map(|(address, lives)| lives.iter().map(move |live| (address, live)))
    }
}
