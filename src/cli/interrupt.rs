use tokio::sync::watch;

#[cfg(unix)]
use super::control_echo::ControlEcho;
use super::exit::Exit;
use super::failure::{CommandFailure, Result};
use crate::apply::{self, ENDING_AT_ONCE, Stop};

/// The signals that ask a run to stop, from the moment on that somebody listens.
///
/// The first Ctrl-C or SIGTERM is [`Stop::Soon`], the second [`Stop::Now`]. A lost terminal (SIGHUP) is never more than
/// [`Stop::Soon`]: the system and the shell each send it, and neither means haste. What is left to do after [`Stop::Now`]
/// is not waited for once there is a third.
pub struct Interrupt {
    stop: watch::Receiver<Stop>,
    cut: watch::Receiver<bool>,
    #[cfg(unix)]
    _control_echo: ControlEcho,
}

impl Interrupt {
    /// Listens from now on; inside a runtime.
    pub fn listen() -> Self {
        let (stopping, stop) = watch::channel(Stop::No);
        let (cutting, cut) = watch::channel(false);
        tokio::spawn(heed(stopping, cutting));
        Self {
            stop,
            cut,
            #[cfg(unix)]
            _control_echo: ControlEcho::off(),
        }
    }

    /// How far the run has been asked to stop.
    pub fn stop(&self) -> watch::Receiver<Stop> {
        self.stop.clone()
    }

    /// Returns once the run has been asked to stop at least as far as this.
    pub async fn until(&self, stop: Stop) {
        if self.stop.clone().wait_for(|asked| *asked >= stop).await.is_err() {
            // Nobody listens any more, so nobody will ask.
            std::future::pending::<()>().await;
        }
    }

    /// Returns once there was a third signal.
    pub async fn until_cut(&self) {
        if self.cut.clone().wait_for(|cut| *cut).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Returns once what ends in order has had its time: a little after the second signal, at once with the third.
    pub async fn out_of_patience(&self) {
        let at_once = async {
            self.until(Stop::Now).await;
            tokio::time::sleep(ENDING_AT_ONCE).await;
        };
        tokio::select! {
            () = at_once => {}
            () = self.until_cut() => {}
        }
    }

    /// Does what changes nothing, unless the first signal comes before it is done.
    ///
    /// # Errors
    /// Its own, or that it was interrupted.
    pub async fn or<T, E>(&self, work: impl Future<Output = Result<T, E>>) -> Result<T>
    where
        CommandFailure: From<E>,
    {
        tokio::select! {
            biased;
            () = self.until(Stop::Soon) => Err(interrupted()),
            done = work => Ok(done?),
        }
    }
}

/// The end of a command that was interrupted while it changed nothing.
pub fn interrupted() -> CommandFailure {
    CommandFailure::new(Exit::Interrupted, "interrupted; nothing was under way")
}

impl From<apply::Interrupted> for CommandFailure {
    fn from(_: apply::Interrupted) -> Self {
        interrupted()
    }
}

/// The end of a command that was not let end in order.
pub fn cut_off() -> CommandFailure {
    CommandFailure::new(
        Exit::Interrupted,
        "ended at once; what was under way may still happen, and the lease ends by itself",
    )
}

#[cfg(unix)]
async fn heed(stop: watch::Sender<Stop>, cut: watch::Sender<bool>) {
    use tokio::signal::unix::SignalKind;
    let mut ask = listen(SignalKind::interrupt());
    let mut end = listen(SignalKind::terminate());
    let mut lost = listen(SignalKind::hangup());
    while !*cut.borrow() {
        let is_urgent = tokio::select! {
            () = next(&mut ask) => true,
            () = next(&mut end) => true,
            () = next(&mut lost) => false,
        };
        if is_urgent && *stop.borrow() == Stop::Now {
            cut.send_replace(true);
        }
        stop.send_modify(|stop| {
            *stop = match *stop {
                Stop::No => Stop::Soon,
                Stop::Soon if is_urgent => Stop::Now,
                same => same,
            };
        });
    }
}

#[cfg(unix)]
async fn next(signal: &mut Option<tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

/// Listens to a signal, unless whoever started us had it ignored (`nohup`, a script's background job): so it stays.
#[cfg(unix)]
fn listen(kind: tokio::signal::unix::SignalKind) -> Option<tokio::signal::unix::Signal> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let is_ignored = mask & (1 << (kind.as_raw_value() - 1)) != 0;
    if is_ignored { None } else { tokio::signal::unix::signal(kind).ok() }
}

#[cfg(not(unix))]
async fn heed(stop: watch::Sender<Stop>, cut: watch::Sender<bool>) {
    for asked in [Stop::Soon, Stop::Now] {
        if tokio::signal::ctrl_c().await.is_err() {
            return;
        }
        stop.send_replace(asked);
    }
    if tokio::signal::ctrl_c().await.is_ok() {
        cut.send_replace(true);
    }
}
