//! The resource kinds as documentation: docs/kinds.md, the pages of docs/kinds/, and `provision kinds --format markdown`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::kinds::remarks;
use super::schema_words::{FieldDoc, field_docs, nested};
use super::style::{count, duration};
use crate::resource::{Attachable, Detection, Permissions, Shape};

const INTRODUCTION: &str = "\
Generated from the code by a test (`UPDATE=1`); not written by hand.

Kinds, properties and return values have CloudFormation's names. What AWS cannot tag is a property of the resource that owns
it. A property without a default that is not required is one that AWS chooses.
";

/// The list of kinds and a page for each service, by their paths below `docs/`.
pub fn kinds_pages(kinds: &[&dyn Shape]) -> BTreeMap<String, String> {
    let mut services: BTreeMap<&str, Vec<&dyn Shape>> = BTreeMap::new();
    for kind in kinds {
        services.entry(service(kind.facts().kind)).or_default().push(*kind);
    }
    let page = |(service, kinds): (&&str, &Vec<&dyn Shape>)| {
        let text = format!("# {service}\n\n{INTRODUCTION}\n{}", kinds_markdown(kinds));
        (page_of(service), text)
    };
    services.iter().map(page).chain([("kinds.md".to_owned(), list_markdown(kinds))]).collect()
}

/// The sections of several kinds, as Markdown.
pub fn kinds_markdown(kinds: &[&dyn Shape]) -> String {
    kinds.iter().map(|kind| kind_markdown(*kind)).collect::<Vec<_>>().join("\n")
}

/// `AWS::EC2` of `AWS::EC2::VPC`.
fn service(kind: &str) -> &str {
    kind.rsplit_once("::").map_or(kind, |(service, _)| service)
}

/// `kinds/ec2.md` of `AWS::EC2`.
fn page_of(service: &str) -> String {
    format!("kinds/{}.md", service.rsplit("::").next().unwrap_or(service).to_lowercase())
}

/// The page docs/kinds.md.
fn list_markdown(kinds: &[&dyn Shape]) -> String {
    let mut text = format!(
        "# The resource kinds\n\n{INTRODUCTION}\n{}:\n\n| kind | `Ref` is | usually ready in | keeps data |\n|---|---|---|---|\n",
        count(kinds.len(), "kind")
    );
    for facts in kinds.iter().map(|kind| kind.facts()) {
        let (name, ready) = (facts.kind, duration(facts.seconds.into()));
        let (page, anchor) = (page_of(service(name)), name.to_lowercase().replace(':', ""));
        let keeps = if facts.stateful { "yes" } else { "" };
        let _ = writeln!(text, "| [{name}]({page}#{anchor}) | `{}` | {ready} | {keeps} |", facts.reference);
    }
    text
}

/// The section of one kind, as Markdown.
fn kind_markdown(kind: &dyn Shape) -> String {
    let facts = kind.facts();
    let root = kind.schema().root();
    let mut text = format!("## {}\n\n", facts.kind);
    for remark in remarks(facts) {
        let _ = writeln!(text, "- {remark}");
    }
    let _ = write!(text, "\n{}", fields_markdown(&field_docs(facts, root, root)));
    for (name, node) in nested(root) {
        let _ = write!(text, "\n### {} `{name}`\n\n{}", facts.kind, fields_markdown(&field_docs(facts, root, node)));
    }
    text.push_str(&attachable_markdown(facts.attachable));
    let _ = write!(text, "\nReturn values:\n\n{}", outputs_markdown(kind));
    text.push_str(&permissions_markdown(&facts.permissions, facts.preflight_reads));
    let _ = write!(text, "\n```yaml\n{}\n```\n", facts.example.trim());
    text
}

fn fields_markdown(fields: &[FieldDoc]) -> String {
    let mut text = "| property | type | default | |\n|---|---|---|---|\n".to_owned();
    for field in fields {
        let remark = [field.marks.join(", "), field.text.clone()].into_iter().filter(|part| !part.is_empty());
        let remark = remark.collect::<Vec<_>>().join(". ").replace('|', "\\|");
        let kind = field.kind.replace('|', "\\|");
        let _ = writeln!(text, "| `{}` | {kind} | {} | {remark} |", field.name, field.default.replace('|', "\\|"));
    }
    text
}

/// What `ref(address, name)` may ask for.
fn outputs_markdown(kind: &dyn Shape) -> String {
    let lines = kind.outputs().names().into_iter().flatten().map(|(name, text)| {
        let text = text.replace('\n', " ");
        let colon = if text.is_empty() { "" } else { ": " };
        format!("- `{name}`{colon}{text}\n")
    });
    lines.collect()
}

/// What others can attach, and how that is told.
fn attachable_markdown(all: &[Attachable]) -> String {
    if all.is_empty() {
        return String::new();
    }
    let mut text = "\n| others can attach | which is |\n|---|---|\n".to_owned();
    for Attachable { what, detection } in all {
        let how = match detection {
            Detection::Compared(path) => format!("compared: `{path}`"),
            Detection::Noted(path) => format!("told as drift that no apply takes away: `{path}`"),
            Detection::Additive(_) | Detection::Listed => "told as foreign, and left alone".to_owned(),
            Detection::Surveyed => "told as foreign by `diff`, and left alone".to_owned(),
            Detection::Left(why) => format!("not told: {why}"),
        };
        let _ = writeln!(text, "| {what} | {how} |");
    }
    text
}

/// Which actions the kind needs, and what for: a line for each action.
fn permissions_markdown(permissions: &Permissions, preflight_reads: &[&'static str]) -> String {
    let verbs = [
        ("read", permissions.read),
        ("create", permissions.create),
        ("update", permissions.update),
        ("retag", permissions.retag),
        ("delete", permissions.delete),
        ("ask before (optional)", preflight_reads),
    ];
    let mut lines: Vec<(&str, Vec<&str>)> = Vec::new();
    for (verb, actions) in verbs {
        for action in actions {
            match lines.iter_mut().find(|(known, _)| known == action) {
                Some((_, verbs)) => verbs.push(verb),
                None => lines.push((action, vec![verb])),
            }
        }
    }
    let mut text = "\n| permission | needed to |\n|---|---|\n".to_owned();
    for (action, verbs) in lines {
        let _ = writeln!(text, "| `{action}` | {} |", verbs.join(", "));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_stands_once_with_all_that_it_is_needed_for() {
        let permissions =
            Permissions { read: &["a:List", "a:Get"], delete: &["a:Delete", "a:Get"], ..Permissions::NONE };
        let table = permissions_markdown(&permissions, &["a:Offers"]);
        let lines: Vec<_> = table.trim().lines().skip(2).collect();
        let expected = [
            "| `a:List` | read |",
            "| `a:Get` | read, delete |",
            "| `a:Delete` | delete |",
            "| `a:Offers` | ask before (optional) |",
        ];
        assert_eq!(lines, expected);
    }
}
