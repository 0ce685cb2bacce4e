use super::DbCluster;
use crate::aws::{MINUTE, Writer};
use crate::kinds::rds;
use crate::kinds::rds::final_snapshot;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::{retry_while, turn};
use crate::resource::{Class, Failure, Found, Kept, Result, Turn};

/// Deletes the cluster with a final snapshot, and keeps its automated backups.
pub(super) async fn delete(writer: &Writer, live: &Found<DbCluster>) -> Result<Turn<Vec<Kept>>> {
    if live.spec.deletion_protection {
        let call = writer.rds().modify_db_cluster().db_cluster_identifier(&live.id);
        let call = call.deletion_protection(false).apply_immediately(true);
        let sent = gone(retry_while(MINUTE, rds::TRANSIENT, || call.clone().send()).await.map(drop));
        if let Turn::Busy(failure) = turn(sent, rds::is_transient)? {
            return Ok(Turn::Busy(failure));
        }
    }
    let resource = &live.outputs.resource_id;
    let send = |snapshot: String| async move {
        let call = writer.rds().delete_db_cluster().db_cluster_identifier(&live.id).skip_final_snapshot(false);
        let call = call.final_db_snapshot_identifier(snapshot).delete_automated_backups(false);
        Ok(call.send().await.map(drop)?)
    };
    let sent = final_snapshot::with_final_snapshot(resource, |failure| is_transient(live, failure), send).await;
    let days = live.spec.backup_retention_period;
    let kept = |snapshot| final_snapshot::kept(snapshot, &live.id, resource, days);
    turn(sent.map(|snapshot| snapshot.map(kept).unwrap_or_default()), |failure| is_transient(live, failure))
}

/// Returns whether a refused deletion passes: another change is under way, or that of the protection has not got through.
fn is_transient(live: &Found<DbCluster>, failure: &Failure) -> bool {
    let is_protected = failure.message.contains("deletion protection");
    failure.is(Class::Busy) || (live.spec.deletion_protection && is_protected)
}
