//! Many crashes: which, on what, and the table of how they went.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use provision::blueprint::Blueprint;
use provision::plan::Mode;
use tokio::process::Command;
use tokio::task::JoinSet;

use super::case::{Hurt, Phase};
use super::reader::Reader;
use super::server::Server;
use crate::sandbox::local_aws;
use crate::stacks::local_account::blueprints;

pub const ACME: &str = include_str!("../../../tenants/acme.yaml");
/// The account of the sample, for which any credentials speak on the sandbox.
pub const ACCOUNT: &str = "123456789012";
/// Deaths in waits are spread over the calls of a slow run: so many for each phase, even in a whole sweep.
const IN_WAITS: usize = 12;
/// A case waits as much as it computes, and the server computes as much as we do.
const AT_ONCE: usize = 3;

/// How many crashes there are to be.
#[derive(Clone, Copy, Debug)]
pub enum Size {
    All,
    Sample {
        cases: usize,
        seed: u64,
    },
    /// One phase, one call: to look at a failure again.
    One {
        phase: usize,
        hurt: usize,
        nth: usize,
    },
}

impl Size {
    /// What `tests/crash` has put into the environment.
    pub fn asked() -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
        let one = std::env::var("PROVISION_CRASH_ONE").ok().map(|text| {
            let parts: Vec<usize> = text.split(',').map(|part| part.parse().expect("PHASE,HURT,CALL")).collect();
            Self::One { phase: parts[0], hurt: parts[1], nth: parts[2] }
        });
        let seed = number("PROVISION_CRASH_SEED").unwrap_or(1) as u64;
        one.or(number("PROVISION_CRASH_SAMPLE").map(|cases| Self::Sample { cases, seed })).unwrap_or(Self::All)
    }
}

/// How a sweep went.
pub struct Report {
    lines: BTreeMap<(usize, Hurt), Line>,
    phases: Vec<Arc<Phase>>,
    pub failures: Vec<String>,
    elapsed: Duration,
}

#[derive(Default)]
struct Line {
    passed: usize,
    failed: usize,
    seconds: f64,
}

type Case = (usize, Hurt, usize);

/// Carries out the crashes on forks of one server.
pub async fn sweep(size: Size) -> Report {
    let began = Instant::now();
    let (cache, server) = start("crash").await;
    let phases: Vec<_> = phases(&server, size).await.into_iter().map(Arc::new).collect();
    let cases = Arc::new(Mutex::new(choose(&phases, size)));
    let mut workers = JoinSet::new();
    for _ in 0..AT_ONCE {
        workers.spawn(work(phases.clone(), cases.clone()));
    }
    let mut report = Report { lines: BTreeMap::new(), phases, failures: Vec::new(), elapsed: Duration::ZERO };
    for ((phase, hurt, nth), seconds, failure) in workers.join_all().await.into_iter().flatten() {
        let line = report.lines.entry((phase, hurt)).or_default();
        line.seconds += seconds;
        match failure {
            None => line.passed += 1,
            Some(why) => {
                line.failed += 1;
                let phase = &report.phases[phase];
                report.failures.push(format!("{} · {hurt} at {}: {why}", phase.name, phase.at(hurt, nth)));
            }
        }
    }
    provision::sandbox::down(&cache).await.expect("it ends");
    report.elapsed = began.elapsed();
    report
}

/// A server of our own, with strangers in the account.
pub async fn start(name: &str) -> (PathBuf, Server) {
    let cache = local_aws::folder(name);
    let url = match std::env::var("PROVISION_CRASH_SERVER") {
        Ok(url) => url,
        Err(_) => local_aws::start(&cache, &local_aws::options().await).await.url,
    };
    let server = Server { url }.fork().await;
    plant_strangers(&server).await;
    (cache, server)
}

pub async fn learn_apply(server: &Server, reader: &mut Reader) -> Phase {
    Phase::learn("apply", server.clone(), ACCOUNT, stack(ACME), Mode::Apply, reader).await
}

async fn work(phases: Vec<Arc<Phase>>, cases: Arc<Mutex<Vec<Case>>>) -> Vec<(Case, f64, Option<String>)> {
    let mut reader = Reader::start().await;
    let mut done = Vec::new();
    loop {
        let Some(case) = cases.lock().expect("no panic while held").pop() else { return done };
        let (phase, hurt, nth) = case;
        let start = Instant::now();
        let failure = phases[phase].crash(hurt, nth, &mut reader).await.err();
        if let Some(why) = &failure {
            // Seen at once, for whoever looks on; the report has it again. Not by a macro: the harness swallows those.
            let _ = writeln!(std::io::stderr(), "{} · {hurt} at {nth}: {why}", phases[phase].name);
        }
        done.push((case, start.elapsed().as_secs_f64(), failure));
    }
}

/// The three phases: from nothing, an update that replaces, and the destroy; with strangers in the account.
async fn phases(server: &Server, size: Size) -> Vec<Phase> {
    let mut reader = Reader::start().await;
    let (before, after) = (stack(ACME), stack(&changed()));
    let mut apply = learn_apply(server, &mut reader).await;
    let built = apply.carried_out().await;
    let mut update = Phase::learn("update", built.clone(), ACCOUNT, after, Mode::Apply, &mut reader).await;
    let mut destroy = Phase::learn("destroy", built, ACCOUNT, before, Mode::Destroy, &mut reader).await;
    if matches!(size, Size::All | Size::One { hurt: 3.., .. }) {
        tokio::join!(apply.learn_slow(), update.learn_slow(), destroy.learn_slow());
    }
    vec![apply, update, destroy]
}

/// The YAML of the update: a new image, another port (which replaces target group and security group rules), a service less.
fn changed() -> String {
    let api = ACME.find("    api:\n").expect("the sample has the service");
    let end = ACME.find("  queues:\n").expect("the sample has queues");
    let without = format!("{}{}", &ACME[..api], &ACME[end..]);
    // What is of the service alone goes with it: its figures, and the task that starts by the clock.
    let of_api =
        |line: &str| ["api: {", "schedules:", "report: {"].iter().any(|begin| line.trim_start().starts_with(begin));
    let without = without.lines().filter(|line| !of_api(line)).map(|line| format!("{line}\n"));
    without
        .collect::<String>()
        .replace("master: api", "master: web")
        .replace("maximum: 12 }", "maximum: 12, search: [items] }")
        .replace("/shop:42", "/shop:43")
        .replace("      cpu: 512\n", "      cpu: 512\n      port: 9090\n")
}

fn stack(tenant: &str) -> Blueprint {
    let all = blueprints(&[("acme.yaml", tenant)], &[]).unwrap_or_else(|why| panic!("{why}"));
    all.into_iter().find(|blueprint| blueprint.stack.id.environment == "production").expect("the sample has it")
}

/// Things of other people, and of another stack, of every sort that a run could take for its own.
async fn plant_strangers(server: &Server) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/plant_strangers.py");
    let mut command = Command::new(local_aws::python().await);
    let planted = command.arg(script).arg(&server.url).arg(ACCOUNT).status().await.expect("Python starts");
    assert!(planted.success(), "the strangers could not be planted");
}

fn choose(phases: &[Arc<Phase>], size: Size) -> Vec<Case> {
    if let Size::One { phase, hurt, nth } = size {
        return vec![(phase, Hurt::ALL[hurt], nth)];
    }
    let mut all = Vec::new();
    for (number, phase) in phases.iter().enumerate() {
        for hurt in Hurt::ALL {
            let count = phase.count(hurt);
            let every = if hurt == Hurt::DeathInAWait { count.div_ceil(IN_WAITS).max(1) } else { 1 };
            all.extend((1..=count).step_by(every).map(|nth| (number, hurt, nth)));
        }
    }
    if let Size::Sample { cases, seed } = size {
        let mut random = fastrand::Rng::with_seed(seed);
        random.shuffle(&mut all);
        all.truncate(cases);
    }
    all
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:10} {:18} {:>6} {:>8} {:>8} {:>9}", "phase", "fault", "calls", "passed", "failed", "seconds")?;
        for ((phase, hurt), line) in &self.lines {
            let phase = &self.phases[*phase];
            let (passed, failed, calls) = (line.passed, line.failed, phase.count(*hurt));
            writeln!(f, "{:10} {hurt:18} {calls:>6} {passed:>8} {failed:>8} {:>9.0}", phase.name, line.seconds)?;
        }
        let passed: usize = self.lines.values().map(|line| line.passed).sum();
        writeln!(f, "{passed} passed, {} failed, in {:.0} s", self.failures.len(), self.elapsed.as_secs_f64())?;
        let distinct: BTreeSet<_> = self.failures.iter().collect();
        distinct.into_iter().try_for_each(|failure| writeln!(f, "\n{failure}"))
    }
}
