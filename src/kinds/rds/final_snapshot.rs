//! The last state of a database, kept when it is deleted.

use crate::aws::{MINUTE, retry};
use crate::resource::{Class, Failure, Kept, Result};

/// How many snapshots of one database may be there already: each try that took one and was broken off leaves one.
const TRIES: u32 = 9;

/// Deletes with a final snapshot and returns its name; none if it was gone already. `resource` is RDS's immutable id.
///
/// # Errors
/// Of the deletion, also a transient one: then the engine calls again; or all names for snapshots are taken.
pub(super) async fn with_final_snapshot<F: Future<Output = Result<()>>>(
    resource: &str,
    is_transient: impl Fn(&Failure) -> bool + Copy,
    delete: impl Fn(String) -> F,
) -> Result<Option<String>> {
    for attempt in 1..=TRIES {
        let snapshot = name(resource, attempt);
        match retry(MINUTE, is_transient, || delete(snapshot.clone())).await {
            Ok(()) => return Ok(Some(snapshot)),
            // An earlier try took one, and the database has been written to since: take another.
            Err(failure) if failure.is(Class::AlreadyExists) => {}
            Err(failure) if failure.is(Class::NotFound) => return Ok(None),
            Err(failure) => return Err(failure),
        }
    }
    let last = name(resource, TRIES);
    Err(Failure::new(Class::AlreadyExists, format!("final snapshots up to {last} are there already"))
        .hint("delete the older ones (⟪aws rds delete-db-cluster-snapshot⟫), then run the command again"))
}

/// What is left of a database: its snapshot, and the backups that RDS keeps for so many days.
pub(super) fn kept(snapshot: String, id: &str, resource: &str, days: i32) -> Vec<Kept> {
    vec![
        Kept {
            what: "snapshot".to_owned(),
            id: snapshot,
            why: format!("the last state of {id}, encrypted as it was; delete it by hand"),
            costs: true,
            is_itself: false,
            stays: false,
        },
        Kept {
            what: "automated backups".to_owned(),
            id: resource.to_owned(),
            why: format!("a restore to any second is possible until they expire after {days} days"),
            costs: true,
            is_itself: false,
            stays: false,
        },
    ]
}

/// Named after the immutable resource id: the identifier can be taken by another database later.
fn name(resource: &str, attempt: u32) -> String {
    let resource = resource.to_lowercase();
    match attempt {
        1 => format!("{resource}-final"),
        _ => format!("{resource}-final-{attempt}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_final_snapshot_has_its_own_name() {
        assert_eq!(name("cluster-ABC", 1), "cluster-abc-final");
        assert_eq!(name("cluster-ABC", 2), "cluster-abc-final-2");
    }
}
