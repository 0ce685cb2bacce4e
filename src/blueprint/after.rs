//! `after`: an order of two resources that the template states, because no property shows it.

use std::collections::BTreeMap;

use crate::problem::{Problem, Span, suggest};
use crate::resource::Address;
use crate::template::Declaration;
use crate::yaml::Placed;

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
        let (itself, others): (Vec<_>, Vec<_>) = declaration.after.iter().partition(|after| after.value == *own);
        for after in itself {
            let mistake = Problem::error(after.span.clone(), format!("{own} comes after itself"));
            problems.push(mistake.hint("take it out of `after`"));
        }
        for after in others {
            if check(&own.to_string(), std::slice::from_ref(after), all, problems) {
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

/// Returns whether all that something comes after is there; what is not is a mistake.
pub(super) fn check(
    subject: &str,
    after: &[Placed<Address>],
    all: &BTreeMap<Address, Span>,
    problems: &mut Vec<Problem>,
) -> bool {
    let missing: Vec<_> = after.iter().filter(|after| !all.contains_key(&after.value)).collect();
    for after in &missing {
        let names: Vec<_> = all.keys().map(Address::to_string).collect();
        let hint = suggest(&after.value.to_string(), names.iter().map(String::as_str));
        let what = format!("{subject} comes after {}, which is not there", after.value);
        problems.push(Problem::error(after.span.clone(), what).hint(hint));
    }
    missing.is_empty()
}
