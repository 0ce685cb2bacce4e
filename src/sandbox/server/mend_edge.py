"""Load balancers, their certificates and web ACLs: repeated creations, swapped priorities, what is in use."""

import json

from moto.acm.models import AWSCertificateManagerBackend
from moto.core.utils import camelcase_to_underscores
from moto.elbv2.models import ELBv2Backend, FakeLoadBalancer
from moto.wafv2.exceptions import WAFV2DuplicateItemException
from moto.wafv2.models import FakeWebACL, WAFV2Backend
from moto.wafv2.responses import WAFV2Response

import slow
from mend_ec2 import linger, neighbours
from patch import adds, around, refusal

# What DescribeLoadBalancerAttributes tells of an application load balancer that nobody has changed.
BALANCER_DEFAULTS = {
    "access_logs.s3.enabled": "false",
    "client_keep_alive.seconds": "3600",
    "connection_logs.s3.bucket": "",
    "connection_logs.s3.enabled": "false",
    "connection_logs.s3.prefix": "",
    "idle_timeout.timeout_seconds": "60",
    "load_balancing.cross_zone.enabled": "true",
    "routing.http.desync_mitigation_mode": "defensive",
    "routing.http.drop_invalid_header_fields.enabled": "false",
    "routing.http.preserve_host_header.enabled": "false",
    "routing.http.x_amzn_tls_version_and_cipher_suite.enabled": "false",
    "routing.http.xff_client_port.enabled": "false",
    "routing.http.xff_header_processing.mode": "append",
    "routing.http2.enabled": "true",
    "waf.fail_open.enabled": "false",
    "zonal_shift.config.enabled": "false",
}


@around(ELBv2Backend)
def _certificate_exists(moto, self, certificate_arn):
    """One that a template gives by its ARN was issued elsewhere: nobody can have requested it here."""
    return ":acm:" in certificate_arn or moto(self, certificate_arn)


@around(ELBv2Backend)
def create_load_balancer(moto, self, **asked):
    """AWS answers with the first one if all is the same, and refuses if not; moto makes a second."""
    for balancer in self.load_balancers.values():
        if balancer.name == asked["name"]:
            subnets = {subnet.id for subnet in balancer.subnets}
            same = subnets == set(asked["subnet_ids"]) and balancer.scheme == (asked["scheme"] or "internet-facing")
            if same and set(balancer.security_groups) == set(asked["security_groups"]):
                return balancer
            raise refusal("DuplicateLoadBalancerName", "A load balancer with the same name already exists.")
    if len(asked["name"]) > 32:
        raise refusal("ValidationError", "The load balancer name cannot be longer than '32' characters")
    asked["scheme"] = asked["scheme"] or "internet-facing"
    balancer = moto(self, **asked)
    if balancer.type == "application":
        balancer.attrs.update(BALANCER_DEFAULTS)
    slow.settle(balancer, "state", "provisioning", "active", "load balancer")
    return balancer


@around(FakeLoadBalancer)
def activate(_moto, self):
    """moto makes it active when it is first looked at; here it becomes so when its time is over."""


@around(ELBv2Backend)
def delete_load_balancer(moto, self, arn):
    balancer = self.load_balancers.get(arn)
    if balancer is None:
        return moto(self, arn)
    if balancer.attrs.get("deletion_protection.enabled") == "true":
        message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
        raise refusal("OperationNotPermitted", message)
    moto(self, arn)
    # Its name is free at once; its interfaces stay for a while.
    subnets = {subnet.id for subnet in balancer.subnets}
    linger(self, subnets, set(balancer.security_groups or ()), "load balancer interfaces")
    for group in self.target_groups.values():
        group.load_balancer_arns = [held for held in group.load_balancer_arns if held != arn]
    neighbours(self, "wafv2").disassociate_web_acl(arn)


@around(ELBv2Backend)
def create_target_group(moto, self, name, **asked):
    """The same again is the first one, in AWS."""
    for group in self.target_groups.values():
        if group.name == name:
            fields = ("vpc_id", "protocol", "port", "target_type")
            if all(str(getattr(group, field)) == str(asked.get(field)) for field in fields):
                return group
    return moto(self, name, **asked)


@around(ELBv2Backend)
def create_listener(moto, self, load_balancer_arn, protocol, port, *rest, **named):
    """One listener a port; moto looks the port up among ARNs."""
    balancer = self.load_balancers.get(load_balancer_arn)
    if balancer and any(str(listener.port) == str(port) for listener in balancer.listeners.values()):
        raise refusal("DuplicateListener", "A listener already exists on this port for this load balancer")
    alone(self, load_balancer_arn, named.get("actions") or next((one for one in rest if isinstance(one, list)), []))
    return moto(self, load_balancer_arn, protocol, port, *rest, **named)


@around(ELBv2Backend)
def create_rule(moto, self, listener_arn, conditions, priority, actions, *rest, **named):
    for balancer in self.load_balancers.values():
        if listener_arn in balancer.listeners:
            alone(self, balancer.arn, actions)
    return moto(self, listener_arn, conditions, priority, actions, *rest, **named)


def alone(backend, balancer_arn, actions):
    """A target group is one load balancer's: AWS refuses it behind another's listener or rule, moto does not."""
    asked = {arn for action in actions for arn in sent_to(backend, action)}
    for balancer in backend.load_balancers.values():
        rules = [rule for listener in balancer.listeners.values() for rule in listener.rules.values()]
        held = {arn for rule in rules for action in rule.actions for arn in sent_to(backend, action.data)}
        if balancer.arn != balancer_arn and held & asked:
            shared = ", ".join(sorted(held & asked))
            message = f"The following target groups cannot be associated with more than one load balancer: {shared}"
            raise refusal("TargetGroupAssociationLimit", message)


def sent_to(backend, action):
    is_forward = action.get("Type") == "forward"
    return backend._get_target_group_arns_from(action_data=action) if is_forward else []


@around(ELBv2Backend)
def set_rule_priorities(_moto, self, rule_priorities):
    """A swap in one call is what the operation is for; moto compares with the priorities that are about to change."""
    rules = {asked["RuleArn"]: self.describe_rules(None, [asked["RuleArn"]])[0] for asked in rule_priorities}
    for asked in rule_priorities:
        listener = self.describe_listeners(None, [rules[asked["RuleArn"]].listener_arn])[0]
        others = [rule for rule in listener.rules.values() if rule.arn not in rules]
        if any(str(rule.priority) == str(asked["Priority"]) for rule in others):
            raise refusal("PriorityInUse", "The specified priority is in use.")
    for asked in rule_priorities:
        rules[asked["RuleArn"]].priority = asked["Priority"]
    return list(rules.values())


@around(AWSCertificateManagerBackend)
def set_certificate_in_use_by(moto, self, arn, load_balancer_name):
    if arn in self._certificates:
        moto(self, arn, load_balancer_name)


@around(AWSCertificateManagerBackend)
def delete_certificate(moto, self, arn):
    for balancer in neighbours(self, "elbv2").load_balancers.values():
        if any(arn in listener.certificates for listener in balancer.listeners.values()):
            raise refusal("ResourceInUseException", f"Certificate {arn} in account {self.account_id} is in use.")
    return moto(self, arn)


@around(AWSCertificateManagerBackend)
def request_certificate(moto, self, domain_name, idempotency_token, subject_alt_names, tags, *rest, **named):
    """moto gives back a token's certificate only if the tags are the same, too; AWS looks at the names."""
    known = self._get_arn_from_idempotency_token(idempotency_token) if idempotency_token else None
    if known in self._certificates and self._certificates[known].common_name == domain_name:
        return known
    if known and known not in self._certificates:
        del self._idempotency_tokens[idempotency_token]
    return moto(self, domain_name, idempotency_token, subject_alt_names, tags, *rest, **named)


# WAF


def duplicate(self):
    super(WAFV2DuplicateItemException, self).__init__("WAFDuplicateItemException", "a resource of this name exists already")


# moto has the name of the shape, clients know the name of the error.
WAFV2DuplicateItemException.__init__ = duplicate


@adds(WAFV2Response)
def list_resources_for_web_acl(self):
    acl = self.wafv2_backend.wacls.get(self._get_param("WebACLArn"))
    if acl is None:
        raise refusal("WAFNonexistentItemException", "AWS WAF couldn't find the web ACL.")
    return 200, {"Content-Type": "application/json"}, json.dumps({"ResourceArns": acl.associated_resources})


@around(WAFV2Backend)
def associate_web_acl(moto, self, web_acl_arn, resource_arn):
    """A resource has one web ACL: the new one takes the place of the old; moto keeps both."""
    if web_acl_arn in self.wacls:
        self.disassociate_web_acl(resource_arn)
    return moto(self, web_acl_arn, resource_arn)


def _keep_settings(self, answer):
    """moto drops what a web ACL is told of attacks by number and of the application."""
    asked = json.loads(self.body)
    acl = next(acl for acl in self.wafv2_backend.wacls.values() if acl.name == asked["Name"])
    settings = {name: asked[name] for name in ("OnSourceDDoSProtectionConfig", "ApplicationConfig") if asked.get(name)}
    acl.settings = {**getattr(acl, "settings", {}), **settings}
    return answer


@around(WAFV2Response)
def create_web_acl(moto, self):
    return _keep_settings(self, moto(self))


@around(WAFV2Response)
def update_web_acl(moto, self):
    """An update replaces the whole; moto leaves what is sent empty or not at all."""
    answer = moto(self)
    asked = json.loads(self.body)
    acl = next(acl for acl in self.wafv2_backend.wacls.values() if acl.name == asked["Name"])
    acl.rules = acl.rules if asked.get("Rules") else []
    acl.description = asked.get("Description") or ""
    for name in ("CustomResponseBodies", "CaptchaConfig", "ChallengeConfig", "TokenDomains", "AssociationConfig"):
        setattr(acl, camelcase_to_underscores(name), asked.get(name))
    return _keep_settings(self, answer)


@around(FakeWebACL)
def to_dict(moto, self):
    return {**moto(self), **getattr(self, "settings", {})}


@around(WAFV2Backend)
def delete_web_acl(moto, self, name, scope, _id, lock_token):
    if any(acl.name == name and acl.associated_resources for acl in self.wacls.values()):
        raise refusal("WAFAssociatedItemException", "AWS WAF couldn't delete the web ACL: it is associated.")
    return moto(self, name, scope, _id, lock_token)


@around(WAFV2Backend)
def create_ip_set(moto, self, name, scope, *rest, **named):
    """AWS refuses a second one of the name, moto makes it."""
    if any(kept.name == name and kept.scope == scope for kept in self.ip_sets.values()):
        raise WAFV2DuplicateItemException()
    return moto(self, name, scope, *rest, **named)


@around(WAFV2Backend)
def delete_ip_set(moto, self, name, scope, _id, lock_token):
    arn = next((arn for arn, kept in self.ip_sets.items() if kept.name == name), None)
    if arn and any(arn in json.dumps(acl.to_dict(), default=str) for acl in self.wacls.values()):
        raise refusal("WAFAssociatedItemException", "AWS WAF couldn't delete the IP set: a web ACL refers to it.")
    return moto(self, name, scope, _id, lock_token)


@around(WAFV2Backend)
def delete_regex_pattern_set(moto, self, **asked):
    arn = next((arn for arn, kept in self.regex_pattern_sets.items() if kept.name == asked["name"]), None)
    if arn and any(arn in json.dumps(acl.to_dict(), default=str) for acl in self.wacls.values()):
        raise refusal("WAFAssociatedItemException", "AWS WAF couldn't delete the pattern set: a web ACL refers to it.")
    return moto(self, **asked)


@around(WAFV2Backend)
def put_logging_configuration(moto, self, arn, log_destination_configs, *rest):
    """WAF takes the ARN of a log group without the stars behind it, and only what is called as it wants."""
    for to in log_destination_configs:
        if to.endswith(":*") or not to.split("/")[0 if ":s3:" in to else -1].split(":")[-1].startswith("aws-waf-logs-"):
            message = f"Error reason: The ARN isn't valid., field: LOG_DESTINATION, parameter: {to}"
            raise refusal("WAFInvalidParameterException", message)
    return moto(self, arn, log_destination_configs, *rest)


@around(WAFV2Backend)
def list_logging_configurations(_moto, self, scope, **_paged):
    """moto looks for CloudFront's by a region that their ARNs don't have."""
    scope = ":global/" if scope == "CLOUDFRONT" else ":regional/"
    return [kept for arn, kept in self.logging_configurations.items() if scope in arn], None


# Certificates for further names


@around(ELBv2Backend)
def add_listener_certificates(moto, self, arn, certificates):
    """moto tells those for further names as if they were the default one, in every list of listeners."""
    further = further_of(self, arn)
    further.extend(one["CertificateArn"] for one in certificates if one["CertificateArn"] not in further)
    return list(further)


@around(ELBv2Backend)
def describe_listener_certificates(moto, self, arn):
    return [*moto(self, arn), *further_of(self, arn)]


@around(ELBv2Backend)
def remove_listener_certificates(moto, self, arn, certificates):
    gone = [one["CertificateArn"] for one in certificates]
    further = further_of(self, arn)
    further[:] = [one for one in further if one not in gone]


def further_of(backend, arn):
    """Kept on moto's own listener, so that they go with it."""
    listener = backend.describe_listeners(load_balancer_arn=None, listener_arns=[arn])[0]
    return listener.__dict__.setdefault("further_certificates", [])
