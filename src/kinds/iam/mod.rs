//! Identity and Access Management.

pub(super) mod instance_profile;
pub(super) mod role;

use aws_sdk_iam::types::SummaryKeyType;

use crate::aws::Reader;
use crate::resource::{InUse, Result};

/// How many things of one sort the account has: one answer tells of all.
async fn in_use(reader: &Reader, key: &SummaryKeyType) -> Result<Option<InUse>> {
    let fetch = async { Ok(reader.iam().get_account_summary().send().await?) };
    let answer = reader.once("iam:summary", fetch).await?;
    let number = answer.summary_map().and_then(|all| all.get(key)).and_then(|number| usize::try_from(*number).ok());
    Ok(number.map(InUse::count))
}
