use std::collections::BTreeMap;

use crate::problem::Span;

/// Where values come from, by JSON pointer; a pointer that is not there has its nearest parent's origin.
pub type Origins = BTreeMap<String, Origin>;

/// Where a value was written: in the template, and the parameters it was computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub span: Span,
    /// Where the parameters that it was computed from were set.
    pub from: Vec<Span>,
    /// Where the parameters stand of which the keys or the number decided.
    pub over: Vec<Span>,
}

impl Origin {
    /// The place a person would change: where a tenant or the project set a parameter, else its default, else the
    /// template.
    pub fn place(&self) -> &Span {
        let all = || self.from.iter().chain(&self.over);
        all().find(|span| !is_of_template(span)).or(all().next()).unwrap_or(&self.span)
    }

    /// The origin of what is no longer there: the map or list that it was taken out of.
    #[must_use]
    pub fn of_removed(&self) -> Self {
        let (over, from) = (self.over.clone(), self.from.clone());
        let is_told = over.iter().any(|span| !is_of_template(span));
        if is_told { Self { span: self.span.clone(), from: over, over: from } } else { self.clone() }
    }
}

fn is_of_template(span: &Span) -> bool {
    span.path().components().any(|part| ["templates", "built-in"].iter().any(|folder| part.as_os_str() == *folder))
}
