"""Buckets. S3 tells each part of one by an operation of its own, and refuses to tell what a bucket does not have."""

import json
import re

import kinds
from parts import Parts
from wire import Fault

# What S3 answers of a part that is not there: a refusal, or an answer without anything in it.
ABSENT = {
    "GetBucketTagging": "NoSuchTagSet",
    "GetBucketEncryption": "ServerSideEncryptionConfigurationNotFoundError",
    "GetPublicAccessBlock": "NoSuchPublicAccessBlockConfiguration",
    "GetBucketOwnershipControls": "OwnershipControlsNotFoundError",
    "GetBucketVersioning": None,
    "GetObjectLockConfiguration": "ObjectLockConfigurationNotFoundError",
    "GetBucketPolicy": "NoSuchBucketPolicy",
    "GetBucketLifecycleConfiguration": "NoSuchLifecycleConfiguration",
    "GetBucketCors": "NoSuchCORSConfiguration",
    "GetBucketLogging": None,
    "GetBucketNotificationConfiguration": None,
    "GetBucketWebsite": "NoSuchWebsiteConfiguration",
    "GetBucketReplication": "ReplicationConfigurationNotFoundError",
    "GetBucketAccelerateConfiguration": None,
}
# A rule of encryption with a key that is named by its ARN.
KEY = f"arn:aws:kms:us-east-1:{kinds.ACCOUNT}:key/9f3f81f3-8587-cb97-0f37-3938e4f5536a"
KEYED = {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}}
OWNER = {"ID": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}
# Where the model of botocore does not say what S3 calls the root of its answer.
ROOTS = {
    "ListBuckets": "ListAllMyBucketsResult",
    "ListObjectVersions": "ListVersionsResult",
    "GetBucketTagging": "Tagging",
    "GetBucketVersioning": "VersioningConfiguration",
    "GetBucketLifecycleConfiguration": "LifecycleConfiguration",
    "GetBucketCors": "CORSConfiguration",
    "GetBucketLogging": "BucketLoggingStatus",
    "GetBucketNotificationConfiguration": "NotificationConfiguration",
    "GetBucketWebsite": "WebsiteConfiguration",
    "GetBucketAccelerateConfiguration": "AccelerateConfiguration",
    "GetBucketRequestPayment": "RequestPaymentConfiguration",
    "GetBucketAcl": "AccessControlPolicy",
}


# Operations that others have taken the place of, under the same address.
FORMER = ("GetBucketLifecycle", "GetBucketNotification")


def current(routes):
    """The harness's addresses without those of former operations."""
    return lambda service: [route for route in routes(service) if route[-1].name not in FORMER]


def rooted(serialise):
    """The harness's answers with S3's own roots."""

    def of(operation, *arguments):
        status, headers, body = serialise(operation, *arguments)
        root = ROOTS.get(operation.name) if operation.service_model.service_name == "s3" else None
        return status, headers, body.replace(f"{operation.name}Result".encode(), root.encode()) if root else body

    return of


def reader(operation, code):
    def read(account, asked):
        bucket = account.tables["bucket"].get(asked["Bucket"])
        if bucket is None:
            raise Fault("NoSuchBucket", "The specified bucket does not exist", 404)
        told = bucket.get(operation)
        if told is None and code:
            raise Fault(code, "The bucket has none", 404)
        return told or {}

    return read


def lists(account, asked):
    own = {"Grantee": {"Type": "CanonicalUser", **OWNER}, "Permission": "FULL_CONTROL"}
    return {"Owner": OWNER, "Grants": [own]}


def payer(account, asked):
    return account.tables["bucket"][asked["Bucket"]].get("GetBucketRequestPayment", {"Payer": "BucketOwner"})


READS = {f"s3__{operation}": reader(operation, code) for operation, code in ABSENT.items()} | {
    "s3__ListBuckets": lambda account, asked: {"Buckets": [one["ListBuckets"][0] for one in account.all("bucket")]},
    "s3__ListObjectVersions": lambda account, asked: {},
    "s3__GetBucketAcl": lists,
    "s3__GetBucketRequestPayment": payer,
}


class Bucket(Parts):
    type, service = "AWS::S3::Bucket", "s3"
    operations = {"ListBuckets": "Buckets", **dict.fromkeys(ABSENT, ""), "GetBucketRequestPayment": "", "GetBucketLocation": ""}
    # S3 would look for an alias in the account of whoever stores something.
    amends = (("is not a key's ARN", "/BucketEncryption/ServerSideEncryptionConfiguration", [KEYED]),)

    def things(self, case, answers):
        """What a case has of each part at one time is one bucket's."""
        told = self.told(answers)
        for number in range(max(len(some) for some in told.values())):
            thing = {operation: some[number] for operation, some in told.items() if number < len(some)}
            if set(thing) == {"GetBucketLocation"}:
                continue
            if "GetObjectLockConfiguration" in thing:
                # S3 locks what has versions alone.
                thing.setdefault("GetBucketVersioning", {"Status": "Enabled"})
            yield number, {"ListBuckets": [{"Name": self.name_in(thing, case)}], **thing}, {}

    def name_in(self, thing, case):
        policy = thing.get("GetBucketPolicy", {}).get("Policy", "")
        named = re.search(r"arn:aws:s3:::([a-z0-9.-]+)", policy)
        return named.group(1) if named else "recorded-" + kinds.h(case)

    def excluded(self, thing):
        policy = json.loads(thing.get("GetBucketPolicy", {}).get("Policy", "{}"))
        names = [one["Sid"] for one in policy.get("Statement", []) if "Sid" in one]
        return "hand-made: S3 takes no two statements of one Sid" if len(names) > len(set(names)) else None

    def identity(self, thing):
        return thing["ListBuckets"][0]["Name"]

    tag_names = identity

    def region(self, thing):
        return thing.get("GetBucketLocation", {}).get("LocationConstraint") or "us-east-1"

    def install(self, account, thing, extra, tags):
        name = self.identity(thing)
        account.tables["bucket"][name] = {**thing, "GetBucketTagging": {"TagSet": kinds.taglist(tags)}}
        account.tags[f"arn:aws:s3:::{name}"] = tags

    def expect(self, thing, extra):
        told = {operation: thing.get(operation, {}) for operation in self.operations}
        block = told["GetPublicAccessBlock"].get("PublicAccessBlockConfiguration", {})
        blocks = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
        rules = told["GetBucketEncryption"].get("ServerSideEncryptionConfiguration", {}).get("Rules", [{}])
        owned = told["GetBucketOwnershipControls"].get("OwnershipControls", {"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
        whole = {
            "BucketEncryption": {"ServerSideEncryptionConfiguration": [encryption(rule) for rule in rules]},
            "PublicAccessBlockConfiguration": {name: block.get(name, False) for name in blocks},
            "OwnershipControls": owned,
            **lock(told["GetObjectLockConfiguration"].get("ObjectLockConfiguration")),
        }
        if told["GetBucketVersioning"].get("Status"):
            whole["VersioningConfiguration"] = {"Status": told["GetBucketVersioning"]["Status"]}
        if told["GetBucketPolicy"]:
            whole["Policy"] = json.loads(told["GetBucketPolicy"]["Policy"])
        if told["GetBucketLogging"].get("LoggingEnabled"):
            whole["LoggingConfiguration"] = logging(told["GetBucketLogging"]["LoggingEnabled"])
        if told["GetBucketLifecycleConfiguration"]:
            whole["LifecycleConfiguration"] = lifecycle(told["GetBucketLifecycleConfiguration"])
        if told["GetBucketNotificationConfiguration"]:
            whole["NotificationConfiguration"] = notification(told["GetBucketNotificationConfiguration"])
        if told["GetBucketReplication"]:
            whole["ReplicationConfiguration"] = told["GetBucketReplication"]["ReplicationConfiguration"]
        return whole | ({"WebsiteConfiguration": told["GetBucketWebsite"]} if told["GetBucketWebsite"] else {})


def encryption(rule):
    """A rule from before S3 encrypted by itself says nothing; one from before April 2026 refuses no keys that callers bring."""
    by = rule.get("ApplyServerSideEncryptionByDefault", {"SSEAlgorithm": "AES256"})
    blocked = rule.get("BlockedEncryptionTypes", {"EncryptionType": ["NONE"]})
    key = {"BucketKeyEnabled": rule.get("BucketKeyEnabled", False)}
    return {"ServerSideEncryptionByDefault": by, "BlockedEncryptionTypes": blocked, **key}


def lock(told):
    if not told:
        return {}
    kept = told.get("Rule", {}).get("DefaultRetention", {})
    rule = {"DefaultRetention": {name: value for name, value in kept.items() if value}}
    whole = {"ObjectLockEnabled": True}
    return whole | ({"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": rule}} if kept else {})


def logging(told):
    whole = {"DestinationBucketName": told["TargetBucket"], "LogFilePrefix": told["TargetPrefix"]}
    return whole | {name: told[name] for name in ("TargetObjectKeyFormat",) if told.get(name)}


def lifecycle(told):
    """Of the conditions of a filter one stands by itself, several below And."""

    def rule(one):
        filter_ = one.get("Filter", {})
        both = {**filter_, **filter_.get("And", {})}
        tags = both.get("Tags", []) + ([both["Tag"]] if "Tag" in both else [])
        sizes = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
        same = ("Status", "AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration")
        whole = {"Id": one["ID"], **{name: one[name] for name in same if name in one}}
        whole |= {"Prefix": both.get("Prefix", one.get("Prefix", "")), "TagFilters": tags}
        whole |= {name: str(both[name]) for name in sizes if name in both}
        words = {"Days": "ExpirationInDays", "Date": "ExpirationDate", "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker"}
        return whole | {words[name]: value for name, value in one.get("Expiration", {}).items()}

    size = ("TransitionDefaultMinimumObjectSize",)
    return {"Rules": [rule(one) for one in told["Rules"]], **{name: told[name] for name in size if name in told}}


def notification(told):
    """CloudFormation has an entry for each event, S3 one for all events of a target."""
    words = {
        "TopicConfigurations": ("TopicConfigurations", "Topic", "TopicArn"),
        "QueueConfigurations": ("QueueConfigurations", "Queue", "QueueArn"),
        "LambdaFunctionConfigurations": ("LambdaConfigurations", "Function", "LambdaFunctionArn"),
    }

    def filtered(one):
        keys = one.get("Filter", {}).get("Key", {}).get("FilterRules", [])
        rules = [{"Name": rule["Name"].lower(), "Value": rule["Value"]} for rule in keys]
        return {"Filter": {"S3Key": {"Rules": rules}}} if rules else {}

    whole = {"EventBridgeConfiguration": {"EventBridgeEnabled": "EventBridgeConfiguration" in told}}
    for name, (list_, to, arn) in words.items():
        each = [(event, one) for one in told.get(name, []) for event in one["Events"]]
        whole[list_] = [{"Event": event, to: one[arn], **filtered(one)} for event, one in each]
    return whole


KINDS = [Bucket]
