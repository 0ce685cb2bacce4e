use std::borrow::Cow;
use std::fmt;

use aws_sdk_secretsmanager::config::{Builder, Region};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::aws::Writer;
use crate::resource::{Class, Failure, Result};

const START: &str = "{{resolve:secretsmanager:";
const END: &str = "}}";
/// What stands between the secret and the key in it.
const KEY: &str = ":SecretString";

/// Where a value that has no place in a specification is kept, as CloudFormation writes it:
/// `{{resolve:secretsmanager:ARN:SecretString:KEY}}`; without the key the whole secret is the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct DynamicReference(String);

impl DynamicReference {
    /// Reads the value. It is handed on, and neither kept nor told.
    ///
    /// # Errors
    /// Of the read; or the secret has no text, or not this key.
    pub(in crate::kinds) async fn value(&self, writer: &Writer) -> Result<String> {
        let (secret, key) = self.parts();
        writer.admit(secret);
        let call = writer.secrets_manager().get_secret_value().secret_id(secret).customize();
        // It may be read for a resource in another region than its own.
        let call = match secret.split(':').nth(3).filter(|region| *region != writer.region()) {
            Some(region) => call.config_override(Builder::new().region(Region::new(region.to_owned()))),
            None => call,
        };
        let answer = call.send().await.map_err(|error| missing(secret, error.into()))?;
        let lacks = |what: &str| Failure::new(Class::Invalid, format!("the secret {secret} has no {what}"));
        let text = answer.secret_string().ok_or_else(|| lacks("text"))?;
        let Some(key) = key else { return Ok(text.to_owned()) };
        let all: Value = serde_json::from_str(text).map_err(|_| lacks("keys: it is no JSON"))?;
        let value = all.get(key).and_then(Value::as_str);
        value.map(str::to_owned).ok_or_else(|| lacks(&format!("key {key} with a text")))
    }

    /// The one reference in a longer text, with what stands before and after it.
    pub(in crate::kinds) fn within(text: &str) -> Option<(&str, Self, &str)> {
        let (start, rest) = text.split_once(START)?;
        let (inner, end) = rest.split_once(END)?;
        let is_one = !inner.is_empty() && !end.contains(START);
        is_one.then(|| (start, Self::of(inner), end))
    }

    /// The one that has this between its braces, behind the name of the service.
    pub(in crate::kinds) fn of(inner: &str) -> Self {
        Self(format!("{START}{inner}{END}"))
    }

    /// What stands between its braces, behind the name of the service: `ARN:SecretString:KEY`.
    pub(in crate::kinds) fn inner(&self) -> &str {
        self.0.strip_prefix(START).and_then(|text| text.strip_suffix(END)).unwrap_or_default()
    }

    /// The secret, and the key in it.
    fn parts(&self) -> (&str, Option<&str>) {
        let inner = self.inner();
        match inner.split_once(KEY) {
            Some((secret, rest)) => {
                let key = rest.trim_start_matches(':').split(':').next().unwrap_or_default();
                (secret, Some(key).filter(|key| !key.is_empty()))
            }
            None => (inner, None),
        }
    }
}

/// A failure that says which secret is not there.
fn missing(secret: &str, failure: Failure) -> Failure {
    match failure.class {
        Class::NotFound => Failure::new(Class::Invalid, format!("there is no secret {secret} to read")),
        _ => failure,
    }
}

impl fmt::Display for DynamicReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for DynamicReference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let is_reference = text.starts_with(START) && text.ends_with(END);
        // What is written instead may be a password: it is not repeated.
        let reference = is_reference.then_some(Self(text));
        reference.ok_or_else(|| {
            D::Error::custom("passwords have no place here: name a secret, {{resolve:secretsmanager:...}}")
        })
    }
}

impl JsonSchema for DynamicReference {
    fn schema_name() -> Cow<'static, str> {
        "DynamicReference".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "pattern": "^\\{\\{resolve:secretsmanager:.+\\}\\}$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_and_its_key_are_told_apart() {
        let arn = "arn:aws:secretsmanager:us-east-1:1:secret:db-Ab1";
        let read = |rest: &str| -> DynamicReference {
            serde_json::from_value(Value::from(format!("{START}{arn}{rest}{END}"))).unwrap()
        };
        assert_eq!(read(":SecretString:password").parts(), (arn, Some("password")));
        assert_eq!(read(":SecretString:password:AWSCURRENT").parts(), (arn, Some("password")));
        assert_eq!(read("").parts(), (arn, None));
        assert_eq!(read(":SecretString").parts(), (arn, None));
    }

    #[test]
    fn one_reference_is_found_in_a_text() {
        let text = format!("https://example.com/{START}arn:SecretString:key{END}/end");
        let (start, reference, end) = DynamicReference::within(&text).unwrap();
        assert_eq!((start, reference.parts(), end), ("https://example.com/", ("arn", Some("key")), "/end"));
        assert_eq!(DynamicReference::within("https://example.com/"), None);
        assert_eq!(DynamicReference::within(&format!("{text}{text}")), None);
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let refused = serde_json::from_value::<DynamicReference>(Value::from("hunter22")).unwrap_err().to_string();
        assert!(refused.starts_with("passwords have no place here") && !refused.contains("hunter"), "{refused}");
    }
}
