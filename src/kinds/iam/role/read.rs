use std::collections::BTreeMap;

use aws_sdk_iam::types::{EntityType, RoleDetail};
use percent_encoding::percent_decode_str;

use super::{Outputs, Policy, Role, Spec, default_path, default_session};
use crate::aws::Reader;
use crate::resource::normal::PolicyDocument;
use crate::resource::{Found, Result, State, Tags, Unmodelled, pointer};

/// All roles of the account with tags, trust and policies, in pages; IAM has no filter by tag or path here.
pub(super) async fn details(reader: &Reader) -> Result<Vec<RoleDetail>> {
    let call = reader.iam().get_account_authorization_details().filter(EntityType::Role);
    let mut pages = call.into_paginator().page_size(1000).send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.extend(page?.role_detail_list.unwrap_or_default());
    }
    Ok(all)
}

/// Description and session length by ARN: the two things that the account's details leave out.
pub(super) async fn traits(reader: &Reader) -> Result<BTreeMap<String, (String, i32)>> {
    let mut roles = reader.iam().list_roles().into_paginator().page_size(1000).items().send();
    let mut all = BTreeMap::new();
    while let Some(role) = roles.next().await {
        let role = role?;
        let traits = (
            role.description().unwrap_or_default().to_owned(),
            role.max_session_duration().unwrap_or(default_session()),
        );
        all.insert(role.arn, traits);
    }
    Ok(all)
}

pub(super) fn found(role: &RoleDetail, tags: Tags, traits: &(String, i32)) -> Found<Role> {
    let (description, max_session_duration) = traits.clone();
    let mut unmodelled = Vec::new();
    let mut document = |path: String, text: Option<&str>| {
        PolicyDocument::parse(&decoded(text.unwrap_or("{}"))).unwrap_or_else(|error| {
            unmodelled.push(Unmodelled { path, text: format!("is no JSON: {error}") });
            PolicyDocument::default()
        })
    };
    let assume_role_policy_document =
        document("/AssumeRolePolicyDocument".to_owned(), role.assume_role_policy_document());
    let policies = role.role_policy_list().iter().map(|policy| {
        let name = policy.policy_name().unwrap_or_default().to_owned();
        let document = document(pointer::join("/Policies", &name), policy.policy_document());
        Policy { policy_name: name, policy_document: document }
    });
    let policies = policies.collect();
    let attached = role.attached_managed_policies().iter().filter_map(|policy| policy.policy_arn());
    let boundary = role.permissions_boundary().and_then(|boundary| boundary.permissions_boundary_arn());
    let outputs = Outputs {
        arn: role.arn().unwrap_or_default().to_owned(),
        role_id: role.role_id().unwrap_or_default().to_owned(),
        role_name: role.role_name().unwrap_or_default().to_owned(),
    };
    Found {
        id: outputs.arn.clone(),
        name: Some(outputs.role_name.clone()),
        spec: Spec {
            assume_role_policy_document,
            description,
            managed_policy_arns: attached.collect(),
            max_session_duration,
            path: role.path().map_or_else(default_path, str::to_owned),
            permissions_boundary: boundary.unwrap_or_default().to_owned(),
            policies,
        },
        outputs,
        tags,
        state: State::Ready,
        unmodelled,
        external: None,
    }
}

/// Undoes the percent encoding in which IAM returns policy documents; what is none stays as it is.
pub(super) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use aws_sdk_iam::types::{AttachedPolicy, PolicyDetail};

    use super::*;

    #[test]
    fn documents_are_decoded_and_policies_told_apart() {
        let role = RoleDetail::builder()
            .role_name("acme-production-task")
            .assume_role_policy_document(
                "%7B%22Statement%22%3A%5B%7B%22Action%22%3A%5B%22sts%3AAssumeRole%22%5D%7D%5D%7D",
            )
            .role_policy_list(PolicyDetail::builder().policy_name("queue").policy_document("%7B%7D").build())
            .attached_managed_policies(AttachedPolicy::builder().policy_arn("arn:aws:iam::aws:policy/X").build())
            .build();
        let found = found(&role, Tags::default(), &("words".into(), 7200));
        assert_eq!(
            found.spec.assume_role_policy_document.to_string(),
            r#"{"Statement":[{"Action":"sts:AssumeRole"}]}"#
        );
        assert_eq!(found.spec.policies[0].policy_name, "queue");
        assert!(found.spec.managed_policy_arns.contains(&"arn:aws:iam::aws:policy/X".to_owned()));
        assert_eq!((found.spec.description.as_str(), found.spec.max_session_duration), ("words", 7200));
        assert!(found.unmodelled.is_empty());
    }

    #[test]
    fn a_percent_sign_alone_is_itself() {
        assert_eq!(decoded("100%25 50%zz %"), "100% 50%zz %");
    }
}
