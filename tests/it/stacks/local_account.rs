//! The whole engine on the local AWS: what the commands do, without the command line.

use std::collections::BTreeSet;
use std::path::Path;
use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;
use provision::apply::{Connections, Event, Outcome, Permit, Run, RunSummary, Stop, run};
use provision::aws::{
    Aws, GateRules, Reader, Session, Sessions, Setup, Survey, SurveyedThing, Writer, WriterScope, limits, survey,
};
use provision::blueprint::{Blueprint, Files, Source as File, load_files};
use provision::fleet::{Account, Accounts, Fleet, FleetPlan, Location, Members, PlanOptions};
use provision::inventory::{Inventory, Services, Surveyed, Things, Unmanaged};
use provision::kinds::{KINDS, shapes};
use provision::plan::{Allowance, Allowed, Assumed, Guarding, Input, Mode, QuotaMode, StackPlan, Step, plan};
use provision::report::event_line;
use provision::resource::{Access, AnyKind, Limits, Result, Role, Scope, Stack, StackId};
use serde_json::Value;
use tokio::sync::{Notify, watch};

use crate::aws::canned::Held;
pub use crate::engine::words;
use crate::sandbox::control;
use crate::sandbox::local_aws;

/// What hears of every event of a run.
type Tell<'a> = dyn Fn(Event) -> std::io::Result<()> + Send + Sync + 'a;

/// The engine waits for half an hour and longer; a test that hangs should say where it is.
const PATIENCE: Duration = Duration::from_secs(300);

/// Runs a test on threads with more stack than the two megabytes of a test's own: unoptimised, the futures of a whole
/// stack's calls outgrow those.
pub fn on_deep_stack(test: impl Future<Output = ()> + Send + 'static) {
    on_deep_stack_for(PATIENCE, test);
}

/// The same for what takes long on purpose.
pub fn on_deep_stack_for(patience: Duration, test: impl Future<Output = ()> + Send + 'static) {
    let runtime = tokio::runtime::Builder::new_multi_thread().thread_stack_size(16 << 20).enable_all().build();
    let runtime = runtime.expect("threads");
    let patient = async move { tokio::time::timeout(patience, test).await.expect("it ends in time") };
    if let Err(failed) = runtime.block_on(runtime.spawn(patient)) {
        std::panic::resume_unwind(failed.into_panic());
    }
}

/// One account of the local AWS, reached by a role in it.
///
/// Tests keep apart by account: the server gives whoever assumes a role the role's account.
pub struct LocalAccount {
    pub account: String,
    pub url: String,
    /// The kinds that are looked at: all, unless a test narrows them to save time.
    pub kinds: Vec<&'static dyn AnyKind<Aws>>,
    sessions: Arc<Sessions>,
    run: String,
}

impl LocalAccount {
    /// An account of the server that all tests share.
    pub async fn new(account: &str) -> Self {
        Self::on(&local_aws::endpoint().await.url, account)
    }

    /// An account of some server.
    pub fn on(url: &str, account: &str) -> Self {
        let setup = Setup {
            endpoint_url: Some(url.to_owned()),
            region: "us-east-1".into(),
            run: "it".into(),
            rules: Arc::new(GateRules::of(KINDS.iter().map(|kind| kind.facts()))),
            ..Setup::default()
        };
        let run = format!("it-{}", fastrand::u64(..));
        let sessions = Arc::new(Sessions::new(setup));
        Self { account: account.into(), url: url.into(), kinds: KINDS.to_vec(), sessions, run }
    }

    pub async fn session(&self, region: &str) -> Arc<Session> {
        let role = Role { arn: format!("arn:aws:iam::{}:role/it", self.account), external_id: None };
        self.sessions.open(&self.account, region, Some(role)).await.expect("a session asks nobody")
    }

    /// Its account alone.
    pub fn source(&self) -> Account<'_, Self> {
        Account { accounts: self, id: &self.account, role: None }
    }

    /// What is live of a stack, with a look for what is nobody's.
    pub async fn inventory(&self, blueprint: &Blueprint) -> Inventory {
        let (stack, stacks) = (&blueprint.stack, [blueprint]);
        // What the template named before is found by its tags.
        let kinds = BTreeSet::new();
        let fleet = Fleet { accounts: self, members: alone(stack, &kinds), stacks: &stacks, access: Access::Write };
        let mut read = fleet.read(true).await.expect("the account is nobody else's");
        read.remove(&stack.id).expect("the stack was asked for")
    }

    /// The plan of a destroy as the command makes it, with the consents that are given.
    pub async fn plan_to_destroy(&self, blueprint: &Blueprint, allowed: &[Allowance]) -> FleetPlan {
        let (stacks, kinds) = ([blueprint], BTreeSet::new());
        let members = alone(&blueprint.stack, &kinds);
        let fleet = Fleet { accounts: self, members, stacks: &stacks, access: Access::Write };
        let allowed = Allowed { destroy: allowed.to_vec(), ..Allowed::default() };
        let guarding = Guarding { allowed, ..Guarding::default() };
        let options =
            PlanOptions { selectors: &[], mode: Mode::Destroy, guarding, survey: false, quota: QuotaMode::Off };
        fleet.plan(&options).await.unwrap_or_else(|why| panic!("{why:?}"))
    }

    /// The plan of several stacks as the command makes it, held against quotas.
    pub async fn plan_all(&self, blueprints: &[Blueprint], quota: QuotaMode) -> FleetPlan {
        let (stacks, all): (Vec<_>, Vec<_>) = blueprints.iter().map(|one| (one, one.stack.clone())).unzip();
        let ids: Vec<_> = all.iter().map(|stack| stack.id.clone()).collect();
        let kinds = BTreeSet::new();
        let members = Members { project: &all[0].project, ids: &ids, stacks: &all, kinds: &kinds };
        let fleet = Fleet { accounts: self, members, stacks: &stacks, access: Access::Write };
        let guarding = Guarding::default();
        let options = PlanOptions { selectors: &[], mode: Mode::Apply, guarding, survey: false, quota };
        fleet.plan(&options).await.unwrap_or_else(|why| panic!("{why:?}"))
    }

    /// Carries out what was planned so; fails with whatever went wrong.
    pub async fn carry_out_plan(&self, made: &FleetPlan) -> Result<(), String> {
        for plan in &made.plan.stacks {
            let run_summary = self.carry_out(plan, &made.inventories[&plan.stack.id], &said).await;
            complaints(plan, &run_summary)?;
        }
        Ok(())
    }

    pub async fn plan(&self, blueprint: &Blueprint) -> StackPlan {
        plan_with(blueprint, &self.inventory(blueprint).await, Mode::Apply)
    }

    /// Plans and carries out, and fails with the summary's failures and what is different afterwards.
    pub async fn apply(&self, blueprint: &Blueprint) -> Result<RunSummary, String> {
        let run_summary = self.run(blueprint, Mode::Apply).await?;
        let again = self.plan(blueprint).await;
        if again.is_empty() { Ok(run_summary) } else { Err(format!("the next plan is not empty:\n{}", words(&again))) }
    }

    /// Applies as often as it takes a certificate: once to ask for it, and again when it is there.
    pub async fn bring_up(&self, blueprint: &Blueprint) -> Result<(), String> {
        self.run(blueprint, Mode::Apply).await.map_err(|why| format!("first run: {why}"))?;
        self.apply(blueprint).await.map_err(|why| format!("second run: {why}"))?;
        Ok(())
    }

    /// Deletes all, and fails with the summary's failures and what is there afterwards but for what was kept.
    pub async fn destroy(&self, blueprint: &Blueprint) -> Result<RunSummary, String> {
        let run_summary = self.run(blueprint, Mode::Destroy).await?;
        let left = left_over(&run_summary, &self.inventory(blueprint).await);
        if left.is_empty() { Ok(run_summary) } else { Err(format!("still there: {left:#?}")) }
    }

    /// Plans and carries out; fails with whatever went wrong.
    pub async fn run(&self, blueprint: &Blueprint, mode: Mode) -> Result<RunSummary, String> {
        let inventory = self.inventory(blueprint).await;
        self.run_from(blueprint, &inventory, mode).await
    }

    /// The same from what was seen just now.
    pub async fn run_from(
        &self,
        blueprint: &Blueprint,
        inventory: &Inventory,
        mode: Mode,
    ) -> Result<RunSummary, String> {
        let plan = plan_with(blueprint, inventory, mode);
        let blocked = plan.summary().blocked;
        if blocked > 0 {
            return Err(format!("{blocked} blocked:\n{}", words(&plan)));
        }
        let run_summary = self.carry_out(&plan, inventory, &said).await;
        complaints(&plan, &run_summary).map(|()| run_summary)
    }

    /// Applies, and dies in the middle of it: as soon as an event is the one.
    pub async fn die_at(&self, blueprint: &Blueprint, is_the_one: impl Fn(&Event) -> bool + Send + Sync) {
        let inventory = self.inventory(blueprint).await;
        let plan = plan_with(blueprint, &inventory, Mode::Apply);
        let now = Notify::new();
        let tell = |event: Event| {
            if is_the_one(&event) {
                now.notify_one();
            }
            Ok(())
        };
        tokio::select! {
            run_summary = self.carry_out(&plan, &inventory, &tell) => panic!("it ended before: {run_summary:#?}"),
            () = now.notified() => {}
        }
    }

    async fn carry_out(&self, plan: &StackPlan, inventory: &Inventory, tell: &Tell<'_>) -> RunSummary {
        let (_stop, stop) = watch::channel(Stop::No);
        let live = inventory.all().map(|(_, live)| live.clone()).collect();
        // Every run has a name of its own: client tokens are made of it.
        let id = format!("{}-{}", self.run, fastrand::u64(..));
        run(Run { plan, kinds: &self.kinds, connections: self, live, awaited: Vec::new(), id: &id, stop, tell }, |_| {
            None
        })
        .await
    }

    /// The calls that this account has sent so far, as `service:Operation`.
    pub async fn calls(&self) -> Vec<String> {
        let (_, body) = control(&self.url, "GET", "calls", &Value::Null).await;
        let all: Value = serde_json::from_str(&body).expect("JSON");
        let mine = all["calls"].as_array().expect("a list").iter().filter(|call| call["account"] == *self.account);
        mine.map(|call| format!("{}:{}", text(&call["service"]), text(&call["operation"]))).collect()
    }

    /// What somebody with the keys of the account has in hand, behind our back.
    pub async fn by_hand(&self) -> aws_config::SdkConfig {
        // An access key id of twelve digits is the account.
        let keys = aws_credential_types::Credentials::new(&self.account, "secret", None, None, "a person");
        let config = aws_config::defaults(aws_config::BehaviorVersion::latest()).endpoint_url(&self.url);
        let config = config.http_client(aws_smithy_http_client::Builder::new().build_http());
        config.region("us-east-1").credentials_provider(keys).load().await
    }
}

/// What is there after a destroy and was not kept on purpose.
pub fn left_over(run_summary: &RunSummary, inventory: &Inventory) -> Vec<String> {
    let is_kept = |id: &str| run_summary.kept.iter().any(|kept| kept.id.ends_with(id));
    let left = inventory.all().filter(|(_, live)| !is_kept(&live.id));
    left.map(|(address, live)| format!("{address} {}", live.id)).collect()
}

pub fn plan_with(blueprint: &Blueprint, inventory: &Inventory, mode: Mode) -> StackPlan {
    let now = "2026-11-23T00:00:00Z".parse().expect("a time");
    plan(&Input { blueprint, inventory, shapes: &shapes(), mode, selection: None, now, assumed: Assumed::default() })
}

/// Shown with the test that fails.
#[expect(clippy::print_stdout, reason = "the test harness shows it only when a test fails")]
fn said(event: Event) -> std::io::Result<()> {
    println!("{}", event_line(&event));
    Ok(())
}

/// The members of a project that has one stack.
fn alone<'a>(stack: &'a Stack, kinds: &'a BTreeSet<String>) -> Members<'a> {
    Members { project: &stack.project, ids: from_ref(&stack.id), stacks: from_ref(stack), kinds }
}

fn complaints(plan: &StackPlan, run_summary: &RunSummary) -> Result<(), String> {
    let all = run_summary.steps.iter();
    let bad: Vec<_> = all.filter_map(|(id, (outcome, _))| complaint(&plan.steps[id], outcome)).collect();
    if bad.is_empty() { Ok(()) } else { Err(bad.join("\n")) }
}

fn complaint(step: &Step, outcome: &Outcome) -> Option<String> {
    let (id, after) = (&step.id, &step.after);
    match outcome {
        Outcome::Failed(failure) => Some(format!("{id}: {failure}")),
        // A skipped step says nothing that its cause does not say.
        Outcome::Done | Outcome::NotStarted(Some(_)) => None,
        Outcome::Abandoned => Some(format!("{id}: let go of")),
        Outcome::NotStarted(None) => Some(format!("{id}: not started, it is after {after:#?}")),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The one environment of a template of the test's own.
pub fn stack_of(tenant: &str, account: &str, template: &str) -> Blueprint {
    let text = format!(
        "tenant: {tenant}\ntemplate: own\naccount: \"{account}\"\nenvironments: {{ production: {{ region: us-east-1 }} }}\n"
    );
    let all = blueprints(&[("tenant.yaml", &text)], &[("own.yaml", template)]);
    all.unwrap_or_else(|why| panic!("{why}")).remove(0)
}

/// Blueprints from texts: tenants and templates, each with its file's name.
pub fn blueprints(tenants: &[(&str, &str)], templates: &[(&str, &str)]) -> Result<Vec<Blueprint>, String> {
    let sources = |folder: &str, files: &[(&str, &str)]| {
        let source = |(name, text): &(&str, &str)| File {
            path: Path::new(folder).join(name),
            name: (*name).to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        files.iter().map(source).collect::<Vec<_>>()
    };
    let (tenants, templates) = (sources("tenants", tenants), sources("templates", templates));
    let files = Files { tenants, templates, ..Files::default() };
    let loaded = load_files(&files, &shapes(), &|_| true).map_err(|problems| {
        let said = problems.iter().map(|problem| {
            let at = problem.span.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{at}: {}", problem.what)
        });
        said.collect::<Vec<_>>().join("\n")
    })?;
    Ok(loaded.blueprints)
}

impl Accounts for LocalAccount {
    type Cloud = Aws;

    fn kinds(&self) -> &[&'static dyn AnyKind<Aws>] {
        &self.kinds
    }

    /// Nothing of a test's stack lives where its template does not say.
    fn regions(&self) -> Vec<&str> {
        Vec::new()
    }

    fn now(&self) -> Timestamp {
        "2026-11-23T00:00:00Z".parse().expect("a time")
    }

    fn verify<'a>(&'a self, _: &'a Location) -> BoxFuture<'a, Result<()>> {
        Box::pin(async { Ok(()) })
    }

    fn reader<'a>(&'a self, place: &'a Location) -> BoxFuture<'a, Result<Reader>> {
        Box::pin(async move { Ok(self.session(&place.region).await.reader()) })
    }

    fn claimed<'a>(&'a self, place: &'a Location, project: &'a str) -> BoxFuture<'a, Result<BTreeSet<StackId>>> {
        Box::pin(async move { self.session(&place.region).await.reader().claimed_stacks(project).await })
    }

    fn services<'a>(&'a self, reader: &'a Reader, scope: &'a Scope) -> BoxFuture<'a, Result<Services>> {
        Box::pin(async move { Ok(reader.tag_index(scope).await?.services()) })
    }

    fn limits<'a>(
        &'a self,
        reader: &'a Reader,
        service: &'a str,
        codes: &'a BTreeSet<&'static str>,
    ) -> BoxFuture<'a, Result<Limits>> {
        Box::pin(limits(reader, service, codes))
    }

    fn survey<'a>(&'a self, reader: &'a Reader, things: &'a Things) -> BoxFuture<'a, Result<Surveyed>> {
        Box::pin(async move {
            let Survey { seen, incomplete } = survey(reader, things).await?;
            let thing = |one: SurveyedThing| Unmanaged { kind: one.kind.into(), id: one.id, place: one.place };
            Ok(Surveyed { things: seen.into_iter().map(thing).collect(), incomplete })
        })
    }
}

impl Connections<Aws> for LocalAccount {
    fn reader<'a>(&'a self, region: &'a str) -> BoxFuture<'a, Result<Reader>> {
        Box::pin(async move { Ok(self.session(region).await.polling_reader()) })
    }

    fn writer<'a>(&'a self, region: &'a str, permit: Permit) -> BoxFuture<'a, Result<Writer>> {
        Box::pin(async move {
            Ok(self.session(region).await.writer(WriterScope {
                address: permit.address,
                stack: permit.stack,
                own: permit.own,
                mentioned: permit.mentioned,
                token: permit.token,
                named: permit.named,
                fence: Arc::new(Held),
            }))
        })
    }
}
