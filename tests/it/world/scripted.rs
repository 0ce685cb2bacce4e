//! A cloud of one thing, whose list shows what a test says, second by second; and a run over it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::BoxFuture;
use provision::apply::{Connections, Event, Outcome, Permit, Run, RunSummary, Stop, run};
use provision::plan::{Cause, Desired, Field, Later, StackPlan, Step, StepId, Verb};
use provision::resource::{
    Address, AnyKind, Bearer, Changes, Class, Cloud, Essentials, Facts, Failure, Found, Identity, Kept, Kind, Listing,
    Live, Made, Name, NameRule, Permissions, Result, Scope, State, Tags, Turn, Unmodelled, Unseen, key,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::Instant;

use super::build::stack;

/// What is there at one time.
#[derive(Clone)]
pub struct Shown {
    pub id: &'static str,
    pub size: i64,
    pub state: State,
    pub is_asleep: bool,
    /// Whether it has what no spec can express.
    pub is_odd: bool,
}

impl Shown {
    pub fn new(size: i64, state: State) -> Self {
        Self { id: "thing-1", size, state, is_asleep: false, is_odd: false }
    }

    pub fn ready(size: i64) -> Self {
        Self::new(size, State::Ready)
    }
}

pub fn settling(what: &str) -> State {
    State::Settling(what.into())
}

/// A list's answer.
#[derive(Clone)]
pub enum Answer {
    Gone,
    There(Vec<Shown>),
    /// It is there and can't be read; whose it is can be.
    Unread(Class),
}

impl From<Shown> for Answer {
    fn from(shown: Shown) -> Self {
        Self::There(vec![shown])
    }
}

/// By the second since the run began: what a list answers from then on.
pub type Script = Vec<(u64, Answer)>;

/// What the one thing of the cloud does.
#[derive(Clone)]
pub struct ScriptedStep {
    pub start: Instant,
    pub script: Arc<Script>,
    /// How many calls of an update or deletion say that there is more to do.
    pub turns: usize,
    /// How it is right after a call, and its id.
    pub made: State,
    pub makes: &'static str,
    /// Each changing call, and the second it came in.
    pub calls: Arc<Mutex<Vec<(String, u64)>>>,
    pub permits: Arc<Mutex<Vec<Permit>>>,
}

impl ScriptedStep {
    pub fn of(script: Script) -> Self {
        let (calls, permits) = Default::default();
        Self {
            start: Instant::now(),
            script: Arc::new(script),
            turns: 0,
            made: State::Ready,
            makes: "thing-1",
            calls,
            permits,
        }
    }

    fn answer(&self) -> Answer {
        let now = self.start.elapsed().as_secs();
        self.script.iter().rev().find(|(from, _)| *from <= now).map_or(Answer::Gone, |(_, answer)| answer.clone())
    }

    fn call(&self, what: impl Into<String>) -> usize {
        let mut calls = self.calls.lock().unwrap();
        calls.push((what.into(), self.start.elapsed().as_secs()));
        calls.len()
    }

    fn turn<T>(&self, what: impl Into<String>, done: T) -> Turn<T> {
        if self.call(what) <= self.turns { Turn::More("its first half".into()) } else { Turn::Done(done) }
    }
}

pub struct Staged;

impl Cloud for Staged {
    type Reader = ScriptedStep;
    type Writer = ScriptedStep;
}

impl Connections<Staged> for ScriptedStep {
    fn reader<'a>(&'a self, _: &'a str) -> BoxFuture<'a, Result<ScriptedStep>> {
        Box::pin(async { Ok(self.clone()) })
    }

    fn writer<'a>(&'a self, _: &'a str, permit: Permit) -> BoxFuture<'a, Result<ScriptedStep>> {
        self.permits.lock().unwrap().push(permit);
        Box::pin(async { Ok(self.clone()) })
    }
}

/// A kind whose things a script tells of; one with revisions lingers.
struct Thing<const REVISIONED: bool>;

#[derive(Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Spec {
    size: i64,
    #[serde(default)]
    count: i64,
    /// No list shows it.
    #[serde(default)]
    secret: String,
}

type Outputs = Value;

fn tags() -> Tags {
    let id = stack().id;
    Tags::from_iter([
        (key::PROJECT, "test"),
        (key::TENANT, &*id.tenant),
        (key::ENVIRONMENT, &*id.environment),
        (key::NAME, "main"),
    ])
}

impl<const REVISIONED: bool> Kind for Thing<REVISIONED> {
    type Cloud = Staged;
    type Spec = Spec;
    type Outputs = Outputs;

    const FACTS: Facts = Facts {
        revisioned: REVISIONED,
        tombstone: if REVISIONED { Some("for a day") } else { None },
        ignored_after_create: &["/Count"],
        write_only: &["/Secret"],
        seconds: 20,
        ..Facts::of(Essentials {
            kind: if REVISIONED { "Test::Revised" } else { "Test::Thing" },
            is_global: false,
            indexed_as: None,
            reference: "Id",
            name: NameRule::Assigned { max: 40 },
            identity: Identity::Tags,
            name_property: None,
            non_idempotent: &[],
            id_prefixes: &[],
            attachable: &[],
            example: "",
            changed: "",
            permissions: Permissions::NONE,
        })
    };

    async fn list(player: &ScriptedStep, _: &Scope) -> Result<Listing<Self>> {
        let found = |shown: Shown| Found {
            id: shown.id.into(),
            name: Some("family".into()),
            spec: Spec { size: shown.size, count: 0, secret: String::new() },
            outputs: json!({ "Id": shown.id, "Asleep": shown.is_asleep }),
            tags: tags(),
            state: shown.state,
            unmodelled: shown
                .is_odd
                .then(|| Unmodelled { path: "/Odd".into(), text: "odd".into() })
                .into_iter()
                .collect(),
            external: None,
        };
        let unseen =
            |class| Unseen { id: "thing-1".into(), tags: Some(tags()), failure: Failure::new(class, "not now") };
        Ok(match player.answer() {
            Answer::Gone => Listing::default(),
            Answer::There(shown) => Listing { found: shown.into_iter().map(found).collect(), ..Listing::default() },
            Answer::Unread(class) => Listing { unseen: vec![unseen(class)], ..Listing::default() },
        })
    }

    async fn create(player: &ScriptedStep, _: &Name, _: &Spec, _: &Tags) -> Result<Made<Self>> {
        player.call("create");
        Ok(Made { id: "thing-1".into(), outputs: json!({ "Id": "thing-1" }), state: player.made.clone() })
    }

    async fn update(player: &ScriptedStep, _: &Found<Self>, _: &Spec, changes: &Changes) -> Result<Turn<Made<Self>>> {
        let made = Made { id: player.makes.into(), outputs: json!({ "Id": player.makes }), state: player.made.clone() };
        let paths: Vec<_> = changes.fields().iter().map(|field| field.path.as_str()).collect();
        Ok(player.turn(format!("update {}", paths.join(" ")), made))
    }

    async fn retag(player: &ScriptedStep, bearer: &Bearer<'_, Self>, _: &Tags, _: &[String]) -> Result<()> {
        player.call(format!("retag {}", bearer.id));
        Ok(())
    }

    async fn delete(player: &ScriptedStep, live: &Found<Self>) -> Result<Turn<Vec<Kept>>> {
        Ok(player.turn(format!("delete {}", live.id), Vec::new()))
    }

    async fn start(player: &ScriptedStep, live: &Found<Self>) -> Result<()> {
        player.call(format!("start {}", live.id));
        Ok(())
    }

    fn stopped(found: &Found<Self>) -> Option<String> {
        (found.outputs["Asleep"] == true).then(|| "it is stopped".to_owned())
    }
}

/// What came of a step.
pub struct Ended {
    pub run_summary: RunSummary,
    pub said: Vec<String>,
    pub ids: Vec<Option<String>>,
    calls: Vec<(String, u64)>,
    pub permits: Vec<Permit>,
}

impl Ended {
    pub fn outcome(&self) -> &Outcome {
        &self.run_summary.steps.values().next().expect("one step").0
    }

    pub fn failure(&self) -> &str {
        match self.outcome() {
            Outcome::Failed(failure) => &failure.message,
            other => panic!("it did not fail: {other:?}"),
        }
    }

    pub fn calls(&self) -> Vec<(&str, u64)> {
        self.calls.iter().map(|(what, at)| (what.as_str(), *at)).collect()
    }
}

/// A plan of one step about what the list shows first; `to` are the values that it is to have.
pub async fn planned<const REVISIONED: bool>(player: &ScriptedStep, verb: Verb, to: &[(&str, Value)]) -> StackPlan {
    let kind: &dyn AnyKind<Staged> = &Thing::<REVISIONED>;
    let live = kind.list(player, &Scope::default()).await.unwrap().found.into_iter().next().map(Arc::new);
    let address = Address::new(kind.facts().kind, "main");
    let before = |path: &str| live.as_ref().and_then(|live: &Arc<Live>| live.spec.pointer(path).cloned());
    let field = |(path, after): &(&str, Value)| Field {
        path: (*path).to_owned(),
        before: before(path),
        after: Some(after.clone()).filter(|after| !after.is_null()),
        cause: Cause::Config,
        replaces: false,
        unknown: false,
        sensitive: false,
        ignored: None,
        origin: None,
    };
    let mut spec = json!({ "Size": 1, "Count": 3 });
    to.iter().filter(|(_, after)| !after.is_null()).for_each(|(path, after)| spec[&path[1..]] = after.clone());
    let fields = to.iter().map(field).collect();
    let desired = (!to.is_empty()).then(|| Desired { spec: Arc::new(spec), fields, physical: None, cramped: None });
    let of = if verb == Verb::Create { None } else { live.clone() };
    let id = StepId { address: address.clone(), verb, id: of.as_ref().map(|live| live.id.clone()).unwrap_or_default() };
    let step = Step {
        id: id.clone(),
        region: stack().region,
        after: BTreeSet::new(),
        live: of,
        desired,
        set_tags: Tags::from_iter([("cost-center", "42")]),
        unset_tags: Vec::new(),
        digest_inputs: None,
        preempts: false,
        transfers: Vec::new(),
        seconds: 1,
    };
    let later = |address| Later { address, path: "/Size".into(), before: None, after: None, when: "some day".into() };
    let later = vec![later(address), later(Address::new(kind.facts().kind, "other"))];
    StackPlan { steps: [(id, step)].into(), later, ..StackPlan::empty(stack()) }
}

/// Carries out a plan, and asks the run to stop at once after so many seconds.
pub async fn carried_out(player: &ScriptedStep, plan: &StackPlan, stops: Option<u64>) -> Ended {
    let kinds: [&dyn AnyKind<Staged>; 2] = [&Thing::<true>, &Thing::<false>];
    let (stopper, stop) = watch::channel(Stop::No);
    let events = Mutex::new(Vec::new());
    let tell = |event: Event| {
        events.lock().unwrap().push(event);
        Ok(())
    };
    let live = plan.steps.values().filter_map(|step| step.live.clone()).collect();
    let running = run(
        Run { plan, kinds: &kinds, connections: player, live, awaited: Vec::new(), id: "run", stop, tell: &tell },
        |_| None,
    );
    let stopping = async {
        match stops {
            Some(second) => tokio::time::sleep(Duration::from_secs(second)).await,
            None => std::future::pending().await,
        }
        stopper.send(Stop::Now).unwrap();
        std::future::pending::<()>().await;
    };
    let run_summary = tokio::select! {
        run_summary = running => run_summary,
        () = stopping => unreachable!("it never ends"),
    };
    let events = events.into_inner().unwrap();
    let said = events.iter().filter_map(|event| match event {
        Event::Progress { what, .. } => Some(what.clone()),
        _ => None,
    });
    let ids = events.iter().filter_map(|event| match event {
        Event::Finished { id, .. } => Some(id.clone()),
        _ => None,
    });
    let mut said: Vec<_> = said.collect();
    said.dedup();
    let (calls, permits) = (player.calls.lock().unwrap().clone(), player.permits.lock().unwrap().clone());
    Ended { said, ids: ids.collect(), calls, permits, run_summary }
}

pub async fn revised(player: &ScriptedStep, verb: Verb) -> Ended {
    carried_out(player, &planned::<true>(player, verb, &[]).await, None).await
}

/// Carries out one step, after which the thing is to have a size.
pub async fn done(player: &ScriptedStep, verb: Verb, size: Option<i64>) -> Ended {
    let to: Vec<_> = size.into_iter().map(|size| ("/Size", json!(size))).collect();
    carried_out(player, &planned::<false>(player, verb, &to).await, None).await
}
