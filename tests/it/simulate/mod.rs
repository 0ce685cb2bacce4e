//! Thousands of histories of faults: the whole engine against a seeded world. `tests/simulate` runs more of them.

mod scenarios;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::world::What;
use crate::world::draw::draw;
use crate::world::invariants::Broken;
use crate::world::play::{Tried, play};
use crate::world::scenario::{shrink, write};

/// What every run of the simulation must have tried at least once beside each kind of fault: else it proves nothing.
const TRIED: &[&str] = &[
    "a guard refused",
    "a list missed something new",
    "a list showed something deleted",
    "a list showed something old",
    "a partial apply",
    "ended before its first call",
    "a former home left",
    "a former region left",
    "a region could not be searched",
    "a person acted during a run",
    "a rollout failed",
    "a verb had more than one call",
    "another run went on with what a verb had begun",
    "a resource has another region",
    "adopted",
    "another round of a run",
    "died at a random time",
    "drift: a copy with our tags",
    "drift: a field changed",
    "drift: a foreign thing inside",
    "drift: a person acted",
    "drift: a name that made it ours changed",
    "drift: a note overwritten",
    "drift: a tag changed",
    "drift: a tag removed",
    "drift: a tag that made it ours removed",
    "drift: a thing deleted",
    "drift: a thing failed",
    "locked by another run",
    "promise 1: the same final world",
    "promise 2: a second apply is empty",
    "promise 3: exactly the approved plan",
    "promise 4: plan changes nothing",
    "promise 5: destroy leaves nothing",
    "promise 6: no call names what is not the stack's",
    "promise 6: strangers' things are as they were",
    "promise 7: what could not be read was not touched",
    "promise 8: what bears data goes only when named",
    "promise 10: one writer at a time",
    "promise 11: a stack that lives elsewhere is not made a second time",
    "promise 11: what lost its tags is not made a second time",
    "promise 12: nobody is without what the running version needs",
    "stale after the second look",
    "stopped at once",
    "stopped soon",
    "suspended",
    "suspended past the lease",
    "the lease store failed",
    "the stack has another home",
    "throttled by a bucket",
    "two runs at once",
    "what waited was done in the same run",
];

#[test]
fn histories_of_faults_break_no_promise() {
    let number = |name: &str, or: u64| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(or);
    let (first, count) = (number("SIMULATE_FROM", 1), number("SIMULATE_SEEDS", 1000));
    let (tried, all) = simulate(first, count);
    for (what, times) in &tried {
        println!("{times:>9}  {what}");
    }
    if let Some((seed, broken)) = all.first_key_value() {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("seed-{seed}"));
        let about = format!("Seed {seed} breaks promise {}:\n{}", broken.promise, broken.what);
        println!("{about}\nall that broke:\n{}", summary(&all));
        write(&folder, &shrink(draw(*seed)), &about).expect("a folder can be written");
        panic!("seed {seed} breaks promise {}; as a scenario: {}", broken.promise, folder.display());
    }
    let missing = TRIED.iter().map(|what| (*what).to_owned());
    let missing = missing.chain(What::ALL.iter().map(|what| format!("fault: {}", what.name())));
    let missing: Vec<_> = missing.filter(|what| !tried.contains_key(what)).collect();
    assert!(count < 1000 || missing.is_empty(), "never tried: {missing:?}");
}

/// Plays so many seeds on both cores.
fn simulate(first: u64, count: u64) -> (Tried, BTreeMap<u64, Broken>) {
    let next = AtomicU64::new(first);
    let sum = Mutex::new((Tried::new(), BTreeMap::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        return;
                    }
                    let played = play(&draw(seed));
                    let mut sum = sum.lock().expect("no panic here");
                    match played {
                        Ok(tried) => {
                            tried.into_iter().for_each(|(what, times)| *sum.0.entry(what).or_default() += times);
                        }
                        Err(broken) => drop(sum.1.insert(seed, broken)),
                    }
                }
            });
        }
    });
    sum.into_inner().expect("no panic here")
}

/// The seeds of each broken promise, a few of them.
fn summary(all: &BTreeMap<u64, Broken>) -> String {
    let mut seeds: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    all.iter().for_each(|(seed, broken)| seeds.entry(&broken.promise).or_default().push(*seed));
    let lines = seeds
        .iter()
        .map(|(promise, seeds)| format!("{promise}: {} seeds, {:?}", seeds.len(), &seeds[..seeds.len().min(8)]));
    lines.collect::<Vec<_>>().join("\n")
}
