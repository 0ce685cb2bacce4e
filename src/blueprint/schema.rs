use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::sources::Files;
use crate::problem::Problem;
use crate::template::Library;
use crate::tenant::{Project, region};
use crate::yaml;

/// Returns the JSON Schema of tenant files, with the parameters of every template, for editors.
pub fn schema(files: &Files) -> Result<Value, Vec<Problem>> {
    let mut library = Library::new(files.own_templates());
    let (mut cases, mut definitions, mut problems) = (Vec::new(), Map::new(), Vec::new());
    let templates = library.all(&mut problems);
    let shared = project_profiles(files);
    let names: Vec<_> = templates.iter().map(|template| &template.name).collect();
    for template in &templates {
        let name = &template.name;
        let own = template.profiles.iter().map(|(key, _)| key.name.clone());
        let profiles: BTreeSet<_> = own.chain(shared.iter().cloned()).collect();
        definitions.insert(name.clone(), environment(template.parameters.schema(), &profiles));
        let values = json!({ "$ref": format!("#/$defs/{name}") });
        cases.push(json!({
            "if": { "properties": { "template": { "const": name } } },
            "then": { "properties": { "defaults": values, "environments": { "additionalProperties": values } } },
        }));
    }
    if problems.iter().any(Problem::is_error) {
        return Err(problems);
    }
    Ok(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A tenant of provision",
        "type": "object",
        "required": ["tenant", "template", "account", "environments"],
        "additionalProperties": false,
        "properties": {
            "tenant": { "type": "string", "pattern": "^[a-z][a-z0-9-]{0,19}$", "description": "The customer's name, in the names and tags of all its resources." },
            "template": { "enum": names, "description": "What its environments are made of." },
            "account": { "type": "string", "description": "Twelve digits in quotes, or a name from provision.yaml." },
            "roles": {
                "type": "object",
                "additionalProperties": false,
                "description": "Assumed in the account; none: the caller's own identity.",
                "properties": {
                    "read": { "type": "string", "description": "For plan, diff and show." },
                    "write": { "type": "string", "description": "For apply and destroy." },
                    "external_id": { "type": "string" },
                },
            },
            "tags": { "type": "object", "additionalProperties": { "type": "string" }, "description": "Written on every resource." },
            "defaults": { "type": "object", "description": "What lies under every environment." },
            "environments": { "type": "object", "propertyNames": { "pattern": "^[a-z][a-z0-9-]{0,19}$" } },
        },
        "allOf": cases,
        "$defs": definitions,
    }))
}

/// The names of the project's own profiles; what is wrong with its file is for other commands to say.
fn project_profiles(files: &Files) -> Vec<String> {
    let root = files.project.as_ref().and_then(|file| yaml::read(&file.path, &file.bytes).ok());
    root.map(|root| Project::read(&root, &mut Vec::new()).profiles.into_keys().collect()).unwrap_or_default()
}

/// A template's parameters and the program's own keys. Nothing is required here: defaults may lie in another layer.
fn environment(parameters: &Value, profiles: &BTreeSet<String>) -> Value {
    let mut properties = parameters.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    properties.values_mut().for_each(open);
    let own = json!({
        "region": {
            "anyOf": [{ "enum": region::names().collect::<Vec<_>>() }, { "type": "string", "pattern": region::SHAPE }],
            "description": "The home region.",
        },
        "profile": {
            "anyOf": [{ "enum": profiles }, { "type": "null" }],
            "description": "A named overlay of the template or of provision.yaml; default: the environment's name. Null: none is missed.",
        },
        "protected": { "type": "boolean", "default": true, "description": "Whether `destroy` asks for what bears data by name." },
        "ignore": {
            "type": "array",
            "description": "Known differences that apply leaves alone.",
            "items": {
                "type": "object",
                "additionalProperties": false,
                "required": ["resource", "field", "owner"],
                "properties": {
                    "resource": { "type": "string", "description": "AWS::WAFv2::IPSet/blocked" },
                    "field": { "type": "string", "pattern": "^/", "description": "A JSON pointer." },
                    "owner": { "type": "string", "description": "Whom to ask." },
                    "until": { "type": "string", "format": "date", "description": "The last day on which it counts." },
                },
            },
        },
    });
    properties.extend(own.as_object().cloned().unwrap_or_default());
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// Drops `required` at every depth and lets null stand for removal, since a layer may say a part only.
fn open(schema: &mut Value) {
    let Some(map) = schema.as_object_mut() else { return };
    map.remove("required");
    for key in ["properties", "$defs"] {
        if let Some(inner) = map.get_mut(key).and_then(Value::as_object_mut) {
            inner.values_mut().for_each(open);
        }
    }
    for key in ["additionalProperties", "items"] {
        if let Some(inner) = map.get_mut(key) {
            open(inner);
        }
    }
    match map.get_mut("type") {
        Some(Value::String(only)) if only != "null" => {
            let both = json!([only, "null"]);
            map.insert("type".into(), both);
        }
        Some(Value::Array(several)) if !several.contains(&json!("null")) => several.push(json!("null")),
        _ => {}
    }
    if let Some(Value::Array(options)) = map.get_mut("enum")
        && !options.contains(&Value::Null)
    {
        options.push(Value::Null);
    }
}
