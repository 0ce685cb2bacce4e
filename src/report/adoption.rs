use super::layout::TextOptions;
use super::plan_text::stack_text;
use super::style::{HEAD, paint};
use crate::plan::StackPlan;

/// What adopting a thing writes, after what is different about it: a plan of the one address. Coloured.
pub fn adoption_text(adoption: &StackPlan, differences: &StackPlan, options: TextOptions) -> String {
    let mut text = stack_text(differences, options);
    for change in &adoption.changes {
        let id = change.id.as_deref().unwrap_or_default();
        let fields: usize = differences.changes.iter().map(|change| change.fields.len()).sum();
        let differs = match (differences.changes.is_empty(), fields) {
            (true, _) => "it is as the YAML says".to_owned(),
            (false, 0) => "the next apply completes it".to_owned(),
            (false, 1) => "1 field differs: the next apply would mend that".to_owned(),
            (false, fields) => format!("{fields} fields differ: the next apply would mend that"),
        };
        let line = format!("adopt {id} as {}: {differs}", change.address);
        text.push_str(&format!("\n{}\n", paint(HEAD, line)));
        change.notes.iter().for_each(|note| text.push_str(&format!("writes {note}\n")));
    }
    text
}
