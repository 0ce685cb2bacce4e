//! The policy that AWS gives a key when none is asked for: its own account may do everything, by IAM policies.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::resource::normal::PolicyDocument;

/// Reads a key policy and takes AWS's default policy for none, so that written and left out are equal.
pub(super) fn default_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PolicyDocument, D::Error> {
    let document = PolicyDocument::deserialize(deserializer)?;
    Ok(if account_of_all(&document).is_some() { PolicyDocument::default() } else { document })
}

/// Returns the account to which a policy gives everything, if that is all that it does.
pub(super) fn account_of_all(document: &PolicyDocument) -> Option<&str> {
    let [Value::Object(only)] = document.value().get("Statement")?.as_array()?.as_slice() else { return None };
    let is = |key: &str, text: &str| only.get(key).is_some_and(|value| value == text);
    let keys = ["Sid", "Effect", "Principal", "Action", "Resource"];
    let plain = only.keys().all(|key| keys.contains(&key.as_str()));
    let principal = only.get("Principal")?.as_object().filter(|map| map.len() == 1)?;
    let account = principal.get("AWS")?.as_str().filter(|id| id.bytes().all(|byte| byte.is_ascii_digit()))?;
    (plain && is("Effect", "Allow") && is("Action", "kms:*") && is("Resource", "*")).then_some(account)
}

/// AWS's default policy, for a key that gives up its own; `key` is its ARN.
pub(super) fn default_for(key: &str) -> PolicyDocument {
    let mut parts = key.split(':').skip(1);
    let partition = parts.next().unwrap_or("aws");
    let account = parts.nth(2).unwrap_or_default();
    PolicyDocument::new(json!({
        "Version": "2012-10-17",
        "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions",
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:{partition}:iam::{account}:root") },
            "Action": "kms:*",
            "Resource": "*",
        }],
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "arn:aws:kms:us-east-1:123456789012:key/1";

    fn read(document: &PolicyDocument) -> PolicyDocument {
        default_is_empty(document.value()).unwrap()
    }

    #[test]
    fn the_default_policy_is_no_policy() {
        let default = default_for(KEY);
        assert_eq!(account_of_all(&default), Some("123456789012"));
        assert!(read(&default).is_empty());
    }

    #[test]
    fn a_policy_with_one_more_statement_or_a_condition_is_itself() {
        let mut more = default_for(KEY).value().clone();
        more["Statement"].as_array_mut().unwrap().push(json!({ "Effect": "Deny", "Action": "kms:Decrypt" }));
        assert!(!read(&PolicyDocument::new(more)).is_empty());
        let mut condition = default_for(KEY).value().clone();
        condition["Statement"][0]["Condition"] = json!({ "Bool": { "aws:SecureTransport": "true" } });
        assert!(!read(&PolicyDocument::new(condition)).is_empty());
    }
}
