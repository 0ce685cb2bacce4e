//! The users that an update reaches by the elements that it adds and removes.

use std::collections::BTreeSet;

use serde_json::Value;

use super::order::PhasePlanner;
use super::split::{difference, is_granted};
use crate::plan::types::Field;
use crate::plan::verdict::Verdict;
use crate::resource::{Address, pointer};

/// The resources that one element of a list is for; none if it is for all users of the resource.
pub(super) type Named = BTreeSet<Address>;

impl PhasePlanner<'_> {
    /// The users of what the fields of an update add, if they add anything.
    pub(in crate::plan) fn given(&self, address: &Address, fields: &[Field]) -> Option<BTreeSet<Address>> {
        let given: Vec<_> = fields.iter().flat_map(|field| self.named(address, field, true)).collect();
        (!given.is_empty()).then(|| self.users(address, &given))
    }

    /// The resources that each removed element is for.
    pub(super) fn going(&self, address: &Address, contract: &[Field]) -> Vec<Named> {
        contract.iter().flat_map(|field| self.named(address, field, false)).collect()
    }

    /// The same, without the groups that others in the list make up for: they admit the same.
    pub(super) fn lost(&self, address: &Address, contract: &[Field]) -> Vec<Named> {
        let lost = contract.iter().flat_map(|field| {
            let mut named = self.named(address, field, false);
            if self.is_membership(address, field) {
                let stay = field.after.as_ref().map(|after| self.edges.named(after)).unwrap_or_default();
                let admitted: Named = stay.iter().flat_map(|group| self.wished(group)).collect();
                named.retain(|admits| admits.is_empty() || !admits.is_subset(&admitted));
            }
            named
        });
        lost.collect()
    }

    /// All who use the resource, or one of those whom the elements name.
    pub(super) fn users(&self, address: &Address, elements: &[Named]) -> BTreeSet<Address> {
        let named = elements.iter().flatten().chain([address]).cloned();
        let mut users = self.users.all(named);
        users.remove(address);
        users
    }

    /// The users that lose something and go on needing it. An element that is for certain resources is needed only by users
    /// of both: of the group that it leads to and of the one that it comes from. A user of a resource that moves on goes
    /// along.
    pub(super) fn left(
        &self,
        address: &Address,
        lost: &[Named],
        users: &BTreeSet<Address>,
        movers: &BTreeSet<Address>,
    ) -> BTreeSet<Address> {
        let own = self.users.all([address.clone()]);
        let losing = lost.iter().flat_map(|named| {
            if named.is_empty() { own.clone() } else { &own & &self.users.all(named.iter().cloned()) }
        });
        let losing: BTreeSet<Address> = losing.collect();
        let moved: BTreeSet<Address> = movers.iter().filter(|user| self.moves_on(user, address)).cloned().collect();
        let along = self.users.all(moved.iter().cloned());
        &(&(users & &losing) - &moved) - &along
    }

    /// Whether a user that is changed leaves what is taken away: it goes, or what runs is replaced, or it lets go of the
    /// resource.
    fn moves_on(&self, user: &Address, address: &Address) -> bool {
        let verdict = self.decisions.and_then(|decisions| decisions.verdicts.get(user));
        let (Some(Verdict::Update { fields, .. }), Some(shape)) = (verdict, self.shapes.get(user.kind.as_str())) else {
            return true;
        };
        let facts = shape.facts();
        let own = self.edges.out.iter().filter(|(from, _)| from.address == *user).flat_map(|(_, targets)| targets);
        let pointers: Vec<_> =
            own.filter(|(to, _)| to.address == *address).flat_map(|(_, pointers)| pointers).collect();
        let is_left = |field: &Field| {
            facts.rollout.iter().any(|property| pointer::covers(property, &field.path))
                || pointers.iter().any(|at| pointer::covers(&field.path, at))
        };
        facts.revisioned || fields.iter().filter(|field| field.ignored.is_none()).any(is_left)
    }

    /// Of those who lose something, the ones that refer to the resource themselves, if any do, and for a revision who runs
    /// by it: who uses it through them is told nothing more by its name.
    pub(super) fn nearest(&self, address: &Address, left: BTreeSet<Address>) -> BTreeSet<Address> {
        let is_revision = |user: &Address| {
            self.shapes.get(user.kind.as_str()).is_some_and(|shape| !shape.facts().updated_outputs.is_empty())
        };
        let near = self
            .users
            .direct(address)
            .into_iter()
            .flat_map(|user| if is_revision(&user) { self.users.direct(&user) } else { BTreeSet::from([user]) });
        let near = &left & &near.collect();
        if near.is_empty() { left } else { near }
    }

    /// The resources that each element is for that a field adds or removes. A group in which the resource stands is for
    /// those that it admits, or that may go out to it.
    fn named(&self, address: &Address, field: &Field, gives: bool) -> Vec<Named> {
        let is_membership = self.is_membership(address, field);
        let facts = self.shapes.get(address.kind.as_str()).map(|shape| shape.facts());
        if !is_membership && !facts.is_some_and(|facts| is_granted(facts, &field.path)) {
            return Vec::new();
        }
        let (from, to) = (field.before.as_ref(), field.after.as_ref());
        let elements = if gives { difference(to, from) } else { difference(from, to) };
        let named = elements.iter().map(|element| {
            let mut named = self.edges.named(element);
            if is_membership {
                return named.iter().flat_map(|group| self.admitted(group)).collect();
            }
            if !gives {
                named.extend(self.named_by_name(address, element));
            }
            named
        });
        named.collect()
    }

    /// What a live element names by a name, which only its property tells from any other text.
    fn named_by_name(&self, address: &Address, element: &Value) -> Named {
        let verdict = self.decisions.and_then(|decisions| decisions.verdicts.get(address));
        let Some(live) = verdict.and_then(Verdict::live) else { return Named::new() };
        let targets =
            self.edges.out.iter().filter(|(from, _)| from.address == *address).flat_map(|(_, targets)| targets);
        let is_named = |pointers: &BTreeSet<String>| pointers.iter().any(|at| live.spec.pointer(at) == Some(element));
        targets.filter(|(_, pointers)| is_named(pointers)).map(|(target, _)| target.address.clone()).collect()
    }

    fn is_membership(&self, address: &Address, field: &Field) -> bool {
        let shape = self.shapes.get(address.kind.as_str());
        shape.is_some_and(|shape| {
            shape.facts().memberships.iter().any(|property| pointer::covers(property, &field.path))
        })
    }

    /// The groups at the other end of a group's rules and of rules that name it: live and desired.
    fn admitted(&self, group: &Address) -> Named {
        let live = self.edges.out.iter().flat_map(|(from, targets)| {
            targets.iter().filter_map(|(to, pointers)| self.other_end(group, &from.address, &to.address, pointers))
        });
        live.chain(self.wished(group)).collect()
    }

    /// The same, as it is to be.
    fn wished(&self, group: &Address) -> Named {
        let ends = self.input.blueprint.resources.iter().flat_map(|(from, resource)| {
            resource.edges.iter().filter_map(|(to, pointers)| self.other_end(group, from, to, pointers))
        });
        ends.collect()
    }

    /// The resource at the other end of a grant that begins or ends at a group.
    fn other_end(&self, group: &Address, from: &Address, to: &Address, pointers: &BTreeSet<String>) -> Option<Address> {
        let end = if from == group { to } else { from };
        let facts = self.shapes.get(from.kind.as_str())?.facts();
        let is_grant = (from == group || to == group) && pointers.iter().any(|at| is_granted(facts, at));
        is_grant.then(|| end.clone())
    }
}
