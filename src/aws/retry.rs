use std::future::Future;
use std::time::Duration;

use crate::resource::{Class, Failure, Result};

/// The unit of time-outs: figures in the kinds read as `2 * MINUTE`.
pub const MINUTE: Duration = Duration::from_secs(60);
/// The first pause; each next is half as long again, up to `LONGEST`.
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(10);
/// How long a service that can't be reached is tried: about what the SDK's own attempts come to.
const UNREACHED: Duration = Duration::from_secs(15);

/// Repeats a call while `again` says that its failure passes by itself, for at most `timeout`. What was throttled was not
/// carried out: that passes as well, also where the SDK has given up.
///
/// Time is tokio's, so tests with a paused clock do not wait.
pub async fn retry<T, F>(timeout: Duration, again: impl Fn(&Failure) -> bool, call: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    retry_paced(FIRST, timeout, again, call).await
}

async fn retry_paced<T, F>(
    first: Duration,
    timeout: Duration,
    again: impl Fn(&Failure) -> bool,
    call: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    retry_within(first, |failure| (failure.is(Class::Throttled) || again(failure)).then_some(timeout), call).await
}

/// Repeats a call until the time-out of its failure, counted from the first call; none: the failure is final.
async fn retry_within<T, F>(
    first: Duration,
    timeout: impl Fn(&Failure) -> Option<Duration>,
    mut call: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    let start = tokio::time::Instant::now();
    let mut pause = first;
    loop {
        match call().await {
            Err(failure) if timeout(&failure).is_some_and(|timeout| start.elapsed() + pause < timeout) => {
                tracing::debug!(%failure, ?pause, "trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 3 / 2).min(LONGEST);
            }
            answer => return answer,
        }
    }
}

/// Polls until `look` returns something, for at most `timeout`; then fails as [`Class::Busy`], naming `what`.
pub async fn until<T, F>(timeout: Duration, what: &str, look: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    until_paced(FIRST, timeout, what, look).await
}

/// The same for what takes a while as a rule: the pause after the first look is `first`.
pub async fn until_paced<T, F>(first: Duration, timeout: Duration, what: &str, mut look: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let waiting = Failure::new(Class::Busy, format!("{what}: not done after {} s", timeout.as_secs()));
    retry_paced(
        first,
        timeout,
        |failure| *failure == waiting,
        || {
            let seen = look();
            let waiting = waiting.clone();
            async move { seen.await?.ok_or(waiting) }
        },
    )
    .await
}

/// Creates what AWS gives neither a token nor a unique name for: looks for our own tags first, sends once, and when no
/// answer came looks again before giving up. `send` must not be retried by the SDK (see [`Writer`](super::Writer)); what
/// was throttled, or never left this machine, was not carried out, and is sent again.
pub async fn create_once<T, L, S>(mut look: impl FnMut() -> L, send: impl FnMut() -> S) -> Result<T>
where
    L: Future<Output = Result<Option<T>>>,
    S: Future<Output = Result<T>>,
{
    if let Some(there) = look().await? {
        return Ok(there);
    }
    let timeout = |failure: &Failure| match failure.class {
        Class::Throttled => Some(5 * MINUTE),
        Class::Unreachable => Some(UNREACHED),
        _ => None,
    };
    match retry_within(FIRST, timeout, send).await {
        Err(failure) if failure.is(Class::Ambiguous) || failure.is(Class::Other) => {
            match until(Duration::from_secs(20), "looking for what a lost answer made", &mut look).await {
                Ok(there) => Ok(there),
                Err(_) => Err(failure),
            }
        }
        answer => answer,
    }
}
