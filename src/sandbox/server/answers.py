"""What a request asks for, and errors in the format of the protocol that it speaks."""

import io
import json
import re
import socket
import sys
from urllib.parse import parse_qs

import cbor2
from moto import backends as moto_backends
from moto.core.base_backend import BackendDict
from moto.core.routing import get_service_router
from moto.core.request import Request
from moto.core.utils import get_service_model
from moto.iam.models import get_account_id_from, iam_backends

CREDENTIAL = re.compile(r"Credential=([^/]+)/[^/]+/([^/]+)/([^/]+)/")
ACCOUNT = re.compile(r"^\d{12}$")
# Signing names that are not the name of the service's model.
MODELS = {
    "elasticfilesystem": "efs",
    "elasticloadbalancing": "elbv2",
    "es": "opensearch",
    "tagging": "resourcegroupstaggingapi",
    "monitoring": "cloudwatch",
    "ses": "sesv2",
}
CBOR_PATH = re.compile(r"^/service/([^/]+)/operation/([^/]+)$")


def role_of(key):
    """The ARN of the role that an access key was given out for; none for a key of a person's own."""
    held = [account["aws"].access_keys.get(key) for account in list(iam_backends.values())]
    return next((one.role_arn for one in held if one is not None and one.role_arn), None)


class Call:
    """One request: who asks which operation of which service, and how it wants to be answered."""

    def __init__(self, environ, body):
        self.path = environ.get("PATH_INFO", "")
        self.query = environ.get("QUERY_STRING", "")
        self.body = body
        key, self.region, self.service = self.signer(environ)
        if ACCOUNT.match(key):
            environ["HTTP_X_MOTO_ACCOUNT_ID"] = key
        self.account = environ.get("HTTP_X_MOTO_ACCOUNT_ID") or get_account_id_from(key)
        self.role = role_of(key)
        self.protocol = self.protocol_of(environ)
        self.operation = self.operation_of(environ)

    def signer(self, environ):
        """Access key, region and service as the signature names them; an unsigned request is taken for S3."""
        found = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
        key, region, service = found.groups() if found else ("AKIAEXAMPLE", "us-east-1", "s3")
        return key, region, MODELS.get(service.lower(), service.lower())

    def protocol_of(self, environ):
        if environ.get("HTTP_SMITHY_PROTOCOL") == "rpc-v2-cbor":
            return "cbor"
        if environ.get("HTTP_X_AMZ_TARGET"):
            return "json"
        if self.service == "ec2":
            return "ec2"
        if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
            return "query"
        return "xml" if self.service in ("s3", "s3control", "route53", "cloudfront") else "json"

    def operation_of(self, environ):
        if self.protocol == "cbor" and (found := CBOR_PATH.match(self.path)):
            return found.group(2)
        if target := environ.get("HTTP_X_AMZ_TARGET"):
            return target.split(".")[-1]
        if self.protocol in ("ec2", "query"):
            return parse_qs(self.body.decode(errors="replace")).get("Action", ["Unknown"])[0]
        try:
            return get_service_router(self.service).match(Request(environ.copy()))[0].name
        except Exception:  # noqa: BLE001  only a name for the call list: whatever is wrong, moto will say
            return "Unknown"

    def record(self):
        names = ("service", "operation", "account", "region", "role")
        return {name: getattr(self, name) for name in names}

    def error(self, status, code, message):
        """(status, headers, body) of an error as this protocol's clients read it."""
        if self.protocol == "json":
            headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-ErrorType": code, "x-amzn-RequestId": "sandbox"}
            return status, headers, json.dumps({"__type": code, "message": message, "Message": message}).encode()
        if self.protocol == "cbor":
            return status, CBOR_HEADERS, cbor2.dumps({"__type": code, "message": message})
        # Of the services that speak XML, S3 alone leaves out the envelope.
        form = "query" if self.protocol == "xml" and self.service not in ("s3", "s3control") else self.protocol
        said = f"<Code>{code}</Code><Message>{escape(message)}</Message>"
        formats = {
            "ec2": f"<Response><Errors><Error>{said}</Error></Errors><RequestID>sandbox</RequestID></Response>",
            "query": f"<ErrorResponse><Error><Type>Sender</Type>{said}</Error><RequestId>sandbox</RequestId></ErrorResponse>",
            "xml": f"<Error>{said}<RequestId>sandbox</RequestId></Error>",
        }
        return status, {"Content-Type": "text/xml", "x-amzn-RequestId": "sandbox"}, formats[form].encode()

    def not_offered(self):
        """501, which no SDK retries, where moto would answer 500."""
        return self.error(501, "NotImplemented", f"the sandbox does not offer {self.service}:{self.operation}")

    def translate_request(self, environ):
        """moto speaks JSON where newer SDKs speak CBOR (CloudWatch): the body is translated, both ways."""
        if self.protocol != "cbor":
            return
        body = json.dumps(cbor2.loads(self.body) if self.body else {}, default=seconds_since_epoch).encode()
        service = CBOR_PATH.match(self.path).group(1)
        environ.update(
            {
                "PATH_INFO": "/",
                "CONTENT_TYPE": "application/x-amz-json-1.0",
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_X_AMZ_TARGET": f"{service}.{self.operation}",
                "wsgi.input": io.BytesIO(body),
            }
        )
        environ.pop("HTTP_SMITHY_PROTOCOL")

    def translate_answer(self, status, headers, body):
        if self.protocol != "cbor":
            return status, headers, body
        value = json.loads(body) if body else {}
        return status, CBOR_HEADERS, cbor2.dumps(with_times(value, self.output_shape()))

    def output_shape(self):
        return get_service_model(self.service).operation_model(self.operation).output_shape


CBOR_HEADERS = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}


def with_times(value, shape):
    """JSON has numbers where CBOR has times; the service's model tells which they are."""
    if shape is None or value is None:
        return value
    if shape.type_name == "structure":
        return {k: with_times(v, shape.members.get(k)) for k, v in value.items()}
    if shape.type_name == "list":
        return [with_times(v, shape.member) for v in value]
    if shape.type_name == "map":
        return {k: with_times(v, shape.value) for k, v in value.items()}
    if shape.type_name == "timestamp" and isinstance(value, (int, float)):
        return cbor2.CBORTag(1, value)
    return float(value) if shape.type_name in ("double", "float") else value


def seconds_since_epoch(value):
    return value.timestamp()


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


class NoAnswer(Exception):
    """The caller hears nothing: the answer is lost, or the caller is dead."""


def drop_connection(environ):
    """Ends the connection without a word, as a cable that is pulled after the request has arrived."""
    environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    raise ConnectionError("the answer was lost, as the fault schedule says")


def used_backends():
    """The moto backends that something was stored in."""
    for name in moto_backends.list_of_moto_modules():
        loaded = getattr(sys.modules.get(f"moto.{name}.models"), "__dict__", {})
        if any(isinstance(value, BackendDict) for value in loaded.values()):
            yield name
