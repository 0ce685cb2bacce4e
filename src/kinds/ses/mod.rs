//! Simple Email Service, by the second version of its API.

pub(super) mod configuration_set;
pub(super) mod email_identity;

use aws_sdk_sesv2::types::Tag;

use crate::aws::{TagIndex, Writer};
use crate::kinds::shared::tag;
use crate::resource::{Class, Result, Tags, partition};

/// The page size of its lists, the most that they take.
const PAGE: i32 = 1000;

/// What passes by itself: another change of the same thing is under way.
const TRANSIENT: &[Class] = &[Class::Conflict];

/// The ARN of a thing of this sort, `identity` or `configuration-set`; its answers have none.
fn arn((account, region): (&str, &str), sort: &str, name: &str) -> String {
    format!("arn:{}:ses:{region}:{account}:{sort}/{name}", partition(region))
}

/// The names of all of a sort that the tag index knows.
fn indexed(index: &TagIndex, sort: &str) -> Vec<String> {
    let name = move |arn: &str| {
        let (service, rest) = arn.split_once(":ses:")?;
        let (of, name) = rest.rsplit(':').next()?.split_once('/')?;
        (service.starts_with("arn:") && of == sort).then(|| name.to_owned())
    };
    index.arns(":ses:").filter_map(name).collect()
}

async fn retag(writer: &Writer, arn: &str, set: &Tags, unset: &[String]) -> Result<()> {
    let add = |tags: Vec<Tag>| writer.ses().tag_resource().resource_arn(arn).set_tags(Some(tags)).send();
    let remove = |keys| writer.ses().untag_resource().resource_arn(arn).set_tag_keys(Some(keys)).send();
    tag::change((set, unset), add, remove).await
}
