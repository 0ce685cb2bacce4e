//! What is in a bucket, and taking it away: versions, delete markers and unfinished uploads.

use aws_sdk_s3::operation::list_object_versions::ListObjectVersionsOutput;
use aws_sdk_s3::types::{Delete, ObjectIdentifier};

use super::write::{built, send};
use crate::aws::{Clients, Writer};
use crate::resource::{Class, Failure, Result};

/// The most that S3 lists, and that it deletes, at once.
const PAGE: i32 = 1000;
/// How many pages go in one turn: between turns the run says that it goes on, and may be stopped.
const PAGES: usize = 20;

/// Returns what is in it, in words, by its first page; none if nothing is.
pub(super) async fn contents(clients: &Clients, bucket: &str) -> Result<Option<String>> {
    let page = clients.s3().list_object_versions().bucket(bucket).max_keys(PAGE).send().await?;
    let is_more = page.is_truncated() == Some(true);
    Ok(told(page.versions().len(), page.delete_markers().len(), is_more))
}

fn told(versions: usize, markers: usize, is_more: bool) -> Option<String> {
    let count = |number: usize, one: &str| format!("{number} {one}{}", if number == 1 { "" } else { "s" });
    match (versions, markers) {
        _ if is_more => Some(format!("more than {PAGE} versions of objects")),
        (0, 0) => None,
        (versions, 0) => Some(count(versions, "object version")),
        (0, markers) => Some(count(markers, "delete marker")),
        (versions, markers) => {
            Some(format!("{} and {}", count(versions, "object version"), count(markers, "delete marker")))
        }
    }
}

/// Takes away as much as one turn does.
pub(super) async fn empty(writer: &Writer, bucket: &str) -> Result<()> {
    for _ in 0..PAGES {
        let call = writer.s3().list_object_versions().bucket(bucket).max_keys(PAGE);
        let page = call.expected_bucket_owner(writer.account()).send().await?;
        let all = identifiers(&page)?;
        if all.is_empty() {
            return abort(writer, bucket).await;
        }
        delete(writer, bucket, all).await?;
    }
    Ok(())
}

fn identifiers(page: &ListObjectVersionsOutput) -> Result<Vec<ObjectIdentifier>> {
    let versions = page.versions().iter().map(|one| (one.key(), one.version_id()));
    let markers = page.delete_markers().iter().map(|one| (one.key(), one.version_id()));
    let one = |(key, version): (Option<&str>, Option<&str>)| {
        let one = ObjectIdentifier::builder().set_key(key.map(str::to_owned));
        built(one.set_version_id(version.map(str::to_owned)).build())
    };
    versions.chain(markers).map(one).collect()
}

/// Deletes some versions. Of what S3 keeps (a lock, a right that is missing) the first is told: the bucket can't go before it.
async fn delete(writer: &Writer, bucket: &str, all: Vec<ObjectIdentifier>) -> Result<()> {
    let all = built(Delete::builder().set_objects(Some(all)).quiet(true).build())?;
    let call = writer.s3().delete_objects().bucket(bucket).delete(all).expected_bucket_owner(writer.account());
    let answer = send(|| call.clone().send()).await?;
    let Some(first) = answer.errors().first() else { return Ok(()) };
    let (key, why) = (first.key().unwrap_or("?"), first.message().unwrap_or("no reason given"));
    let message = format!("{} of what is in {bucket} can't be deleted, {key} for one: {why}", answer.errors().len());
    let hint = "a version that is locked goes only when its time is over; a policy may forbid s3:DeleteObjectVersion";
    Err(Failure {
        code: first.code().unwrap_or_default().to_owned(),
        ..Failure::new(Class::Denied, message).hint(hint)
    })
}

/// Ends the uploads in parts that nobody has finished: a page of them.
async fn abort(writer: &Writer, bucket: &str) -> Result<()> {
    let (s3, owner) = (writer.s3(), writer.account());
    let page = s3.list_multipart_uploads().bucket(bucket).max_uploads(PAGE).expected_bucket_owner(owner).send().await?;
    for upload in page.uploads() {
        let (key, id) = (upload.key().unwrap_or_default(), upload.upload_id().unwrap_or_default());
        let call = s3.abort_multipart_upload().bucket(bucket).key(key).upload_id(id).expected_bucket_owner(owner);
        crate::kinds::shared::deletion::gone(call.send().await)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_is_counted_as_far_as_one_page_tells() {
        assert_eq!(told(0, 0, false), None);
        assert_eq!(told(1, 0, false).as_deref(), Some("1 object version"));
        assert_eq!(told(3, 2, false).as_deref(), Some("3 object versions and 2 delete markers"));
        assert_eq!(told(0, 1, false).as_deref(), Some("1 delete marker"));
        assert_eq!(told(700, 300, true).as_deref(), Some("more than 1000 versions of objects"));
    }
}
