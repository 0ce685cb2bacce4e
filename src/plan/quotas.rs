//! What a plan adds to what counts against AWS's quotas, and whether there is room for it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::types::{Plan, StackPlan, Verb};
use crate::blueprint::{Blueprint, Resource};
use crate::inventory::Inventory;
use crate::plan::findings::{Check, Finding, FindingVerdict, QuotaFigures};
use crate::plan::{Guard, Refusal};
use crate::problem::{Problem, Severity, Span};
use crate::resource::{Address, Command, Failure, Limit, Piece, Quota, Reference, Shape, Stack, StackId, Within, home};

/// So many resources are named in a finding.
const NAMED: usize = 3;

/// What becomes of a plan that a quota has no room for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum QuotaMode {
    /// Nobody asks.
    Off,
    /// It is told.
    #[default]
    Warn,
    /// It is told, and no apply carries it out.
    Block,
}

/// What the stacks of a plan add together to what counts against one quota.
#[derive(Clone, Debug)]
pub struct Demand {
    pub quota: Quota,
    /// The type of the resources.
    pub kind: &'static str,
    /// Twelve digits.
    pub account: String,
    /// The region in which the quota holds, and is asked about.
    pub region: String,
    pub beside: Beside,
    pub adds: f64,
    /// The resources that use more of it than now.
    pub by: Vec<User>,
}

/// What counts against a quota already.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Beside {
    /// Nothing else: it is for one resource alone, or for what is in a new one.
    Nothing,
    /// All in the region, or the account.
    All,
    /// All with this id: what is in a VPC.
    In(String),
    /// Not known, since the plan does not tell what the resources are in.
    Unknown,
}

/// A resource that counts.
#[derive(Clone, Debug, PartialEq)]
pub struct User {
    pub stack: StackId,
    pub address: Address,
    /// The line that a person would change.
    pub span: Option<Span>,
}

/// What is counted together: account, region, service, code, and what it is in.
type Key = (String, String, &'static str, &'static str, String);

/// Returns what a plan's creates and updates add, summed over its stacks. What it deletes as well is not taken off: that goes
/// last, but for what a new one replaces.
pub fn demands<'a>(
    shapes: &[&dyn Shape],
    stacks: impl IntoIterator<Item = (&'a StackPlan, &'a Blueprint, &'a Inventory)>,
) -> Vec<Demand> {
    let quotas: BTreeMap<_, _> = shapes.iter().map(|shape| (shape.facts().kind, shape.facts().quotas)).collect();
    let mut all: BTreeMap<Key, Demand> = BTreeMap::new();
    for (plan, blueprint, inventory) in stacks {
        for (address, growth) in growing(plan) {
            let (Some(resource), Some((kind, quotas))) =
                (blueprint.resources.get(address), quotas.get_key_value(address.kind.as_str()))
            else {
                continue;
            };
            for quota in *quotas {
                let adds = growth.adds(quota, &resource.spec);
                if adds > 0.0 {
                    let (key, demand) = demand(quota, kind, resource, &plan.stack, (blueprint, inventory));
                    let demand = all.entry(key).or_insert(demand);
                    demand.adds += adds;
                    demand.by.push(User {
                        stack: plan.stack.id.clone(),
                        address: address.clone(),
                        span: line(resource, quota.at),
                    });
                }
            }
        }
    }
    all.into_values().collect()
}

/// What is counted together with a resource, of which nothing is counted yet.
fn demand(
    quota: &Quota,
    kind: &'static str,
    resource: &Resource,
    stack: &Stack,
    (blueprint, inventory): (&Blueprint, &Inventory),
) -> (Key, Demand) {
    let (place, beside) = counted_in(quota, resource, &stack.id, blueprint, inventory);
    let region = match quota.within {
        Within::Account => home(&resource.region).to_owned(),
        _ => resource.region.clone(),
    };
    let account = stack.account.clone();
    let key = (account.clone(), region.clone(), quota.service, quota.code, place);
    (key, Demand { quota: *quota, kind, account, region, beside, adds: 0.0, by: Vec::new() })
}

/// What a resource used before, and uses at the end of its steps.
enum Growth<'a> {
    /// It is made; in the place of one that goes first, if there is one.
    Made(Option<&'a Value>),
    /// It is changed, in one step or two.
    Changed(&'a Value, Vec<&'a Value>),
}

impl Growth<'_> {
    /// How much more of a quota it uses. Of what is for itself alone, all that it uses, if that is more than before.
    fn adds(&self, quota: &Quota, spec: &Value) -> f64 {
        let of = |spec: &Value| (quota.uses)(spec);
        let (before, after) = match self {
            Self::Made(before) => (before.map_or(0.0, of), of(spec)),
            // The first of two phases has both what is there and what is wanted, where AWS has room for both.
            Self::Changed(live, wanted) => (of(live), wanted.iter().map(|spec| of(spec)).fold(f64::INFINITY, f64::min)),
        };
        match quota.within {
            _ if !after.is_finite() || after <= before => 0.0,
            Within::Itself => after,
            _ => after - before,
        }
    }
}

/// The resources that a plan makes or changes.
fn growing(plan: &StackPlan) -> BTreeMap<&Address, Growth<'_>> {
    let mut all = BTreeMap::new();
    for step in plan.steps.values() {
        let address = &step.id.address;
        match (step.id.verb, &step.live, &step.desired) {
            (Verb::Create, _, _) => {
                let mut first = step.after.iter().filter(|id| id.verb == Verb::Delete && id.address == *address);
                let replaced = first.find_map(|id| plan.steps.get(id)?.live.as_ref());
                all.insert(address, Growth::Made(replaced.map(|live| &live.spec)));
            }
            (Verb::Update, Some(live), Some(desired)) => {
                let growth = all.entry(address).or_insert_with(|| Growth::Changed(&live.spec, Vec::new()));
                if let Growth::Changed(_, wanted) = growth {
                    wanted.push(&desired.spec);
                }
            }
            _ => {}
        }
    }
    all
}

/// What a resource is counted in, as a name of its own, and what else counts there.
fn counted_in(
    quota: &Quota,
    resource: &Resource,
    stack: &StackId,
    blueprint: &Blueprint,
    inventory: &Inventory,
) -> (String, Beside) {
    match quota.within {
        Within::Account | Within::Region => (String::new(), Beside::All),
        Within::Itself => (format!("{stack}/{}", resource.address), Beside::Nothing),
        Within::Each(path) => match followed(blueprint, &resource.spec, path) {
            None => (String::new(), Beside::Unknown),
            Some(text) => match Reference::split(text).as_slice() {
                [Piece::Text(id)] => ((*id).to_owned(), Beside::In((*id).to_owned())),
                [Piece::Reference(reference)] => match live_output(inventory, reference) {
                    Some(id) => (id.clone(), Beside::In(id)),
                    None => (format!("{stack}/{reference}"), Beside::Nothing),
                },
                _ => (String::new(), Beside::Unknown),
            },
        },
    }
}

/// The text at the end of a path that leads from resource to resource.
fn followed<'a>(blueprint: &'a Blueprint, spec: &'a Value, path: &[&[&str]]) -> Option<&'a str> {
    let (first, rest) = path.split_first()?;
    let text = first.iter().find_map(|pointer| spec.pointer(pointer)?.as_str())?;
    if rest.is_empty() {
        return Some(text);
    }
    let pieces = Reference::split(text);
    let [Piece::Reference(reference)] = pieces.as_slice() else { return None };
    followed(blueprint, &blueprint.resources.get(&reference.address)?.spec, rest)
}

fn live_output(inventory: &Inventory, reference: &Reference) -> Option<String> {
    let mut lives = inventory.all().filter(|(address, _)| **address == reference.address);
    lives.find_map(|(_, live)| live.output(&reference.output)?.as_str().map(str::to_owned))
}

/// The line by which a property is as it is, or the resource there at all.
fn line(resource: &Resource, at: &str) -> Option<Span> {
    let exists = resource.exists_by.first().filter(|_| at.is_empty());
    exists.or_else(|| resource.origin(at).map(crate::blueprint::Origin::place)).cloned()
}

impl Demand {
    /// Holds it against what AWS allows and what is there. What is not known blocks nothing; what is more than is allowed
    /// in any case needs no count.
    pub fn judge(&self, limit: Result<Option<Limit>, Failure>, in_use: Result<Option<f64>, Failure>) -> Finding {
        let (limit, in_use) = match (limit, in_use) {
            (Ok(Some(limit)), _) if self.adds > limit.value => {
                return self.exceeded(limit, None);
            }
            (Ok(Some(limit)), Ok(Some(in_use))) => (limit, in_use),
            (Err(failure), _) | (Ok(Some(_)), Err(failure)) => return self.unknown(&failure.to_string(), None),
            (Ok(None), _) => return self.unknown("Service Quotas does not tell it", None),
            (Ok(Some(limit)), Ok(None)) => {
                return self.unknown("it is not known how much is in use", Some(limit.value));
            }
        };
        if in_use + self.adds > limit.value {
            return self.exceeded(limit, Some(in_use));
        }
        let what = format!("{}: {}", self.quota.name, self.sum(limit.value, Some(in_use)));
        self.finding(FindingVerdict::Ok, Problem::warning(self.span(), what), (Some(limit.value), Some(in_use)))
    }

    fn exceeded(&self, limit: Limit, in_use: Option<f64>) -> Finding {
        let Quota { service, code, name, within, .. } = self.quota;
        let what = format!("{name}: {}: {}", self.sum(limit.value, in_use), self.users());
        let needed = (in_use.unwrap_or_default() + self.adds).ceil();
        let hint = if limit.is_adjustable {
            let command = Command::new("aws").word("service-quotas").word("request-service-quota-increase");
            let command = command.option("--service-code", service).option("--quota-code", code);
            let command = command.option("--desired-value", needed).option("--region", &self.region);
            format!("`{command}` asks AWS for more")
        } else if within == Within::Itself {
            "AWS does not raise it".to_owned()
        } else {
            "AWS does not raise it: use another account or region".to_owned()
        };
        self.finding(
            FindingVerdict::Exceeded,
            Problem::warning(self.span(), what).hint(hint),
            (Some(limit.value), in_use),
        )
    }

    fn unknown(&self, why: &str, limit: Option<f64>) -> Finding {
        let what = format!("{} could not be compared with the quota: {why}", self.quota.name);
        let finding = self.finding(FindingVerdict::Unknown, Problem::warning(self.span(), what), (limit, None));
        Finding { why: Some(why.to_owned()), ..finding }
    }

    fn finding(
        &self,
        verdict: FindingVerdict,
        problem: Problem,
        (limit, in_use): (Option<f64>, Option<f64>),
    ) -> Finding {
        let Quota { service, code, name, .. } = self.quota;
        Finding {
            check: Check::Quota,
            verdict,
            account: self.account.clone(),
            region: self.region.clone(),
            stacks: self.by.iter().map(|user| user.stack.clone()).collect(),
            addresses: self.by.iter().map(|user| user.address.clone()).collect(),
            problem,
            why: None,
            quota: QuotaFigures { service, code, name, limit, in_use, adds: self.adds },
        }
    }

    /// `5 are allowed in us-east-1 of 123456789012, 4 are in use, the plan adds 2`.
    fn sum(&self, limit: f64, in_use: Option<f64>) -> String {
        let Self { account, region, adds, .. } = self;
        let place = match (&self.beside, self.quota.within) {
            (Beside::In(id), _) => format!(" in {id}"),
            (_, Within::Itself) => String::new(),
            (_, Within::Each(_)) => " in a new one".to_owned(),
            (_, Within::Account) => format!(" in {account}"),
            (_, Within::Region) => format!(" in {region} of {account}"),
        };
        let used = match self.beside {
            Beside::Nothing => String::new(),
            _ => in_use.map(|in_use| format!("{in_use} in use, ")).unwrap_or_default(),
        };
        let verb = if self.quota.within == Within::Itself { "wanted" } else { "more planned" };
        format!("{limit} allowed{place}, {used}{adds} {verb}")
    }

    /// `AWS::EC2::VPC/main of acme/production and acme/test`, with the first few of many.
    fn users(&self) -> String {
        let mut stacks: BTreeMap<&Address, BTreeSet<&StackId>> = BTreeMap::new();
        for user in &self.by {
            stacks.entry(&user.address).or_default().insert(&user.stack);
        }
        let listed = |all: Vec<String>| match all.len().checked_sub(NAMED) {
            None | Some(0) => all.join(", "),
            Some(more) => format!("{} and {more} more", all[..NAMED].join(", ")),
        };
        let named = stacks.iter().map(|(address, stacks)| {
            format!("{address} of {}", listed(stacks.iter().map(ToString::to_string).collect()))
        });
        listed(named.collect())
    }

    fn span(&self) -> Option<Span> {
        self.by.iter().find_map(|user| user.span.clone())
    }
}

/// Takes the findings into the plan; where quotas block, what is exceeded refuses the stacks that add to it.
pub fn hold_quotas(plan: &mut Plan, mut findings: Vec<Finding>, mode: QuotaMode) {
    for finding in findings.iter_mut().filter(|one| mode == QuotaMode::Block && one.verdict == FindingVerdict::Exceeded)
    {
        finding.problem.severity = Severity::Error;
        for stack in plan.stacks.iter_mut().filter(|stack| finding.stacks.contains(&stack.stack.id)) {
            let refusal = Refusal::Quota { stack: stack.stack.id.clone(), quota: finding.quota.name.to_owned() };
            stack.guards.push(Guard { refusal, is_satisfied: false });
        }
    }
    plan.findings = findings;
}
