use std::collections::BTreeMap;

use crate::problem::Span;

/// Where values come from, by JSON pointer; a pointer that is not there has its nearest parent's origin.
pub type Origins = BTreeMap<String, Origin>;

/// Where a value was written: in the template, and the parameters it was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub span: Span,
    /// Where the parameters that an expression used were set; the first is what a plan shows.
    pub from: Vec<Span>,
}

impl Origin {
    /// The place a person would change: the parameter's if there is one, else the template's.
    pub fn place(&self) -> &Span {
        self.from.first().unwrap_or(&self.span)
    }
}
