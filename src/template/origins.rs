use std::collections::BTreeMap;

use crate::problem::Span;

/// Where values come from, by JSON pointer; a pointer that is not there has its nearest parent's origin.
pub type Origins = BTreeMap<String, Origin>;

/// Where a value was written: in the template, and the parameters it was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub span: Span,
    /// Where the parameters that an expression used were set.
    pub from: Vec<Span>,
}

impl Origin {
    /// The place a person would change: where a tenant or the project set a parameter, else its default, else the
    /// template.
    pub fn place(&self) -> &Span {
        let set = self.from.iter().find(|span| !is_of_template(span));
        set.or(self.from.first()).unwrap_or(&self.span)
    }
}

fn is_of_template(span: &Span) -> bool {
    span.path().components().any(|part| ["templates", "built-in"].iter().any(|folder| part.as_os_str() == *folder))
}
