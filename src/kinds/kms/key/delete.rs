use super::{Key, Spec, users};
use crate::aws::Writer;
use crate::kinds::shared::deletion::{day, gone};
use crate::resource::{Class, Failure, Found, Kept, Result};

/// How many of those that need a key are named.
const NAMED: usize = 5;

/// Schedules the deletion, unless a snapshot, a backup or a secret needs the key to be read: then the key stays, and says for what.
/// What could not be looked at may need it: then the deletion fails.
///
/// The alias goes first, so that the name is free for the next key.
pub(super) async fn delete(writer: &Writer, live: &Found<Key>) -> Result<Vec<Kept>> {
    let arn = &live.outputs.arn;
    let needed = users::of(writer, arn).await?;
    if !needed.is_empty() {
        let why =
            format!("without it nobody could read {}; the next destroy after they are gone takes it", listed(&needed));
        return Ok(vec![Kept { costs: true, stays: true, ..kept(arn, why) }]);
    }
    if let Some(name) = &live.name {
        gone(writer.kms().delete_alias().alias_name(format!("alias/{name}")).send().await)?;
    }
    let Spec { pending_window_in_days, .. } = live.spec;
    let call = writer.kms().schedule_key_deletion().key_id(&live.id).pending_window_in_days(pending_window_in_days);
    let date = match call.send().await.map_err(Failure::from) {
        Ok(answer) => answer.deletion_date().and_then(day),
        // Scheduled already.
        Err(failure) if failure.is(Class::Busy) => None,
        Err(failure) if failure.is(Class::NotFound) => return Ok(Vec::new()),
        Err(failure) => return Err(failure),
    };
    let when = date.map_or_else(|| format!("within {pending_window_in_days} days"), |date| format!("on {date}"));
    let why = format!("deleted {when}; until then `⟪aws kms cancel-key-deletion --key-id {}⟫` brings it back", live.id);
    Ok(vec![kept(arn, why)])
}

/// The first few, and how many more there are: automated backups make one a day.
fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{rest}", names[..names.len() - more].join(", "))
}

/// A key that is scheduled for deletion costs nothing.
fn kept(arn: &str, why: String) -> Kept {
    Kept { what: "key".to_owned(), id: arn.to_owned(), why, costs: false, is_itself: true, stays: false }
}
