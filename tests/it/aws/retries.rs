//! Creates that may be sent once only: which failures are tried again, and which are looked into.

use std::cell::Cell;
use std::future::ready;
use std::time::Duration;

use provision::aws::{MINUTE, create_once, until, until_paced};
use provision::resource::{Class, Failure};
use tokio::time::Instant;

/// Counts the sends of a create whose first `failing` sends fail in this way.
async fn sends(class: Class, failing: usize) -> (usize, Result<&'static str, Failure>) {
    let sent = Cell::new(0);
    let send = || {
        sent.set(sent.get() + 1);
        ready(if sent.get() > failing { Ok("made") } else { Err(Failure::new(class, "no")) })
    };
    let made = create_once(|| ready(Ok(None)), send).await;
    (sent.get(), made)
}

#[tokio::test(start_paused = true)]
async fn what_never_left_this_machine_is_sent_again() {
    for class in [Class::Unreachable, Class::Throttled] {
        let (sent, made) = sends(class, 3).await;
        assert_eq!((sent, made.unwrap()), (4, "made"), "{class:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_may_have_arrived_is_looked_for_and_never_sent_again() {
    for class in [Class::Ambiguous, Class::Other, Class::Invalid, Class::Refused] {
        let (sent, made) = sends(class, 1).await;
        assert_eq!(sent, 1, "{class:?}");
        assert_eq!(made.unwrap_err().class, class);
    }
}

#[tokio::test(start_paused = true)]
async fn what_takes_a_while_as_a_rule_is_looked_at_less_often() {
    let looks = Cell::new(0);
    let look = |since: Instant| {
        looks.set(looks.get() + 1);
        ready(Ok((since.elapsed() >= Duration::from_secs(40)).then_some(())))
    };
    let start = Instant::now();
    until(5 * MINUTE, "it", || look(start)).await.unwrap();
    let often = looks.replace(0);
    let start = Instant::now();
    until_paced(Duration::from_secs(5), 5 * MINUTE, "it", || look(start)).await.unwrap();
    assert!(looks.get() * 2 < often + 2 && start.elapsed() < Duration::from_secs(50), "{} of {often}", looks.get());
}

#[tokio::test(start_paused = true)]
async fn who_can_not_be_reached_is_given_up_within_half_a_minute() {
    let start = Instant::now();
    let (sent, made) = sends(Class::Unreachable, usize::MAX).await;
    assert_eq!(made.unwrap_err().class, Class::Unreachable);
    assert!(sent > 1 && start.elapsed() < Duration::from_secs(30), "{sent} in {:?}", start.elapsed());
}
