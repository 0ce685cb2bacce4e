//! The bucket's policy: who may do what with it, beside what the account's own policies say.

use super::read::unless_absent;
use super::write::send;
use crate::aws::{Clients, Writer};
use crate::resource::normal::PolicyDocument;
use crate::resource::{Class, Failure, Result};

pub(super) async fn get(clients: &Clients, bucket: &str) -> Result<PolicyDocument> {
    let answer = clients.s3().get_bucket_policy().bucket(bucket).send().await;
    let text = unless_absent("NoSuchBucketPolicy", answer)?.and_then(|answer| answer.policy);
    let unreadable = |error| Failure::new(Class::Other, format!("the policy of {bucket} is no JSON: {error}"));
    text.map_or_else(|| Ok(PolicyDocument::default()), |text| PolicyDocument::parse(&text).map_err(unreadable))
}

pub(super) async fn put(writer: &Writer, bucket: &str, wanted: &PolicyDocument) -> Result<()> {
    let owner = writer.account();
    if wanted.is_empty() {
        let call = writer.s3().delete_bucket_policy().bucket(bucket).expected_bucket_owner(owner);
        return send(|| call.clone().send()).await.map(drop);
    }
    let call = writer.s3().put_bucket_policy().bucket(bucket).policy(wanted.to_string()).expected_bucket_owner(owner);
    send(|| call.clone().send()).await.map(drop)
}
