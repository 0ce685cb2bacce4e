//! What EventBridge Scheduler's kinds share: classes of refusals, ARNs.

pub(super) mod schedule;
pub(super) mod schedule_group;

use crate::resource::Class;

/// The longest name of a schedule and of a group, and the longest description, which is a schedule's note.
const NAME_MAX: usize = 64;
const NOTE_MAX: usize = 512;
/// How many schedules and groups a page has.
const PAGE: i32 = 100;
/// What passes by itself: the role is not visible yet, or two changes meet.
const TRANSIENT: &[Class] = &[Class::Propagating, Class::Busy];

/// The group and the name in a schedule's ARN, `schedule/<group>/<name>`.
fn parts(arn: &str) -> (&str, &str) {
    let path = arn.split_once(":schedule/").map_or(arn, |(_, path)| path);
    path.split_once('/').unwrap_or(("", path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schedules_arn_names_its_group() {
        let arn = "arn:aws:scheduler:us-east-1:123456789012:schedule/acme-production-main/p--acme--production--nightly";
        assert_eq!(parts(arn), ("acme-production-main", "p--acme--production--nightly"));
    }
}
