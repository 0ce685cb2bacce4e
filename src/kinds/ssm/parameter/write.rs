//! What Systems Manager is sent. PutParameter makes and overwrites alike: who asks for which stands in each call.

use aws_sdk_ssm::operation::put_parameter::builders::PutParameterFluentBuilder;
use aws_sdk_ssm::types::{ParameterTier, ParameterType};

use super::read;
use super::spec::{IMAGE, Spec};
use crate::aws::{MINUTE, Writer, until};
use crate::kinds::shared::retry::retry_while;
use crate::kinds::shared::{ownership, tag};
use crate::resource::{Class, Failure, Result, Tags};

/// Another change is under way; or the name was given up moments ago, and its tags are still there.
pub(super) const TRANSIENT: &[Class] = &[Class::Busy];

/// Makes a parameter and never overwrites one, unless an earlier try of ours has made it.
pub(super) async fn create(writer: &Writer, name: &str, spec: &Spec, tags: &Tags) -> Result<()> {
    let call = put(writer, name, spec).overwrite(false).set_tags(tag::write(tags));
    match retry_while(4 * MINUTE, TRANSIENT, || call.clone().send()).await {
        Err(failure) if failure.is(Class::AlreadyExists) => {
            let theirs = read::tags(writer, name).await?;
            ownership::adopt(&format!("the parameter {name}"), &theirs, tags)?;
            overwrite(writer, name, spec).await
        }
        answer => taken(writer, name, spec, answer?.version()).await,
    }
}

/// Sends the whole of it: what is empty is taken away. With `Overwrite` Systems Manager takes no tags.
pub(super) async fn overwrite(writer: &Writer, name: &str, spec: &Spec) -> Result<()> {
    let call = put(writer, name, spec).overwrite(true);
    let answer = retry_while(4 * MINUTE, TRANSIENT, || call.clone().send()).await.map_err(|failure| {
        match failure.code.as_str() {
            "ParameterMaxVersionLimitExceeded" => failure.hint(format!(
                "the oldest of its 100 versions has a label, which keeps it: move that with `⟪aws ssm \
                 label-parameter-version --name {name}⟫`"
            )),
            _ => failure,
        }
    })?;
    taken(writer, name, spec, answer.version()).await
}

fn put(writer: &Writer, name: &str, spec: &Spec) -> PutParameterFluentBuilder {
    let call = writer.ssm().put_parameter().name(name).value(&spec.value).data_type(&spec.data_type);
    let call = call.allowed_pattern(&spec.allowed_pattern).description(&spec.description);
    call.tier(ParameterTier::from(spec.tier.as_str())).r#type(ParameterType::from(spec.r#type.as_str()))
}

/// Waits until Systems Manager has looked at an image: until then it shows what was there before, and of one that it does not
/// find, or may not look for, it says nothing.
async fn taken(writer: &Writer, name: &str, spec: &Spec, version: i64) -> Result<()> {
    if spec.data_type != IMAGE {
        return Ok(());
    }
    let look = || async {
        let answer = writer.ssm().get_parameters().names(name).send().await?;
        Ok(answer.parameters().iter().any(|one| one.version() >= version).then_some(()))
    };
    let told = |failure: Failure| {
        match failure.class {
        Class::Busy => failure.hint(
            "Systems Manager takes only an image that is available to the account, and looks for it with the rights of who \
             asks: ec2:DescribeImages",
        ),
        _ => failure,
    }
    };
    until(2 * MINUTE, "the check of the image", look).await.map_err(told)
}
