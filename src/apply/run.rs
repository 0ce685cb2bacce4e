use std::sync::Arc;

use tokio::sync::watch;

use super::connections::Connections;
use super::event::Event;
use crate::plan::StackPlan;
use crate::resource::{Address, AnyKind, Cloud, Live};

/// How far a run has been asked to stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    #[default]
    No,
    /// Start nothing new, finish what is in flight.
    Soon,
    /// Let go of everything at once.
    Now,
}

/// All that carrying out one stack's plan needs.
pub struct Run<'a, C: Cloud> {
    pub plan: &'a StackPlan,
    pub kinds: &'a [&'a dyn AnyKind<C>],
    pub connections: &'a dyn Connections<C>,
    /// Everything live of the stack, as the plan saw it: what the run may touch.
    pub live: Vec<Arc<Live>>,
    /// The live resources that wait for a person.
    pub awaited: Vec<PendingAction>,
    /// The run's name, unique.
    pub id: &'a str,
    pub stop: watch::Receiver<Stop>,
    /// Called with every event, before the next step starts; an error (a journal that can't be written) stops the run
    /// as an interrupt does.
    pub tell: &'a (dyn Fn(Event) -> std::io::Result<()> + Send + Sync),
}

/// A live resource that waits for a person's action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingAction {
    pub address: Address,
    pub region: String,
    pub id: String,
}

impl PendingAction {
    pub fn new(address: &Address, live: &Live) -> Self {
        Self { address: address.clone(), region: live.region.clone(), id: live.id.clone() }
    }
}
