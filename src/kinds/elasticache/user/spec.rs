use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::kinds::elasticache::access_string::AccessString;
use crate::kinds::shared::dynamic_reference::DynamicReference;

pub(super) const IAM: &str = "iam";
pub(super) const NONE: &str = "no-password-required";
pub(super) const PASSWORD: &str = "password";

/// The properties of `AWS::ElastiCache::User`. Its id is the resource's name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// What it may do, `on ~cart:* +@all -@dangerous`; the rules of Valkey and Redis.
    #[schemars(with = "String")]
    pub access_string: AccessString,
    pub authentication_mode: AuthenticationMode,
    /// `redis`, which caches of Valkey take as well, or `valkey`.
    pub engine: String,
    /// What clients log in as. With `iam` it is the id; `default` is who logs in without a name.
    pub user_name: String,
}

/// How it logs in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct AuthenticationMode {
    /// One or two, each from a secret; with two of them clients move from one to the other. They are read when the user is made
    /// and when these texts change.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub passwords: Vec<DynamicReference>,
    /// `iam`, `password`, or `no-password-required`, which Valkey has not.
    pub r#type: String,
}

/// The return values of `AWS::ElastiCache::User`. Its status is none here: whoever refers to it would change with it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    pub user_id: String,
    pub arn: String,
}
