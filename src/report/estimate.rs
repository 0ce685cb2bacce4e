use std::collections::{BTreeMap, BTreeSet};

use crate::plan::{Plan, Step, StepId};

/// How long steps take at least, when everything that can runs at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Estimate {
    /// Typical seconds along the longest path.
    pub seconds: u64,
    /// The service that takes most of them, `ElastiCache`; empty without steps.
    pub service: String,
}

/// Estimates the steps of one stack by their longest path.
pub fn estimate(steps: &BTreeMap<StepId, Step>) -> Estimate {
    let mut paths = Paths { steps, known: BTreeMap::new(), open: BTreeSet::new() };
    let longest = steps.keys().filter_map(|id| paths.to(id)).max_by_key(|path| path.end);
    longest.map_or_else(Estimate::default, |path| Estimate {
        seconds: path.end,
        service: service(&path.slowest.id.address.kind).to_owned(),
    })
}

/// Estimates all stacks of a plan; they run at the same time.
pub fn estimate_all(plan: &Plan) -> Estimate {
    plan.stacks.iter().map(|stack| estimate(&stack.steps)).max_by_key(|all| all.seconds).unwrap_or_default()
}

/// `ElastiCache` of `AWS::ElastiCache::ReplicationGroup`.
fn service(kind: &str) -> &str {
    kind.split("::").nth(1).unwrap_or(kind)
}

/// The longest path to a step: when it ends, and its slowest step.
#[derive(Clone, Copy)]
struct Path<'a> {
    end: u64,
    slowest: &'a Step,
}

struct Paths<'a> {
    steps: &'a BTreeMap<StepId, Step>,
    known: BTreeMap<&'a StepId, Path<'a>>,
    /// What is being computed. Plans have no circles; this only must not hang if one had.
    open: BTreeSet<&'a StepId>,
}

impl<'a> Paths<'a> {
    fn to(&mut self, id: &StepId) -> Option<Path<'a>> {
        let (id, step) = self.steps.get_key_value(id)?;
        if let Some(path) = self.known.get(id) {
            return Some(*path);
        }
        if !self.open.insert(id) {
            return None;
        }
        let before = step.after.iter().filter_map(|before| self.to(before)).max_by_key(|path| path.end);
        self.open.remove(id);
        let path = Path {
            end: before.map_or(0, |path| path.end) + u64::from(step.seconds),
            slowest: before.map(|path| path.slowest).filter(|slow| slow.seconds >= step.seconds).unwrap_or(step),
        };
        self.known.insert(id, path);
        Some(path)
    }
}
