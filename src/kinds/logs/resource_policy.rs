use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::aws::{Aws, Clients, MINUTE, Reader, Writer};
use crate::kinds::shared::deletion::gone;
use crate::kinds::shared::retry::retry_while;
use crate::resource::cloudformation::CloudFormation;
use crate::resource::normal::PolicyDocument;
use crate::resource::{
    Bearer, Changes, Class, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing, Made, Mistake, Name,
    NameRule, On, Permissions, Result, Scope, Tags, Turn, Unseen,
};

/// The longest name, and the longest document.
const NAME_MAX: usize = 255;
const DOCUMENT_MAX: usize = 5120;
/// The page size.
const PAGE: i32 = 50;
/// Two changes meet, or a principal is seconds old.
const TRANSIENT: &[Class] = &[Class::Busy, Class::Propagating, Class::Conflict];

/// Lets services of AWS write into log groups.
///
/// An account has ten of them in a region, and AWS raises that for nobody.
pub struct ResourcePolicy;

/// The properties of `AWS::Logs::ResourcePolicy`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Spec {
    /// Which service writes where; an object, or its JSON as text, which CloudFormation has.
    #[serde(deserialize_with = "document")]
    pub policy_document: PolicyDocument,
}

/// The return value of `AWS::Logs::ResourcePolicy`.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// CloudFormation's `Ref`.
    pub policy_name: String,
}

const EXAMPLE: &str = "
resources:
  - type: AWS::Logs::LogGroup
    name: search
    properties: { RetentionInDays: 30 }
  - type: AWS::Logs::ResourcePolicy
    name: search
    properties:
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: es.amazonaws.com }
            Action: [\"logs:CreateLogStream\", \"logs:PutLogEvents\"]
            Resource: \"{{ ref('AWS::Logs::LogGroup/search', 'Arn') }}\"
";

const CHANGED: &str = "
resources:
  - type: AWS::Logs::LogGroup
    name: search
    properties: { RetentionInDays: 30 }
  - type: AWS::Logs::ResourcePolicy
    name: search
    properties:
      PolicyDocument:
        Version: \"2012-10-17\"
        Statement:
          - Effect: Allow
            Principal: { Service: es.amazonaws.com }
            Action: [\"logs:CreateLogStream\", \"logs:PutLogEvents\"]
            Resource: \"{{ ref('AWS::Logs::LogGroup/search', 'Arn') }}\"
            Condition: { StringEquals: { \"aws:SourceAccount\": \"{{ account }}\" } }
";

impl Kind for ResourcePolicy {
    type Cloud = Aws;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        grants: &["/PolicyDocument/Statement"],
        put_semantics: true,
        cloudformation: CloudFormation { json_text: &["PolicyDocument"], ..CloudFormation::SAME },
        ..Facts::of(Essentials {
            kind: "AWS::Logs::ResourcePolicy",
            is_global: false,
            indexed_as: None,
            reference: "PolicyName",
            name: NameRule::Unique { max: NAME_MAX },
            identity: Identity::Name { note: None },
            name_property: Some("PolicyName"),
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: EXAMPLE,
            changed: CHANGED,
            permissions: Permissions {
                read: &["logs:DescribeResourcePolicies"],
                create: &["logs:PutResourcePolicy"],
                update: &["logs:PutResourcePolicy"],
                retag: &[],
                delete: &["logs:DeleteResourcePolicy"],
                on: &[("logs:PutResourcePolicy", &[On::Everything]), ("logs:DeleteResourcePolicy", &[On::Everything])],
            },
        })
    };

    async fn list(reader: &Reader, scope: &Scope) -> Result<Listing<Self>> {
        let mut listing = Listing::default();
        for (name, text) in all(reader).await? {
            if !scope.owns_named(&name, &name) {
                continue;
            }
            match PolicyDocument::parse(&text) {
                Ok(policy_document) => listing.found.push(found(name, policy_document)),
                Err(error) => {
                    let failure = Failure::new(Class::Other, format!("the policy {name} is no JSON: {error}"));
                    listing.unseen.push(Unseen { id: name, tags: None, failure });
                }
            }
        }
        Ok(listing)
    }

    /// The name is ours alone: what has it was made by an earlier try.
    async fn create(writer: &Writer, name: &Name, spec: &Spec, _: &Tags) -> Result<Made<Self>> {
        put(writer, name.as_str(), spec).await?;
        Ok(Made::ready(name.as_str().to_owned(), Outputs { policy_name: name.as_str().to_owned() }))
    }

    async fn update(writer: &Writer, live: &Found<Self>, spec: &Spec, _: &Changes) -> Result<Turn<Made<Self>>> {
        put(writer, &live.id, spec).await?;
        Ok(Turn::Done(live.updated()))
    }

    /// It bears neither tags nor a note.
    async fn retag(_: &Writer, _: &Bearer<'_, Self>, _: &Tags, _: &[String]) -> Result<()> {
        Ok(())
    }

    async fn delete(writer: &Writer, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        let call = writer.logs().delete_resource_policy().policy_name(&live.id);
        gone(retry_while(MINUTE, TRANSIENT, || call.clone().send()).await)?;
        Ok(Turn::Done(Vec::new()))
    }

    fn check(spec: &Spec) -> Vec<Mistake> {
        let document = &spec.policy_document;
        let letters = document.to_string().chars().count();
        Mistake::all([
            (document.is_empty(), "/PolicyDocument", "is empty"),
            (document.lacks_version(), "/PolicyDocument", "has no Version: AWS takes it for one of 2008"),
            (letters > DOCUMENT_MAX, "/PolicyDocument", "has more than the 5120 letters that CloudWatch Logs takes"),
        ])
        .collect()
    }
}

fn document<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<PolicyDocument, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => PolicyDocument::parse(&text).map_err(D::Error::custom),
        document => Ok(PolicyDocument::new(document)),
    }
}

/// Names and documents of the account's policies in the region.
async fn all(clients: &Clients) -> Result<BTreeMap<String, String>> {
    let (mut all, mut next) = (BTreeMap::new(), None);
    loop {
        let answer = clients.logs().describe_resource_policies().limit(PAGE).set_next_token(next).send().await?;
        let policies = answer.resource_policies.unwrap_or_default().into_iter();
        all.extend(policies.filter_map(|one| Some((one.policy_name?, one.policy_document.unwrap_or_default()))));
        next = answer.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(all);
        }
    }
}

async fn put(writer: &Writer, name: &str, spec: &Spec) -> Result<()> {
    let call = writer.logs().put_resource_policy().policy_name(name);
    let call = call.policy_document(spec.policy_document.to_string());
    let sent = retry_while(2 * MINUTE, TRANSIENT, || call.clone().send()).await.map(drop);
    sent.map_err(|failure| match failure.class {
        Class::Quota => failure.hint(
            "an account has ten of these policies in a region: let one of them serve several stacks, or delete one \
             (⟪aws logs describe-resource-policies⟫)",
        ),
        _ => failure,
    })
}

fn found(name: String, policy_document: PolicyDocument) -> Found<ResourcePolicy> {
    let outputs = Outputs { policy_name: name.clone() };
    Found::ready(name.clone(), Some(name), Spec { policy_document }, outputs, Tags::default())
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    fn wrong(document: &Value) -> Vec<String> {
        let spec = from_value(json!({ "PolicyDocument": document })).unwrap();
        ResourcePolicy::check(&spec).into_iter().map(|mistake| mistake.text).collect()
    }

    #[test]
    fn a_text_is_read_as_the_object_that_it_is() {
        let object = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": ["b", "a"] }] });
        let spec = |document: Value| from_value::<Spec>(json!({ "PolicyDocument": document }));
        assert_eq!(spec(json!(object.to_string())).unwrap(), spec(object).unwrap());
        assert!(spec(json!("no JSON")).is_err());
    }

    #[test]
    fn what_is_too_long_is_told() {
        let of = |letters: usize| json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "a".repeat(letters) }] });
        assert_eq!(wrong(&of(5000)), [""; 0]);
        assert_eq!(wrong(&of(5120)), ["has more than the 5120 letters that CloudWatch Logs takes"]);
        assert_eq!(wrong(&json!({})), ["is empty"]);
    }
}
