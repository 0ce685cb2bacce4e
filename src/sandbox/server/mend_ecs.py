"""ECS and the scaling of its services: deployments that end, and what moto drops."""

import json

from botocore import xform_name
from moto.applicationautoscaling.models import ApplicationAutoscalingBackend
from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.core.utils import utcnow
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.moto_api._internal import mock_random

import slow
from patch import ActionResult, adds, around, refusal, remember

SERVICE_FIELDS = (
    "availabilityZoneRebalancing",
    "capacityProviderStrategy",
    "deploymentConfiguration",
    "enableECSManagedTags",
    "enableExecuteCommand",
    "healthCheckGracePeriodSeconds",
    "placementConstraints",
    "placementStrategy",
    "serviceConnectConfiguration",
)
# What makes UpdateService start a new deployment.
DEPLOYS = (
    "taskDefinition",
    "networkConfiguration",
    "platformVersion",
    "loadBalancers",
    "capacityProviderStrategy",
    "serviceConnectConfiguration",
)
# A task definition with an image of this tag never becomes healthy: for circuit breakers.
BROKEN = ":broken"


@around(EC2ContainerServiceResponse)
def create_service(moto, self):
    """AWS refuses a second active service of the name, unless the token is the first one's; moto replaces it."""
    asked = self._get_params()
    for service in services_in(self, asked.get("cluster", "default")):
        if service.name == asked["serviceName"] and service.status == "ACTIVE":
            if asked.get("clientToken") and service.client_token == asked["clientToken"]:
                return ActionResult({"service": service})
            raise refusal("InvalidParameterException", "Creation of service was not idempotent.")
        if service.name == asked["serviceName"] and service.status == "DRAINING":
            raise refusal("InvalidParameterException", "Unable to Start a service that is still Draining.")
    answer = moto(self)
    service = answer.result["service"]
    service.client_token = asked.get("clientToken")
    remember(service, asked, SERVICE_FIELDS)
    if not asked.get("launchType") and not asked.get("capacityProviderStrategy"):
        cluster = self.ecs_backend.clusters[service.cluster_name]
        service.capacity_provider_strategy = list(cluster.default_capacity_provider_strategy or ())
    if getattr(service, "capacity_provider_strategy", None):
        service.launch_type = None
    service.deployments = []
    deploy(self.ecs_backend, service)
    return answer


@around(EC2ContainerServiceResponse)
def update_service(moto, self):
    """moto keeps the task definition as it was written and never deploys it."""
    asked = self._get_params()
    service = next(s for s in services_in(self, asked.get("cluster", "default")) if asked["service"] in (s.name, s.arn))
    before = {name: getattr(service, xform_name(name), None) for name in DEPLOYS}
    if service.status != "ACTIVE":
        raise refusal("ServiceNotActiveException", "Service was not ACTIVE.")
    before_it, place = place_of(service), asked.get("capacityProviderStrategy")
    if place is not None and place != before_it and not asked.get("forceNewDeployment"):
        message = (
            "When switching from launch type to capacity provider strategy on an existing service, or making a change to a "
            "capacity provider strategy on a service that is already using one, you must force a new deployment."
        )
        raise refusal("InvalidParameterException", message)
    answer = moto(self)
    if place:
        service.launch_type = None
    elif before_it and place is not None:
        is_fargate = before_it[0]["capacityProvider"].startswith("FARGATE")
        service.launch_type = "FARGATE" if is_fargate else "EC2"
    if asked.get("taskDefinition"):
        service.task_definition = self.ecs_backend.describe_task_definition(asked["taskDefinition"]).arn
    changed = any(getattr(service, xform_name(name), None) != before[name] for name in DEPLOYS)
    if changed or asked.get("forceNewDeployment"):
        deploy(self.ecs_backend, service)
    elif service.deployments:
        counts = {"desiredCount": service.desired_count, "runningCount": service.desired_count}
        service.deployments[0].update(counts)
    return answer


@around(EC2ContainerServiceResponse)
def delete_service(moto, self):
    """DRAINING while its tasks end, then INACTIVE with none."""
    answer = moto(self)
    service = answer.result["service"]
    service.deployments = []
    service.running_count = service.desired_count = 0
    slow.settle(service, "status", "DRAINING", "INACTIVE", "draining")
    return answer


@around(EC2ContainerServiceBackend)
def list_services(moto, self, *arguments, **named):
    """AWS lists no INACTIVE service, moto does."""
    inactive = {service.arn for service in self.services.values() if service.status == "INACTIVE"}
    return [arn for arn in moto(self, *arguments, **named) if arn not in inactive]


@around(EC2ContainerServiceBackend)
def create_cluster(moto, self, cluster_name, *rest, **named):
    """AWS answers with the one that there is, moto puts an empty one in its place."""
    there = self.clusters.get(cluster_name)
    return there if there and there.status == "ACTIVE" else moto(self, cluster_name, *rest, **named)


@around(EC2ContainerServiceResponse)
def delete_cluster(moto, self):
    """AWS refuses while there are services."""
    if any(service.status != "INACTIVE" for service in services_in(self, self._get_param("cluster"))):
        raise refusal("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")
    return moto(self)


@adds(EC2ContainerServiceResponse)
def update_cluster_settings(self):
    cluster = self.ecs_backend.update_cluster(
        cluster_name=self._get_param("cluster"),
        cluster_settings=self._get_param("settings"),
        configuration=None,
        service_connect_defaults=None,
    )
    return ActionResult({"cluster": cluster})


@around(EC2ContainerServiceBackend)
def list_task_definition_families(moto, self, family_prefix=None):
    """Those with an active revision, which is what is asked for; moto tells all."""
    return (family for family in moto(self, family_prefix) if active_revisions(self, family))


@around(EC2ContainerServiceBackend)
def describe_task_definition(moto, self, task_definition_str):
    """A family is its last active revision."""
    name = task_definition_str.split("/")[-1]
    if ":" not in name and name in self.task_definitions:
        last = max(active_revisions(self, name), default=0)
        return moto(self, f"{name}:{last}")
    return moto(self, task_definition_str)


def active_revisions(backend, family):
    return [number for number, one in backend.task_definitions[family].items() if one.status == "ACTIVE"]


@around(EC2ContainerServiceResponse)
def register_task_definition(moto, self):
    answer = moto(self)
    remember(answer.result["taskDefinition"], self._get_params(), ["enableFaultInjection"])
    answer.result["taskDefinition"].registered_at = utcnow()
    return answer


def place_of(service):
    return list(getattr(service, "capacity_provider_strategy", None) or ())


def services_in(response, cluster):
    name = cluster.split("/")[-1]
    return [service for service in response.ecs_backend.services.values() if service.cluster_name == name]


def deploy(backend, service):
    """Starts a deployment: IN_PROGRESS for as long as things take, then COMPLETED, or FAILED by a broken image."""
    now = utcnow()
    before = next((d for d in service.deployments if d["status"] == "PRIMARY"), None)
    number = f"ecs-svc/{mock_random.randint(10**18, 10**19)}"
    deployment = {
        "id": number,
        "status": "PRIMARY",
        "taskDefinition": service.task_definition,
        "desiredCount": service.desired_count,
        "pendingCount": service.desired_count,
        "runningCount": 0,
        "failedTasks": 0,
        "createdAt": now,
        "updatedAt": now,
        "launchType": service.launch_type,
        "platformVersion": service.platform_version,
        "platformFamily": "Linux",
        "networkConfiguration": service.network_configuration or None,
        "serviceConnectConfiguration": getattr(service, "service_connect_configuration", None),
        "rolloutState": "IN_PROGRESS",
        "rolloutStateReason": f"ECS deployment {number} in progress.",
    }
    service.deployments = [deployment] + ([before | {"status": "ACTIVE"}] if before else [])
    record(service, deployment)
    slow.later(lambda: finish(backend, service, deployment), "deployment")


def record(service, deployment):
    """What ListServiceDeployments tells of it; the one before it is over."""
    number, history = deployment["id"].split("/")[-1], service.__dict__.setdefault("history", [])
    for one in history:
        if one["status"] == "IN_PROGRESS":
            one["status"] = "STOPPED"
    revision = service.arn.replace(":service/", ":service-revision/") + "/" + number
    service.__dict__.setdefault("revisions", {})[revision] = service.task_definition
    one = {
        "serviceDeploymentArn": service.arn.replace(":service/", ":service-deployment/") + "/" + number,
        "serviceArn": service.arn,
        "clusterArn": service.cluster_arn,
        "createdAt": deployment["createdAt"],
        "startedAt": deployment["createdAt"],
        "targetServiceRevisionArn": revision,
        "status": "IN_PROGRESS",
    }
    history.insert(0, one)


def came_to(service, deployment, status, reason=None):
    number = deployment["id"].split("/")[-1]
    for one in service.__dict__.get("history", []):
        if one["serviceDeploymentArn"].endswith("/" + number):
            one.update({"status": status, "finishedAt": utcnow()} | ({"statusReason": reason} if reason else {}))


@adds(EC2ContainerServiceResponse)
def list_service_deployments(self):
    asked = self._get_params()
    services = services_in(self, asked.get("cluster", "default"))
    service = next(one for one in services if asked["service"] in (one.name, one.arn))
    wanted = asked.get("status")
    told = [one for one in service.__dict__.get("history", []) if not wanted or one["status"] in wanted]
    return ActionResult({"serviceDeployments": told})


@adds(EC2ContainerServiceResponse)
def describe_service_revisions(self):
    asked, told = self._get_params()["serviceRevisionArns"], []
    for service in self.ecs_backend.services.values():
        for arn, definition in service.__dict__.get("revisions", {}).items():
            if arn in asked:
                about = {"serviceArn": service.arn, "clusterArn": service.cluster_arn, "taskDefinition": definition}
                told.append({"serviceRevisionArn": arn} | about)
    return ActionResult({"serviceRevisions": told})


def finish(backend, service, deployment):
    if deployment not in service.deployments:
        return
    containers = backend.describe_task_definition(deployment["taskDefinition"]).container_definitions
    if any(container["image"].endswith(BROKEN) for container in containers):
        return fail(service, deployment)
    complete(deployment)
    came_to(service, deployment, "SUCCESSFUL")
    service.deployments, service.completed = [deployment], deployment
    service.running_count, service.pending_count = service.desired_count, 0


def complete(deployment):
    number, desired = deployment["id"], deployment["desiredCount"]
    deployment.update(runningCount=desired, pendingCount=0, rolloutState="COMPLETED")
    deployment["rolloutStateReason"] = f"ECS deployment {number} completed."


def fail(service, deployment):
    """The circuit breaker: with rollback the last deployment that came to its end is primary again."""
    breaker = (getattr(service, "deployment_configuration", None) or {}).get("deploymentCircuitBreaker") or {}
    if not breaker.get("enable"):
        return
    reason = "ECS deployment circuit breaker: tasks failed to start."
    deployment.update(rolloutState="FAILED", rolloutStateReason=reason, failedTasks=3, pendingCount=0)
    message = f"(service {service.name}) (deployment {deployment['id']}) deployment failed: tasks failed to start."
    service.events.insert(0, {"id": deployment["id"], "createdAt": utcnow(), "message": message})
    before = getattr(service, "completed", None)
    came_to(service, deployment, "ROLLBACK_SUCCESSFUL" if breaker.get("rollback") and before else "STOPPED", reason)
    if breaker.get("rollback") and before:
        deployment["status"] = "ACTIVE"
        service.task_definition = before["taskDefinition"]
        service.deployments = [before, deployment]


# Scalable targets


@around(ApplicationAutoScalingResponse)
def register_scalable_target(moto, self):
    """moto drops the tags."""
    answer = moto(self)
    tags_of(self, json.loads(answer)["ScalableTargetARN"]).update(self._get_param("Tags") or {})
    return answer


@adds(ApplicationAutoScalingResponse)
def list_tags_for_resource(self):
    return json.dumps({"Tags": tags_of(self, self._get_param("ResourceARN"))})


@adds(ApplicationAutoScalingResponse)
def tag_resource(self):
    tags_of(self, self._get_param("ResourceARN")).update(self._get_param("Tags"))
    return "{}"


@adds(ApplicationAutoScalingResponse)
def untag_resource(self):
    tags = tags_of(self, self._get_param("ResourceARN"))
    for key in self._get_param("TagKeys"):
        tags.pop(key, None)
    return "{}"


def tags_of(response, arn):
    """The tags of a scalable target, kept on moto's own object so that they go with it."""
    for targets in response.applicationautoscaling_backend.targets.values():
        for target in targets.values():
            if target.arn == arn:
                return target.__dict__.setdefault("tags", {})
    raise refusal("ResourceNotFoundException", f"No scalable target found for {arn}")


@around(ApplicationAutoScalingResponse)
def describe_scaling_policies(moto, self):
    """moto ignores the names, and takes a service whose name begins with another's for that one."""
    answer = json.loads(moto(self))
    names, resource = self._get_param("PolicyNames"), self._get_param("ResourceId")
    answer["ScalingPolicies"] = [
        policy
        for policy in answer["ScalingPolicies"]
        if (not names or policy["PolicyName"] in names) and resource in (None, policy["ResourceId"])
    ]
    return json.dumps(answer)


@around(ApplicationAutoscalingBackend)
def deregister_scalable_target(moto, self, namespace, r_id, dimension):
    """AWS says of a target that is not there that it was not found; moto, that the request is wrong."""
    if not self._scalable_target_exists(r_id, dimension):
        raise refusal("ObjectNotFoundException", f"No scalable target found for resource ID: {r_id}")
    return moto(self, namespace, r_id, dimension)


@around(ApplicationAutoscalingBackend)
def deregister_scalable_target(moto, self, namespace, r_id, dimension):
    """The policies and scheduled actions go with their target."""
    moto(self, namespace, r_id, dimension)
    for key, policy in list(self.policies.items()):
        if policy.resource_id == r_id and policy.scalable_dimension == dimension:
            del self.policies[key]
    self.scheduled_actions = [
        action
        for action in self.scheduled_actions
        if (action.resource_id, action.scalable_dimension) != (r_id, dimension)
    ]
