//! What is on screen while stacks are read.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};

use super::Engine;
use crate::cli::args::{Global, LogFormat};
use crate::cli::command_line::Form;
use crate::cli::world::{Lines, Stream, World};
use crate::report::{Read, Reading};

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

    fn reading(&self) -> Reading {
        match self {
            Self::Terminal => Reading::bar(),
            Self::Log(to) => Reading::lines(Box::new(Lines::new(to, Form::Text))),
            Self::Quiet => Reading::Quiet,
        }
    }
}

impl Engine {
    /// Waits for a look at so many stacks, and says how far it is. `done` counts the accounts that were read.
    pub(super) async fn shown<T>(
        &self,
        stacks: usize,
        (done, accounts): (&AtomicUsize, usize),
        look: impl Future<Output = T>,
    ) -> T {
        const TICK: Duration = Duration::from_millis(150);
        let (began, before) = (Instant::now(), self.calls());
        // While a run is on screen it has the screen for itself.
        let mut reading = if self.is_running.load(Ordering::Relaxed) { Reading::Quiet } else { self.screen.reading() };
        let mut ticks = interval(TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut look = pin!(look);
        loop {
            tokio::select! {
                seen = &mut look => return seen,
                _ = ticks.tick() => reading.tell(Read {
                    stacks,
                    accounts: (done.load(Ordering::Relaxed), accounts),
                    calls: self.calls() - before,
                    elapsed: began.elapsed(),
                }),
            }
        }
    }

    fn calls(&self) -> u64 {
        self.sessions.timings().total().calls
    }
}
