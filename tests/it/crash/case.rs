//! One crash: a run that is hurt at one call, and what the runs after it make of it.

use std::fmt;
use std::time::{Duration, Instant};

use provision::apply::RunSummary;
use provision::blueprint::Blueprint;
use provision::inventory::Inventory;
use provision::plan::Mode;
use serde_json::json;

use super::reader::{Reader, World, differences};
use super::server::Server;
use crate::stacks::local_account::{LocalAccount, left_over, plan_with, words};

/// How often a run may be started after the one that was hurt. A certificate takes two without any fault.
const ROUNDS: usize = 3;
/// No run of a fast server takes this long; one that does hangs.
const PATIENCE: Duration = Duration::from_secs(150);

/// What a run is hurt by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hurt {
    /// The process dies right after call k took effect.
    Death,
    /// Call k takes effect, and its answer is lost.
    LostAnswer,
    /// Call k takes effect, and is answered with a 500.
    Error,
    /// The process dies at the k-th call of any kind, on a slow server: nearly always while it waits for something.
    DeathInAWait,
}

impl Hurt {
    pub const ALL: [Self; 4] = [Self::Death, Self::LostAnswer, Self::Error, Self::DeathInAWait];

    fn fault(self, nth: usize) -> serde_json::Value {
        match self {
            Self::Death => json!([{ "operation": "*changing*", "what": "die-after", "nth": nth }]),
            Self::LostAnswer => json!([{ "operation": "*changing*", "what": "lost-answer", "nth": nth }]),
            Self::Error => json!([{ "operation": "*changing*", "what": "error-after", "nth": nth }]),
            Self::DeathInAWait => json!([{ "operation": "*", "what": "die-after", "nth": nth }]),
        }
    }
}

impl fmt::Display for Hurt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Death => "death",
            Self::LostAnswer => "lost answer",
            Self::Error => "500 after effect",
            Self::DeathInAWait => "death in a wait",
        })
    }
}

/// What the run that is hurt was to do, from where.
pub struct Phase {
    pub name: &'static str,
    /// The world as it is before; never touched itself.
    pub start: Server,
    pub account: String,
    pub wanted: Blueprint,
    pub mode: Mode,
    /// The world as it is after an undisturbed run.
    pub end: World,
    /// The changing calls of an undisturbed run, and all its calls on a slow server.
    pub changing: Vec<String>,
    pub slow_calls: usize,
}

/// How long creations and deletions take where runs die in waits, in seconds.
const SLOW: f64 = 1.0;

impl Phase {
    /// Carries it out undisturbed, to learn how it ends.
    pub async fn learn(
        name: &'static str,
        start: Server,
        account: &str,
        wanted: Blueprint,
        mode: Mode,
        reader: &mut Reader,
    ) -> Self {
        let account = account.to_owned();
        let mut phase =
            Self { name, start, account, wanted, mode, end: World::new(), changing: Vec::new(), slow_calls: 0 };
        let server = phase.start.fork().await;
        phase.converge(&server).await.unwrap_or_else(|why| panic!("{name} undisturbed: {why}"));
        phase.changing = phase.calls(&server).await;
        phase.end = reader.world(&server.url, &phase.account).await.unwrap_or_else(|why| panic!("{why}"));
        server.stop().await;
        phase
    }

    /// Learns how many calls it takes when things take their time.
    pub async fn learn_slow(&mut self) {
        let server = self.start.fork().await;
        server.slow(SLOW).await;
        self.converge(&server).await.unwrap_or_else(|why| panic!("{} slowly: {why}", self.name));
        self.slow_calls = server.calls(&self.account).await.len();
        server.stop().await;
    }

    /// A server on which it has been carried out.
    pub async fn carried_out(&self) -> Server {
        let server = self.start.fork().await;
        self.converge(&server).await.unwrap_or_else(|why| panic!("{} again: {why}", self.name));
        server
    }

    async fn calls(&self, server: &Server) -> Vec<String> {
        let all = server.calls(&self.account).await;
        all.into_iter().filter(|call| call.changes()).map(|call| call.operation).collect()
    }

    /// The call that a run is hurt at, in words.
    pub fn at(&self, hurt: Hurt, nth: usize) -> String {
        match hurt {
            Hurt::DeathInAWait => format!("call {nth} of all"),
            _ => format!("changing call {nth} ({})", self.changing.get(nth - 1).map_or("?", String::as_str)),
        }
    }

    /// How many calls there are to be hurt at.
    pub fn count(&self, hurt: Hurt) -> usize {
        if hurt == Hurt::DeathInAWait { self.slow_calls } else { self.changing.len() }
    }

    /// One case, on a fork of its own; says what is wrong, if anything is.
    pub async fn crash(&self, hurt: Hurt, nth: usize, reader: &mut Reader) -> Result<Duration, String> {
        let start = Instant::now();
        let server = self.start.fork().await;
        let judged = match tokio::time::timeout(PATIENCE, self.hurt_and_mend(&server, hurt, nth)).await {
            Ok(Ok(())) => self.judge(&server, reader).await,
            Ok(Err(why)) => Err(why),
            Err(_) => Err(format!("it hangs: not done after {} s", PATIENCE.as_secs())),
        };
        server.stop().await;
        judged.map(|()| start.elapsed())
    }

    async fn hurt_and_mend(&self, server: &Server, hurt: Hurt, nth: usize) -> Result<(), String> {
        if hurt == Hurt::DeathInAWait {
            server.slow(SLOW).await;
        }
        server.faults(&self.account, &hurt.fault(nth)).await;
        tokio::select! {
            // Whether it ends well does not matter: an error may reach the user, if the next run mends it.
            _ = self.converge(server) => {}
            () = server.death(&self.account) => {}
        }
        // What the dead process has sent is at the server by now.
        tokio::time::sleep(Duration::from_millis(20)).await;
        server.faults(&self.account, &json!([])).await;
        if hurt == Hurt::DeathInAWait {
            server.slow(0.2).await;
        }
        self.converge(server).await
    }

    /// Runs as often as it may take until there is nothing left to do. A run begins with what the look after the one before
    /// it saw: reading an account is most of what a case costs.
    async fn converge(&self, server: &Server) -> Result<(), String> {
        let local = LocalAccount::on(&server.url, &self.account);
        let mut inventory = local.inventory(&self.wanted).await;
        let mut last = String::new();
        for _ in 0..ROUNDS {
            let ended = local.run_from(&self.wanted, &inventory, self.mode).await;
            inventory = local.inventory(&self.wanted).await;
            last = match ended.map(|run_summary| self.left(&run_summary, &inventory)) {
                Ok(left) if left.is_empty() => return Ok(()),
                Ok(left) => left,
                Err(why) => why,
            };
        }
        Err(format!("something is left to do after {ROUNDS} rounds: {last}"))
    }

    /// What is left to do, in words; a destroy leaves what its summary says is kept.
    fn left(&self, run_summary: &RunSummary, inventory: &Inventory) -> String {
        if self.mode == Mode::Destroy {
            return left_over(run_summary, inventory).join(", ");
        }
        let plan = plan_with(&self.wanted, inventory, self.mode);
        if plan.is_empty() && plan.waiting.is_empty() { String::new() } else { words(&plan) }
    }

    async fn judge(&self, server: &Server, reader: &mut Reader) -> Result<(), String> {
        let world = reader.world(&server.url, &self.account).await?;
        let differences = differences(&world, &self.end);
        if differences.is_empty() { Ok(()) } else { Err(differences.join("\n")) }
    }
}
