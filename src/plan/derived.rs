//! What derives from a change that can't be made is not made either: a value that a parameter of the one feeds too.
//!
//! Which parameters a value was computed from, its origin tells. References don't show this: the rules of a group and the
//! port of a database know nothing of each other, and come from one line.

use std::collections::BTreeMap;

use super::changes::{is_for_another, shares};
use super::decide::Decisions;
use super::fate::Fate;
use super::input::{Input, Mode};
use super::types::{Cause, Field};
use super::victims::Victim;
use crate::blueprint::Resource;
use crate::problem::Span;
use crate::resource::{Address, glob};

/// The parameters of what can't be done now.
#[derive(Default)]
pub(super) struct Fed<'a> {
    /// By place: what is blocked, and whether it is known to differ in what they feed.
    blocked: Vec<(&'a Span, &'a Address, bool)>,
}

impl<'a> Fed<'a> {
    pub(super) fn of(input: &'a Input<'_>, decisions: Option<&'a Decisions>) -> Self {
        let fates = decisions.into_iter().flat_map(|decisions| &decisions.fates);
        let blocked = fates.filter(|_| input.mode != Mode::Destroy).filter_map(|(address, fate)| match fate {
            Fate::Blocked { live, why, fields, .. } => Some((is_for_another(why), address, live, fields)),
            _ => None,
        });
        let mut blocked: Vec<_> = blocked.collect();
        // The first is named: what is blocked by itself.
        blocked.sort_by_key(|(is_for_another, address, ..)| (*is_for_another, *address));
        let mut fed = Self::default();
        for (_, address, live, fields) in blocked {
            match (live, input.blueprint.resources.get(address)) {
                (Some(_), _) => fed.blocked.extend(fields.iter().flat_map(sources).map(|span| (span, address, true))),
                // What can't be seen may differ in anything.
                (None, Some(resource)) => fed.blocked.extend(all_of(resource).map(|span| (span, address, false))),
                (None, None) => {}
            }
        }
        fed
    }

    /// The changes that a parameter of something blocked feeds too, and why they can't be made.
    pub(super) fn changes(&self, input: &Input<'_>, decisions: Option<&Decisions>) -> BTreeMap<Address, String> {
        if self.blocked.is_empty() {
            return BTreeMap::new();
        }
        let fates = decisions.into_iter().flat_map(|decisions| &decisions.fates);
        let held = fates.filter_map(|(address, fate)| {
            let resource = input.blueprint.resources.get(address)?;
            let fed = match fate {
                Fate::Create { .. } => self.any(all_of(resource), resource, input),
                Fate::Update { fields, .. } | Fate::Replace { fields, .. } => {
                    self.any(fields.iter().flat_map(sources), resource, input)
                }
                Fate::Keep { .. } | Fate::Wait { .. } | Fate::Blocked { .. } | Fate::Held { .. } => None,
            };
            Some((address.clone(), fed?))
        });
        held.collect()
    }

    /// Keeps what the YAML no longer has, if that may be by a parameter of something blocked.
    pub(super) fn keep(&self, input: &Input<'_>, victims: &mut [Victim]) {
        let removed = victims.iter_mut().filter(|victim| victim.cause == Cause::Removed && victim.blocked.is_none());
        for victim in removed {
            let families = input.blueprint.families.iter().filter(|family| {
                family.kind == victim.address.kind && glob::matches(&family.name, &victim.address.name)
            });
            let known = self.blocked.iter().filter(|(.., is_known)| *is_known);
            victim.blocked = families.flat_map(|family| &family.from).find_map(|span| {
                known.clone().find(|(fed, ..)| *fed == span).map(|(span, address, _)| shares(span, address))
            });
        }
    }

    /// The first of these parameters that feeds something blocked; what can't be seen counts for what refers to it, or it to
    /// that.
    fn any<'s>(
        &self,
        mut sources: impl Iterator<Item = &'s Span>,
        resource: &Resource,
        input: &Input<'_>,
    ) -> Option<String> {
        let is_near = |address: &Address| {
            let other = input.blueprint.resources.get(address);
            resource.edges.contains_key(address)
                || other.is_some_and(|other| other.edges.contains_key(&resource.address))
        };
        sources.find_map(|span| {
            let fed = self.blocked.iter().find(|(fed, address, is_known)| {
                *fed == span && *address != &resource.address && (*is_known || is_near(address))
            });
            fed.map(|(span, address, _)| shares(span, address))
        })
    }
}

/// The parameters by which a field differs from what was applied.
fn sources(field: &Field) -> impl Iterator<Item = &Span> {
    let counts = field.ignored.is_none() && matches!(field.cause, Cause::Config | Cause::Unknown | Cause::New);
    field.origin.iter().filter(move |_| counts).flat_map(|origin| &origin.from)
}

/// All parameters that a resource is made of.
fn all_of(resource: &Resource) -> impl Iterator<Item = &Span> {
    resource.exists_by.iter().chain(resource.origins.values().flat_map(|origin| &origin.from))
}
