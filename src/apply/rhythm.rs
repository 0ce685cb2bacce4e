use std::time::Duration;

use tokio::time::Instant;

/// The first pause of what is fast.
const FIRST: Duration = Duration::from_millis(400);
/// The shortest and the longest beat.
const BEATS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));
/// The longest pause while hardly anything ends.
const RARE: Duration = Duration::from_secs(30);

/// When a wait looks: by the time that what it waits for usually takes.
///
/// Around its usual end a thing is looked at every beat, a twentieth of the usual time: so no more than that is lost. Before
/// three quarters of the usual time hardly anything ends, so an eighth of it may pass between two looks. What ends at once,
/// or fails at once, is seen by the first few looks, whose pauses double.
pub(super) struct Rhythm {
    usual: Duration,
    pause: Duration,
}

impl Rhythm {
    pub(super) fn new(usual: Duration) -> Self {
        let rhythm = Self { usual, pause: Duration::ZERO };
        Self { pause: FIRST.max(rhythm.beat() / 8), ..rhythm }
    }

    /// Returns when to look again, `now`, after so long a wait. The looks of waits meet, the first ones too where they began
    /// almost together, as they are counted from `origin`.
    pub(super) fn next(&mut self, origin: Instant, waited: Duration, now: Instant) -> Instant {
        let beat = self.beat();
        let longest = if waited < self.usual * 3 / 4 { (self.usual / 8).clamp(beat, RARE) } else { beat };
        let pause = self.pause.min(longest);
        self.pause = self.pause.saturating_mul(2).min(RARE);
        let next = now + pause;
        let over = next.duration_since(origin).as_nanos() % pause.as_nanos();
        next - Duration::from_nanos(u64::try_from(over).unwrap_or_default())
    }

    fn beat(&self) -> Duration {
        (self.usual / 20).clamp(BEATS.0, BEATS.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The seconds of the looks of a wait that begins so many seconds after its run.
    fn looks(usual: u64, began: u64, until: f64) -> Vec<f64> {
        let origin = Instant::now();
        let start = origin + Duration::from_secs(began);
        let mut rhythm = Rhythm::new(Duration::from_secs(usual));
        let (mut now, mut all) = (start, Vec::new());
        while (now - start).as_secs_f64() < until {
            // What a look takes itself.
            let after = now + Duration::from_millis(150);
            now = rhythm.next(origin, after - start, after);
            all.push((now - start).as_secs_f64());
        }
        all
    }

    #[tokio::test(start_paused = true)]
    async fn a_twentieth_of_the_usual_time_is_lost_at_most() {
        for usual in [45, 110, 180, 390, 460] {
            let all = looks(usual, 7, usual as f64 * 1.2);
            let late = usual as f64 * 0.9;
            let gaps = all.windows(2).filter(|pair| pair[0] > late).map(|pair| pair[1] - pair[0]);
            let longest = gaps.fold(0.0, f64::max);
            assert!(longest <= usual as f64 / 20.0 + 0.01, "{usual}: {longest} in {all:?}");
            assert!(all.len() <= 30, "{usual}: {} looks", all.len());
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_fast_is_looked_at_often_and_what_ends_at_once_is_seen_soon() {
        assert!(looks(2, 0, 5.0).windows(2).all(|pair| pair[1] - pair[0] <= 1.01));
        for usual in [2, 45, 180, 460] {
            let soon = looks(usual, 0, 10.0).iter().filter(|at| **at < 10.0).count();
            assert!(soon >= 2, "{usual}: {soon}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn waits_that_began_almost_together_share_their_first_looks() {
        let origin = Instant::now();
        let due = |began: u64| {
            let now = origin + Duration::from_millis(began);
            let mut rhythm = Rhythm::new(Duration::from_secs(75));
            rhythm.next(origin, Duration::ZERO, now)
        };
        assert_eq!(due(7_100), due(7_150));
        assert!(due(7_100) > origin + Duration::from_millis(7_100));
    }

    #[tokio::test(start_paused = true)]
    async fn waits_that_began_at_different_times_look_at_the_same_moments() {
        let since_origin = |began: u64| looks(180, began, 200.0).into_iter().map(move |at| at + began as f64);
        let first: Vec<_> = since_origin(0).collect();
        let shared = since_origin(3).filter(|at| first.iter().any(|other| (at - other).abs() < 1e-6)).count();
        assert!(shared >= 10, "{shared} of {}", first.len());
    }
}
