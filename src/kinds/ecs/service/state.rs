//! How a service is doing, by its primary deployment.

use aws_sdk_ecs::types::{
    Deployment, DeploymentRolloutState, DeploymentStrategy, DesiredStatus, Service as Description,
};

use crate::aws::Reader;
use crate::resource::{Result, State, Unmodelled};

/// Where a plan shows that the last deployment failed: below what no spec has, so that a plan that leaves drift alone
/// has no place to write it to.
pub(super) const FAILED: &str = "/Deployments/PRIMARY";

/// How many stopped tasks and events to tell.
const TOLD: usize = 3;

/// Returns the state; of a deployment that failed, and is rolled back or followed by another, also why, which takes two
/// calls.
///
/// A failed deployment ends the wait for it. To a plan the service has not failed: the tasks from before go on, and what
/// it needs is another deployment ([`unmodelled`]), not another service.
pub(super) async fn of(reader: &Reader, service: &Description) -> State {
    let state = plain(service);
    let Some(failed) = failed(service) else { return state };
    if matches!(state, State::Failed(_)) && !reader.is_poll() {
        return State::Ready;
    }
    // The reasons are an extra: without them the state stands.
    let reasons = reasons(reader, service).await.unwrap_or_default();
    let told = std::iter::once(failed.rollout_state_reason().unwrap_or("the deployment failed").to_owned());
    let text = told.chain(reasons).chain(events(service)).collect::<Vec<_>>().join("; ");
    match state {
        State::Failed(_) => State::Failed(text),
        State::Settling(what) => State::Settling(format!("{what}, after a deployment that failed: {text}")),
        other => other,
    }
}

/// Returns the failure of the last deployment as what another deployment mends. Only what stays as it is until then: an
/// approved plan has to be the same when it is made again.
pub(super) fn unmodelled(service: &Description) -> Option<Unmodelled> {
    let State::Failed(failed) = plain(service) else { return None };
    let reason = primary(service).and_then(Deployment::rollout_state_reason);
    let text = reason.map_or_else(|| failed.clone(), |reason| format!("{failed}: {reason}"));
    Some(Unmodelled { path: FAILED.to_owned(), text })
}

fn plain(service: &Description) -> State {
    if service.status() == Some("DRAINING") {
        return State::Deleting;
    }
    let hindrance = hindrance(service).map(|text| format!(": {text}")).unwrap_or_default();
    let shifts = service.deployment_configuration().and_then(|how| how.strategy());
    let counts = match shifts.filter(|strategy| **strategy != DeploymentStrategy::Rolling) {
        // Both revisions run until ECS has baked the new one.
        Some(_) if service.running_count > service.desired_count => {
            format!("{} tasks running of both revisions, {} wanted", service.running_count, service.desired_count)
        }
        _ => format!("{} of {} tasks running", service.running_count, service.desired_count),
    };
    let waits = State::Settling(counts + &hindrance);
    let Some(primary) = primary(service) else {
        // Another controller deploys: the counts are all that ECS tells.
        return if service.running_count == service.desired_count { State::Ready } else { waits };
    };
    match primary.rollout_state() {
        Some(DeploymentRolloutState::Failed) => State::Failed("the last deployment failed".to_owned()),
        Some(DeploymentRolloutState::InProgress) => waits,
        _ if service.running_count == service.desired_count => State::Ready,
        _ => waits,
    }
}

/// The tasks that run, and how far the last deployment is.
pub(super) fn health(service: &Description) -> String {
    let tasks = format!("{} of {} tasks running", service.running_count, service.desired_count);
    let rollout = match primary(service).and_then(Deployment::rollout_state) {
        Some(DeploymentRolloutState::Completed) => "deployed",
        Some(DeploymentRolloutState::InProgress) => "being deployed",
        Some(DeploymentRolloutState::Failed) => "the last deployment failed",
        _ => return tasks,
    };
    format!("{tasks}, {rollout}")
}

/// Why tasks do not come up, if the newest event of the service says so: ECS tries again and again, and tells nowhere else.
fn hindrance(service: &Description) -> Option<String> {
    let newest = events(service).next()?;
    let says = ["unable", "failed", "unhealthy", "error"].iter().any(|word| newest.contains(word));
    (says && service.running_count < service.desired_count).then_some(newest)
}

pub(super) fn primary(service: &Description) -> Option<&Deployment> {
    service.deployments().iter().find(|deployment| deployment.status() == Some("PRIMARY"))
}

/// The failed deployment, primary or (while ECS rolls it back) not.
fn failed(service: &Description) -> Option<&Deployment> {
    service.deployments().iter().find(|one| has_failed(one))
}

pub(super) fn has_failed(deployment: &Deployment) -> bool {
    deployment.rollout_state() == Some(&DeploymentRolloutState::Failed)
}

/// The last events of the service, newest first, without their prefix.
fn events(service: &Description) -> impl Iterator<Item = String> {
    service.events().iter().take(TOLD).filter_map(|event| event.message().map(str::to_owned))
}

/// Why the last tasks stopped, each reason once.
async fn reasons(reader: &Reader, service: &Description) -> Result<Vec<String>> {
    let (Some(cluster), Some(name)) = (service.cluster_arn(), service.service_name()) else { return Ok(Vec::new()) };
    let call = reader.ecs().list_tasks().cluster(cluster).service_name(name).desired_status(DesiredStatus::Stopped);
    let arns = call.max_results(10).send().await?.task_arns.unwrap_or_default();
    if arns.is_empty() {
        return Ok(Vec::new());
    }
    let answer = reader.ecs().describe_tasks().cluster(cluster).set_tasks(Some(arns)).send().await?;
    let mut told = Vec::new();
    for task in answer.tasks() {
        let containers = task.containers().iter().filter_map(|container| {
            let name = container.name().unwrap_or_default();
            match (container.reason(), container.exit_code()) {
                (Some(reason), _) => Some(format!("{name}: {reason}")),
                (None, Some(code)) if code != 0 => Some(format!("{name} exited with {code}")),
                _ => None,
            }
        });
        told.extend(task.stopped_reason().map(str::to_owned).into_iter().chain(containers));
    }
    told.sort();
    told.dedup();
    told.truncate(TOLD);
    Ok(told)
}

#[cfg(test)]
mod tests {
    use aws_sdk_ecs::types::ServiceEvent;

    use super::*;

    fn service(rollout: DeploymentRolloutState, running: i32) -> Description {
        let primary = Deployment::builder().status("PRIMARY").rollout_state(rollout).build();
        Description::builder().status("ACTIVE").desired_count(3).running_count(running).deployments(primary).build()
    }

    #[test]
    fn a_service_is_ready_when_its_deployment_is_complete_and_all_tasks_run() {
        assert_eq!(plain(&service(DeploymentRolloutState::Completed, 3)), State::Ready);
        let waits = State::Settling("2 of 3 tasks running".into());
        assert_eq!(plain(&service(DeploymentRolloutState::Completed, 2)), waits);
        assert_eq!(plain(&service(DeploymentRolloutState::InProgress, 2)), waits);
        assert!(matches!(plain(&service(DeploymentRolloutState::Failed, 0)), State::Failed(_)));
        assert_eq!(health(&service(DeploymentRolloutState::Completed, 3)), "3 of 3 tasks running, deployed");
        assert_eq!(health(&service(DeploymentRolloutState::InProgress, 1)), "1 of 3 tasks running, being deployed");
    }

    #[test]
    fn a_service_that_cannot_place_its_tasks_says_why() {
        let event = |text: &str| ServiceEvent::builder().message(text).build();
        let stuck =
            "(service web) was unable to place a task because no container instance met all of its requirements";
        let mut service = service(DeploymentRolloutState::InProgress, 0);
        service.events = Some(vec![event(stuck), event("(service web) has started 1 tasks")]);
        assert_eq!(plain(&service), State::Settling(format!("0 of 3 tasks running: {stuck}")));
        service.events.as_mut().unwrap().remove(0);
        assert_eq!(plain(&service), State::Settling("0 of 3 tasks running".into()));
    }

    #[test]
    fn a_draining_service_is_leaving() {
        assert_eq!(plain(&Description::builder().status("DRAINING").build()), State::Deleting);
    }
}
