"""Domains of OpenSearch Service: the calls that moto lacks, what AWS asks for first and fills in, and changes that take their time."""

import json

from moto.es import urls
from moto.iam.models import IAMBackend, iam_backends
from moto.logs.models import logs_backends
from moto.opensearch.models import OpenSearchDomain, OpenSearchServiceBackend
from moto.opensearch.responses import OpenSearchServiceResponse
from moto.utilities.utils import get_partition

import slow
from patch import adds, around, refusal

ROLE = "AWSServiceRoleForAmazonOpenSearchService"
# As AWS tells them, the newest first.
VERSIONS = [
    *("OpenSearch_3.3", "OpenSearch_3.1", "OpenSearch_2.19", "OpenSearch_2.17", "OpenSearch_2.15", "OpenSearch_2.13", "OpenSearch_2.11"),
    *("OpenSearch_1.3", "Elasticsearch_7.10"),
]
# The last version that leads on to the next major one.
LAST = {"OpenSearch_2": "OpenSearch_2.19", "OpenSearch_1": "OpenSearch_1.3", "Elasticsearch_7": "Elasticsearch_7.10"}
TYPES = [
    f"{family}.{size}.search"
    for family in ("m7g", "r7g", "c7g", "m6g", "r6g", "t3")
    for size in ("small", "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge")
]
OPTIONS = {"override_main_response_version": "false", "rest.action.multi.allow_explicit_index": "true"}
WINDOW = {"WindowStartTime": {"Hours": 3, "Minutes": 0}}

for path in ("versions$", "instanceTypeDetails/(?P<version>[^/]+)$", "upgradeDomain$"):
    urls.url_paths["{0}/2021-01-01/opensearch/" + path] = OpenSearchServiceResponse.dispatch


@around(IAMBackend)
def create_service_linked_role(moto, self, service_name, description, suffix):
    """moto names the role by the service's principal, and says otherwise that it is there."""
    if service_name != "opensearchservice.amazonaws.com":
        return moto(self, service_name, description, suffix)
    if any(role.name == ROLE for role in self.roles.values()):
        raise refusal("InvalidInput", f"Service role name {ROLE} has been taken in this account, please try a different suffix.")
    trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": service_name}, "Action": "sts:AssumeRole"}]}
    path = f"/aws-service-role/{service_name}/"
    return self.create_role(ROLE, json.dumps(trust), path, None, description, [], "3600", linked_service=service_name)


def linked(backend):
    partition = get_partition(backend.region_name)
    return any(role.name == ROLE for role in iam_backends[backend.account_id][partition].roles.values())


def writable(backend, group):
    """Whether a policy of CloudWatch Logs lets OpenSearch write into a group."""
    policies = logs_backends[backend.account_id][backend.region_name].resource_policies.values()
    name = group.split(":log-group:")[1].split(":")[0]
    return any("es.amazonaws.com" in one.policy_document and (name in one.policy_document or "log-group:*" in one.policy_document) for one in policies)


def check(backend, vpc, logs):
    if vpc and not linked(backend):
        text = "you must enable a service-linked role to give Amazon OpenSearch Service permissions to access your VPC."
        raise refusal("ValidationException", f"Before you can proceed, {text}")
    for log in (logs or {}).values():
        group = log["CloudWatchLogsLogGroupArn"]
        if log.get("Enabled") and not writable(backend, group):
            text = f"The Resource Access Policy specified for the CloudWatch Logs log group {group.split(':')[6]} does not grant"
            raise refusal("ValidationException", f"{text} sufficient permissions for Amazon OpenSearch Service to create a log stream.")


def fill(domain, region, account):
    """What AWS tells of what nobody has said."""
    domain.advanced_options = {**OPTIONS, **(domain.advanced_options or {})}
    domain.advanced_security_options = {**(domain.advanced_security_options or {"Enabled": False})}
    domain.advanced_security_options.pop("MasterUserOptions", None)
    if domain.ebs_options.get("VolumeType") == "gp3":
        domain.ebs_options = {"Iops": 3000, "Throughput": 125, **domain.ebs_options}
    if domain.encryption_at_rest_options.get("Enabled"):
        key = f"arn:aws:kms:{region}:{account}:key/aws-es"
        domain.encryption_at_rest_options = {"KmsKeyId": key, **domain.encryption_at_rest_options}
    names = {"EnforceHTTPS": False, "TLSSecurityPolicy": "Policy-Min-TLS-1-2-2019-07", "CustomEndpointEnabled": False}
    domain.domain_endpoint_options = {**names, **(domain.domain_endpoint_options or {})}
    domain.off_peak_window_options = {"Enabled": True, "OffPeakWindow": WINDOW, **(domain.off_peak_window_options or {})}
    if "AutoSoftwareUpdateEnabled" not in (domain.software_update_options or {}):
        domain.software_update_options = {"AutoSoftwareUpdateEnabled": False}
    if domain.vpc_options:
        zones = [f"{region}{letter}" for letter in "abc"[: len(domain.vpc_options["SubnetIds"])]]
        domain.vpc_options = {**domain.vpc_options, "VPCId": "vpc-sandbox", "AvailabilityZones": zones}


@around(OpenSearchDomain)
def to_dict(moto, self):
    told = {**moto(self), "IPAddressType": getattr(self, "addresses", None) or "ipv4"}
    status = getattr(self, "status", "Active")
    told |= {"DomainProcessingStatus": status, "Processing": status != "Active", "UpgradeProcessing": status == "UpgradingEngineVersion"}
    if status == "Creating":
        told |= {"Endpoint": None, "Endpoints": None}
    return {name: value for name, value in told.items() if value is not None}


@around(OpenSearchServiceBackend)
def create_domain(moto, self, domain_name, **named):
    if (there := self.domains.get(domain_name)) is not None:
        if there.deleted:
            raise refusal("ValidationException", f"Domain is still being deleted: {domain_name}")
        raise refusal("ResourceAlreadyExistsException", f"Domain {domain_name} already exists.")
    check(self, named.get("vpc_options"), named.get("log_publishing_options"))
    domain = moto(self, domain_name=domain_name, **named)
    fill(domain, self.region_name, self.account_id)
    slow.settle(domain, "status", "Creating", "Active", "domain")
    return domain


@around(OpenSearchServiceResponse)
def create_domain(moto, self):  # noqa: F811
    answer = moto(self)
    self.opensearch_backend.domains[self._get_param("DomainName")].addresses = self._get_param("IPAddressType")
    return answer


def idle(backend, name):
    """AWS makes one change after the other."""
    domain = backend.describe_domain(name)
    if getattr(domain, "status", "Active") != "Active":
        raise refusal("ValidationException", "A change/update is in progress. Please wait for it to complete before requesting another change.")
    return domain


# What a change may have, by the name of moto's attribute.
SECTIONS = {
    "AccessPolicies": "access_policies",
    "AdvancedOptions": "advanced_options",
    "AdvancedSecurityOptions": "advanced_security_options",
    "ClusterConfig": "cluster_config",
    "DomainEndpointOptions": "domain_endpoint_options",
    "EBSOptions": "ebs_options",
    "EncryptionAtRestOptions": "encryption_at_rest_options",
    "IPAddressType": "addresses",
    "LogPublishingOptions": "log_publishing_options",
    "NodeToNodeEncryptionOptions": "node_to_node_encryption_options",
    "OffPeakWindowOptions": "off_peak_window_options",
    "SoftwareUpdateOptions": "software_update_options",
    "VPCOptions": "vpc_options",
}


@around(OpenSearchServiceResponse)
def update_domain_config(moto, self):
    """moto puts a section in the place of another, and takes an empty policy for none."""
    backend = self.opensearch_backend
    domain = idle(backend, self.path.split("/")[-2])
    check(backend, None, self._get_param("LogPublishingOptions"))
    for section, attribute in SECTIONS.items():
        asked, had = self._get_param(section), getattr(domain, attribute, None)
        if asked is not None:
            setattr(domain, attribute, {**had, **asked} if isinstance(had, dict) else asked)
    fill(domain, backend.region_name, backend.account_id)
    slow.settle(domain, "status", "Modifying", "Active", "domain change")
    return json.dumps({"DomainConfig": {}})


@around(OpenSearchServiceBackend)
def delete_domain(moto, self, domain_name):
    domain = moto(self, domain_name)
    slow.leave(self.domains, domain_name, domain, "status", "domain deletion", "Deleting")
    return domain


def ways(version):
    """The versions that one can go to: newer ones of its own major version, and from the last of these the next."""
    at, major = VERSIONS.index(version), version.split(".")[0]
    newer = VERSIONS[:at]
    own = [one for one in newer if one.split(".")[0] == major]
    following = [one for one in newer if one not in own]
    onward = [one for one in following if one.split(".")[0] == following[-1].split(".")[0]] if following else []
    return own + (onward if version == LAST.get(major) else [])


@around(OpenSearchServiceBackend)
def get_compatible_versions(moto, self, domain_name):
    if not domain_name:
        return [{"SourceVersion": version, "TargetVersions": ways(version)} for version in VERSIONS]
    version = self.describe_domain(domain_name).engine_version.options
    return [{"SourceVersion": version, "TargetVersions": ways(version)}] if version in VERSIONS else []


@adds(OpenSearchServiceResponse)
def upgrade_domain(self):
    name, version = self._get_param("DomainName"), self._get_param("TargetVersion")
    domain = idle(self.opensearch_backend, name)
    have = domain.engine_version.options
    if version not in ways(have):
        raise refusal("ValidationException", f"Upgrade from {have} to {version} not supported.")
    domain.engine_version.options = version
    slow.settle(domain, "status", "UpgradingEngineVersion", "Active", "domain upgrade")
    return json.dumps({"DomainName": name, "TargetVersion": version})


@adds(OpenSearchServiceResponse)
def list_versions(self):
    return json.dumps({"Versions": VERSIONS})


@adds(OpenSearchServiceResponse)
def list_instance_type_details(self):
    return json.dumps({"InstanceTypeDetails": [{"InstanceType": name} for name in TYPES]})
