//! The policy that SNS gives a topic when none is asked for: its own account may do everything with it.

use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::resource::normal::PolicyDocument;

/// What the default policy allows; of older topics, the last one as well.
const ACTIONS: [&str; 9] = [
    "SNS:AddPermission",
    "SNS:DeleteTopic",
    "SNS:GetTopicAttributes",
    "SNS:ListSubscriptionsByTopic",
    "SNS:Publish",
    "SNS:RemovePermission",
    "SNS:SetTopicAttributes",
    "SNS:Subscribe",
    "SNS:Receive",
];

/// Reads a policy and takes the default one for none, so that written and left out are equal.
pub(super) fn default_is_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<PolicyDocument, D::Error> {
    let document = PolicyDocument::deserialize(deserializer)?;
    let topic = document.value().pointer("/Statement/0/Resource").and_then(Value::as_str).unwrap_or_default();
    let is_default = [&ACTIONS[..8], &ACTIONS].into_iter().any(|actions| document == policy(topic, actions));
    Ok(if is_default { PolicyDocument::default() } else { document })
}

/// The default policy of a topic, by its ARN; one that gives up its own gets this: SNS takes no empty one.
pub(super) fn default_for(topic: &str) -> PolicyDocument {
    policy(topic, &ACTIONS[..8])
}

fn policy(topic: &str, actions: &[&str]) -> PolicyDocument {
    PolicyDocument::new(json!({
        "Version": "2008-10-17",
        "Id": "__default_policy_ID",
        "Statement": [{
            "Sid": "__default_statement_ID",
            "Effect": "Allow",
            "Principal": { "AWS": "*" },
            "Action": actions,
            "Resource": topic,
            "Condition": { "StringEquals": { "AWS:SourceOwner": topic.split(':').nth(4) } },
        }],
    }))
}

/// Returns the first action of a document that SNS has for no topic. Patterns may fit one, but for all of them at once,
/// which SNS refuses.
pub(super) fn out_of_scope(document: &PolicyDocument) -> Option<&str> {
    let is_known = |action: &str| {
        let is_pattern = action.contains(['*', '?']) && !action.eq_ignore_ascii_case("sns:*");
        is_pattern || ACTIONS.iter().any(|known| known.eq_ignore_ascii_case(action))
    };
    let statements = document.value().get("Statement")?.as_array()?;
    let actions = statements.iter().filter_map(|statement| statement.get("Action"));
    let actions = actions.flat_map(|action| action.as_array().map_or(std::slice::from_ref(action), Vec::as_slice));
    actions.filter_map(Value::as_str).find(|action| !is_known(action))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: &str = "arn:aws:sns:us-east-1:123456789012:alerts";

    fn read(document: &PolicyDocument) -> PolicyDocument {
        default_is_empty(document.value()).unwrap()
    }

    #[test]
    fn the_default_policy_of_either_age_is_none() {
        assert!(read(&default_for(TOPIC)).is_empty());
        assert!(read(&policy(TOPIC, &ACTIONS)).is_empty());
    }

    #[test]
    fn what_is_less_or_more_or_another_accounts_is_itself() {
        assert!(!read(&policy(TOPIC, &ACTIONS[..7])).is_empty());
        let mut other = default_for(TOPIC).value().clone();
        other["Statement"][0]["Condition"]["StringEquals"]["AWS:SourceOwner"] = "999999999999".into();
        assert!(!read(&PolicyDocument::new(other)).is_empty());
        let mut open = default_for(TOPIC).value().clone();
        open["Statement"][0].as_object_mut().unwrap().remove("Condition");
        assert!(!read(&PolicyDocument::new(open)).is_empty());
    }
}
