//! Who deploys: ECS itself, or another who alone gives the service other tasks.

use serde_json::Value;

use super::spec::Spec;
use crate::resource::FieldDiff;

/// The controller whose deployments an update starts.
pub(super) const ECS: &str = "ECS";
/// What UpdateService takes whoever deploys
/// (docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html).
const ANYBODYS: &[&str] = &[
    "/DeploymentConfiguration",
    "/DeploymentController",
    "/DesiredCount",
    "/EnableECSManagedTags",
    "/HealthCheckGracePeriodSeconds",
    "/PropagateTags",
];

/// Whether ECS deploys by itself; of others it refuses a circuit breaker and a deployment that is asked for.
pub(super) fn is_ecs(spec: &Spec) -> bool {
    spec.deployment_controller.kind == ECS
}

/// Returns why ECS would refuse an update, if it does: what its tasks are is for the other controller to change.
pub(super) fn refusal(live: &Value, desired: &Value, fields: &[FieldDiff]) -> Option<String> {
    let of = |spec: &Value| spec["DeploymentController"]["Type"].as_str().unwrap_or(ECS).to_owned();
    let controller = of(live);
    if controller == ECS || of(desired) != controller {
        return None;
    }
    let is_anybodys = |field: &&FieldDiff| ANYBODYS.iter().any(|path| field.path.starts_with(path));
    let field = fields.iter().find(|field| !is_anybodys(field))?;
    let way = if controller == "CODE_DEPLOY" { "start a deployment of CodeDeploy" } else { "make another task set" };
    let path = &field.path;
    Some(format!(
        "ECS leaves {path} to the DeploymentController {controller}: {way}, or give it back to ECS by Type: ECS"
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_code_deploy_alone_may_change_is_told_before() {
        let by = |kind: &str| json!({ "DeploymentController": { "Type": kind } });
        let change = |path: &str| FieldDiff { path: path.into(), before: None, after: None };
        let says = |live: &str, desired: &str, path: &str| refusal(&by(live), &by(desired), &[change(path)]);
        let text = says("CODE_DEPLOY", "CODE_DEPLOY", "/TaskDefinition").unwrap();
        assert!(text.contains("/TaskDefinition") && text.contains("CodeDeploy"), "{text}");
        assert!(says("EXTERNAL", "EXTERNAL", "/LoadBalancers").is_some_and(|text| text.contains("task set")));
        assert_eq!(says("CODE_DEPLOY", "CODE_DEPLOY", "/HealthCheckGracePeriodSeconds"), None);
        assert_eq!(says("CODE_DEPLOY", "ECS", "/TaskDefinition"), None, "it goes back to ECS with this");
        assert_eq!(says("ECS", "ECS", "/TaskDefinition"), None);
    }
}
