//! A spec's JSON Schema in words.

use serde_json::Value;

use crate::resource::{Facts, Switch, pointer};

/// One property, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FieldDoc {
    pub name: String,
    /// `list of string`, `` `ContainerDefinition` ``, `reference to AWS::EC2::VPC`.
    pub kind: String,
    /// `required`, a value, or nothing: then AWS chooses.
    pub default: String,
    /// `create-only`, `exclusive list`, ...
    pub marks: Vec<String>,
    /// Its documentation, on one line.
    pub text: String,
}

/// The properties of a struct in a schema, in their order.
pub(super) fn field_docs(facts: &Facts, root: &Value, node: &Value) -> Vec<FieldDoc> {
    let required: Vec<_> = strings(node.get("required")).collect();
    // Facts name top-level properties by pointers; nested structs stand below several, so only the root is marked.
    let is_root = std::ptr::eq(root, node);
    let properties = node.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties
        .map(|(name, field)| FieldDoc {
            name: name.clone(),
            kind: type_words(root, field),
            default: default_words(field, required.contains(&name.as_str())),
            marks: if is_root { marks(facts, name, field) } else { Vec::new() },
            text: field.get("description").and_then(Value::as_str).unwrap_or_default().replace('\n', " "),
        })
        .collect()
}

/// The structs below the root, by name.
pub(super) fn nested(root: &Value) -> impl Iterator<Item = (&str, &Value)> {
    let all = root.get("$defs").and_then(Value::as_object).into_iter().flatten();
    all.map(|(name, node)| (name.as_str(), node)).filter(|(_, node)| node.get("properties").is_some())
}

fn marks(facts: &Facts, name: &str, field: &Value) -> Vec<String> {
    let at = pointer::join("", name);
    let names = |patterns: &[&str]| patterns.iter().any(|pattern| pointer::property(pattern) == name);
    let mut marks = Vec::new();
    let mut mark = |text: &str| marks.push(text.to_owned());
    if facts.create_only.iter().any(|pattern| pointer::covers(pattern, &at)) {
        mark("**create-only**");
    }
    if names(facts.additive) {
        mark("**additive**: others may add elements");
    } else if names(facts.declared_only) {
        mark("only what is listed is compared");
    } else if is_list_of_objects(field) {
        mark("**exclusive**: other elements are drift");
    }
    if facts.write_only.contains(&at.as_str()) {
        mark("cannot be read back");
    }
    for (patterns, text) in [
        (facts.ignored_after_create, "counts only at creation"),
        (facts.deferrable, "may be set after creation"),
        (facts.auto_upgraded, "a newer version within it is equal"),
        (facts.sensitive, "sensitive"),
    ] {
        if names(patterns) {
            mark(text);
        }
    }
    marks.extend(facts.switches.iter().filter(|switch| switch.property == at).map(switch_words));
    marks
}

fn switch_words(switch: &Switch) -> String {
    let by = pointer::steps(switch.by).last().unwrap_or_default();
    let word = if switch.is_off { "not with" } else { "only with" };
    let values = switch.values.join(", ");
    let colon = if values.is_empty() { "" } else { ": " };
    format!("{word} `{by}{colon}{values}`")
}

fn is_list_of_objects(field: &Value) -> bool {
    field.get("items").is_some_and(|items| items.get("$ref").is_some() || items.get("properties").is_some())
}

fn default_words(field: &Value, required: bool) -> String {
    match field.get("default") {
        _ if required => "required".to_owned(),
        None | Some(Value::Null) => String::new(),
        Some(value) => format!("`{value}`"),
    }
}

fn type_words(root: &Value, node: &Value) -> String {
    if let Some(kind) = node.get("x-ref").and_then(Value::as_str) {
        return format!("reference to {kind}");
    }
    if let Some(target) = node.get("$ref").and_then(Value::as_str) {
        let name = target.rsplit('/').next().unwrap_or(target);
        let definition = root.pointer(target.trim_start_matches('#')).unwrap_or(&Value::Null);
        return if definition.get("properties").is_some() { format!("`{name}`") } else { type_words(root, definition) };
    }
    if let Some(choices) = node.get("enum").and_then(Value::as_array) {
        return choices.iter().map(|choice| format!("`{choice}`").replace('"', "")).collect::<Vec<_>>().join(" or ");
    }
    if let Some(only) = node.get("const") {
        return format!("`{only}`").replace('"', "");
    }
    for key in ["anyOf", "oneOf", "allOf"] {
        if let Some(choices) = node.get(key).and_then(Value::as_array) {
            let mut words: Vec<_> = choices
                .iter()
                .filter(|choice| !is_null(choice) && !is_reference_text(choice))
                .map(|choice| type_words(root, choice))
                .collect();
            words.dedup();
            return words.join(" or ");
        }
    }
    let types: Vec<_> = match node.get("type") {
        Some(Value::String(one)) => vec![one.as_str()],
        many => strings(many).filter(|name| *name != "null").collect(),
    };
    match types.as_slice() {
        ["array"] => {
            format!("list of {}", node.get("items").map_or_else(|| "anything".into(), |items| type_words(root, items)))
        }
        ["object"] => match node.get("additionalProperties").filter(|extra| extra.is_object()) {
            Some(extra) => format!("map of {}", type_words(root, extra)),
            None => "object".to_owned(),
        },
        [] => "anything".to_owned(),
        names => names.join(" or "),
    }
}

fn is_null(node: &Value) -> bool {
    node.get("type").is_some_and(|kind| kind == "null")
}

/// The form that a number takes while it is a reference; every value may be one, so it is not worth a word.
fn is_reference_text(node: &Value) -> bool {
    node.get("pattern").is_some_and(|pattern| pattern == "⟦.+⟧")
}

fn strings(list: Option<&Value>) -> impl Iterator<Item = &str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}
