use super::DbCluster;
use crate::aws::{MINUTE, Writer, retry};
use crate::kinds::rds;
use crate::resource::{Class, Failure, Found, Kept, Result};

/// Deletes the cluster with a final snapshot, and keeps its automated backups.
pub(super) async fn delete(writer: &Writer, live: &Found<DbCluster>) -> Result<Vec<Kept>> {
    if live.spec.deletion_protection {
        let call = writer.rds().modify_db_cluster().db_cluster_identifier(&live.id);
        let call = call.deletion_protection(false).apply_immediately(true);
        rds::gone(rds::patiently(15, || async { Ok(call.clone().send().await.map(drop)?) }).await)?;
    }
    let resource = live.outputs.resource_id.to_lowercase();
    for attempt in 1..=9 {
        let snapshot = final_snapshot(&resource, attempt);
        // Fifteen minutes: instances that are being deleted still count.
        let sent = retry(
            15 * MINUTE,
            |failure| passes(live, failure),
            || async {
                let call = writer.rds().delete_db_cluster().db_cluster_identifier(&live.id).skip_final_snapshot(false);
                let call = call.final_db_snapshot_identifier(&snapshot).delete_automated_backups(false);
                Ok(call.send().await.map(drop)?)
            },
        );
        match sent.await {
            Ok(()) => return Ok(kept(&snapshot, live)),
            // An earlier try took one, and the cluster has been written to since: take another.
            Err(failure) if failure.is(Class::AlreadyExists) => {}
            Err(failure) if failure.is(Class::NotFound) => return Ok(Vec::new()),
            Err(failure) => return Err(failure),
        }
    }
    let last = final_snapshot(&resource, 9);
    Err(Failure::new(Class::AlreadyExists, format!("final snapshots up to {last} are there already"))
        .hint("delete the older ones (aws rds delete-db-cluster-snapshot), then run the command again"))
}

/// Returns whether a refused deletion passes: another change is under way, or that of the protection has not got through.
fn passes(live: &Found<DbCluster>, failure: &Failure) -> bool {
    let is_protected = failure.message.contains("deletion protection");
    failure.is(Class::Busy) || (live.spec.deletion_protection && is_protected)
}

/// Named after the immutable resource id: the identifier can be taken by another cluster later.
pub(super) fn final_snapshot(resource: &str, attempt: u32) -> String {
    match attempt {
        1 => format!("{resource}-final"),
        _ => format!("{resource}-final-{attempt}"),
    }
}

fn kept(snapshot: &str, live: &Found<DbCluster>) -> Vec<Kept> {
    let days = live.spec.backup_retention_period;
    vec![
        Kept {
            what: "snapshot".to_owned(),
            id: snapshot.to_owned(),
            why: format!("the last state of {}, encrypted with the cluster's key; delete it by hand", live.id),
            is_itself: false,
        },
        Kept {
            what: "automated backups".to_owned(),
            id: live.outputs.resource_id.clone(),
            why: format!("a restore to any second is possible until they expire after {days} days"),
            is_itself: false,
        },
    ]
}
