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
    /// Those of `from` that are only the name of what a `for` is at: they choose, and say little of the value.
    pub names: Vec<Span>,
    /// Where the parameters stand that chose among several lists.
    pub chosen: Vec<Span>,
    /// Of an element of a list: where the parameters stand by which it is there at all, the closest first.
    pub exists: Vec<Span>,
    /// What of these tells more than the rest, where it is known how the value differs.
    pub first: Vec<Span>,
}

impl Origin {
    /// An origin in the template alone.
    pub fn new(span: Span) -> Self {
        let [from, over, names, chosen, exists, first] = Default::default();
        Self { span, from, over, names, chosen, exists, first }
    }

    /// The place a person would change: where a tenant or the project set a parameter, else its default, else the
    /// template.
    pub fn place(&self) -> &Span {
        let (names, values): (Vec<_>, Vec<_>) = self.from.iter().partition(|span| self.names.contains(span));
        let all = || self.first.iter().chain(values.iter().chain(&names).copied()).chain(&self.over);
        all().find(|span| !is_of_template(span)).or(all().next()).unwrap_or(&self.span)
    }

    /// The origin of what is no longer there: the map or list that it was taken out of.
    #[must_use]
    pub fn of_removed(&self) -> Self {
        let (over, from) = (self.over.clone(), self.from.clone());
        let is_told = over.iter().any(|span| !is_of_template(span));
        if is_told { Self { from: over, over: from, ..self.clone() } } else { self.clone() }
    }

    /// The origin of what was not there before: what brought it there.
    #[must_use]
    pub fn of_new(&self) -> Self {
        Self { first: self.exists.clone(), ..self.clone() }
    }

    /// The origin of a list that has nothing in common with the one before: what chose it.
    #[must_use]
    pub fn of_another(&self) -> Self {
        Self { first: self.chosen.clone(), ..self.clone() }
    }
}

fn is_of_template(span: &Span) -> bool {
    span.path().components().any(|part| ["templates", "built-in"].iter().any(|folder| part.as_os_str() == *folder))
}
