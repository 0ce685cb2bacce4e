//! OpenSearch Service.

pub(super) mod domain;

use aws_sdk_opensearch::types::Tag;

use crate::aws::{Clients, MINUTE, Writer};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::tag;
use crate::resource::{Class, Failure, Result, Tags, partition};

/// A domain takes one change after the other, and what it needs (the policy of its logs, a role, a key) may be seconds old.
const TRANSIENT: &[Class] = &[Class::Busy, Class::Propagating];

fn is_transient(failure: &Failure) -> bool {
    TRANSIENT.contains(&failure.class)
}

/// The ARN of a domain, which its list does not tell.
fn arn_of(account: &str, region: &str, name: &str) -> String {
    format!("arn:{}:es:{region}:{account}:domain/{name}", partition(region))
}

async fn tags_of(clients: &Clients, arn: &str) -> Result<Tags> {
    let answer = clients.opensearch().list_tags().arn(arn).send().await?;
    Ok(tag::read(answer.tag_list()))
}

async fn retag(writer: &Writer, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = async |tags: Vec<Tag>| {
        let call = writer.opensearch().add_tags().arn(arn).set_tag_list(Some(tags));
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
    };
    let remove = async |keys: Vec<String>| {
        let call = writer.opensearch().remove_tags().arn(arn).set_tag_keys(Some(keys));
        retry_while(MINUTE, TRANSIENT, || call.clone().send()).await
    };
    tag::change((set, unset), add, remove).await
}
