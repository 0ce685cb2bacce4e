//! How fast the fake cloud is: creations, answers, what lists lag behind, and what it throttles.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

use super::bucket::{Rate, TokenBucket};
use super::history::Weather;
use super::kinds::KINDS;

/// All randomness of a world in motion is here, from its seed.
pub struct Pace {
    pub rng: fastrand::Rng,
    /// How long creations and deletions take, by kind.
    pub slowness: BTreeMap<String, Duration>,
    /// The longest way of a call, and of its answer.
    pub latency: Duration,
    /// How far lists lag behind at most.
    pub longest_lag: Duration,
    /// How many of a hundred rollouts fail.
    pub broken: u8,
    /// What an operation draws from; by its name, or `*` for all others.
    pub rates: BTreeMap<String, Rate>,
    buckets: BTreeMap<String, TokenBucket>,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            rng: fastrand::Rng::with_seed(0),
            slowness: BTreeMap::new(),
            latency: Duration::ZERO,
            longest_lag: Duration::ZERO,
            broken: 0,
            rates: BTreeMap::new(),
            buckets: BTreeMap::new(),
        }
    }
}

impl Pace {
    /// Sets the weather; all buckets are full.
    pub fn set(&mut self, weather: &Weather) {
        self.slowness =
            usual().map(|(kind, usual)| (kind, usual * u32::try_from(weather.slow).expect("percent") / 100)).collect();
        self.latency = Duration::from_millis(weather.latency);
        self.longest_lag = Duration::from_millis(weather.lag);
        self.broken = weather.broken;
        let per_second = weather.rate as f64;
        let rate = Rate { burst: per_second * 2.0, per_second, most: per_second };
        self.rates = (weather.rate > 0).then(|| ("*".to_owned(), rate)).into_iter().collect();
        self.buckets.clear();
    }

    /// How long creating a thing of this kind takes.
    pub fn slowness(&self, kind: &str) -> Duration {
        self.slowness.get(kind).copied().unwrap_or_default()
    }

    /// Whether a rollout fails.
    pub fn breaks(&mut self) -> bool {
        self.broken > 0 && self.rng.u8(0..100) < self.broken
    }

    /// The time to the cloud and back.
    pub fn latency(&mut self) -> (Duration, Duration) {
        let latency = self.latency;
        (self.up_to(latency), self.up_to(latency))
    }

    /// How long lists will not notice a change.
    pub fn lag(&mut self) -> Option<Duration> {
        let lag = self.longest_lag;
        Some(self.up_to(lag)).filter(|lag| !lag.is_zero())
    }

    fn up_to(&mut self, longest: Duration) -> Duration {
        if longest.is_zero() { longest } else { Duration::from_millis(self.rng.u64(0..=longest.as_millis() as u64)) }
    }

    /// The published rate of an operation, by which the product paces itself; none: it is not throttled.
    pub fn rate(&self, operation: &str) -> Option<Rate> {
        self.rates.get(operation).or_else(|| self.rates.get("*")).copied()
    }

    /// Takes a token of the cloud's own bucket; true if there was none.
    pub fn is_exhausted(&mut self, operation: &str) -> bool {
        let Some(rate) = self.rate(operation) else { return false };
        let now = Instant::now();
        let bucket = self.buckets.entry(operation.to_owned()).or_insert_with(|| TokenBucket::new(rate, now));
        let before = bucket.clone();
        let exhausted = !bucket.take(now).is_zero();
        if exhausted {
            // A refused call takes no token.
            *bucket = before;
        }
        exhausted
    }
}

/// Each kind and its usual time.
fn usual() -> impl Iterator<Item = (String, Duration)> {
    KINDS.iter().map(|kind| {
        let facts = kind.facts();
        (facts.kind.to_owned(), Duration::from_secs(u64::from(facts.seconds)))
    })
}
