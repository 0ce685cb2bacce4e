//! One writer a stack: leases on a store that fails, hangs and loses answers, on a paused clock.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, join_all};
use jiff::Timestamp;
use provision::apply::{
    Clock, Fence, Holder, Lease, LeaseError, LeaseHost as _, LeaseState, LeaseStore, StoredLease, end_lease,
    free_lease, lease_key, read_lease,
};
use provision::plan::Mode;
use provision::resource::{Class, Failure, Result};
use serde_json::json;
use tokio::time::{Instant, sleep};

use crate::world::build::stack;
use crate::world::cloud::FakeCloud;
use crate::world::process::Process;
use crate::world::{Fault, What, YamlResource, blueprint};

/// What `src/apply/lease` promises: a lease's lifetime, the pause between heartbeats, how long one is tried, and how
/// long others stay away beyond the end.
const LIFETIME: u64 = 60;
const HEARTBEAT: u64 = 15;
const TRIES: u64 = 30;
const GRACE: u64 = 45;

/// A bucket with conditional writes.
#[derive(Default)]
struct Bucket {
    objects: Mutex<BTreeMap<String, (Vec<u8>, u64)>>,
    trouble: Mutex<Trouble>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Trouble {
    #[default]
    None,
    /// Writes take effect, and their answers are lost.
    Lost,
    /// Nothing takes effect.
    Ill,
    /// Nothing takes effect, and nothing answers.
    Silent,
    /// So many heartbeats of the holder land just after a read.
    Beaten(usize),
}

impl Bucket {
    fn new() -> Arc<Self> {
        Arc::default()
    }

    fn is(&self, trouble: Trouble) {
        *self.trouble.lock().unwrap() = trouble;
    }

    async fn write(&self, key: &str, expected: Option<&str>, body: Vec<u8>) -> Result<Option<String>> {
        tokio::task::yield_now().await;
        let trouble = *self.trouble.lock().unwrap();
        match trouble {
            Trouble::Ill => return Err(Failure::new(Class::Other, "the bucket is ill")),
            Trouble::Silent => return std::future::pending().await,
            Trouble::None | Trouble::Lost | Trouble::Beaten(_) => {}
        }
        let mut objects = self.objects.lock().unwrap();
        let version = objects.get(key).map(|(_, version)| version.to_string());
        if version.as_deref() != expected {
            return Ok(None);
        }
        let next = objects.values().map(|(_, version)| version + 1).max().unwrap_or_default();
        objects.insert(key.to_owned(), (body, next));
        match trouble {
            Trouble::Lost => Err(Failure::new(Class::Ambiguous, "no answer")),
            _ => Ok(Some(next.to_string())),
        }
    }
}

impl LeaseStore for Bucket {
    fn read<'a>(&'a self, key: &'a str) -> BoxFuture<'a, Result<Option<(Vec<u8>, String)>>> {
        Box::pin(async move {
            tokio::task::yield_now().await;
            let there = self.objects.lock().unwrap().get(key).cloned();
            let mut trouble = self.trouble.lock().unwrap();
            if let Trouble::Beaten(beats) = &mut *trouble
                && *beats > 0
            {
                *beats -= 1;
                self.objects.lock().unwrap().values_mut().for_each(|(_, version)| *version += 1);
            }
            Ok(there.map(|(body, version)| (body, version.to_string())))
        })
    }

    fn create<'a>(&'a self, key: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(self.write(key, None, body))
    }

    fn replace<'a>(&'a self, key: &'a str, version: &'a str, body: Vec<u8>) -> BoxFuture<'a, Result<Option<String>>> {
        Box::pin(self.write(key, Some(version), body))
    }
}

/// Clocks that run with tokio's, and can be made to run ahead or back.
struct Clocks {
    start: Instant,
    /// Seconds that the wall clock is ahead.
    wall: Mutex<i64>,
    /// Seconds that the machine slept; none if the system does not tell.
    slept: Mutex<Option<u64>>,
}

impl Clocks {
    fn new() -> Arc<Self> {
        Arc::new(Self { start: Instant::now(), wall: Mutex::default(), slept: Mutex::default() })
    }
}

impl Clock for Clocks {
    fn now(&self) -> Timestamp {
        let base: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
        base + self.start.elapsed() + jiff::SignedDuration::from_secs(*self.wall.lock().unwrap())
    }

    fn since_boot(&self) -> Option<Duration> {
        Some(self.start.elapsed() + Duration::from_secs((*self.slept.lock().unwrap())?))
    }
}

async fn take(bucket: &Arc<Bucket>, clock: &Arc<Clocks>, run: &str, patience: u64) -> Result<Lease, LeaseError> {
    let who = format!("{run}@host");
    Lease::take(bucket.clone(), clock.clone(), &stack(), run, (&*who).into(), Duration::from_secs(patience)).await
}

fn held_by(refused: Result<Lease, LeaseError>) -> Holder {
    match refused {
        Err(LeaseError::Held(holder)) => *holder,
        Err(LeaseError::Failed(failure)) => panic!("{failure}"),
        Ok(_) => panic!("two hold it"),
    }
}

async fn seconds(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

fn reason(fence: &Fence) -> String {
    fence.check().expect_err("the fence is closed").message
}

#[tokio::test(start_paused = true)]
async fn of_many_at_once_one_takes_it_and_the_others_are_told_who() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let names: Vec<_> = (0..16).map(|n| format!("run-{n}")).collect();
    let taken = join_all(names.iter().map(|name| take(&bucket, &clock, name, 0))).await;
    let (winners, losers): (Vec<_>, Vec<_>) = taken.into_iter().partition(Result::is_ok);
    assert_eq!((winners.len(), losers.len()), (1, 15));
    let told: Vec<_> = losers.into_iter().map(|loser| held_by(loser).caller.name).collect();
    assert!(told.iter().all(|who| *who == told[0] && who.ends_with("@host")), "{told:?}");
    winners.iter().flatten().for_each(|lease| lease.fence().check().unwrap());
}

#[tokio::test(start_paused = true)]
async fn it_holds_while_its_heart_beats_and_the_patient_get_it_when_it_is_given_back() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let first = take(&bucket, &clock, "first", 0).await.unwrap();
    let fence = first.fence();
    let later = async {
        seconds(600).await;
        fence.check().unwrap();
        first.release().await.unwrap();
        assert!(reason(&fence).contains("given back"));
    };
    let (second, ()) = tokio::join!(take(&bucket, &clock, "second", 700), later);
    second.unwrap().fence().check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_dead_runs_lease_is_taken_over_after_its_end_and_one_attempt_more_and_not_before() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let start = Instant::now();
    drop(take(&bucket, &clock, "dead", 0).await.unwrap());
    seconds(LIFETIME + GRACE - 1).await;
    assert_eq!(held_by(take(&bucket, &clock, "second", 0).await).run, "dead");
    let second = take(&bucket, &clock, "second", 10).await.unwrap();
    assert!(start.elapsed() >= Duration::from_secs(LIFETIME + GRACE));
    second.fence().check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_failed_heartbeat_is_a_lost_lease_before_its_time_and_for_good() {
    for trouble in [Trouble::Ill, Trouble::Silent] {
        let (bucket, clock) = (Bucket::new(), Clocks::new());
        let lease = take(&bucket, &clock, "first", 0).await.unwrap();
        bucket.is(trouble);
        seconds(HEARTBEAT + TRIES - 1).await;
        lease.fence().check().unwrap();
        seconds(2).await;
        assert!(reason(&lease.fence()).contains("a heartbeat failed"), "{}", reason(&lease.fence()));
        bucket.is(Trouble::None);
        seconds(HEARTBEAT).await;
        assert!(lease.fence().check().is_err(), "what was lost stays lost");
        assert!(held_by(take(&bucket, &clock, "second", 0).await).run == "first", "and still keeps others out");
    }
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_that_fails_once_and_then_succeeds_loses_nothing() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    for trouble in [Trouble::Ill, Trouble::Lost, Trouble::Silent] {
        bucket.is(trouble);
        // So long that there is a heartbeat in it, and so short that its tries outlast it.
        seconds(HEARTBEAT + 5).await;
        bucket.is(Trouble::None);
        seconds(LIFETIME).await;
        lease.fence().check().unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_no_other_run() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    bucket.is(Trouble::Lost);
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    bucket.is(Trouble::None);
    seconds(LIFETIME * 2).await;
    lease.fence().check().unwrap();
    bucket.is(Trouble::Lost);
    assert!(lease.release().await.is_err(), "nobody knows whether it was given back");
    bucket.is(Trouble::None);
    take(&bucket, &clock, "second", 0).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_finds_its_fence_closed_whatever_its_clocks_say() {
    /// Seconds by which the wall clock and the clock since the start are ahead of the monotonic one afterwards.
    const SLEPT: &[(i64, Option<u64>, &str)] = &[
        (61, None, "the wall clock ran on"),
        (61, Some(0), "the wall clock ran on"),
        (-3600, Some(61), "the wall clock was set back, the one since the start cannot be"),
    ];
    for (wall, slept, why) in SLEPT {
        let (bucket, clock) = (Bucket::new(), Clocks::new());
        *clock.slept.lock().unwrap() = slept.map(|_| 0);
        let lease = take(&bucket, &clock, "first", 0).await.unwrap();
        lease.fence().check().unwrap();
        (*clock.wall.lock().unwrap(), *clock.slept.lock().unwrap()) = (*wall, *slept);
        assert!(reason(&lease.fence()).contains("time ran out"), "{why}");
        (*clock.wall.lock().unwrap(), *clock.slept.lock().unwrap()) = (0, slept.map(|_| 0));
        seconds(HEARTBEAT * 2).await;
        assert!(lease.fence().check().is_err(), "a closed fence stays closed");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wall_clock_that_is_set_back_buys_no_time() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    bucket.is(Trouble::Silent);
    *clock.wall.lock().unwrap() = -3600;
    seconds(LIFETIME).await;
    assert!(lease.fence().check().is_err());
}

/// The first run hangs past its lease's end: the second takes over, and the first can't send anything any more.
#[tokio::test(start_paused = true)]
async fn of_a_hung_run_and_its_successor_only_the_successor_writes() {
    let (bucket, clock, awake) = (Bucket::new(), Clocks::new(), Clocks::new());
    let first = take(&bucket, &clock, "first", 0).await.unwrap();
    let fence = first.fence();
    // It hangs as a whole, heart and all: nothing of it runs, and the time passes for others.
    drop(first);
    *awake.wall.lock().unwrap() = i64::try_from(LIFETIME + GRACE).unwrap();
    let second = take(&bucket, &awake, "second", 0).await.unwrap();
    *clock.wall.lock().unwrap() = *awake.wall.lock().unwrap();
    assert!(fence.check().is_err(), "not one attempt after it wakes");
    second.fence().check().unwrap();
}

async fn seen(bucket: &Arc<Bucket>, clock: &Arc<Clocks>) -> StoredLease {
    read_lease(&**bucket, &lease_key(&stack()), clock.now()).await.unwrap().unwrap()
}

#[tokio::test(start_paused = true)]
async fn an_ended_lease_stops_its_holder_at_its_next_heartbeat_and_still_keeps_others_out_for_its_time() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    let before = seen(&bucket, &clock).await;
    seconds(HEARTBEAT + 1).await;
    // What was seen is older than a heartbeat: it is the same holder's all the same.
    let ended = end_lease(&*bucket, &lease_key(&stack()), before, "ops@desk", clock.now()).await.unwrap();
    assert_eq!((ended.state(clock.now()), ended.ended_by.as_deref()), (LeaseState::Held, Some("ops@desk")));
    lease.fence().check().unwrap();
    seconds(HEARTBEAT).await;
    assert!(reason(&lease.fence()).contains("ops@desk ended it"), "{}", reason(&lease.fence()));
    assert_eq!(held_by(take(&bucket, &clock, "second", 0).await).run, "first");
    let wait = ended.free_from().as_second() - clock.now().as_second();
    take(&bucket, &clock, "second", u64::try_from(wait).unwrap() + 1).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_run_that_finds_its_lease_ended_gives_it_back_when_it_is_over() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    let before = seen(&bucket, &clock).await;
    end_lease(&*bucket, &lease_key(&stack()), before, "ops@desk", clock.now()).await.unwrap();
    lease.release().await.unwrap();
    take(&bucket, &clock, "second", 0).await.unwrap().fence().check().unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_given_back_although_a_last_heartbeat_lands_meanwhile() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    bucket.is(Trouble::Beaten(1));
    lease.release().await.unwrap();
    let lease = take(&bucket, &clock, "second", 0).await.unwrap();
    bucket.is(Trouble::Beaten(1));
    lease.abandon().await.unwrap();
    assert_eq!(seen(&bucket, &clock).await.holder.state(clock.now()), LeaseState::Ending);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_could_not_be_given_back_is_told() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    bucket.is(Trouble::Beaten(usize::MAX));
    assert_eq!(lease.release().await.unwrap_err().class, Class::Conflict);
}

#[tokio::test(start_paused = true)]
async fn a_freed_lease_can_be_taken_at_once_and_its_holder_never_gets_it_back() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    let before = seen(&bucket, &clock).await;
    let freed = free_lease(&*bucket, &lease_key(&stack()), before.clone(), "ops@desk", clock.now()).await.unwrap();
    assert_eq!(freed.state(clock.now()), LeaseState::Free);
    let second = take(&bucket, &clock, "second", 0).await.unwrap();
    seconds(HEARTBEAT + 1).await;
    assert!(reason(&lease.fence()).contains("second@host took it over"), "{}", reason(&lease.fence()));
    lease.release().await.unwrap();
    second.fence().check().unwrap();
    let failure = free_lease(&*bucket, &lease_key(&stack()), before, "ops@desk", clock.now()).await.unwrap_err();
    assert_eq!(failure.class, Class::Conflict, "what is another's by now is not freed by mistake");
    assert_eq!(held_by(take(&bucket, &clock, "third", 0).await).run, "second");
}

/// Loses the answer to one call of a run, and returns how its stack is held afterwards.
async fn standing_after(call: Option<&str>) -> LeaseState {
    let cloud = FakeCloud::default();
    let wanted = blueprint(&[YamlResource::new("Fake::Cert", "main", json!({ "Domain": "a.example" }))]);
    cloud
        .world()
        .faults
        .set(&call.map(|call| Fault::new(call, What::LostAnswer, None)).into_iter().collect::<Vec<_>>());
    let process = Process::new(&cloud, "first", vec![&wanted], Mode::Apply);
    process.apply().await.expect("it was begun");
    let store = process.leases(&wanted.stack).await.expect("a store");
    let now = process.clock().now();
    read_lease(&*store, &lease_key(&wanted.stack), now).await.unwrap().unwrap().holder.state(now)
}

#[tokio::test(start_paused = true)]
async fn a_call_without_an_answer_keeps_others_out_for_as_long_as_it_may_still_arrive() {
    assert_eq!(standing_after(None).await, LeaseState::Free);
    assert_eq!(standing_after(Some("CreateCert")).await, LeaseState::Ending);
}

#[tokio::test(start_paused = true)]
async fn a_lease_stands_under_its_account_tenant_and_environment_and_tells_how_quiet_it_is() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let spread = Duration::from_secs(10);
    let first = take(&bucket, &clock, "first", 0).await.unwrap();
    assert_eq!(first.quiet_in(spread), Duration::ZERO, "nobody was there before");
    let keys: Vec<_> = bucket.objects.lock().unwrap().keys().cloned().collect();
    assert_eq!(keys, ["leases/111122223333/acme/production.json"]);
    first.release().await.unwrap();
    seconds(4).await;
    let second = take(&bucket, &clock, "second", 0).await.unwrap();
    assert_eq!(second.quiet_in(spread), Duration::from_secs(6), "lists may still lag behind the first");
    seconds(7).await;
    assert_eq!(second.quiet_in(spread), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_lost_lease_tells_why_and_a_held_one_tells_nothing() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    seconds(HEARTBEAT + 1).await;
    assert_eq!(lease.lost(), None);
    bucket.objects.lock().unwrap().clear();
    seconds(HEARTBEAT).await;
    assert_eq!(lease.lost().as_deref(), Some("it was deleted"));
}

#[tokio::test(start_paused = true)]
async fn what_is_given_back_is_free_at_once_and_says_nothing_of_an_end_that_somebody_else_made() {
    let (bucket, clock) = (Bucket::new(), Clocks::new());
    let lease = take(&bucket, &clock, "first", 0).await.unwrap();
    seconds(5).await;
    let now = clock.now();
    lease.release().await.unwrap();
    let holder = seen(&bucket, &clock).await.holder;
    assert_eq!((&*holder.run, holder.until, holder.ended_by), ("", now, None));
}
