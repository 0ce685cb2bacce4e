"""CloudFront's distributions, which belong to no region."""

import copy

import kinds
import wire
from wire import Fault

# An empty list of CloudFront.
NOTHING = {"Marker": "", "MaxItems": 100, "IsTruncated": False, "Quantity": 0}


def distributions(account, asked):
    """The list tells less than is asked of one, and the version of HTTP in capitals."""
    known = wire.model("cloudfront").shape_for("DistributionSummary").members
    items = []
    for one in account.all("distribution"):
        told = {**one["DistributionConfig"], **one}
        items.append({name: value for name, value in told.items() if name in known})
    return {"DistributionList": {**NOTHING, "Quantity": len(items), **({"Items": items} if items else {})}}


def distribution(account, asked):
    one = account.tables["distribution"].get(asked["Id"])
    if one is None:
        raise Fault("NoSuchDistribution", "The specified distribution does not exist.", 404)
    return {"Distribution": one, "ETag": "E2QWRUHAPOMQZL"}


READS = {
    "cloudfront__ListDistributions": distributions,
    "cloudfront__GetDistribution": distribution,
    "cloudfront__ListTagsForResource": lambda account, asked: {"Tags": {"Items": account.tag_list(asked["Resource"])}},
    "cloudfront__ListCachePolicies": lambda account, asked: {"CachePolicyList": NOTHING},
    "cloudfront__ListFunctions": lambda account, asked: {"FunctionList": NOTHING},
    "cloudfront__ListOriginRequestPolicies": lambda account, asked: {"OriginRequestPolicyList": NOTHING},
    "cloudfront__ListResponseHeadersPolicies": lambda account, asked: {"ResponseHeadersPolicyList": NOTHING},
    "cloudfront__ListOriginAccessControls": lambda account, asked: {"OriginAccessControlList": NOTHING},
    "cloudfront__ListVpcOrigins": lambda account, asked: {"VpcOriginList": NOTHING},
}


class Distribution(kinds.Kind):
    type, op, botocore = "AWS::CloudFront::Distribution", "cloudfront.ListDistributions", ("cloudfront", "GetDistribution")
    # What the list leaves out, and GetDistributionConfig tells; and deep in it stands what matters.
    also = ("cloudfront.GetDistributionConfig",)
    deeper = 3

    def things(self, case, answers):
        """What the list tells of one, and its whole configuration where that was recorded of the only one."""
        whole = [one["DistributionConfig"] for one in answers.get(self.also[0], [])]
        members = wire.model("cloudfront").shape_for("DistributionConfig").members
        for number, answer in enumerate(answers.get(self.op, [])):
            items = answer["DistributionList"].get("Items", [])
            for one in items:
                alone = whole[number] if len(items) == 1 and number < len(whole) else {}
                config = {"CallerReference": one["Id"], "DefaultRootObject": "", "Logging": UNLOGGED}
                config |= {name: value for name, value in one.items() if name in members} | alone
                own = {name: one[name] for name in ("Id", "ARN", "Status", "LastModifiedTime", "DomainName")}
                yield number, {**own, "InProgressInvalidationBatches": 0, "DistributionConfig": config}, {}

    def shape(self):
        return self.model().members["Distribution"]

    def excluded(self, thing):
        return "recording cut: has no version of HTTP" if "HttpVersion" not in thing["DistributionConfig"] else None

    def identity(self, thing):
        return thing["Id"]

    def region(self, thing):
        return "us-east-1"

    def install(self, account, thing, extra, tags):
        account.tables["distribution"][thing["Id"]] = thing
        account.tags[thing["ARN"]] = tags

    def expect(self, thing, extra):
        told = {name: plain(value) for name, value in copy.deepcopy(thing["DistributionConfig"]).items()}
        told.pop("CallerReference")
        told["HttpVersion"] = told["HttpVersion"].lower()
        told["IPV6Enabled"] = told.pop("IsIPV6Enabled")
        told["Origins"] = [origin(one) for one in told["Origins"]]
        told["DefaultCacheBehavior"] = behavior(told["DefaultCacheBehavior"])
        told["CacheBehaviors"] = [behavior(one) for one in told.get("CacheBehaviors", [])]
        told["ViewerCertificate"] = certificate(told["ViewerCertificate"])
        geo = told["Restrictions"]["GeoRestriction"]
        told["Restrictions"] = {"GeoRestriction": {"RestrictionType": geo["RestrictionType"], "Locations": geo.get("Items", [])}}
        pages = told.get("CustomErrorResponses", [])
        told["CustomErrorResponses"] = [{**one, "ResponseCode": int(one.get("ResponseCode") or 0) or None} for one in pages]
        if not told["Logging"].pop("Enabled"):
            told.pop("Logging")
        return {"DistributionConfig": told}


UNLOGGED = {"Enabled": False, "IncludeCookies": False, "Bucket": "", "Prefix": ""}


def plain(value):
    """CloudFront's lists, which are told with their lengths, as CloudFormation has them."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if not isinstance(value, dict):
        return value
    if "Quantity" in value and set(value) <= {"Quantity", "Items", "Enabled"}:
        return [plain(one) for one in value.get("Items", [])]
    return {name: plain(one) for name, one in value.items() if name != "Quantity"}


def behavior(told):
    """One with the settings from before cache policies has none of these."""
    methods = told.pop("AllowedMethods")
    told |= {"AllowedMethods": methods["Items"], "CachedMethods": methods["CachedMethods"]}
    return {"CachePolicyId": "", **told}


def origin(told):
    told["OriginCustomHeaders"] = told.pop("CustomHeaders", [])
    if "CustomOriginConfig" in told:
        server = told["CustomOriginConfig"]
        server["OriginSSLProtocols"] = server.pop("OriginSslProtocols")
    return told


def certificate(told):
    """Beside CloudFront's own nothing else counts, whatever is told."""
    if told.get("CloudFrontDefaultCertificate"):
        return {"CloudFrontDefaultCertificate": True}
    words = {"ACMCertificateArn": "AcmCertificateArn", "IAMCertificateId": "IamCertificateId"}
    words |= {"SSLSupportMethod": "SslSupportMethod", "MinimumProtocolVersion": "MinimumProtocolVersion"}
    return {word: told[name] for name, word in words.items() if name in told}


KINDS = [Distribution]
