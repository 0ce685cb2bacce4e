//! Stacks that no run has changed lately: the tag index is believed of them, by commands that only look (decision 26).

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::Timestamp;

use super::Engine;
use crate::apply::{Holder, LeaseState, lease_key, read_lease};
use crate::blueprint::Blueprint;
use crate::cli::project::Project;
use crate::fleet::Fleet;
use crate::resource::{Access, Stack, StackId};

/// For how long after a run the tag index is not believed. AWS publishes no figure for its lag; minutes is what users report.
const LAG: Duration = Duration::from_secs(15 * 60);
/// How many leases are read at a time.
const AT_ONCE: usize = 16;

impl Engine {
    /// Stacks of a project that a command only looks at. Finds out first which of them are quiet, one call for each.
    pub async fn looked_at<'a>(&'a self, project: &'a Project, stacks: &'a [&'a Blueprint]) -> Fleet<'a, Self> {
        let asked = stacks.iter().map(|blueprint| async {
            let stack = &blueprint.stack;
            self.is_quiet(project, stack).await.then(|| stack.id.clone())
        });
        let quiet: BTreeSet<StackId> =
            stream::iter(asked).buffer_unordered(AT_ONCE).filter_map(async |one| one).collect().await;
        // Once set it holds for the whole command.
        let _ = self.quiet.set(Arc::new(quiet));
        self.fleet(project, stacks, Access::Read)
    }

    /// Returns whether the stack's lease tells of a last run, and that it is over for longer than the tag index lags. One
    /// that can't be read, or was never taken, tells nothing.
    async fn is_quiet(&self, project: &Project, stack: &Stack) -> bool {
        let now = (self.clock)();
        let Ok(leases) = self.leases(stack, &project.bucket(stack), Access::Read).await else { return false };
        let lease = read_lease(&leases, &lease_key(stack), now).await;
        lease.ok().flatten().is_some_and(|lease| has_settled(&lease.holder, now))
    }
}

/// Returns whether the last thing that a lease's holder can have changed is longer ago than the tag index lags.
fn has_settled(holder: &Holder, now: Timestamp) -> bool {
    let is_over = matches!(holder.state(now), LeaseState::Free | LeaseState::Expired);
    is_over && Duration::try_from(now.duration_since(holder.free_from())).is_ok_and(|ago| ago > LAG)
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;

    use super::*;

    #[test]
    fn a_stack_is_quiet_a_quarter_of_an_hour_after_its_last_run() {
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let ended = |run: &str, minutes: i64| Holder {
            run: run.to_owned(),
            caller: "a person".into(),
            since: now - 60.minutes(),
            until: now - minutes.minutes(),
            ended_by: None,
        };
        assert!(has_settled(&ended("", 16), now), "given back");
        assert!(has_settled(&ended("died", 16), now), "its run died");
        assert!(!has_settled(&ended("", 15), now), "a last call can have been on its way");
        assert!(!has_settled(&ended("died", 1), now));
        assert!(!has_settled(&ended("", -1), now), "by a clock that is ahead of ours");
        assert!(!has_settled(&ended("goes on", -1), now));
    }
}
