"""Route 53's health checks: versions, what is filled in, what is refused, and references that are never taken twice."""

import ipaddress

from moto.route53 import urls
from moto.route53.exceptions import NoSuchHealthCheck
from moto.route53.models import HealthCheck, Route53Backend
from moto.route53.responses import Route53

from patch import ActionResult, adds, around, refusal

EVERYWHERE = ["ap-northeast-1", "ap-southeast-1", "ap-southeast-2", "eu-west-1", "sa-east-1", "us-east-1", "us-west-1", "us-west-2"]
PORTS = {"HTTP": 80, "HTTPS": 443}


def invalid(what):
    return refusal("InvalidInput", f"Invalid parameter : {what}")


def is_true(value):
    return str(value).lower() == "true"


def protocol(check):
    return check.type_.removesuffix("_STR_MATCH")


def judged(check):
    """What is asked for, as Route 53 takes it and keeps it."""
    if check.type_ in ("CALCULATED", "CLOUDWATCH_METRIC", "RECOVERY_CONTROL"):
        return
    if not check.fqdn and not check.ip_address:
        raise invalid("Either an IP address or a domain name must be specified.")
    if check.ip_address and not ipaddress.ip_address(check.ip_address).is_global:
        raise invalid(f"Invalid IPv4 address {check.ip_address}")
    if check.type_.endswith("_STR_MATCH") != bool(check.search_string):
        raise invalid("Search string is for string matching health checks, and is required there.")
    if int(check.request_interval) not in (10, 30):
        raise invalid("Request interval must be 10 or 30.")
    if not 1 <= int(check.failure_threshold) <= 10:
        raise invalid("Failure threshold must be from 1 to 10.")
    if check.type_ == "TCP" and (check.resource_path or check.enable_sni is not None):
        raise invalid("TCP health checks have neither a resource path nor SNI.")
    if check.regions is not None and len(check.regions) < 3:
        raise invalid("At least three regions are needed.")
    if check.regions is None:
        # After some minutes Route 53 tells all of them.
        check.set_regions(EVERYWHERE)


@around(HealthCheck)
def __init__(moto, self, health_check_id, caller_reference, health_check_args):
    moto(self, health_check_id, caller_reference, health_check_args)
    asked = health_check_args
    self.port = asked.get("port") or PORTS.get(protocol(self))
    sni = asked.get("enable_sni")
    usual = True if protocol(self) == "HTTPS" else False if protocol(self) == "HTTP" else None
    self.enable_sni = usual if sni is None else is_true(sni)


@around(Route53Backend)
def create_health_check(moto, self, caller_reference, health_check_args):
    """The same reference with the same settings is the same health check; of one that is gone it is none."""
    used = self.__dict__.setdefault("sandbox_check_references", {})
    if caller_reference in used:
        check, asked = used[caller_reference]
        if check.id in self.health_checks and asked == health_check_args:
            return check
        raise refusal("HealthCheckAlreadyExists", "A different health check has already been created with the specified caller reference.")
    check = moto(self, caller_reference, health_check_args)
    try:
        judged(check)
    except Exception:
        del self.health_checks[check.id]
        raise
    used[caller_reference] = (check, health_check_args)
    return check


@around(Route53)
def update_health_check(moto, self):
    """moto resets nothing and counts no versions."""
    check = self.backend.health_checks.get(self._get_param("HealthCheckId"))
    if check is None:
        raise NoSuchHealthCheck(self._get_param("HealthCheckId"))
    version = self._get_param("HealthCheckVersion")
    if version is not None and int(version) != check.health_check_version:
        raise refusal("HealthCheckVersionMismatch", "The value of HealthCheckVersion in the request doesn't match the value of HealthCheckVersion in the health check.")
    if bool(self._get_param("IPAddress")) and not check.ip_address:
        raise invalid("An IP address can't be added to a health check that has none.")
    answer = moto(self)
    for name, value in (("Inverted", "inverted"), ("Disabled", "disabled"), ("EnableSNI", "enable_sni")):
        if self._get_param(name) is not None:
            setattr(check, value, is_true(self._get_param(name)))
    for name in self._get_param("ResetElements") or ():
        if name == "Regions":
            check.set_regions(EVERYWHERE)
        elif name == "FullyQualifiedDomainName":
            check.fqdn = None
        elif name == "ResourcePath":
            check.resource_path = None
    judged(check)
    check.health_check_version += 1
    return answer


@around(Route53Backend)
def delete_health_check(moto, self, health_check_id):
    """moto takes what is not there for deleted."""
    if health_check_id not in self.health_checks:
        raise NoSuchHealthCheck(health_check_id)
    return moto(self, health_check_id)


urls.url_paths[r"{0}/(?P<api_version>[\d_-]+)/healthcheckcount"] = Route53.dispatch


@adds(Route53)
def get_health_check_count(self):
    return ActionResult({"HealthCheckCount": len(self.backend.health_checks)})
