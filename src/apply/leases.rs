//! The leases of one run: taken before it plans, kept over its rounds, given back at its end.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::event::RunSummary;
use super::host::LeaseHost;
use super::lease::{Fence, Holder, Lease, LeaseError};
use super::run::Stop;
use crate::resource::{Class, Failure, Stack, StackId};

/// How long giving a lease back may take.
const ENDING: Duration = Duration::from_secs(20);
/// How long what ends a run in order may take once it is to stop at once.
pub const ENDING_AT_ONCE: Duration = Duration::from_secs(3);

/// How leases are taken.
#[derive(Clone, Copy, Debug)]
pub struct LeaseTerms<'a> {
    /// The run's name, unique.
    pub run: &'a str,
    /// How long to wait for the lease of a stack that another run holds.
    pub lock_timeout: Duration,
}

/// Why a run does not have the lease of a stack.
#[derive(Debug)]
pub enum Unleased<E> {
    /// Another run holds it.
    Held(Box<Holder>),
    Failed(E),
}

/// The run was asked to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

impl From<Interrupted> for Failure {
    fn from(_: Interrupted) -> Self {
        Self::new(Class::Other, "interrupted before its first step")
    }
}

/// The leases of a run, by stack.
pub struct Leases {
    all: BTreeMap<StackId, Lease>,
    /// The stacks of which a call may still take effect.
    open: BTreeSet<StackId>,
    /// When every list shows what has been done before.
    quiet: Instant,
    spread: Duration,
}

impl Leases {
    /// Takes the lease of each stack, and tells of which stacks it could not.
    ///
    /// A run that waits for others takes one lease after the other, in the order of the stacks' names, so that two runs
    /// never wait for each other; a run that waits for nobody takes all at once.
    ///
    /// # Errors
    /// If the run was asked to stop; then it holds none.
    pub async fn take<H: LeaseHost>(
        host: &H,
        mut stacks: Vec<&Stack>,
        terms: LeaseTerms<'_>,
    ) -> Result<(Self, Vec<(StackId, Unleased<H::Error>)>), Interrupted> {
        stacks.sort_by(|a, b| a.id.cmp(&b.id));
        let stop = host.stop();
        let (mut leases, mut unleased) = (Self::none(host.spread()), Vec::new());
        let at_once = if terms.lock_timeout.is_zero() { stacks.len() } else { 1 };
        for stacks in stacks.chunks(at_once.max(1)) {
            let taking = stacks.iter().map(|stack| take_one(host, stack, terms, &stop));
            let mut is_interrupted = false;
            for (stack, taken) in stacks.iter().zip(join_all(taking).await) {
                match taken {
                    Some(Ok(lease)) => leases.add(&stack.id, lease),
                    Some(Err(why)) => unleased.push((stack.id.clone(), why)),
                    None => is_interrupted = true,
                }
            }
            if is_interrupted {
                leases.give_back(&stop).await;
                return Err(Interrupted);
            }
        }
        Ok((leases, unleased))
    }

    fn none(spread: Duration) -> Self {
        Self { all: BTreeMap::new(), open: BTreeSet::new(), quiet: Instant::now(), spread }
    }

    fn add(&mut self, stack: &StackId, lease: Lease) {
        self.quiet = self.quiet.max(Instant::now() + lease.quiet_in(self.spread));
        self.all.insert(stack.clone(), lease);
    }

    /// Whether the run has the lease of a stack.
    pub fn has(&self, stack: &StackId) -> bool {
        self.all.contains_key(stack)
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Returns the check that every attempt on a stack passes; none without its lease.
    pub(super) fn fence(&self, stack: &StackId) -> Option<Fence> {
        self.all.get(stack).map(Lease::fence)
    }

    /// Returns why the lease of a stack is lost, if it is.
    pub(super) fn lost(&self, stack: &StackId) -> Option<String> {
        self.all.get(stack).and_then(Lease::lost)
    }

    /// Waits until lists show what the run before this one has done, or this one's last round: what they miss would be
    /// made twice.
    ///
    /// # Errors
    /// If the run was asked to stop.
    pub async fn quiet(&self, stop: &watch::Receiver<Stop>) -> Result<(), Interrupted> {
        tokio::select! {
            biased;
            () = sleep_until(self.quiet) => Ok(()),
            () = asked(stop, Stop::Soon) => Err(Interrupted),
        }
    }

    /// Notes how a round over these stacks ended.
    pub(super) fn has_run<'a>(&mut self, ended: impl IntoIterator<Item = (&'a StackId, &'a RunSummary)>) {
        self.quiet = self.quiet.max(Instant::now() + self.spread);
        let open = ended.into_iter().filter(|(_, run_summary)| run_summary.may_still_arrive());
        self.open.extend(open.map(|(stack, _)| stack.clone()));
    }

    /// Gives all leases back; that must not keep a run from its end.
    pub async fn give_back(self, stop: &watch::Receiver<Stop>) {
        let Self { all, open, .. } = self;
        let open = &open;
        join_all(
            all.into_iter().map(|(stack, lease)| {
                let may_still_arrive = open.contains(&stack);
                async move {
                    if may_still_arrive { end(lease.abandon(), stop).await } else { end(lease.release(), stop).await }
                }
            }),
        )
        .await;
    }
}

/// None: the run was asked to stop.
async fn take_one<H: LeaseHost>(
    host: &H,
    stack: &Stack,
    terms: LeaseTerms<'_>,
    stop: &watch::Receiver<Stop>,
) -> Option<Result<Lease, Unleased<H::Error>>> {
    let LeaseTerms { run, lock_timeout } = terms;
    let store = match host.leases(stack).await {
        Ok(store) => store,
        Err(why) => return Some(Err(Unleased::Failed(why))),
    };
    let mut take = std::pin::pin!(Lease::take(store, host.clock(), stack, run, host.caller(stack), lock_timeout));
    let taken = tokio::select! {
        biased;
        taken = &mut take => taken,
        // A lease that is just being taken must not be left behind: it is waited for, and given back.
        () = asked(stop, Stop::Soon) => tokio::time::timeout(ENDING_AT_ONCE, &mut take).await.ok()?,
    };
    Some(taken.map_err(|why| match why {
        LeaseError::Held(holder) => Unleased::Held(holder),
        LeaseError::Failed(failure) => Unleased::Failed(failure.into()),
    }))
}

/// Ends a lease within a time.
async fn end(ending: impl Future<Output = Result<(), Failure>>, stop: &watch::Receiver<Stop>) {
    let at_once = async {
        asked(stop, Stop::Now).await;
        tokio::time::sleep(ENDING_AT_ONCE).await;
    };
    // A lease that can't be given back ends by itself within two minutes.
    let why = tokio::select! {
        biased;
        ended = tokio::time::timeout(ENDING, ending) => match ended {
            Ok(Ok(())) => return,
            Ok(Err(failure)) => failure.to_string(),
            Err(_) => "no answer".to_owned(),
        },
        () = at_once => "no answer".to_owned(),
    };
    tracing::warn!(%why, "a lease could not be given back; it ends by itself");
}

/// Returns once the run has been asked to stop at least so far.
async fn asked(stop: &watch::Receiver<Stop>, far: Stop) {
    if stop.clone().wait_for(|asked| *asked >= far).await.is_err() {
        // Nobody is left who could ask.
        std::future::pending::<()>().await;
    }
}
