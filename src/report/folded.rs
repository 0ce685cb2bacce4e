//! Changes that are the same for many resources, shown once: a tag of the whole stack.

use crate::plan::{Action, Change};

/// Changes of which the first says all.
pub(super) struct Folded<'a> {
    pub first: &'a Change,
    pub others: Vec<&'a Change>,
}

impl Folded<'_> {
    /// All of them by address, one after the other.
    pub(super) fn addresses(&self) -> impl Iterator<Item = String> {
        std::iter::once(self.first).chain(self.others.iter().copied()).map(|change| change.address.to_string())
    }

    pub(super) fn len(&self) -> usize {
        1 + self.others.len()
    }
}

/// Puts the retags together that set the same tags to the same values, each where the first of them stood.
pub(super) fn folded<'a>(changes: impl IntoIterator<Item = &'a Change>) -> Vec<Folded<'a>> {
    let mut all: Vec<Folded<'a>> = Vec::new();
    for change in changes {
        match all.iter_mut().find(|folded| says_the_same(folded.first, change)) {
            Some(folded) => folded.others.push(change),
            None => all.push(Folded { first: change, others: Vec::new() }),
        }
    }
    all
}

fn says_the_same(one: &Change, other: &Change) -> bool {
    let is_plain = |change: &Change| change.action == Action::Retag && !change.protected;
    is_plain(one)
        && is_plain(other)
        && (&one.fields, &one.notes, one.cause, one.disruption)
            == (&other.fields, &other.notes, other.cause, other.disruption)
}
