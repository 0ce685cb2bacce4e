use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use serde_json::Value;

use super::connections::Connections;
use super::run::Run;
use super::watch::Watch;
use crate::plan::StackPlan;
use crate::resource::{Address, AnyKind, AnyMade, Cloud, Live, Scope, Secrets, Stack, Tags, pointer};

/// The state that all steps of one stack's run share.
pub(super) struct RunContext<'a, C: Cloud> {
    pub(super) stack: &'a Stack,
    pub(super) kinds: BTreeMap<&'static str, &'a dyn AnyKind<C>>,
    pub(super) connections: &'a dyn Connections<C>,
    pub(super) watch: Watch<'a, C>,
    /// The run's name, for client tokens.
    pub(super) run: &'a str,
    /// What somebody has named, so that it may go with all that is in it.
    pub(super) named: BTreeSet<Address>,
    /// The sensitive values of what the steps make, and of what they change.
    pub(super) secrets: RwLock<Secrets>,
    /// The ids, names and outputs of everything that is the stack's.
    pub(super) own: Mutex<BTreeSet<String>>,
    /// The outputs of what this run made, updated or waited for.
    pub(super) outputs: Mutex<BTreeMap<Address, Value>>,
    /// What this run made: beside it, an old thing of the same name may still be there.
    pub(super) made: Mutex<BTreeMap<Address, Creation>>,
    /// The live things that this run has seen since it changed them.
    pub(super) lives: Mutex<BTreeMap<Address, Arc<Live>>>,
}

/// A resource that a run made.
#[derive(Clone)]
pub(super) struct Creation {
    pub(super) region: String,
    pub(super) made: AnyMade,
    /// The tags that it was made with.
    pub(super) tags: Tags,
}

impl<'a, C: Cloud> RunContext<'a, C> {
    pub(super) fn new(run: &'a Run<'_, C>) -> Self {
        let stack = &run.plan.stack;
        let scope = Scope {
            project: stack.project.clone(),
            account: stack.account.clone(),
            region: stack.region.clone(),
            stacks: vec![stack.id.clone()],
            requested: BTreeSet::new(),
        };
        let kinds: BTreeMap<_, _> = run.kinds.iter().map(|kind| (kind.facts().kind, *kind)).collect();
        let mut secrets = Secrets::default();
        add_secrets(&mut secrets, run.plan, &kinds);
        Self {
            stack,
            kinds,
            connections: run.connections,
            watch: Watch::new(run.connections, scope),
            run: run.id,
            named: run.plan.named(),
            secrets: RwLock::new(secrets),
            own: Mutex::new(own(&run.live)),
            outputs: Mutex::default(),
            made: Mutex::default(),
            lives: Mutex::default(),
        }
    }

    /// Hides the sensitive values of another plan, too.
    pub(super) fn hide_more(&self, plan: &StackPlan) {
        add_secrets(&mut self.secrets.write().unwrap_or_else(PoisonError::into_inner), plan, &self.kinds);
    }
}

/// Adds the sensitive values of what the steps make, and of what they change.
pub(super) fn add_secrets<C: Cloud>(
    secrets: &mut Secrets,
    plan: &StackPlan,
    kinds: &BTreeMap<&'static str, &dyn AnyKind<C>>,
) {
    let wanted = plan.steps.values().filter_map(|step| Some((&step.id.address.kind, &*step.desired.as_ref()?.spec)));
    let live_of = plan.steps.values().filter_map(|step| Some((&step.id.address.kind, &step.live.as_ref()?.spec)));
    for (kind, spec) in wanted.chain(live_of) {
        if let Some(kind) = kinds.get(kind.as_str()) {
            secrets.add(kind.facts(), spec);
        }
    }
}

/// The ids, names and outputs of what is the stack's.
fn own(live: &[Arc<Live>]) -> BTreeSet<String> {
    let mut own = BTreeSet::new();
    for live in live {
        own.insert(live.id.clone());
        own.extend(live.name.clone());
        pointer::walk(&live.outputs, &mut |_, leaf| {
            own.extend(leaf.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
        });
    }
    own
}
