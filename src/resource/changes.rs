use super::{FieldDiff, pointer};

/// The planned changes of one update; a kind asks them by path and does not decide again.
#[derive(Clone, Debug, Default)]
pub struct Changes(Vec<FieldDiff>);

impl Changes {
    pub fn new(fields: Vec<FieldDiff>) -> Self {
        Self(fields)
    }

    /// Returns whether anything at or below the pointer (`*` for any step) changes, or a list above it does.
    pub fn touches(&self, pattern: &str) -> bool {
        self.0.iter().any(|field| pointer::covers(pattern, &field.path) || pointer::covers(&field.path, pattern))
    }

    /// Returns whether any of the pointers is touched.
    pub fn touches_any(&self, patterns: &[&str]) -> bool {
        patterns.iter().any(|pattern| self.touches(pattern))
    }

    pub fn fields(&self) -> &[FieldDiff] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
