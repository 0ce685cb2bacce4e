//! `after`: what a template says comes after what, where no property shows it.

use std::collections::BTreeMap;

use crate::problem::{Problem, Span, suggest};
use crate::resource::Address;
use crate::template::Declaration;

/// Where each `after` is written, by the resource and what it comes after.
#[derive(Default)]
pub(super) struct Afters(BTreeMap<(Address, Address), Span>);

impl Afters {
    /// Notes what a declaration comes after; what is not there, or itself, is a mistake.
    pub(super) fn add(
        &mut self,
        declaration: &Declaration,
        all: &BTreeMap<Address, Span>,
        problems: &mut Vec<Problem>,
    ) {
        let own = &declaration.address.value;
        for after in &declaration.after {
            let mistake = |what: String| Problem::error(after.span.clone(), what);
            if after.value == *own {
                problems.push(mistake(format!("{own} comes after itself")).hint("take it out of `after`"));
            } else if !all.contains_key(&after.value) {
                let names: Vec<_> = all.keys().map(Address::to_string).collect();
                let hint = suggest(&after.value.to_string(), names.iter().map(String::as_str));
                problems.push(mistake(format!("{own} comes after {}, which is not there", after.value)).hint(hint));
            } else {
                self.0.insert((own.clone(), after.value.clone()), after.span.clone());
            }
        }
    }

    /// Returns where it is written that one comes after the other.
    pub(super) fn place(&self, one: &Address, other: &Address) -> Option<&Span> {
        self.0.get(&(one.clone(), other.clone()))
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Address, &Address)> {
        self.0.keys().map(|(one, other)| (one, other))
    }
}
