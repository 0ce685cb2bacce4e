"""EC2: idempotency tokens, rules by what they mean, deletions in order, NAT gateways that take time."""

import inspect
from ipaddress import ip_network

from moto.backends import get_backend
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.core import TaggedEC2Resource
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupRule
from moto.ec2.models.subnets import Subnet
from moto.ec2.responses import EC2Response
from moto.ec2.responses.egress_only_internet_gateways import EgressOnlyInternetGateway as EgressOnlyInternetGatewayResponse
from moto.ec2.utils import EC2_PREFIX_TO_RESOURCE, get_prefix

import slow
from patch import ActionResult, around


@around(EC2Response)
def create_nat_gateway(moto, self):
    """A repeated token is the first gateway, in AWS; in moto its address is already associated."""
    token, kept = self._get_param("ClientToken"), tokens(self.ec2_backend)
    if ("nat", token) in kept:
        return ActionResult({"NatGateway": kept["nat", token]})
    answer = moto(self)
    gateway = answer.result["NatGateway"]
    if token:
        kept["nat", token] = gateway
        gateway.client_token = token
    # Its interface is AWS's, not a stranger in the VPC.
    gateway._eni.interface_type, gateway._eni.requester_managed = "nat_gateway", True
    gateway._eni.description, gateway._eni.status = f"Interface for NAT Gateway {gateway.id}", "in-use"
    slow.settle(gateway, "state", "pending", "available", "nat gateway")
    return answer


@around(EC2Backend)
def delete_nat_gateway(moto, self, nat_gateway_id):
    """Its interface and its hold on the address go with it, in moto they stay; an unknown one is a crash there."""
    if nat_gateway_id not in self.nat_gateways:
        raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {nat_gateway_id} was not found")
    gateway = moto(self, nat_gateway_id)

    def finish():
        gateway.state = "deleted"
        for address in self.addresses:
            if address.eni is gateway._eni:
                address.eni, address.association_id = None, None
        self.enis.pop(gateway._eni.id, None)

    gateway.state = "deleting"
    slow.later(finish, "nat gateway deletion")
    return gateway


@around(EC2Backend)
def describe_nat_gateways(moto, self, filters, nat_gateway_ids):
    """moto knows no tag filter, and no error for an unknown gateway."""
    for missing in set(nat_gateway_ids or ()) - set(self.nat_gateways):
        raise EC2ClientError("NatGatewayNotFound", f"The Nat Gateway {missing} was not found")
    found = moto(self, filters, nat_gateway_ids)
    for name, values in (filters or {}).items():
        if name.startswith("tag:"):
            found = [gateway for gateway in found if tags(gateway).get(name[4:]) in values]
        elif name == "tag-key":
            found = [gateway for gateway in found if set(tags(gateway)) & set(values)]
    return found


@around(EC2Response)
def create_route_table(moto, self):
    token, kept = self._get_param("ClientToken"), tokens(self.ec2_backend)
    if token and ("table", token) in kept:
        return ActionResult({"RouteTable": kept["table", token]})
    answer = moto(self)
    if token:
        kept["table", token] = answer.result["RouteTable"]
    return answer


@around(EC2Backend)
def associate_route_table(moto, self, route_table_id, gateway_id=None, subnet_id=None):
    """AWS refuses a subnet that another table holds; moto answers with that one's association."""
    others = [table for table in self.route_tables.values() if table.id != route_table_id]
    if subnet_id and any(subnet_id in table._associations.values() for table in others):
        message = f"the specified association for route table {route_table_id} conflicts with an existing association"
        raise EC2ClientError("Resource.AlreadyAssociated", message)
    return moto(self, route_table_id, gateway_id, subnet_id)


def tokens(backend):
    return backend.__dict__.setdefault("sandbox_tokens", {})


def tags(thing):
    return {tag["key"]: tag["value"] for tag in thing.get_tags()}


@around(TaggedEC2Resource)
def get_tags(moto, self):
    """moto goes through all tags of the region for those of one thing: with many stacks that is most of its time."""
    kind = EC2_PREFIX_TO_RESOURCE.get(get_prefix(self.id or ""), "")
    there = self.ec2_backend.tags.get(self.id, {})
    return [{"resource_id": self.id, "key": key, "value": value, "resource_type": kind} for key, value in there.items()]


# Security group rules

# As EC2 tells them, whatever they were called; all others are numbers and have no ports.
WITH_PORTS = {"tcp": "tcp", "6": "tcp", "udp": "udp", "17": "udp", "icmp": "icmp", "1": "icmp", "icmpv6": "icmpv6", "58": "icmpv6"}


@around(SecurityGroupRule)
def __init__(moto, self, *arguments, **named):
    """A prefix list's description is dropped; a protocol without ports is a crash, and so is ICMPv6 of all types."""
    call = inspect.signature(moto).bind(self, *arguments, **named)
    asked = call.arguments
    protocol = str(asked["ip_protocol"]).lower()
    known = WITH_PORTS.get(protocol)
    if known == "icmpv6":
        asked["from_port"] = -1 if asked["from_port"] is None else asked["from_port"]
        asked["to_port"] = -1 if asked["to_port"] is None else asked["to_port"]
    elif not known:
        if protocol not in ("-1", "all") and not (protocol.isdecimal() and int(protocol) < 256):
            raise EC2ClientError("InvalidPermission.Malformed", f"Invalid protocol: {protocol}")
        asked["from_port"] = asked["to_port"] = 0
    moto(*call.args, **call.kwargs)
    if known:
        self.ip_protocol = known
    else:
        self.from_port = self.to_port = None
    self.prefix_list_description = (asked.get("prefix_list_id") or {}).get("Description")


def same_rule(self, other):
    """A description is no part of what a rule is: moto finds no group's rule again once it has one."""
    return identity(self) == identity(other)


def identity(rule):
    source = rule.source_group or {}
    ranges = (rule.ip_range.get("CidrIp"), rule.ip_range.get("CidrIpv6"))
    return rule.ip_protocol, rule.from_port, rule.to_port, *ranges, source.get("GroupId"), rule.prefix_list_id, rule.is_egress


def description(rule):
    """moto tells only the descriptions of address ranges."""
    return rule.ip_range.get("Description") or rule.source_group.get("Description") or rule.prefix_list_description


SecurityGroupRule.__eq__ = same_rule
SecurityGroupRule.__hash__ = lambda rule: hash(identity(rule))
SecurityGroupRule.description = property(description)


@around(SecurityGroup)
def _flattened_rules(moto, self, rules):
    """A prefix list is told with its description as well."""
    views = moto(self, rules)
    for view in views:
        alike = [rule for rule in rules if (rule.ip_protocol, rule.from_port, rule.to_port) == (view.ip_protocol, view.from_port, view.to_port)]
        told = {rule.prefix_list_id: rule.prefix_list_description for rule in alike if rule.prefix_list_description}
        for one in view.prefix_list_ids:
            one.update({"Description": told[one["PrefixListId"]]} if one["PrefixListId"] in told else {})
    return views


@around(EC2Backend)
def _sg_update_description(moto, self, security_rule, rule):
    moto(self, security_rule, rule)
    if security_rule.prefix_list_description:
        rule.prefix_list_description = security_rule.prefix_list_description


# What is in use is not deleted


@around(EC2Backend)
def delete_security_group(moto, self, name=None, group_id=None):
    if group_id and any(group_id in groups for groups in security_groups_in_use(self)):
        message = f"resource {group_id} has a dependent object"
        raise EC2ClientError("DependencyViolation", message)
    return moto(self, name=name, group_id=group_id)


@around(EC2Backend)
def create_subnet(moto, self, vpc_id, *arguments, **named):
    """moto takes the first subnet of a zone that is given by its id for the default one, which hands out addresses."""
    subnet = moto(self, vpc_id, *arguments, **named)
    if not self.get_vpc(vpc_id).is_default:
        subnet.default_for_az = subnet.map_public_ip_on_launch = False
    return subnet


@around(EC2Backend)
def delete_subnet(moto, self, subnet_id):
    if any(subnet_id in subnets for subnets in subnets_in_use(self)):
        message = f"The subnet '{subnet_id}' has dependencies and cannot be deleted."
        raise EC2ClientError("DependencyViolation", message)
    return moto(self, subnet_id)


# IPv6


def has_ipv6(associations):
    return any(one["ipv6CidrBlockState"]["State"] in ("associated", "associating") for one in associations)


def ranges(self):
    """moto writes out the state as Python has it."""
    there = [one for one in self.ipv6_cidr_block_associations.values() if one["ipv6CidrBlockState"]["State"] == "associated"]
    return [{**one, "ipv6CidrBlockState": {"state": "associated"}} for one in there]


Subnet.ipv6_cidr_block_association_set = property(ranges)


@around(EC2Backend)
def disassociate_vpc_cidr_block(moto, self, association_id):
    for vpc in self.vpcs.values():
        range = vpc._cidr_block_association_set.get(association_id, {}).get("cidr_block", "")
        inside = [subnet for subnet in self.describe_subnets() if subnet.vpc_id == vpc.id]
        if ":" in range and any(has_ipv6(subnet.ipv6_cidr_block_associations.values()) for subnet in inside):
            raise EC2ClientError("InvalidCidrBlock.InUse", f"The vpc {vpc.id} currently has a subnet within CIDR block {range}")
    return moto(self, association_id)


@around(EC2Backend)
def associate_subnet_cidr_block(moto, self, subnet_id, ipv6_cidr_block):
    """moto takes any range, and a second one."""
    subnet = self.get_subnet(subnet_id)
    ranges = self.get_vpc(subnet.vpc_id).get_cidr_block_association_set(ipv6=True)
    whole = [ip_network(one["cidr_block"]) for one in ranges if one["cidr_block_state"]["state"] == "associated"]
    if not any(ip_network(ipv6_cidr_block).subnet_of(one) for one in whole) or has_ipv6(subnet.ipv6_cidr_block_associations.values()):
        raise EC2ClientError("InvalidSubnet.Range", f"The CIDR '{ipv6_cidr_block}' is invalid.")
    return moto(self, subnet_id, ipv6_cidr_block)


@around(EC2Backend)
def disassociate_subnet_cidr_block(moto, self, association_id):
    """A range stays while its addresses are handed out, or something has one: what is known here are load balancers."""
    subnet = self.get_subnet_from_ipv6_association(association_id)
    if subnet and subnet.assign_ipv6_address_on_creation:
        raise EC2ClientError(
            "InvalidCidrBlock.InUse",
            f"The subnet IPv6 CIDR block with association ID {association_id} may not be disassociated, because its subnet has "
            "assign-ipv6-address-on-creation set to true.",
        )
    balancers = neighbours(self, "elbv2").load_balancers.values()
    dual = [one for one in balancers if one.ip_address_type != "ipv4"]
    if subnet and any(subnet.id == at.id for one in dual for at in one.subnets):
        raise EC2ClientError("InvalidCidrBlock.InUse", f"The subnet {subnet.id} has addresses of {association_id} in use.")
    return moto(self, association_id)


@around(EC2Backend)
def modify_subnet_attribute(moto, self, subnet_id, attr_name, attr_value):
    if attr_name == "assign_ipv6_address_on_creation" and attr_value and not has_ipv6(self.get_subnet(subnet_id).ipv6_cidr_block_associations.values()):
        raise EC2ClientError(
            "InvalidParameterValue",
            "Invalid value 'true' for assign-ipv6-address-on-creation. Cannot set assign-ipv6-address-on-creation to true unless the "
            f"subnet ({subnet_id}) has an IPv6 CIDR block associated with it.",
        )
    return moto(self, subnet_id, attr_name, attr_value)


@around(EgressOnlyInternetGatewayResponse)
def create_egress_only_internet_gateway(moto, self):
    """A repeated token is the first gateway; a network has one."""
    token, kept, vpc = self._get_param("ClientToken"), tokens(self.ec2_backend), self._get_param("VpcId")
    if token and ("eigw", token) in kept:
        return ActionResult({"EgressOnlyInternetGateway": kept["eigw", token]})
    if any(one.vpc_id == vpc for one in self.ec2_backend.egress_only_internet_gateways.values()):
        raise EC2ClientError("InvalidParameterValue", f"Network {vpc} already has an egress-only internet gateway attached")
    answer = moto(self)
    if token:
        kept["eigw", token] = answer.result["EgressOnlyInternetGateway"]
    return answer


@around(EC2Backend)
def release_address(moto, self, address=None, allocation_id=None):
    for held in self.addresses:
        if allocation_id and held.allocation_id == allocation_id and held.association_id:
            message = f"The address with allocation id [{allocation_id}] cannot be released because it is in use."
            raise EC2ClientError("InvalidIPAddress.InUse", message)
    return moto(self, address=address, allocation_id=allocation_id)


@around(EC2Backend)
def detach_internet_gateway(moto, self, internet_gateway_id, vpc_id):
    """AWS keeps it while anything in the VPC has a public address."""
    gateways = [g for g in self.nat_gateways.values() if g.connectivity_type == "public"]
    mapped = any(g.vpc_id == vpc_id and g.state != "deleted" for g in gateways)
    balancers = neighbours(self, "elbv2").load_balancers.values()
    if mapped or any(b.vpc_id == vpc_id and b.scheme == "internet-facing" for b in balancers):
        message = f"Network {vpc_id} has some mapped public address(es). Please unmap those before detaching the gateway."
        raise EC2ClientError("DependencyViolation", message)
    return moto(self, internet_gateway_id, vpc_id)


def neighbours(backend, service):
    """The backend of another service, in the same account and region."""
    return get_backend(service)[backend.account_id][backend.region_name]


@around(EC2Backend)
def delete_vpc(moto, self, vpc_id):
    """AWS deletes no network with a group of one's own or a gateway in it."""
    groups = [group for group in self.groups.get(vpc_id, {}).values() if group.name != "default"]
    gateways = [gateway for gateway in self.internet_gateways.values() if gateway.vpc and gateway.vpc.id == vpc_id]
    ways_out = [gateway for gateway in self.egress_only_internet_gateways.values() if gateway.vpc_id == vpc_id]
    if groups or gateways or ways_out:
        raise EC2ClientError("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    return moto(self, vpc_id)


def linger(backend, subnets, groups, what):
    """Lets network interfaces stay in these subnets and groups for a while after their owner is gone."""
    kept = neighbours(backend, "ec2").__dict__.setdefault("sandbox_lingering", [])
    entry = (subnets, groups)
    kept.append(entry)
    slow.later(lambda: kept.remove(entry), what)


def security_groups_in_use(backend):
    """Sets of group ids, one for each thing that holds them."""
    yield from (groups for _, groups in backend.__dict__.get("sandbox_lingering", ()))
    for groups in backend.groups.values():
        for group in groups.values():
            rules = [*group.ingress_rules, *group.egress_rules]
            yield {rule.source_group.get("GroupId") for rule in rules if rule.source_group.get("GroupId") != group.id}
    for interface in backend.enis.values():
        yield {group.id for group in interface.group_set}
    for balancer in neighbours(backend, "elbv2").load_balancers.values():
        yield set(balancer.security_groups or ())
    for cluster in neighbours(backend, "rds").clusters.values():
        yield set(cluster.vpc_security_group_ids or ())
    for group in neighbours(backend, "elasticache").replication_groups.values():
        yield set(group.security_group_ids or ())
    yield from (set(network.get("securityGroups", ())) for network in service_networks(backend))


def subnets_in_use(backend):
    """Sets of subnet ids, one for each thing that stands in them; a database holds all of its group's."""
    yield from (subnets for subnets, _ in backend.__dict__.get("sandbox_lingering", ()))
    for gateway in backend.nat_gateways.values():
        if gateway.state != "deleted":
            yield {gateway.subnet_id}
    for interface in backend.enis.values():
        yield {interface.subnet.id}
    for balancer in neighbours(backend, "elbv2").load_balancers.values():
        yield {subnet.id for subnet in balancer.subnets}
    rds = neighbours(backend, "rds")
    for name in {cluster.db_subnet_group_name for cluster in rds.clusters.values() if cluster.members}:
        held = rds.subnet_groups[name].subnets if name in rds.subnet_groups else []
        yield {subnet["SubnetIdentifier"] for subnet in held}
    caches = neighbours(backend, "elasticache")
    for group in caches.replication_groups.values():
        kept = caches.cache_subnet_groups.get(group.cache_subnet_group_name)
        yield set(kept.subnet_ids) if kept else set()
    yield from (set(network.get("subnets", ())) for network in service_networks(backend))


def service_networks(backend):
    for service in neighbours(backend, "ecs").services.values():
        if service.status != "INACTIVE":
            yield (service.network_configuration or {}).get("awsvpcConfiguration") or {}


