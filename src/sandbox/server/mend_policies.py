"""CloudFront's policies, which moto lacks, and its functions: their stages, their tags, and who uses them."""

import uuid
from datetime import datetime, timezone

from botocore import xform_name
from moto.cloudfront import urls
from moto.cloudfront.exceptions import NoSuchFunctionExists
from moto.cloudfront.models import CloudFrontFunction, random_id
from moto.cloudfront.responses import CloudFrontResponse

from patch import ActionResult, EmptyResult, adds, around, refusal

PREFIX = "{0}/2020-05-31"


def now():
    return datetime.now(timezone.utc)


def seen(control, if_match):
    if if_match != control.etag:
        raise refusal("PreconditionFailed", "The request failed because it didn't meet the preconditions in one or more request-header fields.")


# Policies: all of a sort are treated alike

# The word of their paths, and how several are called.
POLICIES = {
    "CachePolicy": ("cache-policy", "CachePolicies"),
    "OriginRequestPolicy": ("origin-request-policy", "OriginRequestPolicies"),
    "ResponseHeadersPolicy": ("response-headers-policy", "ResponseHeadersPolicies"),
}
# AWS's own, of all sorts.
MANAGED = {
    "658327ea-f89d-4fab-a63d-7e88639e58f6",
    "b2884449-e4de-46a7-ac36-70bc7f1ddd6d",
    "4135ea2d-6df8-44a3-9df3-4b5a84be39ad",
    "83da9c7e-98b4-4e11-a168-04f0df8e2c65",
    "4cc15a8a-d715-48a4-82b8-cc0b614638fe",
    "216adef6-5c7f-47e4-b989-5492eafa07d3",
    "b689b0a8-53d0-40ab-baf2-68738e2966ac",
    "33f36d7e-f396-46d9-90e0-52428a34d9dc",
    "59781a5b-3903-41f3-afcb-af62929ccde1",
    "88a5eaf4-2fd4-4709-b370-b4c650ea3fcf",
    "60669652-455b-4ae9-85a4-c4c02393f86c",
    "5cc3b908-e619-4b99-88e5-2cf7f45965bd",
    "eaab4381-ed33-4a86-88ca-d9558dc6cd63",
    "e61eb60c-9c35-4d20-a928-2b84e02af89c",
    "67f7725c-6f97-4210-82d7-5512b31e9d03",
}


class OwnPolicy:
    def __init__(self, config):
        self.id, self.etag, self.config = str(uuid.uuid4()), random_id(), config


def policies(backend, sort):
    """One's own of a sort, by their ids."""
    if not hasattr(backend, "policies"):
        backend.policies = {each: {} for each in POLICIES}
    return backend.policies[sort]


def verbs(sort, many):
    def told(policy):
        return {"Id": policy.id, "LastModifiedTime": now(), f"{sort}Config": policy.config}

    def there(response, if_match=False):
        policy = policies(response.backend, sort).get(response._get_param("Id"))
        if policy is None:
            raise refusal(f"NoSuch{sort}", f"The specified {sort} does not exist.")
        if if_match:
            seen(policy, response._get_param("IfMatch"))
        return policy

    def answer_of(policy):
        return ActionResult({sort: told(policy), "ETag": policy.etag})

    def create(response):
        config, all_ = response._get_param(f"{sort}Config"), policies(response.backend, sort)
        if any(other.config["Name"] == config["Name"] for other in all_.values()):
            raise refusal(f"{sort}AlreadyExists", f"A {sort} with this name already exists.")
        policy = OwnPolicy(config)
        all_[policy.id] = policy
        return answer_of(policy)

    def get(response):
        return answer_of(there(response))

    def update(response):
        policy = there(response, if_match=True)
        policy.config, policy.etag = response._get_param(f"{sort}Config"), random_id()
        return answer_of(policy)

    def delete(response):
        policy = there(response, if_match=True)
        if any(policy.id in one.distribution_config.uses(f"{sort}Id") for one in response.backend.distributions.values()):
            raise refusal(f"{sort}InUse", f"The specified {sort} is currently associated with a cache behavior. Please disassociate it before deleting.")
        del policies(response.backend, sort)[policy.id]
        return EmptyResult()

    def list_(response):
        all_ = [{"Type": "custom", sort: told(policy)} for policy in policies(response.backend, sort).values()]
        return ActionResult({f"{sort}List": {"MaxItems": 100, "Quantity": len(all_)} | ({"Items": all_} if all_ else {})})

    operations = {f"Create{sort}": create, f"Get{sort}": get, f"Update{sort}": update, f"Delete{sort}": delete, f"List{many}": list_}
    for operation, function in operations.items():
        function.__name__ = xform_name(operation)
        adds(CloudFrontResponse)(function)


for policy_sort, (word, several) in POLICIES.items():
    verbs(policy_sort, several)
    for path in (word, f"{word}/(?P<policy_id>[^/]+)"):
        urls.url_paths[f"{PREFIX}/{path}$"] = CloudFrontResponse.dispatch


# Functions: two stages, of which distributions run the published one


@around(CloudFrontFunction)
def __init__(moto, self, *asked):
    moto(self, *asked)
    # What is published: content and code.
    self.live = None


def function(response, if_match=False):
    one = response.backend.functions.get(response._get_param("Name"))
    if one is None:
        raise NoSuchFunctionExists(response._get_param("Name"))
    if if_match:
        seen(one, response._get_param("IfMatch"))
    return one


def staged(one, stage):
    """Content and code of a stage."""
    if stage != "LIVE":
        return one.config, one.code
    if one.live is None:
        raise NoSuchFunctionExists(one.name)
    return one.live


def summary_of(one, stage):
    told = one.function_summary
    config, _ = staged(one, stage)
    status = "UNASSOCIATED" if one.live == (one.config, one.code) else "UNPUBLISHED"
    return told | {"FunctionConfig": config, "Status": status, "FunctionMetadata": told["FunctionMetadata"] | {"Stage": stage}}


@around(CloudFrontResponse)
def describe_function(_moto, self):
    one = function(self)
    return ActionResult({"FunctionSummary": summary_of(one, self._get_param("Stage") or "DEVELOPMENT"), "ETag": one.etag})


@around(CloudFrontResponse)
def get_function(_moto, self):
    one = function(self)
    _, code = staged(one, self._get_param("Stage"))
    return ActionResult({"FunctionCode": code, "ETag": one.etag, "ContentType": "application/octet-stream"})


@around(CloudFrontResponse)
def list_functions(_moto, self):
    stage = self._get_param("Stage") or "DEVELOPMENT"
    all_ = [summary_of(one, stage) for one in self.backend.functions.values() if stage != "LIVE" or one.live]
    return ActionResult({"FunctionList": {"MaxItems": 100, "Quantity": len(all_)} | ({"Items": all_} if all_ else {})})


@adds(CloudFrontResponse)
def update_function(self):
    one = function(self, if_match=True)
    one.config, one.code, one.etag = self._get_param("FunctionConfig"), self._get_param("FunctionCode"), random_id()
    return ActionResult({"FunctionSummary": summary_of(one, "DEVELOPMENT"), "ETag": one.etag})


@adds(CloudFrontResponse)
def publish_function(self):
    one = function(self, if_match=True)
    one.live = (one.config, one.code)
    # What runs it has another tag from then on.
    for distribution in self.backend.distributions.values():
        if one.arn in distribution.distribution_config.runs():
            distribution.etag = random_id()
    return ActionResult({"FunctionSummary": summary_of(one, "LIVE")})


@around(CloudFrontResponse)
def delete_function(moto, self):
    one = function(self, if_match=True)
    using = [other for other in self.backend.distributions.values() if one.arn in other.distribution_config.runs()]
    if using:
        raise refusal("FunctionInUse", f"Cannot delete function {one.name}, it is in use by {len(using)} distributions")
    return moto(self)


urls.url_paths[f"{PREFIX}/function/(?P<function_name>[^/]+)/publish$"] = CloudFrontResponse.dispatch
