//! JSON Schema's errors in words for people, each with the place it is about.

use jsonschema::error::{TypeKind, ValidationErrorKind};
use jsonschema::{ValidationError, Validator};
use serde_json::Value as Json;

use crate::problem::{closest, suggest};
use crate::resource::{OPEN, pointer};

/// One way in which a value is not what its schema says.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    /// The steps to the value; for [`Kind::Unknown`] to the property itself.
    pub pointer: Vec<String>,
    pub kind: Kind,
    pub what: String,
    pub hint: Option<String>,
}

/// What the place of a violation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The value.
    Value,
    /// The map that lacks a property.
    Missing,
    /// The key of a property that nobody knows.
    Unknown,
}

/// Returns every violation; `whole` names the value as such. A text that holds a reference is nobody's to check: its
/// value is not known yet. Values below pointers that are `hidden` are told by their type alone.
pub fn all(
    validator: &Validator,
    schema: &Json,
    value: &Json,
    whole: &str,
    hidden: &dyn Fn(&[String]) -> bool,
) -> Vec<Violation> {
    let mut found = Vec::new();
    if !validator.is_valid(value) {
        let around = Around { schema, whole, hidden };
        let mut errors: Vec<_> = validator.iter_errors(value).collect();
        // What lists the values says more than what names their type.
        errors.sort_by_key(|error| !matches!(error.kind(), ValidationErrorKind::Enum { .. }));
        errors.iter().for_each(|error| explain(error, &around, &mut found));
    }
    once(found)
}

/// A value of the wrong type is also none of those that it may be: of several complaints about one value stays the one with a
/// hint, or else the first.
fn once(found: Vec<Violation>) -> Vec<Violation> {
    let mut kept: Vec<Violation> = Vec::new();
    for violation in found {
        let same = |other: &&mut Violation| {
            (other.kind, violation.kind) == (Kind::Value, Kind::Value) && other.pointer == violation.pointer
        };
        match kept.iter_mut().find(same) {
            Some(other) if other.hint.is_none() && violation.hint.is_some() => *other = violation,
            Some(_) => {}
            None => kept.push(violation),
        }
    }
    kept
}

/// What an error is explained with.
struct Around<'a> {
    schema: &'a Json,
    whole: &'a str,
    hidden: &'a dyn Fn(&[String]) -> bool,
}

impl Around<'_> {
    /// The value in words, unless it is hidden.
    fn described(&self, steps: &[String], value: &Json) -> String {
        match value {
            _ if !(self.hidden)(steps) => described(value),
            Json::Bool(_) => "a boolean".to_owned(),
            Json::Number(_) => "a number".to_owned(),
            Json::String(_) => "a text".to_owned(),
            other => described(other),
        }
    }
}

fn explain(error: &ValidationError<'_>, around: &Around<'_>, found: &mut Vec<Violation>) {
    let instance = error.instance();
    let steps: Vec<String> = pointer::steps(error.instance_path().as_str()).collect();
    let holds_reference = instance.as_str().is_some_and(|text| text.contains(OPEN));
    let is_type = matches!(error.kind(), ValidationErrorKind::Type { .. });
    if holds_reference && !is_type {
        return;
    }
    let name = subject(&steps, around.whole);
    let mut value = |what: String, hint: Option<String>| {
        found.push(Violation { pointer: steps.clone(), kind: Kind::Value, what, hint });
    };
    let is = around.described(&steps, instance);
    let shown = if (around.hidden)(&steps) { is.clone() } else { instance.to_string() };
    if let Some(what) = bound(error.kind(), &name, &shown) {
        value(what, None);
        return;
    }
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            let known = properties(error, around.schema);
            for property in unexpected {
                let mut pointer = steps.clone();
                pointer.push(property.clone());
                found.push(Violation {
                    pointer,
                    kind: Kind::Unknown,
                    what: format!("{name} has no field `{property}`"),
                    hint: Some(suggest(property, known.iter().map(String::as_str))),
                });
            }
        }
        ValidationErrorKind::Required { property } => {
            let property = property.as_str().unwrap_or_default();
            let near = instance.as_object().and_then(|map| {
                let known = properties(error, around.schema);
                closest(property, map.keys().map(String::as_str).filter(|key| !known.iter().any(|name| name == key)))
            });
            found.push(Violation {
                pointer: steps.clone(),
                kind: Kind::Missing,
                what: format!("{name} needs the field `{property}`"),
                hint: near.map(|near| format!("is `{near}` meant to be it?")),
            });
        }
        ValidationErrorKind::Type { kind } => {
            match instance.as_str().filter(|text| is_beyond(text) && wanted(kind).contains("number")) {
                Some(_) => value(format!("{name} is too large a number: none has more than 64 bits"), None),
                None => value(format!("{name} must be {}, and is {is}", wanted(kind)), type_hint(kind, instance)),
            }
        }
        ValidationErrorKind::Enum { options } => {
            let all: Vec<_> = options.as_array().into_iter().flatten().map(bare).collect();
            value(one_of(&name, &is, &all), choice_hint(instance, &all).filter(|_| !(around.hidden)(&steps)));
        }
        ValidationErrorKind::Constant { expected_value } => {
            value(format!("{name} must be {}, and is {is}", bare(expected_value)), None);
        }
        ValidationErrorKind::UniqueItems => value(format!("{name} has the same item twice"), None),
        ValidationErrorKind::Pattern { pattern } => {
            value(format!("{name} is {is}, which does not look as it must"), Some(format!("it must match {pattern}")));
        }
        ValidationErrorKind::Format { format } => {
            value(format!("{name} is {is}, which is no {format}"), None);
        }
        ValidationErrorKind::PropertyNames { error: inner } => {
            let key = inner.instance().as_str().unwrap_or_default().to_owned();
            let rule = match inner.kind() {
                ValidationErrorKind::Pattern { pattern } => format!("it must match {pattern}"),
                _ => inner.masked().to_string(),
            };
            let mut pointer = steps.clone();
            pointer.push(key.clone());
            let what = format!("`{key}` can't be a name in {name}");
            found.push(Violation { pointer, kind: Kind::Unknown, what, hint: Some(rule) });
        }
        ValidationErrorKind::AnyOf { context } | ValidationErrorKind::OneOfNotValid { context } => {
            choose(context, &name, instance, &steps, around, found);
        }
        ValidationErrorKind::FalseSchema => value(format!("{name} may not be set here"), None),
        _ => value(format!("{name}: {}", error.masked()), None),
    }
}

/// Says which limit is broken, if it is one.
fn bound(kind: &ValidationErrorKind, name: &str, instance: &str) -> Option<String> {
    Some(match kind {
        ValidationErrorKind::Minimum { limit } => format!("{name} is {instance}; it must be {limit} or more"),
        ValidationErrorKind::Maximum { limit } => format!("{name} is {instance}; it must be {limit} or less"),
        ValidationErrorKind::ExclusiveMinimum { limit } => {
            format!("{name} is {instance}; it must be more than {limit}")
        }
        ValidationErrorKind::ExclusiveMaximum { limit } => {
            format!("{name} is {instance}; it must be less than {limit}")
        }
        ValidationErrorKind::MultipleOf { multiple_of } => {
            format!("{name} is {instance}; it must be a multiple of {multiple_of}")
        }
        ValidationErrorKind::MinLength { limit } => format!("{name} must have {limit} characters or more"),
        ValidationErrorKind::MaxLength { limit } => format!("{name} must have {limit} characters or fewer"),
        ValidationErrorKind::MinItems { limit } => format!("{name} must have {limit} items or more"),
        ValidationErrorKind::MaxItems { limit } => format!("{name} must have {limit} items or fewer"),
        ValidationErrorKind::MinProperties { limit } => format!("{name} must have {limit} entries or more"),
        ValidationErrorKind::MaxProperties { limit } => format!("{name} must have {limit} entries or fewer"),
        _ => return None,
    })
}

/// Of a value that fits none of several forms, tells what is wrong with the one it was most likely meant to be.
fn choose(
    context: &[Vec<ValidationError<'static>>],
    name: &str,
    instance: &Json,
    steps: &[String],
    around: &Around<'_>,
    found: &mut Vec<Violation>,
) {
    let is_own = |error: &ValidationError<'_>| pointer::steps(error.instance_path().as_str()).count() <= steps.len();
    let consts: Vec<_> = context.iter().flatten().filter(|error| is_own(error)).flat_map(options).collect();
    let types: Vec<_> = context
        .iter()
        .flatten()
        .filter(|error| is_own(error))
        .filter_map(|error| match error.kind() {
            ValidationErrorKind::Type { kind } => Some(wanted(kind)),
            _ => None,
        })
        .collect();
    let deepest = context
        .iter()
        .filter(|errors| {
            !errors.iter().any(|error| is_own(error) && matches!(error.kind(), ValidationErrorKind::Type { .. }))
        })
        .min_by_key(|errors| {
            let lacks = errors.iter().filter(|error| {
                is_own(error)
                    && matches!(
                        error.kind(),
                        ValidationErrorKind::Required { .. } | ValidationErrorKind::AdditionalProperties { .. }
                    )
            });
            (lacks.count(), errors.len())
        });
    if !consts.is_empty() && instance.is_string() {
        found.push(Violation {
            pointer: steps.to_vec(),
            kind: Kind::Value,
            what: one_of(name, &around.described(steps, instance), &consts),
            hint: choice_hint(instance, &consts).filter(|_| !(around.hidden)(steps)),
        });
    } else if let Some(errors) = deepest {
        errors.iter().for_each(|error| explain(error, around, found));
    } else {
        let mut wanted: Vec<_> = types.into_iter().filter(|kind| kind != "null").collect();
        wanted.dedup();
        found.push(Violation {
            pointer: steps.to_vec(),
            kind: Kind::Value,
            what: format!("{name} must be {}, and is {}", wanted.join(" or "), around.described(steps, instance)),
            hint: None,
        });
    }
}

fn options(error: &ValidationError<'_>) -> Vec<String> {
    match error.kind() {
        ValidationErrorKind::Constant { expected_value } => vec![bare(expected_value)],
        ValidationErrorKind::Enum { options } => options.as_array().into_iter().flatten().map(bare).collect(),
        _ => Vec::new(),
    }
}

/// The properties that the schema of the failing map knows.
fn properties(error: &ValidationError<'_>, schema: &Json) -> Vec<String> {
    let path = error.schema_path().as_str();
    let parent = path.rfind('/').map_or("", |end| &path[..end]);
    let known = schema.pointer(parent).and_then(|node| node.get("properties")).and_then(Json::as_object);
    known.map(|known| known.keys().cloned().collect()).unwrap_or_default()
}

/// How the sentence names the value: by its last steps.
fn subject(steps: &[String], whole: &str) -> String {
    match steps {
        [] => whole.to_owned(),
        [only] => format!("`{only}`"),
        [.., before, last] if last.bytes().all(|byte| byte.is_ascii_digit()) => {
            format!("item {} of `{before}`", last.parse::<usize>().map_or(0, |index| index + 1))
        }
        [.., last] => format!("`{last}`"),
    }
}

fn one_of(name: &str, is: &str, all: &[String]) -> String {
    format!("{name} is {is}; it must be {}", either(all))
}

fn choice_hint(instance: &Json, all: &[String]) -> Option<String> {
    let text = instance.as_str()?;
    let is_switch = SWITCHES.contains(&text) && all.iter().any(|one| one == "true");
    is_switch
        .then(|| NO_SWITCH.to_owned())
        .or_else(|| closest(text, all.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?")))
}

/// What was true or false before YAML 1.2.
const SWITCHES: [&str; 4] = ["yes", "no", "on", "off"];
const NO_SWITCH: &str = "YAML 1.2 has only `true` and `false`";

fn either(all: &[String]) -> String {
    match all {
        [] => "something else".to_owned(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

fn bare(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn wanted(kind: &TypeKind) -> String {
    let words = |name: &str| match name {
        "integer" => "a whole number".to_owned(),
        "number" => "a number".to_owned(),
        "string" => "text".to_owned(),
        "boolean" => "true or false".to_owned(),
        "array" => "a list".to_owned(),
        "object" => "a map".to_owned(),
        other => other.to_owned(),
    };
    match kind {
        TypeKind::Single(one) => words(&one.to_string()),
        TypeKind::Multiple(set) => {
            let all: Vec<_> = set.iter().map(|one| words(&one.to_string())).filter(|word| word != "null").collect();
            all.join(" or ")
        }
    }
}

/// Whether a text is a whole number that is text only because it has more than 64 bits.
fn is_beyond(text: &str) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_err()
}

fn type_hint(kind: &TypeKind, instance: &Json) -> Option<String> {
    let wanted = wanted(kind);
    match instance {
        Json::String(text) if text.contains(OPEN) => Some("a reference is text; this property takes none".to_owned()),
        Json::String(text) if serde_json::from_str::<Json>(text).is_ok_and(|value| !value.is_string()) => {
            Some("write it without quotes".to_owned())
        }
        Json::String(text) if wanted == "true or false" && SWITCHES.contains(&text.as_str()) => {
            Some(NO_SWITCH.to_owned())
        }
        Json::Number(_) | Json::Bool(_) if wanted == "text" => Some("put it in quotes".to_owned()),
        _ => None,
    }
}

/// A value's type in words, with the value if it is short.
pub fn described(value: &Json) -> String {
    match value {
        Json::Null => "nothing".to_owned(),
        Json::Bool(flag) => format!("the boolean {flag}"),
        Json::Number(number) => format!("the number {number}"),
        Json::String(text) if text.chars().count() <= 60 => format!("the text `{text}`"),
        Json::String(_) => "a text".to_owned(),
        Json::Array(_) => "a list".to_owned(),
        Json::Object(_) => "a map".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_number_of_more_than_64_bits_is_known_for_one() {
        assert!(super::is_beyond("99999999999999999999") && super::is_beyond("-99999999999999999999"));
        assert!(!super::is_beyond("9223372036854775807") && !super::is_beyond("9e99") && !super::is_beyond(""));
    }
}
