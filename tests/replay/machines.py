"""Auto Scaling groups and launch templates."""

import kinds

READS = {
    "autoscaling__DescribeAutoScalingGroups": lambda account, asked: {"AutoScalingGroups": account.all("group")},
    "ec2__DescribeLaunchTemplates": lambda account, asked: {"LaunchTemplates": account.all("launch-template")},
    "ec2__DescribeLaunchTemplateVersions": lambda account, asked: {"LaunchTemplateVersions": account.all("launch-version")},
}


class Group(kinds.Kind):
    type, op, list_key = "AWS::AutoScaling::AutoScalingGroup", "autoscaling.DescribeAutoScalingGroups", "AutoScalingGroups"
    botocore, named = ("autoscaling", "DescribeAutoScalingGroups"), True

    def identity(self, thing):
        return thing["AutoScalingGroupName"]

    tag_names = identity

    def region(self, thing):
        return thing["AutoScalingGroupARN"].split(":")[3]

    def excluded(self, thing):
        if not thing.get("LaunchTemplate") and not thing.get("MixedInstancesPolicy"):
            return "of a launch configuration: not offered"
        return None if thing.get("VPCZoneIdentifier") else "without subnets: not offered"

    def install(self, account, thing, extra, tags):
        kinds.add_tags(thing, tags)
        account.tables["group"][self.identity(thing)] = thing

    def expect(self, thing, extra):
        names = ("CapacityRebalance", "DefaultInstanceWarmup", "HealthCheckGracePeriod", "HealthCheckType", "MaxInstanceLifetime")
        names += ("MaxSize", "MinSize", "NewInstancesProtectedFromScaleIn", "TerminationPolicies", "DesiredCapacity")
        whole = {name: thing[name] for name in names if name in thing}
        whole |= {"Cooldown": thing["DefaultCooldown"], "VPCZoneIdentifier": thing["VPCZoneIdentifier"].split(",")}
        if thing.get("LaunchTemplate"):
            whole["LaunchTemplate"] = version(thing["LaunchTemplate"])
        return whole


def version(told):
    return {"LaunchTemplateId": told["LaunchTemplateId"], "Version": told.get("Version", "$Default")}


class Template(kinds.Kind):
    type, op, list_key = "AWS::EC2::LaunchTemplate", "ec2.DescribeLaunchTemplateVersions", "LaunchTemplateVersions"
    botocore, named = ("ec2", "DescribeLaunchTemplateVersions"), True

    def identity(self, thing):
        return thing["LaunchTemplateId"]

    def tag_names(self, thing):
        return thing["LaunchTemplateName"]

    def install(self, account, thing, extra, tags):
        number = thing["VersionNumber"]
        names = {name: thing[name] for name in ("LaunchTemplateId", "LaunchTemplateName")}
        summary = names | {"DefaultVersionNumber": number, "LatestVersionNumber": number, "Tags": kinds.taglist(tags)}
        account.tables["launch-template"][self.identity(thing)] = summary
        account.tables["launch-version"][self.identity(thing)] = thing

    def expect(self, thing, extra):
        told = thing["LaunchTemplateData"]
        names = ("BlockDeviceMappings", "EbsOptimized", "ImageId", "InstanceType", "KeyName", "SecurityGroupIds", "Monitoring", "TagSpecifications")
        whole = {name: told[name] for name in names if told.get(name)}
        return {"LaunchTemplateData": whole}


KINDS = [Group, Template]
