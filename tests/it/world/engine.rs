use std::sync::Mutex;

use provision::apply::{Event, PlanSnapshot, Run, RunSummary, Stop, run};
use provision::blueprint::Blueprint;
use provision::plan::{Mode, StackPlan};
use tokio::sync::watch;

use super::cloud::FakeCloud;
use super::kinds::KINDS;
use super::process::{FakeHands, Process};

/// The engine on one fake cloud, without leases.
pub struct Bench {
    pub cloud: FakeCloud,
    pub events: Mutex<Vec<Event>>,
}

/// How a run ended.
pub enum Outcome {
    Ended(Box<RunSummary>),
    /// The process died.
    Crashed,
}

impl Outcome {
    /// The summary of a run that nothing went wrong with.
    pub fn clean(self) -> RunSummary {
        match self {
            Self::Ended(run_summary) => {
                let bad: Vec<_> = run_summary
                    .steps
                    .iter()
                    .filter(|(_, (outcome, _))| *outcome != provision::apply::Outcome::Done)
                    .collect();
                assert!(bad.is_empty(), "not all went well: {bad:#?}");
                *run_summary
            }
            Self::Crashed => panic!("the process died"),
        }
    }
}

impl Bench {
    pub fn new() -> Self {
        Self { cloud: FakeCloud::default(), events: Mutex::default() }
    }

    pub async fn plan(&self, blueprint: &Blueprint, mode: Mode) -> StackPlan {
        let process = Process::new(&self.cloud, "run", vec![blueprint], mode);
        process.look().await.plan.stacks.remove(0)
    }

    /// Plans a partial apply.
    pub async fn plan_only(&self, blueprint: &Blueprint, asked: &[&str]) -> StackPlan {
        self.only(blueprint, asked).look().await.plan.stacks.remove(0)
    }

    /// Plans and carries out.
    pub async fn run(&self, blueprint: &Blueprint, mode: Mode) -> Outcome {
        self.carry_out(Process::new(&self.cloud, "run", vec![blueprint], mode)).await
    }

    /// Plans a partial apply and carries it out.
    pub async fn apply_only(&self, blueprint: &Blueprint, asked: &[&str]) -> RunSummary {
        self.carry_out(self.only(blueprint, asked)).await.clean()
    }

    fn only<'a>(&self, blueprint: &'a Blueprint, asked: &[&str]) -> Process<'a> {
        let stack = &blueprint.stack.id;
        let selectors = asked.iter().map(|place| format!("{stack}/{place}").parse().expect("a selector")).collect();
        Process { selectors, ..Process::new(&self.cloud, "run", vec![blueprint], Mode::Apply) }
    }

    async fn carry_out(&self, process: Process<'_>) -> Outcome {
        let look = PlanSnapshot::from(&process.look().await);
        let (_stop, stop) = watch::channel(Stop::No);
        let tell = |event: Event| {
            self.events.lock().expect("no panic here").push(event);
            Ok(())
        };
        let connections = FakeHands { cloud: self.cloud.clone(), client: process.client.clone(), fence: None };
        let live = look.live.into_values().next().expect("one stack");
        let running = run(
            Run {
                plan: &look.plan.stacks[0],
                kinds: KINDS,
                connections: &connections,
                live,
                awaited: Vec::new(),
                id: "run",
                stop,
                tell: &tell,
            },
            |_| None,
        );
        tokio::select! {
            biased;
            () = process.client.death() => Outcome::Crashed,
            run_summary = running => Outcome::Ended(Box::new(run_summary)),
        }
    }

    pub async fn apply(&self, blueprint: &Blueprint) -> RunSummary {
        self.run(blueprint, Mode::Apply).await.clean()
    }
}
