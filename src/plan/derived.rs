//! Changes that come from the same parameter as a blocked change are blocked with it.
//!
//! The origin of a value names the parameters that it was computed from. References don't show this: the rules of a security
//! group and the port of a database know nothing of each other, and come from one line of the YAML.

use std::collections::BTreeMap;

use super::changes::{is_for_another, shares};
use super::decide::Decisions;
use super::input::{Input, Mode};
use super::removals::Removal;
use super::types::{Cause, Field};
use super::verdict::Verdict;
use crate::blueprint::Resource;
use crate::problem::Span;
use crate::resource::{Address, glob};

/// The parameters of what can't be done now.
#[derive(Default)]
pub(super) struct BlockedParameters<'a> {
    /// By place: what is blocked, and whether it is known to differ in what they feed.
    blocked: Vec<(&'a Span, &'a Address, bool)>,
}

impl<'a> BlockedParameters<'a> {
    pub(super) fn of(input: &'a Input<'_>, decisions: Option<&'a Decisions>) -> Self {
        let verdicts = decisions.into_iter().flat_map(|decisions| &decisions.verdicts);
        let blocked = verdicts.filter(|_| input.mode != Mode::Destroy).filter_map(|(address, verdict)| match verdict {
            Verdict::Blocked { live, why, fields, .. } => Some((is_for_another(why), address, live, fields)),
            _ => None,
        });
        let mut blocked: Vec<_> = blocked.collect();
        // The first is named: what is blocked by itself.
        blocked.sort_by_key(|(is_for_another, address, ..)| (*is_for_another, *address));
        let mut all = Self::default();
        for (_, address, live, fields) in blocked {
            match (live, input.blueprint.resources.get(address)) {
                (Some(_), _) => all.blocked.extend(fields.iter().flat_map(sources).map(|span| (span, address, true))),
                // What can't be seen may differ in anything.
                (None, Some(resource)) => all.blocked.extend(all_of(resource).map(|span| (span, address, false))),
                (None, None) => {}
            }
        }
        all
    }

    /// The changes that a parameter of something blocked feeds too, and why they can't be made.
    pub(super) fn changes(&self, input: &Input<'_>, decisions: Option<&Decisions>) -> BTreeMap<Address, String> {
        if self.blocked.is_empty() {
            return BTreeMap::new();
        }
        let verdicts = decisions.into_iter().flat_map(|decisions| &decisions.verdicts);
        let held = verdicts.filter_map(|(address, verdict)| {
            let resource = input.blueprint.resources.get(address)?;
            let why = match verdict {
                Verdict::Create { .. } => self.any(all_of(resource), resource, input),
                Verdict::Update { fields, .. } | Verdict::Replace { fields, .. } => {
                    self.any(fields.iter().flat_map(sources), resource, input)
                }
                Verdict::Keep { .. }
                | Verdict::Wait { .. }
                | Verdict::Blocked { .. }
                | Verdict::Left { .. }
                | Verdict::Held { .. } => None,
            };
            Some((address.clone(), why?))
        });
        held.collect()
    }

    /// Keeps what the YAML no longer has, if that may be by a parameter of something blocked.
    pub(super) fn keep(&self, input: &Input<'_>, removals: &mut [Removal]) {
        let removed =
            removals.iter_mut().filter(|removal| removal.cause == Cause::Removed && removal.blocked.is_none());
        for removal in removed {
            let families = input.blueprint.families.iter().filter(|family| {
                family.kind == removal.address.kind && glob::matches(&family.name, &removal.address.name)
            });
            let known = self.blocked.iter().filter(|(.., is_known)| *is_known);
            removal.blocked = families.flat_map(|family| &family.from).find_map(|span| {
                known.clone().find(|(source, ..)| *source == span).map(|(span, address, _)| shares(span, address))
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
            let shared = self.blocked.iter().find(|(source, address, is_known)| {
                *source == span && *address != &resource.address && (*is_known || is_near(address))
            });
            shared.map(|(span, address, _)| shares(span, address))
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
