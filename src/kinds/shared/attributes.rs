//! Services that keep a thing's properties as a map of texts (SQS, SNS), whose names are CloudFormation's.

use std::collections::HashMap;

use serde::de::value::{Error, MapDeserializer};
use serde::de::{DeserializeOwned, Error as _, IntoDeserializer, Visitor};
use serde::{Deserializer, Serialize, forward_to_deserialize_any};
use serde_json::Value;

use crate::resource::{Class, Failure, Result};

/// Reads a spec from attributes; those that it has no property for are left out.
///
/// # Errors
/// If the text of an attribute is not of its property's type.
pub(in crate::kinds) fn from_text<S: DeserializeOwned>(attributes: &HashMap<String, String>) -> Result<S> {
    S::deserialize(Attributes(attributes))
        .map_err(|error| Failure::new(Class::Other, format!("AWS's answer cannot be read: {error}")))
}

/// Writes the properties of a spec that `is_sent` chooses; one that is not given is an empty text, which takes the
/// attribute away.
pub(in crate::kinds) fn to_text<S: Serialize>(spec: &S, is_sent: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let spec = serde_json::to_value(spec).unwrap_or_default();
    let sent = spec.as_object().into_iter().flatten().filter(|(name, _)| is_sent(name));
    sent.map(|(name, value)| (name.clone(), text(value))).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Object(map) if map.is_empty() => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The struct that attributes are read into.
struct Attributes<'a>(&'a HashMap<String, String>);

impl<'de> Deserializer<'de> for Attributes<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let known = self.0.iter().filter(|(name, _)| fields.contains(&name.as_str()));
        visitor.visit_map(MapDeserializer::new(known.map(|(name, text)| (name.clone(), Text(text.clone())))))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        Err(Error::custom("attributes are the fields of a struct"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct newtype_struct
        seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// One attribute: a number, a truth value, a document, or just text, as its property has it.
struct Text(String);

impl IntoDeserializer<'_, Error> for Text {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl Text {
    /// Hands over what the text means as JSON.
    fn document<'de, V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let value: Value =
            serde_json::from_str(&self.0).map_err(|error| Error::custom(format!("{}: {error}", self.0)))?;
        value.deserialize_any(visitor).map_err(Error::custom)
    }
}

impl<'de> Deserializer<'de> for Text {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        if self.0.starts_with(['{', '[']) { self.document(visitor) } else { visitor.visit_string(self.0) }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.document(visitor)
    }

    fn deserialize_i32<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.document(visitor)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_string(self.0)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    forward_to_deserialize_any! {
        i8 i16 i64 u8 u16 u32 u64 f32 f64 char bytes byte_buf unit unit_struct newtype_struct seq tuple tuple_struct map
        struct enum identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "PascalCase", deny_unknown_fields)]
    struct Spec {
        #[serde(default)]
        display_name: String,
        #[serde(default)]
        delay_seconds: i32,
        #[serde(default)]
        is_on: bool,
        limit: Option<i32>,
        #[serde(default)]
        policy: Value,
    }

    fn attributes(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn each_attribute_is_read_as_its_property_and_unknown_ones_are_left_out() {
        let map = attributes(&[
            ("DisplayName", "12"),
            ("DelaySeconds", "30"),
            ("IsOn", "true"),
            ("Limit", "7"),
            ("Policy", "{\"Statement\":[]}"),
            ("QueueArn", "arn"),
        ]);
        let spec: Spec = from_text(&map).unwrap();
        let policy = json!({ "Statement": [] });
        assert_eq!(spec, Spec { display_name: "12".into(), delay_seconds: 30, is_on: true, limit: Some(7), policy });
        let back = to_text(&spec, |_| true).into_iter().collect::<HashMap<_, _>>();
        assert_eq!(back, { map.into_iter().filter(|(name, _)| name != "QueueArn").collect() });
    }

    #[test]
    fn what_is_not_given_is_an_empty_text_and_what_is_no_number_is_told() {
        let spec: Spec = from_text(&attributes(&[])).unwrap();
        assert_eq!(to_text(&spec, |name| name == "Limit"), [("Limit".to_owned(), String::new())]);
        let failure = from_text::<Spec>(&attributes(&[("DelaySeconds", "soon")])).unwrap_err();
        assert!(failure.message.contains("soon"), "{}", failure.message);
    }
}
