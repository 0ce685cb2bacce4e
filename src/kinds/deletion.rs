use crate::aws::{MINUTE, retry};
use crate::resource::{Class, Failure, Result};

/// Deletes, while things that AWS removes in its own time (network interfaces, a gateway's address) still hold on, for at
/// most `minutes`; what is gone already is done.
pub(super) async fn until_gone<F, T, E>(minutes: u32, mut call: impl FnMut() -> F) -> Result<()>
where
    F: Future<Output = std::result::Result<T, E>>,
    Failure: From<E>,
{
    let gone = retry(
        MINUTE * minutes,
        |failure| failure.is(Class::Busy),
        || {
            let sent = call();
            async move { sent.await.map(drop).map_err(Failure::from) }
        },
    );
    match gone.await {
        Err(failure) if failure.is(Class::NotFound) => Ok(()),
        other => other,
    }
}
