use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use tokio::sync::watch;

use super::caller::Caller;
use super::connections::Connections;
use super::event::Event;
use super::lease::{Clock, Fence, LeaseStore};
use super::run::Stop;
use crate::plan::StackPlan;
use crate::resource::{Address, Cloud, Failure, Stack, StackId};

/// Records a run's events before the calls that they announce.
pub type Recorder<'a> = Box<dyn Fn(Event) -> std::io::Result<()> + Send + Sync + 'a>;

/// What taking leases needs from its caller.
pub trait LeaseHost {
    type Error: From<Failure>;

    /// How far the run has been asked to stop, from now on.
    fn stop(&self) -> watch::Receiver<Stop>;

    /// Opens the place where the stack's lease is kept.
    fn leases<'a>(&'a self, stack: &'a Stack) -> LocalBoxFuture<'a, Result<Arc<dyn LeaseStore>, Self::Error>>;

    fn clock(&self) -> Arc<dyn Clock>;

    /// Who acts, as they are known where the stack is: asked once its leases are open.
    fn caller(&self, stack: &Stack) -> Caller;

    /// How long the cloud may take to show a change everywhere.
    fn spread(&self) -> Duration;
}

/// What carrying out a plan needs from its caller.
pub trait Host<C: Cloud> {
    type Error;

    /// How far the run has been asked to stop, from now on.
    fn stop(&self) -> watch::Receiver<Stop>;

    /// Opens the record of one stack's run.
    fn recorder<'a>(&'a self, stack: &'a Stack) -> Result<Recorder<'a>, Self::Error>;

    /// Opens the connections that change the stack, as long as the fence lets them.
    fn connections<'a>(&'a self, stack: &'a Stack, fence: Fence) -> Box<dyn Connections<C> + 'a>;

    /// Makes the plan of a stack once more, of what was read before the run: as if these resources, for which it waited,
    /// had been ready then. None if the run is not to go on with them.
    fn once_ready(&self, _stack: &StackId, _ready: &BTreeSet<Address>) -> Option<StackPlan> {
        None
    }
}
