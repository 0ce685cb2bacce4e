"""Simple Email Service: tokens and records of identities, MAIL FROM, event destinations, and whose a thing is.

A domain is verified as soon as its records are in a zone of the account."""

import hashlib
import json

from moto.core.resource_tagging import TaggedResource
from moto.route53.models import route53_backends
from moto.ses.models import ConfigurationSet, EmailIdentity
from moto.sesv2 import urls
from moto.sesv2.models import SESV2Backend
from moto.sesv2.responses import SESV2Response
from moto.sns.models import sns_backends

from mend_dns import escaped, key, of
from mend_files import listed
from patch import adds, around, refusal

# Of these paths moto's server knows nothing.
SET, IDENTITY = "configuration-sets/(?P<ConfigurationSetName>[^/]+)", "identities/(?P<EmailIdentity>[^/]+)"
for path in (
    "account",
    f"{SET}/(?P<part>[^/]+)",
    f"{SET}/event-destinations/(?P<EventDestinationName>[^/]+)",
    f"{IDENTITY}/(?P<part>[^/]+)",
    f"{IDENTITY}/dkim/signing",
):
    urls.url_paths["{0}/v2/email/" + path + "$"] = SESV2Response.dispatch

SIGNING_ZONE = "dkim.amazonses.com"
DESTINATIONS = 10


def arn(backend, sort, name):
    return f"arn:{backend.partition}:ses:{backend.region_name}:{backend.account_id}:{sort}/{name}"


def has_record(account, name, kind, value):
    """Whether a zone of the account has this record, with this value among its own."""
    zones = [zone for zone in route53_backends[account]["aws"].zones.values() if not zone.private_zone]
    found = [record for zone in zones for record in zone.rrsets if key(record)[:2] == (escaped(name), kind)]
    return any(value == one.rstrip(".") for record in found for one in of(record, "ResourceRecords") or ())


def there(self, name):
    identity = self.sesv2_backend.core_backend.email_identities.get(name)
    if identity is None:
        raise refusal("NotFoundException", f"Email identity {name} does not exist.")
    return identity


def set_there(self, name):
    one = self.sesv2_backend.core_backend.config_sets.get(name)
    if one is None:
        raise refusal("NotFoundException", f"Configuration set <{name}> does not exist.")
    return one


@around(EmailIdentity)
def __init__(moto, self, email_identity, tags, dkim_signing_attributes, configuration_set_name):
    moto(self, email_identity, None, dkim_signing_attributes, configuration_set_name)
    seed = hashlib.sha256(email_identity.encode()).hexdigest()
    self._tokens = [seed[at : at + 20] for at in (0, 20, 40)]
    self._length = (dkim_signing_attributes or {}).get("NextSigningKeyLength", "RSA_2048_BIT")
    self._signs, self._forwards, self._mail_from, self._on_failure = True, True, None, "USE_DEFAULT_VALUE"


def status(identity):
    names = [(f"{token}._domainkey.{identity.email_identity}", f"{token}.{SIGNING_ZONE}") for token in identity._tokens]
    is_seen = all(has_record(identity._backend.account_id, name, "CNAME", value) for name, value in names)
    return "SUCCESS" if is_seen else "PENDING"


def told(identity):
    backend, now = identity._backend, status(identity)
    mail_from = {"BehaviorOnMxFailure": "USE_DEFAULT_VALUE"}
    if identity._mail_from:
        exchange = f"10 feedback-smtp.{backend.region_name}.amazonses.com"
        is_seen = has_record(backend.account_id, identity._mail_from, "MX", exchange)
        mail_from = {
            "MailFromDomain": identity._mail_from,
            "MailFromDomainStatus": "SUCCESS" if is_seen else "PENDING",
            "BehaviorOnMxFailure": identity._on_failure,
        }
    return {
        "IdentityType": identity.identity_type,
        "FeedbackForwardingStatus": identity._forwards,
        "VerifiedForSendingStatus": now == "SUCCESS",
        "DkimAttributes": {
            "SigningEnabled": identity._signs,
            "Status": now,
            "Tokens": identity._tokens,
            "SigningHostedZone": SIGNING_ZONE,
            "SigningAttributesOrigin": "AWS_SES",
            "NextSigningKeyLength": identity._length,
            "CurrentSigningKeyLength": identity._length,
        },
        "MailFromAttributes": mail_from,
        "Policies": identity.policies,
        "Tags": tags_of(backend, "identity", identity.email_identity),
        "ConfigurationSetName": identity.configuration_set_name,
        "VerificationStatus": now,
    }


def tags_of(backend, sort, name):
    return backend.core_backend.tagger.list_tags_for_resource(arn(backend, sort, name)).get("Tags", [])


EmailIdentity.get_response_object = property(lambda self: {name: value for name, value in told(self).items() if value is not None})
EmailIdentity.list_response_object = property(
    lambda self: {
        "IdentityType": self.identity_type,
        "IdentityName": self.email_identity,
        "SendingEnabled": True,
        "VerificationStatus": status(self),
    }
)


@around(SESV2Backend)
def create_email_identity(moto, self, email_identity, tags, dkim_signing_attributes, configuration_set_name):
    """moto puts another one in its place."""
    if email_identity in self.core_backend.email_identities:
        raise refusal("AlreadyExistsException", f"Email identity {email_identity} already exists.")
    if configuration_set_name and configuration_set_name not in self.core_backend.config_sets:
        raise refusal("NotFoundException", f"Configuration set <{configuration_set_name}> does not exist.")
    identity = moto(self, email_identity, None, dkim_signing_attributes, configuration_set_name)
    identity._backend = self
    identity.dkim_attributes = told(identity)["DkimAttributes"]
    self.core_backend.tagger.tag_resource(arn(self, "identity", email_identity), tags or [])
    return identity


@around(SESV2Backend)
def delete_email_identity(moto, self, email_identity):
    """moto deletes those that it takes for verified."""
    if self.core_backend.email_identities.pop(email_identity, None) is None:
        raise refusal("NotFoundException", f"Email identity {email_identity} does not exist.")
    self.core_backend.tagger.delete_all_tags_for_resource(arn(self, "identity", email_identity))


@around(SESV2Backend)
def get_email_identity(moto, self, email_identity):
    if email_identity not in self.core_backend.email_identities:
        raise refusal("NotFoundException", f"Email identity {email_identity} does not exist.")
    return moto(self, email_identity)


@around(SESV2Backend)
def create_configuration_set(moto, self, configuration_set_name, tags=None, **asked):
    if configuration_set_name in self.core_backend.config_sets:
        raise refusal("AlreadyExistsException", f"Configuration set <{configuration_set_name}> already exists.")
    moto(self, configuration_set_name, tags=None, **asked)
    one = self.core_backend.config_sets[configuration_set_name]
    one._backend, one._destinations = self, {}
    one._suppression = asked.get("suppression_options")
    self.core_backend.tagger.tag_resource(arn(self, "configuration-set", configuration_set_name), tags or [])


@around(SESV2Backend)
def delete_configuration_set(moto, self, configuration_set_name):
    if self.core_backend.config_sets.pop(configuration_set_name, None) is None:
        raise refusal("NotFoundException", f"Configuration set <{configuration_set_name}> does not exist.")
    self.core_backend.tagger.delete_all_tags_for_resource(arn(self, "configuration-set", configuration_set_name))


@around(SESV2Backend)
def get_configuration_set(moto, self, configuration_set_name):
    if configuration_set_name not in self.core_backend.config_sets:
        raise refusal("NotFoundException", f"Configuration set <{configuration_set_name}> does not exist.")
    return moto(self, configuration_set_name)


@around(ConfigurationSet)
def to_dict_v2(moto, self):
    sending = self.enabled if isinstance(self.enabled, dict) else {}
    answer = {
        "ConfigurationSetName": self.configuration_set_name,
        "DeliveryOptions": {"TlsPolicy": "OPTIONAL"} | (self.delivery_options or {}),
        "ReputationOptions": {"ReputationMetricsEnabled": True} | (self.reputation_options or {}),
        "SendingOptions": {"SendingEnabled": True} | sending,
        "Tags": tags_of(self._backend, "configuration-set", self.configuration_set_name),
    }
    return answer if self._suppression is None else answer | {"SuppressionOptions": self._suppression}


@around(SESV2Backend)
def iter_tagged_resources(moto, self):
    """moto's ARN of an identity is none of AWS's."""
    core = self.core_backend
    for kind, sort, names in (
        ("ses:configuration-set", "configuration-set", core.config_sets),
        ("ses:identity", "identity", core.email_identities),
    ):
        for name in names:
            one = arn(self, sort, name)
            yield TaggedResource(arn=one, tags=core.tagger.get_tag_dict_for_resource(one), resource_type=kind)


@adds(SESV2Response)
def get_account(self):
    """An account that has not asked to send to anybody."""
    quota = {"Max24HourSend": 200.0, "MaxSendRate": 1.0, "SentLast24Hours": 0.0}
    return json.dumps({"ProductionAccessEnabled": False, "SendingEnabled": True, "EnforcementStatus": "HEALTHY", "SendQuota": quota})


def body(self):
    return json.loads(self.body) if self.body else {}


@adds(SESV2Response)
def put_email_identity_configuration_set_attributes(self):
    identity, name = there(self, self._get_param("EmailIdentity")), body(self).get("ConfigurationSetName")
    if name:
        set_there(self, name)
    identity.configuration_set_name = name
    return "{}"


@adds(SESV2Response)
def put_email_identity_dkim_attributes(self):
    there(self, self._get_param("EmailIdentity"))._signs = bool(body(self).get("SigningEnabled"))
    return "{}"


@adds(SESV2Response)
def put_email_identity_dkim_signing_attributes(self):
    identity = there(self, self._get_param("EmailIdentity"))
    identity._length = body(self)["SigningAttributes"]["NextSigningKeyLength"]
    return json.dumps({"DkimStatus": status(identity), "DkimTokens": identity._tokens, "SigningHostedZone": SIGNING_ZONE})


@adds(SESV2Response)
def put_email_identity_feedback_attributes(self):
    there(self, self._get_param("EmailIdentity"))._forwards = bool(body(self).get("EmailForwardingEnabled"))
    return "{}"


@adds(SESV2Response)
def put_email_identity_mail_from_attributes(self):
    identity, asked = there(self, self._get_param("EmailIdentity")), body(self)
    domain = asked.get("MailFromDomain") or None
    if domain and not domain.endswith("." + identity.email_identity):
        raise refusal("BadRequestException", f"Provided MAIL-FROM domain <{domain}> is not subdomain of the domain of the identity <{identity.email_identity}>.")
    identity._mail_from, identity._on_failure = domain, asked.get("BehaviorOnMxFailure") or "USE_DEFAULT_VALUE"
    return "{}"


@adds(SESV2Response)
def put_configuration_set_delivery_options(self):
    asked = body(self)
    names = ("TlsPolicy", "SendingPoolName", "MaxDeliverySeconds")
    set_there(self, self._get_param("ConfigurationSetName")).delivery_options = {name: asked[name] for name in names if asked.get(name) is not None}
    return "{}"


@adds(SESV2Response)
def put_configuration_set_reputation_options(self):
    one = set_there(self, self._get_param("ConfigurationSetName"))
    one.reputation_options = {"ReputationMetricsEnabled": bool(body(self).get("ReputationMetricsEnabled"))}
    return "{}"


@adds(SESV2Response)
def put_configuration_set_sending_options(self):
    set_there(self, self._get_param("ConfigurationSetName")).enabled = {"SendingEnabled": bool(body(self).get("SendingEnabled"))}
    return "{}"


@adds(SESV2Response)
def put_configuration_set_suppression_options(self):
    """Without reasons the account's count again; none of them is a list of its own."""
    reasons = body(self).get("SuppressedReasons")
    one = set_there(self, self._get_param("ConfigurationSetName"))
    one._suppression = None if reasons is None else {"SuppressedReasons": reasons}
    return "{}"


@adds(SESV2Response)
def get_configuration_set_event_destinations(self):
    one = set_there(self, self._get_param("ConfigurationSetName"))
    return json.dumps({"EventDestinations": list(one._destinations.values())})


@adds(SESV2Response)
def create_configuration_set_event_destination(self):
    one, name = set_there(self, self._get_param("ConfigurationSetName")), body(self)["EventDestinationName"]
    if name in one._destinations:
        raise refusal("AlreadyExistsException", f"An event destination with name <{name}> already exists for configuration set <{one.configuration_set_name}>.")
    if len(one._destinations) >= DESTINATIONS:
        raise refusal("LimitExceededException", "Event destination limit exceeded.")
    one._destinations[name] = destination(self, name)
    return "{}"


@adds(SESV2Response)
def update_configuration_set_event_destination(self):
    one, name = named(self)
    one._destinations[name] = destination(self, name)
    return "{}"


@adds(SESV2Response)
def delete_configuration_set_event_destination(self):
    one, name = named(self)
    del one._destinations[name]
    return "{}"


def named(self):
    one, name = set_there(self, self._get_param("ConfigurationSetName")), self._get_param("EventDestinationName")
    if name not in one._destinations:
        raise refusal("NotFoundException", f"Event destination <{name}> does not exist.")
    return one, name


def destination(self, name):
    asked = body(self)["EventDestination"]
    topic = (asked.get("SnsDestination") or {}).get("TopicArn")
    if topic and not lets_in(topic):
        raise refusal("BadRequestException", f"Could not publish to SNS topic <{topic}>.")
    return {"Name": name, "Enabled": bool(asked.get("Enabled")), **{part: value for part, value in asked.items() if part != "Enabled"}}


def lets_in(topic):
    """Whether a topic is there and its policy lets SES publish."""
    _, _, _, region, account, _ = topic.split(":", 5)
    one = sns_backends[account][region].topics.get(topic)
    statements = listed(json.loads(one.policy).get("Statement")) if one and one.policy else []
    principals = [statement["Principal"] for statement in statements if statement.get("Effect") == "Allow"]
    services = [service for principal in principals if isinstance(principal, dict) for service in listed(principal.get("Service"))]
    return "ses.amazonaws.com" in services
