use std::sync::Mutex;

use futures_util::future::BoxFuture;
use provision::apply::{Event, Hands, Ledger, Permit, Run, Stop, run};
use provision::blueprint::Blueprint;
use provision::inventory::{Inventory, Request, Sought, Source, Unmanaged, collect};
use provision::plan::{Input, Mode, StackPlan, plan};
use provision::resource::{Result, Shape};
use tokio::sync::watch;

use super::build::stack;
use super::cloud::{FakeCloud, Reader, Writer};
use super::kinds::KINDS;

/// The whole engine on one fake cloud.
pub struct Bench {
    pub cloud: FakeCloud,
    pub events: Mutex<Vec<Event>>,
}

/// How a run ended.
pub enum Outcome {
    Ended(Ledger),
    /// The process died.
    Crashed,
}

impl Outcome {
    /// The ledger of a run that nothing went wrong with.
    pub fn clean(self) -> Ledger {
        match self {
            Self::Ended(ledger) => {
                let bad: Vec<_> = ledger
                    .steps
                    .iter()
                    .filter(|(_, (outcome, _))| *outcome != provision::apply::Outcome::Done)
                    .collect();
                assert!(bad.is_empty(), "not all went well: {bad:#?}");
                ledger
            }
            Self::Crashed => panic!("the process died"),
        }
    }
}

impl Bench {
    pub fn new() -> Self {
        Self { cloud: FakeCloud::default(), events: Mutex::default() }
    }

    pub async fn inventory(&self, blueprint: &Blueprint) -> Inventory {
        let stack = stack();
        let resources = blueprint.resources.values();
        let wanted = resources.map(|resource| (resource.address.clone(), resource.region.clone())).collect();
        let stacks = vec![Sought { stack: &stack, wanted }];
        let request = Request { project: "test", account: &stack.account, stacks, survey: false };
        collect(KINDS, self, &request).await.remove(&stack.id).expect("the stack was asked for")
    }

    pub async fn plan(&self, blueprint: &Blueprint, mode: Mode) -> StackPlan {
        let inventory = self.inventory(blueprint).await;
        self.plan_with(blueprint, &inventory, mode)
    }

    pub fn plan_with(&self, blueprint: &Blueprint, inventory: &Inventory, mode: Mode) -> StackPlan {
        let shapes: Vec<&dyn Shape> = KINDS.iter().map(|kind| kind.shape()).collect();
        let today = jiff::civil::date(2026, 11, 23);
        plan(&Input { blueprint, inventory, shapes: &shapes, mode, selection: None, today })
    }

    /// Plans and carries out.
    pub async fn run(&self, blueprint: &Blueprint, mode: Mode) -> Outcome {
        let inventory = self.inventory(blueprint).await;
        let plan = self.plan_with(blueprint, &inventory, mode);
        let (_stop, stopped) = watch::channel(Stop::No);
        let tell = |event: Event| {
            self.events.lock().expect("no panic here").push(event);
            Ok(())
        };
        let running = run(Run {
            plan: &plan,
            kinds: KINDS,
            hands: self,
            live: inventory.all().map(|(_, live)| live.clone()).collect(),
            id: "run",
            stop: stopped,
            tell: &tell,
        });
        tokio::select! {
            ledger = running => Outcome::Ended(ledger),
            () = self.cloud.crash() => {
                self.cloud.revive();
                Outcome::Crashed
            }
        }
    }

    pub async fn apply(&self, blueprint: &Blueprint) -> Ledger {
        self.run(blueprint, Mode::Apply).await.clean()
    }
}

impl Source<FakeCloud> for Bench {
    fn reader<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Reader>> {
        Box::pin(async { Ok(Reader(self.cloud.clone())) })
    }

    fn survey<'a>(&'a self, _: &'a Reader, _: &'a [String]) -> BoxFuture<'a, Result<Vec<Unmanaged>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}

impl Hands<FakeCloud> for Bench {
    fn reader<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<Reader>> {
        Box::pin(async { Ok(Reader(self.cloud.clone())) })
    }

    fn writer<'a>(&'a self, _: &'a str, _: Permit) -> BoxFuture<'a, Result<Writer>> {
        Box::pin(async { Ok(Writer(self.cloud.clone())) })
    }
}
