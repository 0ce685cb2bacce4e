"""EC2: endpoints with their routes and interfaces, flow logs under one token."""

import json

from moto.backends import get_backend
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend, vpcs
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.route_tables import Route
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.responses import EC2Response

import slow
from mend_ec2 import linger, tokens
from patch import ActionResult, around

INTERFACE = "Interface"


@around(EC2Response)
def create_vpc_endpoint(moto, self):
    """moto knows no token, drops the address type and the options of DNS, and takes two of one service."""
    token, kept = self._get_param("ClientToken"), tokens(self.ec2_backend)
    if token and ("endpoint", token) in kept:
        return ActionResult({"VpcEndpoint": kept["endpoint", token]})
    asked = {name: self._get_param(name) for name in ("VpcId", "ServiceName", "VpcEndpointType")}
    is_interface = asked["VpcEndpointType"] == INTERFACE
    backend = self.ec2_backend
    if is_interface and self._get_bool_param("PrivateDnsEnabled", if_none=True):
        refuse_second_name(backend, asked)
    if not is_interface:
        refuse_second_route(backend, asked["ServiceName"], self._get_param("RouteTableIds", []))
    subnets = self._get_param("SubnetIds", []) if is_interface else []
    # moto makes interfaces that stand in no group, and routes that it finds no more.
    answer = moto(self)
    endpoint = answer.result["VpcEndpoint"]
    for interface in endpoint.network_interface_ids:
        backend.enis.pop(interface, None)
    endpoint.network_interface_ids = []
    endpoint.vpc_endpoint_type = asked["VpcEndpointType"] or "Gateway"
    endpoint.service_region = backend.region_name
    endpoint.ip_address_type = self._get_param("IpAddressType") or "ipv4"
    endpoint.dns_options = options(self, "ipv4" if is_interface else "service-defined")
    if is_interface and not endpoint.security_group_ids:
        endpoint.security_group_ids = [backend.get_default_security_group(endpoint.vpc_id).id]
    if not is_interface:
        endpoint.private_dns_enabled = False
    endpoint.subnet_ids = []
    stand(endpoint, subnets)
    if token:
        kept["endpoint", token] = endpoint
    slow.settle(endpoint, "state", "pending", "available", "endpoint" if is_interface else "gateway endpoint")
    return answer


def options(response, record_type):
    asked = response._get_param("DnsOptions") or {}
    inbound = asked.get("PrivateDnsOnlyForInboundResolverEndpoint")
    told = {"DnsRecordIpType": asked.get("DnsRecordIpType") or record_type}
    if inbound is not None:
        told["PrivateDnsOnlyForInboundResolverEndpoint"] = str(inbound).lower() == "true"
    return told


def standing(backend):
    return [endpoint for endpoint in backend.vpc_end_points.values() if endpoint.state != "deleted"]


def refuse_second_name(backend, asked):
    for other in standing(backend):
        if other.private_dns_enabled and (other.vpc_id, other.service_name) == (asked["VpcId"], asked["ServiceName"]):
            message = f"private-dns-enabled cannot be set because there is already a conflicting DNS domain for {other.service_name} in the VPC {other.vpc_id}"
            raise EC2ClientError("InvalidParameter", message)


def refuse_second_route(backend, service, tables, but=None):
    for other in standing(backend):
        shared = set(tables) & set(other.route_table_ids or ())
        if other is not but and other.service_name == service and shared:
            message = f"route table {min(shared)} already has a route with destination-prefix-list-id {other.destination_prefix_list_id}"
            raise EC2ClientError("RouteAlreadyExists", message)


def stand(endpoint, subnets):
    """Gives it a network interface in each of these subnets, and in no other."""
    backend = endpoint.ec2_backend
    kept = {}
    for identity in endpoint.network_interface_ids:
        interface = backend.enis[identity]
        if interface.subnet.id in subnets:
            kept[interface.subnet.id] = interface
        else:
            backend.enis.pop(identity)
            linger(backend, {interface.subnet.id}, set(endpoint.security_group_ids), "endpoint interfaces")
    for subnet in subnets:
        if subnet not in kept:
            kept[subnet] = interface = NetworkInterface(backend, subnet, None, description=f"VPC Endpoint Interface {endpoint.id}")
            interface.interface_type, interface.requester_managed, interface.status = "vpc_endpoint", True, "in-use"
            backend.enis[interface.id] = interface
    for interface in kept.values():
        interface._group_set = [backend.get_security_group_from_id(group) for group in endpoint.security_group_ids]
    endpoint.subnet_ids = list(subnets)
    endpoint.network_interface_ids = [interface.id for interface in kept.values()]


def lead(endpoint, tables):
    """Gives these tables, and no other, the route to the service of a gateway."""
    backend, lists = endpoint.ec2_backend, endpoint.destination_prefix_list_id
    if not lists:
        return
    for table in backend.route_tables.values():
        for key, route in list(table._routes.items()):
            if route.gateway is endpoint and table.id not in tables:
                del table._routes[key]
    for table in (backend.route_tables[identity] for identity in tables):
        if not any(route.gateway is endpoint for route in table._routes.values()):
            route = Route(table, None, None, backend.managed_prefix_lists[lists], gateway=endpoint)
            table._routes[route.id] = route


@around(EC2Response)
def modify_vpc_endpoint(moto, self):
    """moto changes lists and a policy, without routes, interfaces and all the rest."""
    backend = self.ec2_backend
    endpoint = backend.describe_vpc_endpoints([self._get_param("VpcEndpointId")])[0]

    def changed(name, there):
        removed = self._get_param(f"Remove{name}", [])
        return [one for one in there or () if one not in removed] + [one for one in self._get_param(f"Add{name}", []) if one not in there]

    tables = changed("RouteTableIds", endpoint.route_table_ids)
    refuse_second_route(backend, endpoint.service_name, tables, but=endpoint)
    endpoint.route_table_ids = tables
    endpoint.security_group_ids = changed("SecurityGroupIds", endpoint.security_group_ids)
    if endpoint.vpc_endpoint_type == INTERFACE:
        stand(endpoint, changed("SubnetIds", endpoint.subnet_ids))
    else:
        lead(endpoint, tables)
    if self._get_bool_param("ResetPolicy"):
        endpoint.policy_document = json.dumps(VPCEndPoint.DEFAULT_POLICY)
    elif policy := self._get_param("PolicyDocument"):
        endpoint.policy_document = policy
    names = self._get_bool_param("PrivateDnsEnabled")
    if names is not None:
        endpoint.private_dns_enabled = names
    endpoint.ip_address_type = self._get_param("IpAddressType") or endpoint.ip_address_type
    if self._get_param("DnsOptions"):
        endpoint.dns_options |= options(self, endpoint.dns_options["DnsRecordIpType"])
    if endpoint.state == "available":
        slow.settle(endpoint, "state", "pending", "available", "endpoint change")
    return ActionResult({"Return": True})


@around(EC2Response)
def delete_vpc_endpoints(moto, self):
    """In moto routes and interfaces of an endpoint that was changed stay, and what is unknown is deleted."""
    backend, refused = self.ec2_backend, []
    for identity in self._get_param("VpcEndpointIds", []):
        endpoint = backend.vpc_end_points.get(identity)
        if endpoint is None or endpoint.state == "deleted":
            message = f"The Vpc Endpoint Id '{identity}' does not exist"
            refused.append({"ResourceId": identity, "Error": {"Code": "InvalidVpcEndpointId.NotFound", "Message": message}})
            continue
        stand(endpoint, [])
        lead(endpoint, [])
        endpoint.state = "deleting"
        slow.later(lambda gone=identity: backend.vpc_end_points.pop(gone, None), "endpoint deletion")
    return ActionResult({"Unsuccessful": refused})


@around(EC2Backend)
def delete_vpc(moto, self, vpc_id):
    if any(endpoint.vpc_id == vpc_id for endpoint in standing(self)):
        raise EC2ClientError("DependencyViolation", f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
    return moto(self, vpc_id)


@around(EC2Response)
def create_flow_logs(moto, self):
    """A repeated token is the first log, in AWS; and moto drops how files are written."""
    token, kept = self._get_param("ClientToken"), tokens(self.ec2_backend)
    if token and ("flow log", token) in kept:
        return ActionResult(kept["flow log", token])
    answer = moto(self)
    options = self._get_param("DestinationOptions") or {}
    for identity in answer.result["FlowLogIds"]:
        if options:
            is_on = {name: str(options.get(name)).lower() == "true" for name in ("HiveCompatiblePartitions", "PerHourPartition")}
            self.ec2_backend.flow_logs[identity].destination_options = {"FileFormat": options.get("FileFormat", "plain-text"), **is_on}
    if token and answer.result["FlowLogIds"]:
        kept["flow log", token] = answer.result
    return answer


@around(EC2Response)
def delete_flow_logs(moto, self):
    moto(self)
    return ActionResult({"Unsuccessful": []})


@around(EC2Backend)
def describe_vpc_endpoint_services(moto, self, *arguments, **named):
    """moto asks a module of each of some services; one that is not installed has an endpoint as every other has."""
    for service in [service for service in vpcs.IMPLEMENTED_ENDPOINT_SERVICES if not installed(service)]:
        vpcs.IMPLEMENTED_ENDPOINT_SERVICES.remove(service)
        vpcs.COVERED_ENDPOINT_SERVICES.remove(service)
    return moto(self, *arguments, **named)


def installed(service):
    try:
        get_backend(service)
    except ModuleNotFoundError:
        return False
    return True
