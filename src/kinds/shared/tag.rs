//! The tags of every AWS service, each of which has a type of its own for them, to ours and back.

use std::collections::HashMap;

use crate::resource::{Failure, Result, Tags};

/// One tag as a service's SDK has it.
pub(in crate::kinds) trait AwsTag: Sized {
    /// `value` is none where a call wants a tag's key alone.
    fn new(key: &str, value: Option<&str>) -> Self;
    fn key(&self) -> Option<&str>;
    fn value(&self) -> Option<&str>;
}

/// Makes an [`AwsTag`] of a service's type: by the names of its key and value, and for builders that may fail `checked`.
macro_rules! aws_tags {
    ($($tag:ty, $key:ident, $value:ident, $set_value:ident $(, $checked:ident)?;)*) => {$(
        impl AwsTag for $tag {
            fn new(key: &str, value: Option<&str>) -> Self {
                let tag = Self::builder().$key(key).$set_value(value.map(str::to_owned)).build();
                $(let tag = $checked(tag);)?
                tag
            }

            fn key(&self) -> Option<&str> {
                self.$key().into()
            }

            fn value(&self) -> Option<&str> {
                self.$value().into()
            }
        }
    )*};
}

aws_tags! {
    aws_sdk_acm::types::Tag, key, value, set_value, checked;
    aws_sdk_autoscaling::types::Tag, key, value, set_value;
    aws_sdk_cloudfront::types::Tag, key, value, set_value, checked;
    aws_sdk_cloudwatch::types::Tag, key, value, set_value;
    aws_sdk_ec2::types::Tag, key, value, set_value;
    aws_sdk_ecr::types::Tag, key, value, set_value, checked;
    aws_sdk_ecs::types::Tag, key, value, set_value;
    aws_sdk_efs::types::Tag, key, value, set_value, checked;
    aws_sdk_elasticache::types::Tag, key, value, set_value;
    aws_sdk_elasticloadbalancingv2::types::Tag, key, value, set_value;
    aws_sdk_eventbridge::types::Tag, key, value, set_value, checked;
    aws_sdk_iam::types::Tag, key, value, set_value, checked;
    aws_sdk_kms::types::Tag, tag_key, tag_value, set_tag_value, checked;
    aws_sdk_opensearch::types::Tag, key, value, set_value, checked;
    aws_sdk_rds::types::Tag, key, value, set_value;
    aws_sdk_route53::types::Tag, key, value, set_value;
    aws_sdk_s3::types::Tag, key, value, set_value, checked;
    aws_sdk_scheduler::types::Tag, key, value, set_value, checked;
    aws_sdk_secretsmanager::types::Tag, key, value, set_value;
    aws_sdk_servicediscovery::types::Tag, key, value, set_value, checked;
    aws_sdk_sesv2::types::Tag, key, value, set_value, checked;
    aws_sdk_sns::types::Tag, key, value, set_value, checked;
    aws_sdk_ssm::types::Tag, key, value, set_value, checked;
    aws_sdk_wafv2::types::Tag, key, value, set_value, checked;
}

fn checked<T, E: std::fmt::Debug>(tag: std::result::Result<T, E>) -> T {
    tag.expect("key and value are set")
}

/// Tags as a call takes them: a list of the service's own type, or a map.
pub(in crate::kinds) trait AwsTags {
    fn from_tags(tags: &Tags) -> Self;
}

impl<T: AwsTag> AwsTags for Vec<T> {
    fn from_tags(tags: &Tags) -> Self {
        tags.iter().map(|(key, value)| T::new(key, Some(value))).collect()
    }
}

impl AwsTags for HashMap<String, String> {
    fn from_tags(tags: &Tags) -> Self {
        tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }
}

/// Reads a list of tags; one without a value has an empty one.
pub(in crate::kinds) fn read<T: AwsTag>(tags: &[T]) -> Tags {
    tags.iter().filter_map(|tag| Some((tag.key()?, tag.value().unwrap_or_default()))).collect()
}

/// Reads a map of tags.
pub(in crate::kinds) fn read_map(tags: Option<&HashMap<String, String>>) -> Tags {
    tags.into_iter().flatten().map(|(key, value)| (key.as_str(), value.as_str())).collect()
}

/// Tags for a call.
pub(in crate::kinds) fn write<A: AwsTags>(tags: &Tags) -> Option<A> {
    Some(A::from_tags(tags))
}

/// Tags without values, for the calls that remove tags by their keys so.
pub(in crate::kinds) fn keys<T: AwsTag>(keys: &[String]) -> Option<Vec<T>> {
    Some(keys.iter().map(|key| T::new(key, None)).collect())
}

/// Sets and removes tags by a service's two calls, each of them only if there is something to send.
pub(in crate::kinds) async fn change<A, S, T, E, R, U, F>(
    (set, unset): (&Tags, &[String]),
    add: impl FnOnce(A) -> S,
    remove: impl FnOnce(Vec<String>) -> R,
) -> Result<()>
where
    A: AwsTags,
    S: Future<Output = std::result::Result<T, E>>,
    R: Future<Output = std::result::Result<U, F>>,
    Failure: From<E> + From<F>,
{
    if !set.is_empty() {
        add(A::from_tags(set)).await?;
    }
    if !unset.is_empty() {
        remove(unset.to_vec()).await?;
    }
    Ok(())
}
