use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::holder::{Holder, LIFETIME};
use crate::resource::{Class, Failure, Result};

/// The clocks that run on while the machine sleeps, as the monotonic one does not.
pub trait Clock: Send + Sync {
    /// The wall clock, which somebody may set.
    fn now(&self) -> Timestamp;

    /// The time since the machine was started, which nobody can set; none where the system does not tell.
    fn since_boot(&self) -> Option<Duration> {
        None
    }
}

/// Checks, before every attempt, that the lease still holds.
///
/// By three clocks, of which each covers what another misses: the monotonic one, which a changed wall clock does not
/// move; the wall clock, which runs while the machine sleeps; and where there is one the clock since the start, which
/// does both. Once closed it stays closed.
#[derive(Clone)]
pub struct Fence(pub(super) Arc<Held>);

/// The state that the fence and the heartbeat share.
pub(super) struct Held {
    pub(super) clock: Arc<dyn Clock>,
    now: Mutex<Now>,
}

/// The lease as last confirmed.
pub(super) struct Now {
    pub(super) holder: Holder,
    pub(super) version: String,
    end: End,
    lost: Option<String>,
}

/// When the confirmed time ends, on each clock.
#[derive(Clone, Copy)]
struct End {
    monotonic: Instant,
    since_boot: Option<Duration>,
    wall: Timestamp,
}

/// The moment at which a write of the lease was begun: its time counts from there, not from the answer.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    monotonic: Instant,
    since_boot: Option<Duration>,
    pub(super) wall: Timestamp,
}

impl Asked {
    pub(super) fn now(clock: &dyn Clock) -> Self {
        Self { monotonic: Instant::now(), since_boot: clock.since_boot(), wall: clock.now() }
    }

    fn end(self, holder: &Holder) -> End {
        let since_boot = self.since_boot.map(|at| at + LIFETIME);
        End { monotonic: self.monotonic + LIFETIME, since_boot, wall: holder.until }
    }
}

impl End {
    fn is_past(self, clock: &dyn Clock) -> bool {
        let slept_over = self.since_boot.zip(clock.since_boot()).is_some_and(|(end, now)| now >= end);
        slept_over || Instant::now() >= self.monotonic || clock.now() >= self.wall
    }
}

impl Fence {
    /// # Errors
    /// [`Class::Refused`] if the lease is lost or may be.
    pub fn check(&self) -> Result<()> {
        let Some(reason) = self.0.lost() else { return Ok(()) };
        Err(Failure::new(Class::Refused, format!("the lease on the stack is lost: {reason}"))
            .hint("another run may work on this stack now; look with `⟪unlock⟫`, then run the command again"))
    }
}

impl std::fmt::Debug for Fence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Fence").field(&self.0.now().holder.run).finish()
    }
}

impl Held {
    pub(super) fn new(clock: Arc<dyn Clock>, holder: Holder, version: String, asked: Asked) -> Self {
        let end = asked.end(&holder);
        Self { clock, now: Mutex::new(Now { holder, version, end, lost: None }) }
    }

    pub(super) fn now(&self) -> MutexGuard<'_, Now> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A write of the lease was confirmed. What was lost meanwhile stays lost.
    pub(super) fn renew(&self, holder: Holder, version: String, asked: Asked) {
        let mut now = self.now();
        now.notice(&*self.clock);
        now.end = asked.end(&holder);
        now.holder = holder;
        now.version = version;
    }

    /// Closes the fence for good.
    pub(super) fn lose(&self, reason: impl Into<String>) {
        self.now().lost.get_or_insert(reason.into());
    }

    /// Why the lease is lost, if it is.
    pub(super) fn lost(&self) -> Option<String> {
        let mut now = self.now();
        now.notice(&*self.clock);
        now.lost.clone()
    }
}

impl Now {
    /// Notes that the time has run out, if it has.
    fn notice(&mut self, clock: &dyn Clock) {
        if self.lost.is_none() && self.end.is_past(clock) {
            self.lost = Some("its time ran out without a heartbeat".to_owned());
        }
    }
}
