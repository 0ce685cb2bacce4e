//! Changes that say the same of many resources, shown once: a tag of the whole stack, twenty new alarms.

use super::style::count;
use crate::plan::{Action, Change};

/// So many new resources of a kind that folds are still shown one by one.
const FEW: usize = 3;

/// Changes of which the first says all that is shown.
pub(super) struct Folded<'a> {
    pub first: &'a Change,
    pub others: Vec<&'a Change>,
}

impl<'a> Folded<'a> {
    fn one(change: &'a Change) -> Self {
        Self { first: change, others: Vec::new() }
    }

    /// All of them, one after the other.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Change> {
        std::iter::once(self.first).chain(self.others.iter().copied())
    }

    pub(super) fn len(&self) -> usize {
        1 + self.others.len()
    }

    /// What stands in place of an address: `3 resources`, and of new ones `22 × AWS::CloudWatch::Alarm`.
    pub(super) fn what(&self) -> String {
        match self.first.action {
            Action::Create => format!("{} × {}", self.len(), self.first.address.kind),
            _ => count(self.len(), "resource"),
        }
    }

    /// What each of them is called beside [`what`](Self::what).
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        self.all().map(|change| match change.action {
            Action::Create => change.address.name.clone(),
            _ => change.address.to_string(),
        })
    }
}

/// What becomes of new resources of a kind that folds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Creates {
    Together,
    OneByOne,
}

/// Puts the retags together that set the same tags to the same values, and the new resources of a kind of which there are
/// many, each where the first of them stood.
pub(super) fn folded<'a>(changes: impl IntoIterator<Item = &'a Change>, creates: Creates) -> Vec<Folded<'a>> {
    let mut all: Vec<Folded<'a>> = Vec::new();
    for change in changes {
        let is_same = |folded: &&mut Folded<'a>| {
            are_one_retag(folded.first, change) || (creates == Creates::Together && are_alike(folded.first, change))
        };
        match all.iter_mut().find(is_same) {
            Some(folded) => folded.others.push(change),
            None => all.push(Folded::one(change)),
        }
    }
    all.into_iter().flat_map(few_one_by_one).collect()
}

fn few_one_by_one(folded: Folded<'_>) -> Vec<Folded<'_>> {
    match folded.first.action {
        Action::Create if folded.len() <= FEW => folded.all().map(Folded::one).collect(),
        _ => vec![folded],
    }
}

fn are_one_retag(one: &Change, other: &Change) -> bool {
    let is_plain = |change: &Change| change.action == Action::Retag && !change.protected;
    is_plain(one)
        && is_plain(other)
        && (&one.fields, &one.notes, one.cause, one.disruption)
            == (&other.fields, &other.notes, other.cause, other.disruption)
}

/// Whether both are new, of one kind that folds, and none has something of its own to say.
fn are_alike(one: &Change, other: &Change) -> bool {
    let is_plain = |change: &Change| change.action == Action::Create && change.folds && change.notes.is_empty();
    is_plain(one)
        && is_plain(other)
        && (&one.address.kind, &one.region, one.cause, one.disruption)
            == (&other.address.kind, &other.region, other.cause, other.disruption)
}
