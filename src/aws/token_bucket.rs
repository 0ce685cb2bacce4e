use std::time::Duration;

use tokio::time::Instant;

/// How fast one bucket fills, and how much it holds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Calls that may be made at once after a pause.
    pub burst: f64,
    /// Calls per second in the long run.
    pub per_second: f64,
    /// What the rate may be widened to: the published figure, or four times a guessed one.
    pub most: f64,
}

/// A token bucket on tokio's clock. Who takes a token that is not there yet gets a moment of its own, after all that were
/// given away, whatever the rate was then and is now.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    rate: Rate,
    per_second: f64,
    tokens: f64,
    /// When there were so many tokens: in time to come, if calls wait for theirs.
    filled: Instant,
    narrowed: Option<Instant>,
}

impl TokenBucket {
    /// The rate after throttling never falls below this, in calls per second: one call in five seconds still tells when
    /// AWS has recovered.
    const LEAST: f64 = 0.2;
    /// Calls that were on their way together are throttled together: what comes so soon after says nothing new.
    const TOGETHER: Duration = Duration::from_secs(1);

    /// A full bucket.
    pub fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, per_second: rate.per_second, tokens: rate.burst, filled: now, narrowed: None }
    }

    /// Takes a token and returns how long to wait before using it.
    pub fn take(&mut self, now: Instant) -> Duration {
        self.fill(now);
        if self.tokens >= 1.0 {
            self.tokens -= 1.0;
        } else {
            self.filled += Duration::from_secs_f64((1.0 - self.tokens) / self.per_second);
            self.tokens = 0.0;
        }
        self.filled.saturating_duration_since(now)
    }

    /// Halves the rate and empties the bucket: AWS throttled a call.
    pub fn narrow(&mut self, now: Instant) {
        self.fill(now);
        if self.narrowed.is_some_and(|last| now.saturating_duration_since(last) < Self::TOGETHER) {
            return;
        }
        self.narrowed = Some(now);
        self.tokens = 0.0;
        self.per_second = (self.per_second / 2.0).max(Self::LEAST.min(self.rate.per_second));
    }

    /// AWS answered a call: adds one call per second for every second in which all did, up to the most.
    pub fn widen(&mut self, now: Instant) {
        self.fill(now);
        self.per_second = (self.per_second + 1.0 / self.per_second.max(1.0)).min(self.rate.most);
    }

    /// Calls per second as of now.
    pub fn per_second(&self) -> f64 {
        self.per_second
    }

    fn fill(&mut self, now: Instant) {
        let elapsed = now.saturating_duration_since(self.filled).as_secs_f64();
        self.tokens = (self.tokens + elapsed * self.per_second).min(self.rate.burst);
        self.filled = self.filled.max(now);
    }
}
