use super::style::{count, table};
use crate::blueprint::TemplateSummary;

/// The templates, a line each: the name, where it comes from, what it makes.
pub fn templates_text(templates: &[TemplateSummary]) -> String {
    let row = |template: &TemplateSummary| {
        vec![template.name.clone(), whence(template), template.description.clone().unwrap_or_default()]
    };
    let rows: Vec<_> = templates.iter().map(row).collect();
    format!("{}{}\n", table(&rows, ""), count(templates.len(), "template"))
}

/// `built in`; `the project's`; `built in, with templates/parts/base.yaml`.
fn whence(template: &TemplateSummary) -> String {
    let own: Vec<_> = template.own.iter().map(|path| path.display().to_string()).collect();
    match (template.is_own, own.as_slice()) {
        (true, _) => "the project's".to_owned(),
        (false, []) => "built in".to_owned(),
        (false, own) => format!("built in, with {}", own.join(", ")),
    }
}
