//! What makes running twice dull: what an earlier try made is known by its tags, what is gone is deleted already, and
//! what passes by itself is waited out.

use std::time::Duration;

use crate::aws::{retry, until};
use crate::resource::{Class, Failure, Result, Tags, Turn, key};

/// Returns whether two sets of tags claim the same address.
pub(in crate::kinds) fn is_same(live: &Tags, ours: &Tags) -> bool {
    let keys = [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME];
    keys.iter().all(|key| live.get(key).is_some() && live.get(key) == ours.get(key))
}

/// The conflict over a name that somebody else's resource has; `what` names it, `live` are its tags.
pub(in crate::kinds) fn taken(what: &str, live: &Tags) -> Failure {
    let owner = match (live.get(key::PROJECT), live.stack(), live.get(key::NAME)) {
        (Some(project), Some(stack), Some(name)) => format!("belongs to {name} of {stack} in project {project}"),
        _ => "is not ours: it bears none of our tags".to_owned(),
    };
    Failure::new(Class::AlreadyExists, format!("{what} is there already and {owner}"))
}

/// Takes "not found" for success: what is gone is deleted.
pub(in crate::kinds) fn gone<T, E>(answer: Result<T, E>) -> Result<()>
where
    Failure: From<E>,
{
    match answer.map_err(Failure::from) {
        Err(failure) if !failure.is(Class::NotFound) => Err(failure),
        _ => Ok(()),
    }
}

/// The same where a service also says of something else that it is not found: only what it says with one of these codes
/// is about the thing itself.
pub(in crate::kinds) fn gone_as<T, E>(codes: &[&str], answer: Result<T, E>) -> Result<()>
where
    Failure: From<E>,
{
    match answer.map_err(Failure::from) {
        Err(failure) if !codes.contains(&failure.code.as_str()) => Err(failure),
        _ => Ok(()),
    }
}

/// Takes a refusal that may last for a turn of its own: the engine waits, lists and calls again.
pub(in crate::kinds) fn turn<T>(answer: Result<T>, is_busy: impl Fn(&Failure) -> bool) -> Result<Turn<T>> {
    match answer {
        Err(failure) if is_busy(&failure) => Ok(Turn::Busy(failure)),
        answer => answer.map(Turn::Done),
    }
}

/// Repeats a call while its failure is of one of `classes`, for at most `patience`.
pub(in crate::kinds) async fn patiently<F, T, E>(
    patience: Duration,
    classes: &[Class],
    mut call: impl FnMut() -> F,
) -> Result<T>
where
    F: Future<Output = Result<T, E>>,
    Failure: From<E>,
{
    let again = |failure: &Failure| classes.contains(&failure.class);
    retry(patience, again, || {
        let sent = call();
        async move { sent.await.map_err(Failure::from) }
    })
    .await
}

/// Waits until a service has begun with a change that it has taken: for a while it shows the thing as before. What can't
/// be seen to begin is waited for no longer than `patience`, and no failure.
pub(in crate::kinds) async fn begun<F>(patience: Duration, what: &str, mut has_begun: impl FnMut() -> F)
where
    F: Future<Output = Result<bool>>,
{
    let look = || {
        let seen = has_begun();
        async move { Ok(seen.await.unwrap_or_default().then_some(())) }
    };
    if let Err(failure) = until(patience, what, look).await {
        tracing::warn!(%failure, "going on");
    }
}
