"""Machines for ECS: launch templates, Auto Scaling groups, instance profiles, capacity providers."""

import re

from moto.autoscaling.models import AutoScalingBackend, FakeAutoScalingGroup
from moto.autoscaling.responses import AutoScalingResponse
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.models.launch_templates import LaunchTemplate, LaunchTemplateBackend, LaunchTemplateVersion
from moto.ec2.responses import EC2Response
from moto.ecs.models import EC2ContainerServiceBackend
from moto.ecs.responses import EC2ContainerServiceResponse
from moto.iam.responses import IamResponse

from mend_ec2 import tags, tokens
from patch import ActionResult, adds, around, refusal

# An image that moto has, for what a parameter of AWS's would say.
IMAGE = "ami-12c6146b"
FARGATE = ("FARGATE", "FARGATE_SPOT")


def told(template):
    number = template.latest_version_number
    return {
        "LaunchTemplateId": template.id,
        "LaunchTemplateName": template.name,
        "CreateTime": template.create_time,
        "DefaultVersionNumber": template.default_version_number,
        "LatestVersionNumber": number,
        "Tags": [{"Key": key, "Value": value} for key, value in tags(template).items()],
    }


def once(self, what, make):
    """The answer of the call that had this token before, or a new one."""
    token, kept = self._get_param("ClientToken"), tokens(self.ec2_backend)
    if token and (what, token) in kept:
        return kept[what, token]
    answer = make()
    if token:
        kept[what, token] = answer
    return answer


@around(EC2Response)
def create_launch_template(moto, self):
    """moto knows no token, and writes the template's own tags into what it makes instances of."""

    def make():
        name, data = self._get_param("LaunchTemplateName"), self._get_param("LaunchTemplateData", {})
        own = self._parse_tag_specification()
        return self.ec2_backend.create_launch_template(name, self._get_param("VersionDescription"), data, own)

    return ActionResult({"LaunchTemplate": told(once(self, "launch template", make))})


@around(EC2Response)
def create_launch_template_version(moto, self):
    return once(self, "launch template version", lambda: moto(self))


@around(EC2Response)
def describe_launch_templates(moto, self):
    """moto tells the tags of the creation for ever."""
    names, ids = self._get_param("LaunchTemplateNames", []), self._get_param("LaunchTemplateIds", [])
    filters = self._filters_from_querystring()
    found = self.ec2_backend.describe_launch_templates(template_names=names, template_ids=ids, filters=filters)
    return ActionResult({"LaunchTemplates": [told(template) for template in found]})


@around(LaunchTemplateBackend)
def delete_launch_template(moto, self, name, tid):
    if tid and tid not in self.launch_templates:
        raise refusal("InvalidLaunchTemplateId.NotFound", f"The specified launch template, with template ID {tid}, does not exist.")
    return moto(self, name, tid)


@around(LaunchTemplateBackend)
def describe_launch_template_versions(moto, self, **asked):
    """A page of moto's is as long as was asked for, and the last."""
    return moto(self, **{**asked, "max_results": 1_000_000})


LaunchTemplateVersion.image_id = property(
    lambda self: IMAGE if self.data.get("ImageId", "").startswith("resolve:ssm:") else self.data.get("ImageId", "")
)
LaunchTemplateVersion.user_data = property(lambda self: None)


GROUP_FIELDS = ("CapacityRebalance", "DefaultInstanceWarmup", "MaxInstanceLifetime", "TerminationPolicies", "DefaultCooldown")


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def keep(group, asked):
    for name in GROUP_FIELDS:
        if asked.get(name) is not None:
            value = None if str(asked[name]) in ("-1", "0") and name != "DefaultCooldown" else asked[name]
            setattr(group, snake(name), value)


@around(AutoScalingResponse)
def create_auto_scaling_group(moto, self):
    """AWS refuses a name in use; moto puts a new group in its place, and drops some of what is asked for."""
    asked = self._get_params()
    if asked["AutoScalingGroupName"] in self.autoscaling_backend.autoscaling_groups:
        raise refusal("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name exists")
    answer = moto(self)
    group = self.autoscaling_backend.autoscaling_groups[asked["AutoScalingGroupName"]]
    group.health_check_grace_period = asked.get("HealthCheckGracePeriod", 0)
    keep(group, asked)
    return answer


@around(AutoScalingResponse)
def update_auto_scaling_group(moto, self):
    """moto forgets the mixed policy where an update does not name it."""
    asked = self._get_params()
    group = self.autoscaling_backend.autoscaling_groups.get(asked["AutoScalingGroupName"])
    policy = group and group.mixed_instances_policy
    answer = moto(self)
    if policy and not asked.get("MixedInstancesPolicy") and not asked.get("LaunchTemplate"):
        group.mixed_instances_policy = policy
    if asked.get("MixedInstancesPolicy"):
        group.provided_launch_template_version = None
    keep(group, asked)
    return answer


@around(FakeAutoScalingGroup)
def _set_launch_configuration(moto, self, launch_config_name, launch_template, mixed_instances_policy):
    """Whoever reads a policy changes it: moto shows what was asked for, and AWS its own figures beside."""
    if mixed_instances_policy:
        usual = {
            "OnDemandAllocationStrategy": "prioritized",
            "OnDemandBaseCapacity": 0,
            "OnDemandPercentageAboveBaseCapacity": 100,
            "SpotAllocationStrategy": "lowest-price",
        }
        mixed_instances_policy["InstancesDistribution"] = {**usual, **(mixed_instances_policy.get("InstancesDistribution") or {})}
    return moto(self, launch_config_name, launch_template, mixed_instances_policy)


@around(AutoScalingBackend)
def create_or_update_tags(moto, self, tags):
    """moto fails over a group that is gone."""
    for tag in tags:
        if tag["ResourceId"] not in self.autoscaling_groups:
            raise refusal("ValidationError", f"AutoScalingGroup name not found - no group {tag['ResourceId']}")
    return moto(self, tags)


@around(AutoScalingBackend)
def delete_auto_scaling_group(moto, self, group_name):
    """A group that is deleted by force takes all of its instances with it; moto leaves those that are protected."""
    group = self.autoscaling_groups.get(group_name)
    for state in group.instance_states if group else ():
        state.protected_from_scale_in = False
    return moto(self, group_name)


@around(InstanceBackend)
def terminate_instances(moto, self, instance_ids):
    """An instance takes its interfaces with it; moto keeps them, and with them its groups and subnets."""
    answer = moto(self, instance_ids)
    for id, interface in list(self.enis.items()):
        if interface.instance is not None and interface.instance.id in instance_ids:
            del self.enis[id]
    return answer


@adds(IamResponse)
def list_instance_profile_tags(self):
    profile = self.backend.get_instance_profile(self._get_param("InstanceProfileName"))
    return ActionResult({"Tags": profile.tags, "IsTruncated": False})


@around(IamResponse)
def list_instance_profiles(moto, self):
    """AWS leaves the tags out."""
    answer = moto(self)
    told = ("path", "arn", "roles")
    answer.result["InstanceProfiles"] = [
        {
            **{name.title(): getattr(profile, name) for name in told},
            "InstanceProfileName": profile.name,
            "InstanceProfileId": profile.id,
            "CreateDate": profile.create_date if hasattr(profile, "create_date") else profile.created_on,
        }
        for profile in self.backend.get_instance_profiles()
    ]
    return answer


def client_error(message):
    return refusal("ClientException", message)


@around(EC2ContainerServiceResponse)
def describe_capacity_providers(moto, self):
    """Without names AWS tells all, its own among them."""
    asked = self._get_params()
    names = asked.get("capacityProviders")
    if names:
        answer = moto(self)
    else:
        aws = [{"name": name, "status": "ACTIVE", "tags": []} for name in FARGATE]
        answer = ActionResult({"capacityProviders": aws + list(self.ecs_backend.capacity_providers.values()), "failures": []})
    return answer


@around(EC2ContainerServiceBackend)
def create_capacity_provider(moto, self, name, asg_details, tags):
    """AWS refuses a name in use, marks the group, and wants it protected where it is to protect its instances."""
    if name in self.capacity_providers:
        raise client_error("The specified capacity provider already exists. To change it, update the capacity provider.")
    group = group_of(self, asg_details["autoScalingGroupArn"])
    if group is None:
        raise client_error("The specified Auto Scaling group ARN is invalid. Specify a valid Auto Scaling group.")
    protects = asg_details.get("managedTerminationProtection") == "ENABLED"
    if protects and not group.new_instances_protected_from_scale_in:
        raise client_error("The managed termination protection setting for the capacity provider is invalid.")
    mark = {"Key": "AmazonECSManaged", "Value": "", "PropagateAtLaunch": True}
    group.tags = [tag for tag in group.tags if tag["Key"] != "AmazonECSManaged"] + [mark]
    asg_details.setdefault("managedDraining", "ENABLED")
    return moto(self, name, asg_details, tags)


@around(EC2ContainerServiceBackend)
def update_capacity_provider(moto, self, name_or_arn, asg_provider):
    provider = moto(self, name_or_arn, asg_provider)
    if "managedDraining" in asg_provider:
        provider.auto_scaling_group_provider["managedDraining"] = asg_provider["managedDraining"]
    return provider


@around(EC2ContainerServiceBackend)
def delete_capacity_provider(moto, self, name_or_arn):
    """AWS refuses while a cluster offers it."""
    provider = self._get_provider(name_or_arn)
    if provider is None:
        raise client_error("The specified capacity provider does not exist. Specify a valid name or ARN and try again.")
    offers = [cluster.name for cluster in self.clusters.values() if cluster.status == "ACTIVE" and provider.name in (cluster.capacity_providers or ())]
    if offers:
        raise client_error(f"The specified capacity provider is in use by the cluster {offers[0]} and cannot be removed.")
    return moto(self, name_or_arn)


@around(EC2ContainerServiceBackend)
def put_cluster_capacity_providers(moto, self, cluster_name, capacity_providers, default_capacity_provider_strategy):
    """AWS refuses a provider that is not there, and to let go of one that a service uses."""
    for name in capacity_providers or ():
        if name not in FARGATE and self._get_provider(name) is None:
            raise client_error("The specified capacity provider does not exist. Specify a valid name or ARN and try again.")
    for service in self.services.values():
        used = {part["capacityProvider"] for part in getattr(service, "capacity_provider_strategy", None) or ()}
        is_here = service.cluster_name == cluster_name and service.status != "INACTIVE"
        if is_here and used - set(capacity_providers or ()):
            raise refusal("ResourceInUseException", "The specified capacity provider is in use and cannot be removed.")
    return moto(self, cluster_name, capacity_providers, default_capacity_provider_strategy)


def group_of(backend, arn):
    from moto.autoscaling.models import autoscaling_backends

    groups = autoscaling_backends[backend.account_id][backend.region_name].autoscaling_groups
    return next((group for group in groups.values() if group.arn == arn), None)
