//! Waiting, within one call, for what passes by itself within minutes.

use std::time::Duration;

use crate::aws::{retry, until};
use crate::resource::{Class, Failure, Result, Turn};

/// Repeats a call while its failure is of one of `classes`, for at most `timeout`.
pub(in crate::kinds) async fn retry_while<F, T, E>(
    timeout: Duration,
    classes: &[Class],
    mut call: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T, E>>,
    Failure: From<E>,
{
    let again = |failure: &Failure| classes.contains(&failure.class);
    retry(timeout, again, || {
        let sent = call();
        async move { sent.await.map_err(Failure::from) }
    })
    .await
}

/// Takes a refusal that may last for a turn of its own: the engine waits, lists and calls again.
pub(in crate::kinds) fn turn<T>(answer: Result<T>, is_busy: impl Fn(&Failure) -> bool) -> Result<Turn<T>> {
    match answer {
        Err(failure) if is_busy(&failure) => Ok(Turn::Busy(failure)),
        answer => answer.map(Turn::Done),
    }
}

/// Waits until a service has begun with a change that it has taken: for a while it shows the thing as before. What can't
/// be seen to begin is waited for no longer than `timeout`, and no failure.
pub(in crate::kinds) async fn await_started<F>(timeout: Duration, what: &str, mut has_started: impl FnMut() -> F)
where
    F: Future<Output = Result<bool>>,
{
    let look = || {
        let seen = has_started();
        async move { Ok(seen.await.unwrap_or_default().then_some(())) }
    };
    if let Err(failure) = until(timeout, what, look).await {
        tracing::warn!(%failure, "going on");
    }
}
