use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::findings::Finding;
use super::guards::Guard;
use crate::blueprint::Origin;
use crate::inventory::{Orphan, Unmanaged};
use crate::problem::Problem;
use crate::resource::{Address, DigestInputs, Disruption, Live, Stack, Tags};

/// The plans of the selected stacks, by name.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    pub stacks: Vec<StackPlan>,
    /// Stacks that are there and no longer in the YAML.
    pub orphans: Vec<Orphan>,
    /// What the preflight found out of all stacks together.
    pub findings: Vec<Finding>,
}

/// The plan of one stack.
#[derive(Clone, Debug)]
pub struct StackPlan {
    pub stack: Stack,
    /// The changes for review, by address: one for each resource that is not simply unchanged.
    pub changes: Vec<Change>,
    /// The steps for apply.
    pub steps: BTreeMap<StepId, Step>,
    /// How many resources are as they should be.
    pub unchanged: usize,
    /// The actions that a person has to take, and the resources that wait for them.
    pub waiting: Vec<Waiting>,
    /// What the stack's own resources do of what others ask of a person.
    pub answers: Answers,
    /// Changes that AWS has accepted and makes later by itself: no difference, and not made yet.
    pub pending: Vec<Later>,
    /// Changes of the plan that AWS will make only later.
    pub later: Vec<Later>,
    /// Known differences that somebody owns, left alone.
    pub ignored: Vec<(Address, Field)>,
    /// What `--only` leaves for another apply.
    pub left_alone: Vec<LeftAlone>,
    pub unmanaged: Vec<Unmanaged>,
    pub warnings: Vec<Problem>,
    /// Outputs with what is known of them filled in.
    pub outputs: BTreeMap<String, Value>,
    /// By output: the resources that have to be there before it is known.
    pub outputs_after: BTreeMap<String, BTreeSet<Address>>,
    /// The stack's own live resources by each id that names one of them and no other.
    pub ours: BTreeMap<String, Address>,
    /// The guards that an apply of it meets, see [`guard`](super::guard).
    pub guards: Vec<Guard>,
}

/// The change of one resource, as a person reviews it.
#[derive(Clone, Debug)]
pub struct Change {
    pub address: Address,
    pub region: String,
    pub action: Action,
    pub cause: Cause,
    pub disruption: Disruption,
    /// The live resource's id; none if there is none yet.
    pub id: Option<String>,
    /// Whether a deletion, replacement or loss of data needs `--allow-destroy`.
    pub protected: bool,
    pub fields: Vec<Field>,
    /// The addresses of the steps that come first.
    pub after: BTreeSet<Address>,
    /// Why it is blocked, what it waits for, what else a reviewer should know.
    pub notes: Vec<String>,
    /// Whether a plan may show it together with others of its kind, see [`Facts::folds_in_plans`](crate::resource::Facts).
    pub folds: bool,
}

/// The action on a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    Create,
    Update,
    Replace,
    Delete,
    Retag,
    Wait,
    Blocked,
}

/// The cause of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It is not there yet.
    New,
    /// The YAML or the template changed.
    Config,
    /// The live resource was changed.
    Drift,
    /// Config and drift: in different fields, in parts of one list, or where what is sent has both.
    Mixed,
    /// The YAML no longer has it.
    Removed,
    /// A replacement took its place.
    Superseded,
    /// It could not be read.
    Unreadable,
    /// A resource that it needs is replaced, updated, blocked or missing.
    Dependency,
    /// It is not ready yet.
    Waiting,
    /// No digest tells.
    Unknown,
}

/// One field that differs.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// JSON pointer; elements of keyed lists by their key.
    pub path: String,
    pub before: Option<Value>,
    /// With references in it where they are not known yet.
    pub after: Option<Value>,
    pub cause: Cause,
    /// Whether this field is why the resource is replaced.
    pub replaces: bool,
    /// Whether `after` is known only when what it refers to is there.
    pub unknown: bool,
    /// Whether the values are not to be shown.
    pub sensitive: bool,
    /// A known difference, left alone.
    pub ignored: Option<Ignored>,
    /// Where the desired value was written.
    pub origin: Option<Origin>,
}

/// Who owns a known difference, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ignored {
    pub owner: String,
    /// The last day on which it is left alone.
    pub until: Option<jiff::civil::Date>,
}

/// Names a step: one resource can have several (a replacement has a create and a delete).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StepId {
    pub address: Address,
    pub verb: Verb,
    /// The live id that the step is about; empty for a create, for an update that completes a create, and for the second
    /// half of an update and what it leaves between the phases.
    pub id: String,
}

/// The verb of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    Create,
    Update,
    Retag,
    Delete,
    Wait,
}

/// One thing to do, once the steps in `after` are done.
#[derive(Clone, Debug)]
pub struct Step {
    pub id: StepId,
    pub region: String,
    pub after: BTreeSet<StepId>,
    /// The live resource: for every verb but create.
    pub live: Option<Arc<Live>>,
    /// The desired state: for create and update. A wait that has one fails if the live state differs in the end.
    pub desired: Option<Desired>,
    /// The tags to set and to remove (create: the whole set).
    pub set_tags: Tags,
    pub unset_tags: Vec<String>,
    /// The inputs of the digest among the tags, which is made once all references are known.
    pub digest_inputs: Option<DigestInputs>,
    /// Whether the update preempts the change under way: then the live state moves on by itself meanwhile.
    pub preempts: bool,
    /// The elements that another step takes over: this step does not give them up.
    pub transfers: Vec<Transfer>,
    /// Typical seconds, for the order of steps and the estimate.
    pub seconds: u32,
}

/// An element of a unique key that passes from one resource to another without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transfer {
    /// JSON pointer of the list.
    pub list: String,
    pub element: String,
    /// The resource that takes it.
    pub to: Address,
}

/// The desired state of a create or an update.
#[derive(Clone, Debug)]
pub struct Desired {
    /// The spec to send, with the references that only the run can fill in; values that are carried over from the live
    /// resource (initial, external, ignored) are in it.
    pub spec: Arc<Value>,
    /// The planned changes, for an update.
    pub fields: Vec<Field>,
    /// A physical name given in full by the template, for a create.
    pub physical: Option<String>,
    /// The spec of the second phase, for an update that is the first: sent instead where AWS has no room for both.
    pub cramped: Option<Arc<Value>>,
}

/// A change that AWS makes later by itself: one that it has accepted, or one that it will put off.
#[derive(Clone, Debug, PartialEq)]
pub struct Later {
    pub address: Address,
    /// JSON pointer of the property.
    pub path: String,
    /// The value until then.
    pub before: Option<Value>,
    /// The value from then on; none if AWS does not show what it was given.
    pub after: Option<Value>,
    /// `in the maintenance window, Sun 2026-12-06 05:00 to 06:00 UTC`, `with a reboot of main-1`.
    pub when: String,
}

/// A difference that a plan for one cause alone leaves.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftAlone {
    pub address: Address,
    /// JSON pointer of the field; none: the resource as a whole, which would be created, replaced or deleted.
    pub path: Option<String>,
    pub cause: Cause,
}

/// By resource that waits for a person: the outputs that say what it asks for, each with the resource that does it.
pub type Answers = BTreeMap<Address, BTreeMap<String, Address>>;

/// An action that only a person can take, or a resource that waits for one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    pub address: Address,
    /// The action (`CNAME _x.example -> _y.acm-validations.aws`), or the address that holds it back.
    pub what: String,
}

/// How many resources have each action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    pub create: usize,
    pub update: usize,
    pub replace: usize,
    pub delete: usize,
    pub retag: usize,
    pub wait: usize,
    pub unchanged: usize,
    pub blocked: usize,
}

impl StackPlan {
    /// Nothing to do, nothing seen.
    pub fn empty(stack: Stack) -> Self {
        Self {
            stack,
            changes: Vec::new(),
            steps: BTreeMap::new(),
            unchanged: 0,
            waiting: Vec::new(),
            answers: Answers::new(),
            pending: Vec::new(),
            later: Vec::new(),
            ignored: Vec::new(),
            left_alone: Vec::new(),
            unmanaged: Vec::new(),
            warnings: Vec::new(),
            outputs: BTreeMap::new(),
            outputs_after: BTreeMap::new(),
            ours: BTreeMap::new(),
            guards: Vec::new(),
        }
    }

    pub fn summary(&self) -> Summary {
        let mut summary = Summary { unchanged: self.unchanged, ..Summary::default() };
        for change in &self.changes {
            *match change.action {
                Action::Create => &mut summary.create,
                Action::Update => &mut summary.update,
                Action::Replace => &mut summary.replace,
                Action::Delete => &mut summary.delete,
                Action::Retag => &mut summary.retag,
                Action::Wait => &mut summary.wait,
                Action::Blocked => &mut summary.blocked,
            } += 1;
        }
        summary
    }

    /// Returns how many of the resources to be created an update completes, once what they refer to is there.
    pub fn completed_later(&self) -> usize {
        let created = self.changes.iter().filter(|change| change.action == Action::Create);
        created.filter(|change| self.steps.contains_key(&StepId::new(&change.address, Verb::Update, ""))).count()
    }

    /// Returns whether there is nothing to do; what only waits for a person is no difference.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Lets go of what no report tells and only an apply sends: specs, tags and digests.
    pub fn keep_what_shows(&mut self) {
        for step in self.steps.values_mut() {
            (step.desired, step.set_tags, step.digest_inputs) = (None, Tags::default(), None);
        }
    }
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.create += other.create;
        self.update += other.update;
        self.replace += other.replace;
        self.delete += other.delete;
        self.retag += other.retag;
        self.wait += other.wait;
        self.unchanged += other.unchanged;
        self.blocked += other.blocked;
    }
}

impl Plan {
    pub fn summary(&self) -> Summary {
        let mut sum = Summary::default();
        self.stacks.iter().for_each(|stack| sum += stack.summary());
        sum
    }

    /// The stacks in which something is to be done.
    pub fn stacks_with_steps(&self) -> impl Iterator<Item = &StackPlan> {
        self.stacks.iter().filter(|stack| !stack.steps.is_empty())
    }

    pub fn has_steps(&self) -> bool {
        self.stacks_with_steps().next().is_some()
    }
}

impl fmt::Display for StepId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = format!("{:?}", self.verb).to_lowercase();
        write!(f, "{verb} {}", self.address)?;
        if !self.id.is_empty() {
            write!(f, " ({})", self.id)?;
        }
        Ok(())
    }
}

impl Field {
    /// The difference as it is left to another plan.
    pub(super) fn left_at(&self, address: &Address) -> LeftAlone {
        LeftAlone { address: address.clone(), path: Some(self.path.clone()), cause: self.cause }
    }

    /// The bare difference, as kinds are asked about it.
    pub fn as_diff(&self) -> crate::resource::FieldDiff {
        crate::resource::FieldDiff { path: self.path.clone(), before: self.before.clone(), after: self.after.clone() }
    }
}
