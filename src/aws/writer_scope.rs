use std::collections::BTreeSet;
use std::sync::Arc;

use crate::resource::{Address, Failure, StackId};

/// The things that one step may touch, and the lease it works under.
///
/// A change that names an id or ARN which is neither `own`, nor made or read by this writer, nor in the step's spec is
/// refused, as is one that names nothing of the stack's own.
#[derive(Clone, Debug)]
pub struct WriterScope {
    /// The address of the step's resource.
    pub address: Address,
    pub stack: StackId,
    /// The stack's own ids, ARNs and physical names: those in the inventory, those made by earlier steps, and the
    /// name of what the step makes.
    pub own: BTreeSet<String>,
    /// The strings of the step's settled spec and of the live one: they may be mentioned, which does not make them own. An
    /// outside certificate is referred to; a policy that somebody attached by hand is named to take it off again.
    pub mentioned: BTreeSet<String>,
    /// A client token for this create: 32 hexadecimal digits, the same whenever the same thing is tried again.
    pub token: String,
    /// Whether somebody has named the resource, so that it may go with all that is in it.
    pub named: bool,
    pub fence: Arc<dyn Fence>,
}

/// The lease of a step: checked before every attempt, retries included.
pub trait Fence: Send + Sync + std::fmt::Debug {
    /// Refuses if the lease is lost or about to be; `operation` is only for the message.
    fn check(&self, operation: &str) -> Result<(), Failure>;
}
