use serde_json::Value;

use super::{Facts, Failure, State, pointer};

/// Shorter values are words that stand in any sentence (`run`, `info`, `8080`).
const SHORTEST: usize = 5;
/// Values that tell nothing, however they are long.
const HARMLESS: &[&str] = &["false"];

/// The sensitive values of some specs, to be taken out of what others say: AWS quotes what it refuses.
#[derive(Clone, Debug, Default)]
pub struct Secrets(Vec<String>);

impl Secrets {
    /// Adds the sensitive values of a spec. Names (of variables, of headers) are none.
    pub fn add(&mut self, facts: &Facts, spec: &Value) {
        if facts.sensitive.is_empty() {
            return;
        }
        pointer::walk(spec, &mut |at, leaf| {
            let is_sensitive = facts.sensitive.iter().any(|pattern| pointer::covers(pattern, at));
            if let Some(text) = leaf.as_str()
                && is_sensitive
                && !at.ends_with("/Name")
                && text.chars().count() >= SHORTEST
                && !HARMLESS.contains(&text)
            {
                self.0.push(text.to_owned());
            }
        });
        // A value inside a longer one must not leave the rest of it behind.
        self.0.sort_by_key(|text| std::cmp::Reverse(text.len()));
        self.0.dedup();
    }

    /// Returns the text without them.
    pub fn hide(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, secret| text.replace(secret, "(sensitive)"))
    }

    /// Returns the failure without them.
    pub fn hide_in(&self, failure: Failure) -> Failure {
        let hint = failure.hint.as_deref().map(|hint| self.hide(hint));
        Failure { message: self.hide(&failure.message), hint, ..failure }
    }

    /// Takes them out of what a state says.
    pub fn hide_in_state(&self, state: &mut State) {
        match state {
            State::Ready | State::Deleting => {}
            State::Settling(text) | State::Failed(text) | State::AwaitsAction(text) => *text = self.hide(text),
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
