//! Requests that go on to where they went, with the next target groups attached already.

use serde::Deserialize as _;
use serde_json::Value;

use super::{Action, Actions, Forward, WeightedGroup};

/// How many target groups an action may forward to.
const MOST: usize = 5;

/// Returns the live actions with the wanted target groups behind them, at weight 0: they belong to the load balancer, so
/// that ECS takes them, and get no request while nothing answers there. None if no target group is left.
pub fn both(before: &Value, after: &Value) -> Option<Value> {
    let live = Actions::deserialize(before).ok()?;
    let desired = Actions::deserialize(after).ok()?;
    let (from, to) = (forwards(&live)?, forwards(&desired));
    let wanted = to.map(|to| to.target_groups.as_slice()).unwrap_or_default();
    let is_wanted = |group: &WeightedGroup| wanted.iter().any(|other| other.target_group_arn == group.target_group_arn);
    if from.target_groups.iter().all(is_wanted) {
        return None;
    }
    let is_new = |group: &&WeightedGroup| {
        !from.target_groups.iter().any(|other| other.target_group_arn == group.target_group_arn)
    };
    let new: Vec<_> = wanted.iter().filter(is_new).map(|group| WeightedGroup { weight: 0, ..group.clone() }).collect();
    if from.target_groups.len() + new.len() > MOST {
        return None;
    }
    let mut both = live.0;
    let forward = both.last_mut().and_then(|action: &mut Action| action.forward_config.as_mut())?;
    forward.target_groups.extend(new);
    serde_json::to_value(Actions::from(both)).ok()
}

/// Whether live actions send everything where the desired ones do, and only lack target groups that get nothing yet.
pub fn lacks_groups_without_traffic(live: &Value, desired: &Value) -> bool {
    let (Ok(live), Ok(desired)) = (Actions::deserialize(live), Actions::deserialize(desired)) else { return false };
    let (Some(from), Some(to)) = (forwards(&live), forwards(&desired)) else { return false };
    let busy = |forward: &Forward| -> Vec<_> {
        let busy = forward.target_groups.iter().filter(|group| group.weight > 0);
        busy.map(|group| group.target_group_arn.clone()).collect()
    };
    from.target_groups.len() < to.target_groups.len() && busy(from) == busy(to)
}

/// Where requests go in the end.
fn forwards(actions: &Actions) -> Option<&Forward> {
    actions.0.last()?.forward_config.as_ref()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn normal(actions: &Value) -> Value {
        serde_json::to_value(Actions::deserialize(actions).unwrap()).unwrap()
    }

    #[test]
    fn weights_are_somebody_elses_once_both_groups_are_there() {
        let group = |arn: &str, weight: i32| json!({ "TargetGroupArn": arn, "Weight": weight });
        let to =
            |groups: &[Value]| normal(&json!([{ "Type": "forward", "ForwardConfig": { "TargetGroups": groups } }]));
        let desired = to(&[group("a", 100), group("b", 0)]);
        assert!(lacks_groups_without_traffic(&to(&[group("a", 1)]), &desired), "before it is attached");
        assert!(!lacks_groups_without_traffic(&to(&[group("a", 0), group("b", 100)]), &desired));
        assert!(!lacks_groups_without_traffic(&to(&[group("b", 1)]), &desired), "that would turn the traffic round");
    }

    #[test]
    fn the_next_target_group_is_attached_and_gets_no_request() {
        let to = |group: &str| normal(&json!([{ "Type": "forward", "TargetGroupArn": group }]));
        let group = |arn: &str, weight: i32| json!({ "TargetGroupArn": arn, "Weight": weight });
        let weighted =
            |groups: &[Value]| normal(&json!([{ "Type": "forward", "ForwardConfig": { "TargetGroups": groups } }]));
        assert_eq!(both(&to("old"), &to("new")), Some(weighted(&[group("new", 0), group("old", 1)])));
        assert_eq!(both(&to("old"), &weighted(&[group("new", 1), group("old", 0)])), None, "nothing is let go of");
        let answer = json!([{ "Type": "fixed-response", "FixedResponseConfig": { "StatusCode": "404" } }]);
        assert_eq!(both(&to("old"), &normal(&answer)), Some(to("old")), "it goes on until its users have left");
        assert_eq!(both(&normal(&answer), &to("new")), None);
    }
}
