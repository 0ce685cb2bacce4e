"""Cloud Map: filters, names that are taken, operations that take their time, and the services of ECS that hold a namespace."""

import json

from moto.servicediscovery.models import ServiceDiscoveryBackend
from moto.servicediscovery.responses import ServiceDiscoveryResponse

import slow
from mend_ec2 import neighbours
from patch import around, refusal

FILTERED = {"NAME": "name", "TYPE": "type"}


@around(ServiceDiscoveryResponse)
def list_namespaces(moto, self):
    """moto ignores the filters."""
    status, headers, body = moto(self)
    told = json.loads(body)["Namespaces"]
    for one in self._get_param("Filters") or []:
        if one["Name"] in FILTERED:
            told = [namespace for namespace in told if namespace[one["Name"].title()] in one["Values"]]
    return status, headers, json.dumps({"Namespaces": told})


@around(ServiceDiscoveryBackend)
def create_http_namespace(moto, self, name, creator_request_id, description, tags):
    """AWS makes no second one of a name, and goes on with what the same request has begun; moto makes another."""
    for there in self.namespaces.values():
        if there.creator_request_id == creator_request_id and there.name == name:
            raise duplicate(self, there)
        if there.name == name:
            raise refusal("NamespaceAlreadyExists", f"A namespace with the name {name} already exists.")
    return moto(self, name, creator_request_id, description or "", tags)


def duplicate(backend, namespace):
    begun = [one for one in backend.operations.values() if one.targets.get("NAMESPACE") == namespace.id]
    error = refusal("DuplicateRequest", "Another operation of the same request is in progress.")
    error.DuplicateOperationId = begun[-1].id
    return error


@around(ServiceDiscoveryBackend)
def _create_operation(moto, self, op_type, targets):
    """AWS carries out what is asked for some time after; moto has done it at once."""
    number = moto(self, op_type, targets)
    slow.settle(self.operations[number], "status", "PENDING", "SUCCESS", "namespace")
    return number


@around(ServiceDiscoveryResponse)
def update_http_namespace(moto, self):
    """moto calls the operation by another name."""
    return json.dumps({"OperationId": json.loads(moto(self))["operationId"]})


@around(ServiceDiscoveryBackend)
def delete_namespace(moto, self, namespace_id):
    """ECS keeps the names of its services in it until they are gone."""
    there = self.get_namespace(namespace_id)
    for service in neighbours(self, "ecs").services.values():
        connect = getattr(service, "service_connect_configuration", None) or {}
        if service.status != "INACTIVE" and connect.get("enabled") and connect.get("namespace") in (there.arn, there.name):
            raise refusal("ResourceInUse", "Namespace has associated services; delete the services before deleting the namespace")
    return moto(self, namespace_id)
