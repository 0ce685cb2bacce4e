//! Crashes: a run is hurt at one of its calls, run again, and what is then there is compared with what an undisturbed run
//! leaves, by a reader that shares no code with the program.

mod case;
mod lag;
mod program;
pub mod reader;
mod server;
mod sweep;

use std::io::Write as _;
use std::time::Duration;

use crate::stacks::local_account::{on_deep_stack, on_deep_stack_for};
use sweep::{Size, sweep};

/// A few of every sort, the same ones each time. `tests/crash --all` runs every one.
#[test]
fn after_a_crash_the_next_runs_end_as_if_there_had_been_none() {
    on_deep_stack(async {
        let report = sweep(Size::Sample { cases: 8, seed: 1 }).await;
        assert!(report.failures.is_empty(), "{report}");
    });
}

/// Early, in the middle of the network, in the middle of the rest, and late.
#[test]
fn the_program_can_be_killed_and_started_again() {
    on_deep_stack(program::kill_the_program(&[40, 95]));
}

#[test]
fn a_key_that_was_made_just_before_the_crash_is_found_although_the_index_lags() {
    on_deep_stack(lag::a_key_is_found_without_the_index());
}

/// The sweep that `tests/crash` asks for.
#[test]
#[ignore = "takes long; tests/crash runs it"]
fn as_many_crashes_as_asked_for() {
    on_deep_stack_for(Duration::from_secs(6 * 3600), async {
        let report = sweep(Size::asked()).await;
        // Not by a macro: the harness would swallow it.
        write!(std::io::stdout(), "\n{report}").expect("somebody reads it");
        assert!(report.failures.is_empty(), "{} failed", report.failures.len());
    });
}
