"""CloudFront: distributions as they were sent, changes that take minutes to spread, what is in use, and VPC origins."""

import copy

from moto.acm.models import AWSCertificateManagerBackend
from moto.cloudfront import urls
from moto.cloudfront.exceptions import NoSuchDistribution, NoSuchOriginAccessControl
from moto.cloudfront.models import CloudFrontBackend, Distribution, OriginAccessControl, cloudfront_backends, random_id
from moto.cloudfront.responses import CloudFrontResponse
from moto.core.resource_tagging import TaggedResource
from moto.elbv2.models import elbv2_backends
from moto.wafv2.models import WAFV2Backend

import mend_edge  # noqa: F401  what it has of certificates and web ACLs comes first
import slow
from mend_policies import MANAGED, POLICIES, PREFIX, now, policies, seen
from patch import ActionResult, adds, around, refusal

# What AWS answers of a distribution that nobody has said more of.
WHOLE = {
    "Aliases": {"Quantity": 0},
    "CacheBehaviors": {"Quantity": 0},
    "CustomErrorResponses": {"Quantity": 0},
    "OriginGroups": {"Quantity": 0},
    "Logging": {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""},
    "Restrictions": {"GeoRestriction": {"RestrictionType": "none", "Quantity": 0}},
    "DefaultRootObject": "",
    "PriceClass": "PriceClass_All",
    "WebACLId": "",
    "HttpVersion": "http2",
    "IsIPV6Enabled": False,
    "Staging": False,
    "ConnectionMode": "direct",
}
# Under its own name CloudFront takes any version of TLS, and tells a method that means nothing.
OWN_CERTIFICATE = {"CloudFrontDefaultCertificate": True, "SSLSupportMethod": "vip", "MinimumProtocolVersion": "TLSv1", "CertificateSource": "cloudfront"}


class Config:
    """A distribution's content, as it was sent and as AWS completes it; moto's own forgets much of it."""

    def __init__(self, asked):
        self.content = {**copy.deepcopy(WHOLE), **asked}
        certificate = self.content.get("ViewerCertificate") or {}
        is_own = certificate.get("ACMCertificateArn") or certificate.get("IAMCertificateId")
        self.content["ViewerCertificate"] = certificate if is_own else OWN_CERTIFICATE
        for origin in self.content["Origins"].get("Items") or ():
            origin.setdefault("ConnectionAttempts", 3)
            origin.setdefault("ConnectionTimeout", 10)
            origin.setdefault("OriginShield", {"Enabled": False})
        self.caller_reference = self.content["CallerReference"]

    def names(self):
        return set(self.content["Aliases"].get("Items") or ())

    def behaviors(self):
        return [self.content["DefaultCacheBehavior"], *(self.content["CacheBehaviors"].get("Items") or ())]

    def origins(self):
        return self.content["Origins"].get("Items") or []

    def runs(self):
        """The functions that its behaviours name."""
        return {one["FunctionARN"] for part in self.behaviors() for one in (part.get("FunctionAssociations") or {}).get("Items") or ()}

    def uses(self, *names):
        """What its origins and behaviours name under these keys."""
        origins = [origin.get("VpcOriginConfig") or {} for origin in self.origins()] + self.origins()
        return {part.get(name) for part in origins + self.behaviors() for name in names} - {None, ""}


def answer(distribution):
    """A distribution as GetDistribution answers it."""
    return {
        "Id": distribution.id,
        "ARN": distribution.arn,
        "Status": distribution.state,
        "LastModifiedTime": distribution.changed,
        "InProgressInvalidationBatches": 0,
        "DomainName": distribution.domain_name,
        "ActiveTrustedSigners": {"Enabled": False, "Quantity": 0},
        "ActiveTrustedKeyGroups": {"Enabled": False, "Quantity": 0},
        "DistributionConfig": distribution.distribution_config.content,
    }


def summary(distribution):
    """The same as ListDistributions answers it: of the content what AWS tells there."""
    left_out = ("CallerReference", "DefaultRootObject", "Logging", "ContinuousDeploymentPolicyId", "TenantConfig", "CacheTagConfig")
    content = {name: value for name, value in distribution.distribution_config.content.items() if name not in left_out}
    whole = answer(distribution)
    told = {name: whole[name] for name in ("Id", "ARN", "Status", "LastModifiedTime", "DomainName")}
    # In capitals here, and here alone.
    return told | content | {"HttpVersion": content["HttpVersion"].upper(), "ETag": distribution.etag}


def checked(backend, asked, own=None):
    """The content of a create or an update, if CloudFront would take it."""
    config = Config(asked)
    known = {origin["Id"] for origin in config.origins()}
    if any(behavior["TargetOriginId"] not in known for behavior in config.behaviors()):
        raise refusal("NoSuchOrigin", "No origin exists with the specified Origin Id.")
    for other in backend.distributions.values():
        if other is not own and other.distribution_config.names() & config.names():
            message = "One or more of the CNAMEs you provided are already associated with a different resource."
            raise refusal("CNAMEAlreadyExists", message)
    certificate = config.content["ViewerCertificate"].get("ACMCertificateArn") or ""
    if config.names() and not certificate and not config.content["ViewerCertificate"].get("IAMCertificateId"):
        raise refusal("InvalidViewerCertificate", "To add an alternate domain name you must attach a trusted certificate.")
    if certificate and ":us-east-1:" not in certificate:
        raise refusal("InvalidViewerCertificate", "The specified SSL certificate doesn't exist, isn't in us-east-1 region, isn't valid, or doesn't include a valid certificate chain.")
    acl = config.content["WebACLId"]
    if acl and ":global/webacl/" not in acl:
        raise refusal("InvalidWebACLId", f"Web ACL is not accessible by the requester: {acl}")
    for access in config.uses("OriginAccessControlId"):
        if access not in backend.origin_access_controls:
            raise refusal("InvalidOriginAccessControl", "The origin access control is not valid.")
    for sort in POLICIES:
        if config.uses(f"{sort}Id") - MANAGED - set(policies(backend, sort)):
            raise refusal(f"NoSuch{sort}", f"The specified {sort} does not exist.")
    live = {one.arn for one in backend.functions.values() if one.live}
    if config.runs() - live:
        raise refusal("InvalidFunctionAssociation", "The specified function does not exist, or is not published.")
    for origin in config.uses("VpcOriginId"):
        if origin not in vpc_origins(backend):
            raise refusal("EntityNotFound", "The specified VPC origin does not exist.")
    return config


def spread(distribution):
    """A change takes minutes until it is everywhere."""
    distribution.etag, distribution.changed = random_id(), now()
    slow.settle(distribution, "state", "InProgress", "Deployed", "distribution")


@around(CloudFrontBackend)
def create_distribution_with_tags(_moto, self, distribution_config, tags):
    known = self._distribution_with_caller_reference(distribution_config["CallerReference"])
    if known is not None:
        raise refusal("DistributionAlreadyExists", f"The caller reference that you are using to create a distribution is associated with another distribution. Already exists: {known.id}")
    config = checked(self, distribution_config)
    distribution = Distribution.__new__(Distribution)
    distribution.distribution_id = distribution.id = random_id()
    distribution.arn = f"arn:aws:cloudfront::{self.account_id}:distribution/{distribution.id}"
    distribution.domain_name = f"{random_id(uppercase=False)}.cloudfront.net"
    distribution.distribution_config = config
    spread(distribution)
    self.distributions[distribution.id] = distribution
    self.tagger.tag_resource(distribution.arn, tags or [])
    return distribution, distribution.location, distribution.etag


def held(backend, identity, if_match):
    """The distribution, if the caller has seen its last change."""
    distribution = backend.distributions.get(identity)
    if distribution is None:
        raise NoSuchDistribution
    if not if_match:
        raise refusal("InvalidIfMatchVersion", "The If-Match version is missing or not valid for the resource.")
    if if_match != distribution.etag:
        raise refusal("PreconditionFailed", "The request failed because it didn't meet the preconditions in one or more request-header fields.")
    return distribution


@around(CloudFrontBackend)
def update_distribution(_moto, self, dist_config, _id, if_match):
    distribution = held(self, _id, if_match)
    if dist_config["CallerReference"] != distribution.distribution_config.caller_reference:
        raise refusal("IllegalUpdate", "You cannot update Origin or CallerReference.")
    distribution.distribution_config = checked(self, dist_config, distribution)
    spread(distribution)
    return distribution, distribution.location, distribution.etag


@around(CloudFrontBackend)
def delete_distribution(moto, self, distribution_id, if_match):
    distribution = held(self, distribution_id, if_match)
    if distribution.distribution_config.content["Enabled"] or distribution.state != "Deployed":
        raise refusal("DistributionNotDisabled", "The distribution you are trying to delete has not been disabled.")
    self.tagger.delete_all_tags_for_resource(distribution.arn)
    return moto(self, distribution_id, if_match)


@around(CloudFrontBackend)
def get_distribution(_moto, self, distribution_id):
    if distribution_id not in self.distributions:
        raise NoSuchDistribution
    distribution = self.distributions[distribution_id]
    return distribution, distribution.etag


@around(CloudFrontBackend)
def list_distributions(_moto, self, marker=None, max_items=None):
    """In pages of at most a hundred, as AWS has them."""
    known = sorted(self.distributions)
    after = [identity for identity in known if not marker or identity > marker]
    page = after[: int(max_items or 100)]
    return [self.distributions[identity] for identity in page], page[-1] if len(after) > len(page) else None


@around(CloudFrontResponse)
def create_distribution_with_tags(_moto, self):  # noqa: F811  the one of the answers
    asked = self._get_param("DistributionConfigWithTags.DistributionConfig", {})
    tags = self._get_param("DistributionConfigWithTags.Tags.Items", [])
    distribution, location, etag = self.backend.create_distribution_with_tags(asked, tags)
    return ActionResult({"Distribution": answer(distribution), "ETag": etag, "Location": location})


@around(CloudFrontResponse)
def update_distribution(_moto, self):  # noqa: F811
    asked = self._get_param("DistributionConfig", {})
    distribution, _, etag = self.backend.update_distribution(asked, self._get_param("Id"), self._get_param("IfMatch"))
    return ActionResult({"Distribution": answer(distribution), "ETag": etag})


@around(CloudFrontResponse)
def get_distribution(_moto, self):  # noqa: F811
    distribution, etag = self.backend.get_distribution(self._get_param("Id"))
    return ActionResult({"Distribution": answer(distribution), "ETag": etag})


@around(CloudFrontResponse)
def get_distribution_config(_moto, self):
    distribution, etag = self.backend.get_distribution(self._get_param("Id"))
    return ActionResult({"DistributionConfig": distribution.distribution_config.content, "ETag": etag})


@around(CloudFrontResponse)
def list_distributions(_moto, self):  # noqa: F811
    marker, most = self._get_param("Marker"), self._get_int_param("MaxItems")
    page, following = self.backend.list_distributions(marker=marker, max_items=most)
    listed = {"Marker": marker or "", "MaxItems": most or 100, "IsTruncated": bool(following), "Quantity": len(page)}
    listed |= {"NextMarker": following} if following else {}
    listed |= {"Items": [summary(distribution) for distribution in page]} if page else {}
    return ActionResult({"DistributionList": listed})


# Origin access controls


@around(CloudFrontBackend)
def create_origin_access_control(moto, self, config_dict):
    """A name is there once."""
    if any(control.name == config_dict["Name"] for control in self.origin_access_controls.values()):
        raise refusal("OriginAccessControlAlreadyExists", "An origin access control with this name already exists.")
    return moto(self, config_dict)


@around(OriginAccessControl)
def update(moto, self, config):
    moto(self, config)
    self.description = config.get("Description")
    self.etag = random_id()


@around(CloudFrontResponse)
def update_origin_access_control(moto, self):
    seen(self.backend.get_origin_access_control(self._get_param("Id")), self._get_param("IfMatch"))
    return moto(self)


@around(CloudFrontResponse)
def delete_origin_access_control(moto, self):
    identity = self._get_param("Id")
    if identity not in self.backend.origin_access_controls:
        raise NoSuchOriginAccessControl
    seen(self.backend.origin_access_controls[identity], self._get_param("IfMatch"))
    used = [one.distribution_config.uses("OriginAccessControlId") for one in self.backend.distributions.values()]
    if identity in set().union(*used):
        raise refusal("OriginAccessControlInUse", "The CloudFront origin access control is still being used.")
    return moto(self)


# What a distribution uses


def used_by_distributions(account, *names):
    """What the account's distributions name under these keys."""
    all_ = cloudfront_backends[account]["aws"].distributions.values()
    return {one.distribution_config.content.get(name) or one.distribution_config.content["ViewerCertificate"].get(name) for one in all_ for name in names}


@around(AWSCertificateManagerBackend)
def delete_certificate(moto, self, arn):
    if arn in used_by_distributions(self.account_id, "ACMCertificateArn"):
        raise refusal("ResourceInUseException", f"Certificate {arn} in account {self.account_id} is in use.")
    return moto(self, arn)


@around(WAFV2Backend)
def delete_web_acl(moto, self, name, scope, _id, lock_token):
    used = used_by_distributions(self.account_id, "WebACLId")
    if any(acl.name == name and acl.arn in used for acl in self.wacls.values()):
        raise refusal("WAFAssociatedItemException", "AWS WAF couldn't delete the web ACL: it is associated.")
    return moto(self, name, scope, _id, lock_token)


# VPC origins


class VpcOrigin:
    def __init__(self, account, endpoint):
        self.id = f"vo_{random_id(length=20)}"
        self.arn = f"arn:aws:cloudfront::{account}:vpcorigin/{self.id}"
        self.account, self.endpoint, self.etag, self.made = account, endpoint, random_id(), now()
        slow.settle(self, "state", "Deploying", "Deployed", "vpc origin")

    def answer(self):
        times = {"CreatedTime": self.made, "LastModifiedTime": self.made}
        known = {"Id": self.id, "Arn": self.arn, "AccountId": self.account, "Status": self.state}
        return known | times | {"VpcOriginEndpointConfig": {"IpAddressType": "ipv4"} | self.endpoint}

    def summary(self):
        told = self.answer()
        endpoint = told.pop("VpcOriginEndpointConfig")
        return told | {"Name": endpoint["Name"], "OriginEndpointArn": endpoint["Arn"], "IpAddressType": endpoint["IpAddressType"]}


def vpc_origins(backend):
    if not hasattr(backend, "vpc_origins"):
        backend.vpc_origins = {}
    return backend.vpc_origins


def vpc_origin(response, if_match=False):
    origin = vpc_origins(response.backend).get(response._get_param("Id"))
    if origin is None:
        raise refusal("EntityNotFound", "The specified VPC origin does not exist.")
    if if_match:
        seen(origin, response._get_param("IfMatch"))
    return origin


@adds(CloudFrontResponse)
def create_vpc_origin(self):
    asked, all_ = self._get_param("VpcOriginEndpointConfig"), vpc_origins(self.backend)
    if any(origin.endpoint["Name"] == asked["Name"] for origin in all_.values()):
        raise refusal("EntityAlreadyExists", "A VPC origin with the same name already exists.")
    balancers = [arn for region in elbv2_backends[self.current_account].values() for arn in region.load_balancers]
    if asked["Arn"] not in balancers:
        raise refusal("InvalidArgument", f"The resource {asked['Arn']} does not exist.")
    origin = VpcOrigin(self.current_account, asked)
    all_[origin.id] = origin
    self.backend.tagger.tag_resource(origin.arn, self._get_param("Tags.Items", []) or [])
    return ActionResult({"VpcOrigin": origin.answer(), "ETag": origin.etag})


@adds(CloudFrontResponse)
def get_vpc_origin(self):
    origin = vpc_origin(self)
    return ActionResult({"VpcOrigin": origin.answer(), "ETag": origin.etag})


@adds(CloudFrontResponse)
def list_vpc_origins(self):
    all_ = [origin.summary() for origin in vpc_origins(self.backend).values()]
    listed = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": len(all_)}
    return ActionResult({"VpcOriginList": listed | ({"Items": all_} if all_ else {})})


@adds(CloudFrontResponse)
def delete_vpc_origin(self):
    origin = vpc_origin(self, if_match=True)
    used = [one.distribution_config.uses("VpcOriginId") for one in self.backend.distributions.values()]
    if origin.id in set().union(*used):
        raise refusal("CannotDeleteEntityWhileInUse", "The specified VPC origin is currently associated with one or more distributions.")
    told = origin.answer()
    self.backend.tagger.delete_all_tags_for_resource(origin.arn)
    del vpc_origins(self.backend)[origin.id]
    return ActionResult({"VpcOrigin": told, "ETag": origin.etag})


@around(CloudFrontBackend)
def iter_tagged_resources(moto, self):
    yield from moto(self)
    for origin in vpc_origins(self).values():
        tags = self.tagger.get_tag_dict_for_resource(origin.arn)
        yield TaggedResource(arn=origin.arn, tags=tags, resource_type="cloudfront:vpcorigin")


for path in ("vpc-origin", "vpc-origin/(?P<origin_id>[^/]+)"):
    urls.url_paths[f"{PREFIX}/{path}$"] = CloudFrontResponse.dispatch
