//! A lease taken away from its holder by a person.

use jiff::Timestamp;

use super::holder::{Holder, LeaseStore};
use crate::resource::{Class, Failure, Result};

/// A live holder renews its lease between our read and our write at most this often in a row.
const TRIES: usize = 5;

/// A lease as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredLease {
    pub holder: Holder,
    version: String,
}

/// Returns who has a lease, or had it last; none if nobody ever had.
pub async fn read(store: &dyn LeaseStore, key: &str, now: Timestamp) -> Result<Option<StoredLease>> {
    let there = store.read(key).await?;
    Ok(there.map(|(body, version)| StoredLease { holder: Holder::parse(&body, now), version }))
}

/// Ends a lease at the time until which it was last renewed. Its holder finds that out with its next heartbeat; until
/// that time, and one attempt's more, it still keeps others out, since a holder that hangs may not have found out.
///
/// # Errors
/// [`Class::Conflict`] if it has changed hands since it was seen.
pub async fn end(store: &dyn LeaseStore, key: &str, seen: StoredLease, by: &str, now: Timestamp) -> Result<Holder> {
    write(store, key, seen, now, |holder| Holder { ended_by: Some(by.to_owned()), ..holder }).await
}

/// Frees a lease at once. Only for a holder that is known to be dead: one that lives changes the stack until its next
/// heartbeat, beside whoever takes the lease meanwhile.
///
/// # Errors
/// As [`end`].
pub async fn free(store: &dyn LeaseStore, key: &str, seen: StoredLease, by: &str, now: Timestamp) -> Result<Holder> {
    let free = |holder| Holder { run: String::new(), until: now, ended_by: Some(by.to_owned()), ..holder };
    write(store, key, seen, now, free).await
}

async fn write(
    store: &dyn LeaseStore,
    key: &str,
    seen: StoredLease,
    now: Timestamp,
    change: impl Fn(Holder) -> Holder,
) -> Result<Holder> {
    let run = seen.holder.run.clone();
    let mut last = seen;
    for _ in 0..TRIES {
        let changed = change(last.holder.clone());
        if store.replace(key, &last.version, changed.body()).await?.is_some() {
            return Ok(changed);
        }
        match read(store, key, now).await? {
            // An earlier try of ours.
            Some(there) if there.holder == changed => return Ok(changed),
            Some(there) if there.holder.run == run => last = there,
            _ => break,
        }
    }
    Err(Failure::new(Class::Conflict, "the lease changed hands meanwhile").hint("look again at who holds it now"))
}
