//! Secrets Manager.

pub(super) mod secret;

use aws_sdk_secretsmanager::types::SecretListEntry;

use crate::aws::Clients;
use crate::resource::Result;

/// The page size of ListSecrets: the most it takes.
const PAGE: i32 = 100;

/// Every secret of the account and region, as it was five minutes ago at the worst; also those that wait to be deleted, if
/// they are asked for.
pub(super) async fn secrets(clients: &Clients, with_leaving: bool) -> Result<Vec<SecretListEntry>> {
    let call = clients.secrets_manager().list_secrets().max_results(PAGE).include_planned_deletion(with_leaving);
    let mut pages = call.into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.extend(page?.secret_list.unwrap_or_default());
    }
    Ok(all)
}
