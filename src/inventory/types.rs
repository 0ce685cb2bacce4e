use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;

use crate::resource::{Address, Failure, Live, Stranger, Unseen};

/// What was seen of one stack. An observation that failed is unknown, never absent.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// What each kind's list said, by region and type. A kind that is not here was not asked.
    pub kinds: BTreeMap<(String, String), Seen>,
    /// Things inside the stack's VPC that no kind of ours claims.
    pub unmanaged: Vec<Unmanaged>,
    /// Why the look for unmanaged things is incomplete, if it is.
    pub survey_failure: Option<Failure>,
}

/// What one kind's list said in one region.
#[derive(Clone, Debug)]
pub enum Seen {
    /// The list failed: nothing is known of this kind here.
    Unknown(Failure),
    Read(Sight),
}

/// What a list saw of one stack.
#[derive(Clone, Debug, Default)]
pub struct Sight {
    /// All live things by address: more than one where several claim it.
    pub found: BTreeMap<Address, Vec<Arc<Live>>>,
    /// Copies of ours (restored clusters, snapshots): their own name is not their `provision:id`.
    pub copies: Vec<Arc<Live>>,
    pub strangers: Vec<Stranger>,
    pub unseen: Vec<Unseen>,
}

/// Something in the stack's VPC that is not ours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Unmanaged {
    /// The CloudFormation type, `AWS::EC2::Instance`.
    #[serde(rename = "type")]
    pub kind: String,
    pub id: String,
    /// What it stands in, `vpc-0abc` or `rtb-0abc`.
    #[serde(rename = "where")]
    pub place: String,
}

impl Inventory {
    /// Returns what the kind's list said in this region.
    pub fn seen(&self, region: &str, kind: &str) -> Option<&Seen> {
        self.kinds.get(&(region.to_owned(), kind.to_owned()))
    }

    /// Returns every live thing with its address.
    pub fn all(&self) -> impl Iterator<Item = (&Address, &Arc<Live>)> {
        self.kinds
            .values()
            .flat_map(|seen| match seen {
                Seen::Read(sight) => sight.found.iter().collect::<Vec<_>>(),
                Seen::Unknown(_) => Vec::new(),
            })
            .flat_map(|(address, lives)| lives.iter().map(move |live| (address, live)))
    }
}
