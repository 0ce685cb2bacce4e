//! The display while stacks are read.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use crate::cli::command_line::Form;
use crate::cli::global::{Global, LogFormat};
use crate::cli::world::{Lines, Stream, World};
use crate::report::{ReadDisplay, ReadProgress};

/// How a look at what is there is shown.
#[derive(Clone)]
pub(super) enum Screen {
    Terminal,
    Log(Stream),
    Quiet,
}

impl Screen {
    pub(super) fn of(world: &World, global: &Global) -> Self {
        if global.quiet || global.log_format == LogFormat::Json {
            Self::Quiet
        } else if world.err.is_terminal && world.variable("TERM") != Some("dumb") {
            Self::Terminal
        } else {
            Self::Log(world.err.clone())
        }
    }

    pub(super) fn reading(&self) -> ReadDisplay {
        match self {
            Self::Terminal => ReadDisplay::bar(),
            Self::Log(to) => ReadDisplay::lines(Box::new(Lines::new(to, Form::Text))),
            Self::Quiet => ReadDisplay::Quiet,
        }
    }
}

/// How many accounts a look has read, of how many.
#[derive(Debug, Default)]
pub(super) struct AccountCounter {
    read: AtomicUsize,
    all: AtomicUsize,
}

impl AccountCounter {
    pub(super) fn begin(&self, all: usize) {
        self.read.store(0, Ordering::Relaxed);
        self.all.store(all, Ordering::Relaxed);
    }

    pub(super) fn add(&self) {
        self.read.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn counts(&self) -> (usize, usize) {
        (self.read.load(Ordering::Relaxed), self.all.load(Ordering::Relaxed))
    }
}

/// Waits for a look, and says how far it is: `read` without the time that it takes.
pub(super) async fn shown<T>(
    mut reading: ReadDisplay,
    read: impl Fn() -> ReadProgress,
    look: impl Future<Output = T>,
) -> T {
    const TICK: Duration = Duration::from_millis(150);
    let began = Instant::now();
    let mut ticks = interval(TICK);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut look = pin!(look);
    loop {
        tokio::select! {
            seen = &mut look => return seen,
            _ = ticks.tick() => reading.tell(ReadProgress { elapsed: began.elapsed(), ..read() }),
        }
    }
}
