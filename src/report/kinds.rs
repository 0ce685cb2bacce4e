//! The resource kinds for a terminal and for programs: `provision kinds`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::document::pretty;
use super::schema_words::{FieldDoc, field_docs, nested};
use super::style::{HEAD, count, duration, paint, table};
use crate::resource::{Facts, Identity, NameRule, Replacement, Shape};

/// The list of kinds, a line each.
pub fn kinds_text(kinds: &[&dyn Shape]) -> String {
    let rows: Vec<_> = kinds
        .iter()
        .map(|kind| {
            let facts = kind.facts();
            let bears = if facts.stateful { "keeps data" } else { "" };
            vec![facts.kind.to_owned(), format!("Ref: {}", facts.reference), bears.to_owned()]
        })
        .collect();
    format!("{}{}\n", table(&rows, ""), count(kinds.len(), "kind"))
}

/// One kind for a terminal. Coloured.
pub fn kind_text(kind: &dyn Shape) -> String {
    let facts = kind.facts();
    let root = kind.schema().root();
    let mut text = format!("{}\n\n", paint(HEAD, facts.kind));
    remarks(facts).iter().for_each(|remark| text.push_str(&format!("  {}\n", remark.replace('`', ""))));
    let outputs: Vec<_> =
        kind.outputs().names().into_iter().flatten().map(|(name, text)| vec![name.clone(), text.clone()]).collect();
    let mut part = |title: String, fields: &[FieldDoc]| {
        let rows: Vec<_> = fields
            .iter()
            .map(|field| {
                let remark = [field.marks.join(", "), field.text.clone()].into_iter().filter(|part| !part.is_empty());
                let remark = remark.collect::<Vec<_>>().join(". ");
                let default = if field.default.is_empty() { String::new() } else { format!("= {}", field.default) };
                vec![
                    field.name.clone(),
                    field.kind.replace('`', ""),
                    default.replace('`', ""),
                    remark.replace("**", ""),
                ]
            })
            .collect();
        let _ = write!(text, "\n{}\n{}", paint(HEAD, title), table(&rows, "  "));
    };
    part("properties".to_owned(), &field_docs(facts, root, root));
    for (name, node) in nested(root) {
        part(name.to_owned(), &field_docs(facts, root, node));
    }
    let _ = write!(text, "\n{}\n{}", paint(HEAD, "return values"), table(&outputs, "  "));
    let _ = write!(text, "\n{}\n{}\n", paint(HEAD, "example"), facts.example.trim());
    text
}

/// All kinds, or one, as JSON: facts, schema and permissions.
pub fn kinds_json(kinds: &[&dyn Shape]) -> String {
    let kind = |kind: &&dyn Shape| {
        let (facts, permissions) = (kind.facts(), kind.facts().permissions);
        json!({
            "type": facts.kind, "ref": facts.reference, "stateful": facts.stateful,
            "create_only": facts.create_only, "schema": kind.schema().root(), "outputs": kind.outputs().root(), "example": facts.example.trim(),
            "permissions": {
                "read": permissions.read, "create": permissions.create, "update": permissions.update,
                "retag": permissions.retag, "delete": permissions.delete, "ask": facts.preflight_reads,
            },
        })
    };
    pretty(&kinds.iter().map(kind).collect::<Vec<Value>>())
}

/// What a kind is called that AWS can't tag.
fn told_by_name(facts: &Facts, max: usize) -> String {
    let applied = match facts.identity.digest_room() {
        Some(_) => "what was applied is in its comment",
        None => "nothing keeps what was applied: causes are unknown",
    };
    format!(
        "AWS can't tag it. Named `<project>--<tenant>--<environment>--<name>`, at most {max} characters; {applied}."
    )
}

/// What holds for the whole kind.
pub(super) fn remarks(facts: &Facts) -> Vec<String> {
    let mut all =
        vec![format!("`Ref` is `{}`; typically ready in {}.", facts.reference, duration(facts.seconds.into()))];
    all.push(match facts.name {
        NameRule::Unique { max } if facts.identity.is_name() => told_by_name(facts, max),
        NameRule::Assigned { .. } if facts.identity != Identity::Tags => {
            "AWS can't tag it: a thing beside it says whose it is.".to_owned()
        }
        NameRule::Assigned { max } => format!("AWS makes the id; shown by the tag `Name`, at most {max} characters."),
        NameRule::Unique { max } => format!("Named `<tenant>-<environment>-<name>`, at most {max} characters."),
        NameRule::Hashed { max } => {
            format!("Named `<tenant>-<environment>-<name>-<hash>`, at most {max} characters; old and new can live side by side.")
        }
    });
    all.push(match facts.replacement {
        Replacement::CreateFirst => "A replacement is made before the old one goes.".to_owned(),
        Replacement::DeleteFirst => "A replacement is made after the old one is gone: an outage.".to_owned(),
    });
    if facts.interchangeable {
        let text = "Deleted only when named with `--allow-destroy`. A replacement asks nobody: the old one goes once the new one \
                    is in use; a name that only the old one serves is told as an outage.";
        all.push(text.to_owned());
    } else if facts.stateful {
        all.push("Keeps data: deleted or replaced only when named with `--allow-destroy`.".to_owned());
    }
    if facts.revisioned {
        all.push("An update makes a new revision; the last five stay.".to_owned());
    }
    if facts.awaits_action {
        all.push("A new one waits for a person before it can be used.".to_owned());
    }
    if !facts.updated_outputs.is_empty() {
        all.push(format!("Return values that an update changes: {}.", facts.updated_outputs.join(", ")));
    }
    let quotas = facts.quotas.iter().map(|quota| format!("{} (`{}` {})", quota.name, quota.service, quota.code));
    let quotas: Vec<_> = quotas.collect();
    if !quotas.is_empty() {
        all.push(format!("Counts against quotas of AWS: {}.", quotas.join(", ")));
    }
    all
}
