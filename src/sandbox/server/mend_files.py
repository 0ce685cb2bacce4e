"""S3: what a bucket is that was just made, parts as they were written, whose a bucket is, and what S3 refuses."""

import json
import re

import xmltodict
from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends
from moto.s3.responses import S3Response
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from mend_queues import principals_are_known
from patch import around

XML = {"content-type": "application/xml"}
SIZE = "x-amz-transition-default-minimum-object-size"
# Parts of a bucket by the word in the query: what S3 says of a bucket without it, or what it answers then. What it answers
# of one is what was written, under the same name.
PARTS = {
    "cors": ("NoSuchCORSConfiguration", "The CORS configuration does not exist"),
    "encryption": ("ServerSideEncryptionConfigurationNotFoundError", "The server side encryption configuration was not found"),
    "lifecycle": ("NoSuchLifecycleConfiguration", "The lifecycle configuration does not exist"),
    "logging": "<BucketLoggingStatus/>",
    "notification": "<NotificationConfiguration/>",
    "object-lock": ("ObjectLockConfigurationNotFoundError", "Object Lock configuration does not exist for this bucket"),
    "ownershipControls": ("OwnershipControlsNotFoundError", "The bucket ownership controls were not found"),
    "publicAccessBlock": ("NoSuchPublicAccessBlockConfiguration", "The public access block configuration was not found"),
}
ENCRYPTION = """<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm>
</ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled><BlockedEncryptionTypes>
<EncryptionType>SSE-C</EncryptionType></BlockedEncryptionTypes></Rule></ServerSideEncryptionConfiguration>"""
BLOCK = "".join(
    f"<{name}>true</{name}>" for name in ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
)
OWNERSHIP = "<OwnershipControls><Rule><ObjectOwnership>{}</ObjectOwnership></Rule></OwnershipControls>"
LOCK = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"
UNVERSIONED = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
NO_DESTINATION = "Unable to validate the following destination configurations"


def part_of(query):
    return next((part for part in PARTS if part in query), None)


def parts(bucket):
    """What was written of a bucket, by part."""
    return bucket.__dict__.setdefault("sandbox_parts", {})


@around(S3Response)
def _bucket_response(moto, self, request, full_url):
    """moto knows no owner that a caller expects."""
    expected = request.headers.get("x-amz-expected-bucket-owner")
    name = self.parse_bucket_name_from_url(request, full_url)
    owner = s3_backends.bucket_accounts.get(name, (None, expected))[1] if name else expected
    if expected and owner != expected:
        return (403, {}, "") if request.method == "HEAD" else (403, XML, error("AccessDenied", "Access Denied"))
    return moto(self, request, full_url)


@around(S3Response)
def _bucket_response_get(moto, self, bucket_name, querystring):
    part = part_of(querystring)
    if part:
        written = parts(self.backend.get_bucket(bucket_name)).get(part, PARTS[part])
        if isinstance(written, tuple):
            raise S3ClientError(*written)
        body, headers = written if isinstance(written, list) else (written, {})
        return 200, XML | headers, body
    bucket = self.backend.get_bucket(bucket_name)
    # moto has no answer to the first, and names the others' after the operation.
    for word, root, name, value in (
        ("requestPayment", "RequestPaymentConfiguration", "Payer", bucket.payer),
        ("versioning", "VersioningConfiguration", "Status", bucket.versioning_status),
        ("accelerate", "AccelerateConfiguration", "Status", bucket.accelerate_configuration),
    ):
        if word in querystring:
            return 200, XML, f"<{root}><{name}>{value}</{name}></{root}>" if value else f"<{root}/>"
    return moto(self, bucket_name, querystring)


@around(S3Response)
def _bucket_response_put(moto, self, request, bucket_name, querystring):
    part = part_of(querystring)
    if part:
        bucket = self.backend.get_bucket(bucket_name)
        body = self.body.decode() if isinstance(self.body, bytes) else self.body
        check(self, bucket, part, xmltodict.parse(body))
        size = request.headers.get(SIZE) or "all_storage_classes_128K"
        parts(bucket)[part] = [body, {SIZE: size} if part == "lifecycle" else {}]
        if part == "object-lock":
            bucket.object_lock_enabled = True
        return 200, {}, ""
    if "policy" in querystring:
        check_policy(self.backend, self.body)
    if not querystring:
        return create(moto, self, request, bucket_name, querystring)
    return moto(self, request, bucket_name, querystring)


@around(S3Response)
def _bucket_response_delete(moto, self, bucket_name, querystring):
    if part := part_of(querystring):
        parts(self.backend.get_bucket(bucket_name)).pop(part, None)
        # No bucket is without any, since 2023.
        if part == "encryption":
            parts(self.backend.get_bucket(bucket_name))[part] = ENCRYPTION
        return 204, {}, ""
    return moto(self, bucket_name, querystring)


def create(moto, self, request, name, querystring):
    """moto leaves the tags of a new bucket out, and what AWS closes of it since April 2023 and April 2026 open."""
    is_regional = request.headers.get("x-amz-bucket-namespace") == "account-regional"
    if name.endswith("-an") and not is_regional:
        message = "The requested bucket is an account-regional namespace bucket, but your request is missing the required header"
        raise S3ClientError("MissingNamespaceHeader", message)
    there = s3_backends.bucket_accounts.get(name)
    answer = moto(self, request, name, querystring)
    if there:
        return answer
    bucket = self.backend.get_bucket(name)
    parts(bucket).update(
        encryption=ENCRYPTION,
        publicAccessBlock=f"<PublicAccessBlockConfiguration>{BLOCK}</PublicAccessBlockConfiguration>",
        ownershipControls=OWNERSHIP.format(request.headers.get("x-amz-object-ownership") or "BucketOwnerEnforced"),
    )
    if bucket.object_lock_enabled:
        parts(bucket)["object-lock"] = LOCK
    body = self.body.decode() if isinstance(self.body, bytes) else self.body
    tags = re.findall(r"<Tag><Key>(.*?)</Key><Value>(.*?)</Value></Tag>", body or "", re.DOTALL)
    if tags:
        self.backend.tagger.tag_resource(bucket.arn, [{"Key": key, "Value": value} for key, value in tags])
    return answer


def check(self, bucket, part, body):
    """What S3 refuses of a part."""
    root = next(iter(body.values())) or {}
    if part == "object-lock" and bucket.versioning_status != "Enabled":
        raise S3ClientError("InvalidBucketState", UNVERSIONED)
    if part == "lifecycle":
        for rule in listed(root.get("Rule")):
            check_rule(rule)
    if part == "logging" and (target := (root.get("LoggingEnabled") or {}).get("TargetBucket")):
        if s3_backends.bucket_accounts.get(target, (None, None))[1] != bucket.account_id:
            raise S3ClientError("InvalidTargetBucketForLogging", "The target bucket for logging does not exist")
    if part == "notification":
        for one in listed(root.get("QueueConfiguration")) + listed(root.get("TopicConfiguration")):
            if not lets_in(bucket, one.get("Queue") or one.get("Topic")):
                raise S3ClientError("InvalidArgument", NO_DESTINATION)


def check_rule(rule):
    actions = ("Expiration", "Transition", "NoncurrentVersionExpiration", "NoncurrentVersionTransition", "AbortIncompleteMultipartUpload")
    if not any(action in rule for action in actions):
        raise S3ClientError("InvalidRequest", "At least one action needs to be specified in a rule")
    marker = (rule.get("Expiration") or {}).get("ExpiredObjectDeleteMarker")
    if marker and {"Days", "Date"} & {*rule["Expiration"]}:
        raise S3ClientError("MalformedXML", "The XML you provided was not well-formed or did not validate against our schema")
    conditions = rule.get("Filter") or {}
    conditions = conditions.get("And") or conditions
    if {"Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan"} & {*conditions} and (marker or "AbortIncompleteMultipartUpload" in rule):
        raise S3ClientError("InvalidRequest", "This action cannot be specified with tags or sizes")


def lets_in(bucket, arn):
    """Whether a queue or topic is there and its policy lets S3 send what this bucket tells."""
    _, _, service, region, account, name = arn.split(":", 5)
    if service == "sqs":
        there = sqs_backends[account][region].queues.get(name)
        policy = there and there.policy
    else:
        there = sns_backends[account][region].topics.get(arn)
        policy = there and there.policy
    document = json.loads(policy) if isinstance(policy, str) and policy else policy or {}
    return there is not None and any(is_for(one, bucket) for one in listed(document.get("Statement")))


def is_for(statement, bucket):
    principal = statement.get("Principal")
    services = listed(principal.get("Service")) if isinstance(principal, dict) else [principal]
    sources = [
        source
        for values in (statement.get("Condition") or {}).values()
        for key, named in values.items()
        if key.lower() == "aws:sourcearn"
        for source in listed(named)
    ]
    is_meant = not sources or any(re.fullmatch(re.escape(one).replace(r"\*", ".*"), bucket.arn) for one in sources)
    return statement.get("Effect") == "Allow" and {"s3.amazonaws.com", "*"} & {*services} and is_meant


def check_policy(backend, body):
    """moto takes principals that IAM does not know."""
    statements = listed(json.loads(body).get("Statement"))
    if not all(principals_are_known(backend, one) for one in statements):
        raise S3ClientError("MalformedPolicy", "Invalid principal in policy")


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def error(code, message):
    return f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
