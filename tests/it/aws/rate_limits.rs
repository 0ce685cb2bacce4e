//! The rate limiter, on a clock that stands still unless told.

use std::time::Duration;

use provision::aws::{Rate, TokenBucket};
use tokio::time::{Instant, advance};

use crate::aws::canned::Canned;

const RATE: Rate = Rate { burst: 2.0, per_second: 10.0, most: 12.0 };

fn millis(wait: Duration) -> u128 {
    wait.as_millis()
}

#[tokio::test(start_paused = true)]
async fn a_full_bucket_gives_its_burst_at_once_and_then_one_token_per_interval() {
    let mut bucket = TokenBucket::new(RATE, Instant::now());
    let waits: Vec<_> = (0..5).map(|_| millis(bucket.take(Instant::now()))).collect();
    assert_eq!(waits, [0, 0, 100, 200, 300]);
}

#[tokio::test(start_paused = true)]
async fn a_bucket_fills_with_time_but_never_above_its_burst() {
    let mut bucket = TokenBucket::new(RATE, Instant::now());
    bucket.take(Instant::now());
    bucket.take(Instant::now());
    advance(Duration::from_mins(1)).await;
    let waits: Vec<_> = (0..3).map(|_| millis(bucket.take(Instant::now()))).collect();
    assert_eq!(waits, [0, 0, 100]);
}

#[tokio::test(start_paused = true)]
async fn throttling_halves_the_rate_and_empties_the_bucket() {
    let mut bucket = TokenBucket::new(RATE, Instant::now());
    bucket.narrow(Instant::now());
    assert_eq!(millis(bucket.take(Instant::now())), 200);
    for _ in 0..20 {
        advance(Duration::from_secs(1)).await;
        bucket.narrow(Instant::now());
    }
    assert!(bucket.per_second() >= 0.2, "it still asks now and then: {}", bucket.per_second());
}

#[tokio::test(start_paused = true)]
async fn calls_that_were_on_their_way_together_are_throttled_once() {
    let mut bucket = TokenBucket::new(RATE, Instant::now());
    for _ in 0..20 {
        bucket.narrow(Instant::now());
        advance(Duration::from_millis(40)).await;
    }
    assert!((bucket.per_second() - 5.0).abs() < f64::EPSILON, "{}", bucket.per_second());
}

#[tokio::test(start_paused = true)]
async fn successes_widen_the_rate_up_to_the_most() {
    let mut bucket = TokenBucket::new(RATE, Instant::now());
    bucket.narrow(Instant::now());
    bucket.widen(Instant::now());
    assert!((bucket.per_second() - 5.2).abs() < f64::EPSILON, "one call a second more for a second's calls");
    for _ in 0..200 {
        bucket.widen(Instant::now());
    }
    assert!((bucket.per_second() - 12.0).abs() < f64::EPSILON);
}

/// Whoever waits was given its moment at the rate of then; the rate changes while it waits.
#[tokio::test(start_paused = true)]
async fn no_two_calls_get_the_same_moment_however_the_rate_changes() {
    let rate = Rate { burst: 1.0, per_second: 1.0, most: 1.0 };
    let mut bucket = TokenBucket::new(rate, Instant::now());
    let mut moments = Vec::new();
    for round in 0..12 {
        moments.extend((0..3).map(|_| Instant::now() + bucket.take(Instant::now())));
        match round % 4 {
            0 => bucket.narrow(Instant::now()),
            _ => bucket.widen(Instant::now()),
        }
        advance(Duration::from_millis(1500)).await;
    }
    let closest = moments.windows(2).map(|pair| pair[1].saturating_duration_since(pair[0])).min().unwrap();
    assert!(closest >= Duration::from_millis(999), "{closest:?}");
}

#[tokio::test(start_paused = true)]
async fn calls_wait_for_their_own_bucket_and_not_for_others() {
    let aws = Canned::new(&[(200, "{}"); 4]);
    let sessions = aws.sessions(&["wafv2:GetWebACLForResource", "wafv2:ListWebACLs"]);
    let session = sessions.open("123456789012", "us-east-1", None).await.unwrap();
    // Another reader of the same account and region draws from the same buckets.
    for reader in [session.reader(), session.reader(), session.reader()] {
        reader.wafv2().get_web_acl_for_resource().resource_arn("arn:aws:x").send().await.unwrap();
    }
    session.reader().wafv2().list_web_acls().scope("REGIONAL".into()).send().await.unwrap();
    let timings = sessions.timings();
    assert_eq!(timings.0["wafv2:GetWebACLForResource"].on_limit, Duration::from_secs(2));
    assert_eq!(timings.0["wafv2:ListWebACLs"].on_limit, Duration::ZERO);
}
