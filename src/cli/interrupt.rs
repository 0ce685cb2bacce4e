use tokio::sync::watch;

use super::world::Stream;
use crate::apply::Stop;

/// Turns the first Ctrl-C or SIGTERM into [`Stop::Soon`] and the second into [`Stop::Now`], and says so.
pub fn watch(err: Stream) -> watch::Receiver<Stop> {
    let (sender, receiver) = watch::channel(Stop::No);
    tokio::spawn(async move {
        for (stop, text) in [
            (Stop::Soon, "\ninterrupted: finishing what is under way, starting nothing new (again to stop at once)\n"),
            (Stop::Now, "\nstopping at once; run the command again to go on from what is there\n"),
        ] {
            signal().await;
            let _ = err.print(text);
            if sender.send(stop).is_err() {
                return;
            }
        }
    });
    receiver
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
