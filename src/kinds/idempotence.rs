//! What makes running twice dull: a thing with our name is adopted if it bears our tags and a conflict if not, what is
//! gone is deleted already, and what passes by itself is waited out.

use std::time::Duration;

use crate::aws::retry;
use crate::resource::{Class, Failure, Result, Tags, key};

/// Returns whether two sets of tags claim the same address.
pub(super) fn is_same(live: &Tags, ours: &Tags) -> bool {
    let keys = [key::PROJECT, key::TENANT, key::ENVIRONMENT, key::NAME];
    keys.iter().all(|key| live.get(key).is_some() && live.get(key) == ours.get(key))
}

/// The conflict over a name that somebody else's resource has; `what` names it, `live` are its tags.
pub(super) fn taken(what: &str, live: &Tags) -> Failure {
    let owner = match (live.get(key::PROJECT), live.stack(), live.get(key::NAME)) {
        (Some(project), Some(stack), Some(name)) => {
            format!("it is {name} of {}/{} in project {project}", stack.tenant, stack.environment)
        }
        _ if live.is_empty() => "it bears no tags".to_owned(),
        _ => {
            let tags: Vec<_> = live.iter().map(|(key, value)| format!("{key}={value}")).collect();
            format!("its tags are {}", tags.join(", "))
        }
    };
    Failure::new(Class::AlreadyExists, format!("{what} is there already and not ours: {owner}"))
}

/// Takes "not found" for success: what is gone is deleted.
pub(super) fn gone<T, E>(answer: Result<T, E>) -> Result<()>
where
    Failure: From<E>,
{
    match answer.map_err(Failure::from) {
        Err(failure) if !failure.is(Class::NotFound) => Err(failure),
        _ => Ok(()),
    }
}

/// Repeats a call while its failure is of one of `classes`, for at most `patience`.
pub(super) async fn patiently<F, T, E>(patience: Duration, classes: &[Class], mut call: impl FnMut() -> F) -> Result<T>
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
