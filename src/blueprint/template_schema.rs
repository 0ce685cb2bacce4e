//! The JSON Schema of template files, for editors: the kinds, their properties, and the outputs that `ref` may ask for.

use serde_json::{Map, Value, json};

use crate::resource::Shape;

/// Returns the JSON Schema of template files.
pub fn template_schema(shapes: &[&dyn Shape]) -> Value {
    let kinds: Vec<_> = shapes.iter().map(|shape| shape.facts().kind).collect();
    let cases: Vec<_> = shapes.iter().map(|shape| case(*shape)).collect();
    let any = json!({ "$ref": "#/$defs/value" });
    let slips: Vec<_> = shapes.iter().filter_map(|shape| slip(*shape)).map(|slip| json!({ "not": slip })).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A template of provision",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "description": { "type": "string", "description": "One sentence." },
            "parameters": { "type": "object", "description": "Name: JSON Schema." },
            "extends": {
                "type": "object",
                "additionalProperties": { "type": "object" },
                "description": "Parameter, a map: what its entries may say too, name: JSON Schema.",
            },
            "profiles": { "type": "object", "description": "Name: parameters that lie over the defaults." },
            "include": { "type": "array", "items": { "type": "string" }, "description": "Files below `templates/`." },
            "checks": { "type": "array", "items": { "type": "object" }, "description": "Mistakes: when, say, at, hint, for." },
            "warnings": { "type": "array", "items": { "type": "object" }, "description": "Said, and no more: when, say, at." },
            "resources": { "type": "array", "items": { "$ref": "#/$defs/resource" } },
            "outputs": { "type": "object", "additionalProperties": any },
        },
        "$defs": {
            "resource": {
                "type": "object",
                "additionalProperties": false,
                "required": ["type", "name", "properties"],
                "properties": {
                    "type": { "enum": kinds },
                    "name": { "type": "string", "description": "Its identity, unique with its type." },
                    "was": { "type": "string", "description": "A former name." },
                    "properties": { "type": "object", "additionalProperties": any },
                    "for": { "type": "object", "description": "Repeats it: variable: list or map." },
                    "when": { "description": "Leaves it out unless true." },
                    "region": { "type": "string", "description": "Another region than the stack's." },
                    "physical": { "type": "string", "description": "Its physical name in full." },
                    "protected": { "description": "Whether it goes by name only." },
                    "external": { "description": "Pointers to what somebody else sets." },
                    "after": { "description": "What has to be in place first, although no property refers to it." },
                },
                "allOf": cases,
            },
            "value": {
                "anyOf": [
                    { "type": "string", "allOf": slips },
                    { "type": ["number", "boolean", "null"] },
                    { "type": "array", "items": any },
                    { "type": "object", "additionalProperties": any },
                ],
            },
        },
    })
}

/// The properties of one kind. Their values may be expressions, which only the program can judge.
fn case(shape: &dyn Shape) -> Value {
    let (facts, root) = (shape.facts(), shape.schema().root());
    let all = root.get("properties").and_then(Value::as_object).into_iter().flatten();
    let properties: Map<_, _> = all
        .map(|(name, field)| {
            let description = field.get("description").and_then(Value::as_str).unwrap_or_default();
            (name.clone(), json!({ "$ref": "#/$defs/value", "description": description }))
        })
        .collect();
    let outputs =
        shape.outputs().names().into_iter().flatten().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
    let description = format!("{}: outputs {outputs}; `ref` without one gives {}.", facts.kind, facts.reference);
    json!({
        "if": { "properties": { "type": { "const": facts.kind } }, "required": ["type"] },
        "then": { "properties": { "properties": {
            "description": description, "properties": properties, "additionalProperties": false,
        } } },
    })
}

/// What an expression looks like that asks for an output which the kind has not.
fn slip(shape: &dyn Shape) -> Option<Value> {
    let names = shape.outputs().names()?;
    let names: Vec<_> = names.keys().map(|name| name.replace('.', "\\.")).collect();
    let kind = shape.facts().kind;
    Some(json!({ "pattern": format!("ref\\('{kind}/[^']*', *'(?!({})')", names.join("|")) }))
}
