#!/usr/bin/env python3
"""Cuts what the tests compare the kinds with out of CloudFormation's registry, as cfn-lint has it: registry.py TYPE...

Prints one JSON object: of each type that is there, the names of all properties, and which are create-only, create-only under
conditions, read-only and required. A type that is not there is left out.
"""

import json
import sys

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

# The registries of the regions differ in what a region has, and not in what it is.
REGION = "us-east-1"


def cut(schema):
    def paths(name):
        return sorted({path.removeprefix("/properties/") for path in schema.get(name, [])})

    return {
        "createOnly": paths("createOnlyProperties"),
        "conditionalCreateOnly": paths("conditionalCreateOnlyProperties"),
        "readOnly": paths("readOnlyProperties"),
        "required": sorted(schema.get("required", [])),
        "properties": sorted(schema["properties"]),
    }


def main(types):
    found = {}
    for name in types:
        try:
            found[name] = cut(PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, name).schema)
        except ResourceNotFoundError:
            continue
    json.dump(found, sys.stdout)


main(sys.argv[1:])
