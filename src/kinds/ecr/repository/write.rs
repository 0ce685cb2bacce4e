//! What ECR is sent, a call for each part.

use aws_sdk_ecr::operation::create_repository::builders::CreateRepositoryFluentBuilder;
use aws_sdk_ecr::types::{
    EncryptionConfiguration, EncryptionType, ImageScanningConfiguration, ImageTagMutability,
    ImageTagMutabilityExclusionFilter as Filter, ImageTagMutabilityExclusionFilterType as FilterType,
};

use super::spec::{ExclusionFilter, OWN, Spec};
use crate::aws::{MINUTE, Writer};
use crate::kinds::shared::deletion::gone_as;
use crate::kinds::shared::retry::retry_while;
use crate::resource::{Class, Result};

/// A role of the policy, or a grant of the key, was made moments ago.
pub(super) const TRANSIENT: &[Class] = &[Class::Propagating];

/// All that can come with the create.
pub(super) fn create(writer: &Writer, name: &str, spec: &Spec) -> CreateRepositoryFluentBuilder {
    let call = writer.ecr().create_repository().repository_name(name).image_scanning_configuration(scanning(spec));
    let call = call.image_tag_mutability(mutability(spec)).set_image_tag_mutability_exclusion_filters(filters(spec));
    call.encryption_configuration(encryption(spec))
}

fn encryption(spec: &Spec) -> EncryptionConfiguration {
    let wanted = &spec.encryption_configuration;
    let key = Some(wanted.kms_key.as_str()).filter(|_| wanted.encryption_type != OWN).map(str::to_owned);
    let how = EncryptionType::from(wanted.encryption_type.as_str());
    EncryptionConfiguration::builder().encryption_type(how).set_kms_key(key).build().expect("the type is set")
}

fn scanning(spec: &Spec) -> ImageScanningConfiguration {
    ImageScanningConfiguration::builder().scan_on_push(spec.image_scanning_configuration.scan_on_push).build()
}

fn mutability(spec: &Spec) -> ImageTagMutability {
    ImageTagMutability::from(spec.image_tag_mutability.as_str())
}

/// None where there are none: ECR refuses an empty list.
fn filters(spec: &Spec) -> Option<Vec<Filter>> {
    let one = |filter: &ExclusionFilter| {
        let how = FilterType::from(filter.image_tag_mutability_exclusion_filter_type.as_str());
        let what = filter.image_tag_mutability_exclusion_filter_value.as_str();
        Filter::builder().filter_type(how).filter(what).build().expect("both are set")
    };
    let all = spec.image_tag_mutability_exclusion_filters.iter().map(one);
    Some(all.collect::<Vec<_>>()).filter(|all| !all.is_empty())
}

/// Sends the parts that are to be sent, by their properties.
pub(super) async fn configure(writer: &Writer, name: &str, spec: &Spec, is_sent: impl Fn(&str) -> bool) -> Result<()> {
    let ecr = writer.ecr();
    if is_sent("/ImageScanningConfiguration") {
        let call = ecr.put_image_scanning_configuration().repository_name(name);
        call.image_scanning_configuration(scanning(spec)).send().await?;
    }
    if is_sent("/ImageTagMutability") || is_sent("/ImageTagMutabilityExclusionFilters") {
        let call = ecr.put_image_tag_mutability().repository_name(name).image_tag_mutability(mutability(spec));
        call.set_image_tag_mutability_exclusion_filters(filters(spec)).send().await?;
    }
    if is_sent("/LifecyclePolicy") {
        put_lifecycle(writer, name, spec).await?;
    }
    if is_sent("/RepositoryPolicyText") {
        put_policy(writer, name, spec).await?;
    }
    Ok(())
}

async fn put_lifecycle(writer: &Writer, name: &str, spec: &Spec) -> Result<()> {
    let text = &spec.lifecycle_policy.lifecycle_policy_text;
    if text.is_empty() {
        let sent = writer.ecr().delete_lifecycle_policy().repository_name(name).send().await;
        return gone_as(&["LifecyclePolicyNotFoundException"], sent);
    }
    writer.ecr().put_lifecycle_policy().repository_name(name).lifecycle_policy_text(text.as_str()).send().await?;
    Ok(())
}

async fn put_policy(writer: &Writer, name: &str, spec: &Spec) -> Result<()> {
    if spec.repository_policy_text.is_empty() {
        let sent = writer.ecr().delete_repository_policy().repository_name(name).send().await;
        return gone_as(&["RepositoryPolicyNotFoundException"], sent);
    }
    let text = spec.repository_policy_text.to_string();
    let call = writer.ecr().set_repository_policy().repository_name(name).policy_text(text);
    retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop)
}
