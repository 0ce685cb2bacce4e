use super::DbInstance;
use crate::aws::{MINUTE, Writer};
use crate::kinds::rds;
use crate::kinds::rds::final_snapshot;
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::{retry_while, turn};
use crate::resource::{Class, Failure, Found, Kept, Result, Turn};

/// Deletes an instance. A member of a cluster bears no data of its own, and AWS takes no snapshot of one; an instance that
/// stands alone leaves its last state and its automated backups, unless it is a copy of another.
pub(super) async fn delete(writer: &Writer, live: &Found<DbInstance>) -> Result<Turn<Vec<Kept>>> {
    match &live.outputs.alone {
        None => member(writer, live).await,
        Some(alone) if alone.is_replica => member(writer, live).await,
        Some(alone) => {
            if alone.is_protected {
                let call = writer.rds().modify_db_instance().db_instance_identifier(&live.id);
                let call = call.deletion_protection(false).apply_immediately(true);
                let sent = gone(retry_while(MINUTE, rds::TRANSIENT, || call.clone().send()).await.map(drop));
                if let Turn::Busy(failure) = turn(sent, rds::is_transient)? {
                    return Ok(Turn::Busy(failure));
                }
            }
            let is_protected = alone.is_protected;
            let resource = &live.outputs.dbi_resource_id;
            let send = |snapshot: String| async move {
                let call = writer.rds().delete_db_instance().db_instance_identifier(&live.id);
                let call = call.skip_final_snapshot(false).final_db_snapshot_identifier(snapshot);
                Ok(call.delete_automated_backups(false).send().await.map(drop)?)
            };
            let is_transient = |failure: &Failure| {
                failure.is(Class::Busy) || (is_protected && failure.message.contains("deletion protection"))
            };
            let sent = final_snapshot::with_final_snapshot(resource, is_transient, send).await;
            let kept = |snapshot| final_snapshot::kept(snapshot, &live.id, resource, alone.days);
            turn(sent.map(|snapshot| snapshot.map(kept).unwrap_or_default()), is_transient)
        }
    }
}

async fn member(writer: &Writer, live: &Found<DbInstance>) -> Result<Turn<Vec<Kept>>> {
    let call = writer.rds().delete_db_instance().db_instance_identifier(&live.id).skip_final_snapshot(true);
    let sent = retry_while(MINUTE, rds::TRANSIENT, || call.clone().send()).await;
    turn(gone(sent).map(|()| Vec::new()), rds::is_transient)
}
