"""What stands in a VPC and the harness has no class for, and the sets of DHCP options that VPCs have."""

import json
import re

import kinds

# AWS's own set of DHCP options, which every recorded VPC has for all that the recordings say; another is somebody's.
AMAZON = [("domain-name", "ec2.internal"), ("domain-name-servers", "AmazonProvidedDNS")]


OTHER = [("domain-name-servers", "192.0.2.53")]
RECORDED = set()


def dhcp_options(account, asked):
    def of(id):
        return [{"Key": key, "Values": [{"Value": value}]} for key, value in (AMAZON if id in RECORDED else OTHER)]

    in_use = {vpc.get("DhcpOptionsId") for vpc in account.all("vpc")}
    ids = [id for id in asked.get("DhcpOptionsIds", []) if id in in_use]
    return {"DhcpOptions": [{"DhcpOptionsId": id, "DhcpConfigurations": of(id)} for id in ids]}


def endpoints(account, asked):
    return {"VpcEndpoints": account.ec2("endpoint", asked, asked.get("VpcEndpointIds"), "VpcEndpointId")}


def flow_logs(account, asked):
    return {"FlowLogs": account.ec2("flow-log", asked, asked.get("FlowLogIds"), "FlowLogId", filters="Filter")}


# The harness has an answer without any endpoints.
BETTER = {"ec2__DescribeVpcEndpoints": endpoints}
READS = {"ec2__DescribeFlowLogs": flow_logs, "ec2__DescribeDhcpOptions": dhcp_options}


def with_range(expect):
    """What a VPC is expected to be, with a range of Amazon's, which the harness does not know."""

    def of(self, thing, extra):
        sets = thing.get("Ipv6CidrBlockAssociationSet", [])
        standing = [one for one in sets if one["Ipv6CidrBlockState"]["State"] in ("associated", "associating")]
        has_range = any(one.get("Ipv6Pool") == "Amazon" for one in standing)
        return expect(self, thing, extra) | ({"AmazonProvidedIpv6CidrBlock": True} if has_range else {})

    return of


kinds.Vpc.expect = with_range(kinds.Vpc.expect)


class Endpoint(kinds.Ec2):
    type, op, list_key, table = "AWS::EC2::VPCEndpoint", "ec2.DescribeVpcEndpoints", "VpcEndpoints", "endpoint"
    id_key = "VpcEndpointId"

    def excluded(self, thing):
        if not re.fullmatch("vpce-[0-9a-f]{8,17}", thing["VpcEndpointId"]):
            return "recording scrubbed: its id is none"
        if thing.get("State") == "deleted":
            return "deleted: no longer there"
        return "recording scrubbed: its policy is none" if thing.get("PolicyDocument") == "{...}" else None

    def expect(self, thing, extra):
        is_interface = thing["VpcEndpointType"] == "Interface"
        whole = {name: thing[name] for name in ("VpcId", "ServiceName", "VpcEndpointType")}
        whole |= {name: thing[name] for name in ("IpAddressType", "ServiceRegion") if thing.get(name)}
        whole |= {name: thing.get(name, []) for name in ("RouteTableIds", "SubnetIds")}
        whole["SecurityGroupIds"] = [group["GroupId"] for group in thing.get("Groups", [])]
        if thing.get("PolicyDocument"):
            whole["PolicyDocument"] = json.loads(thing["PolicyDocument"])
        if is_interface:
            whole |= {name: thing[name] for name in ("PrivateDnsEnabled", "DnsOptions") if name in thing}
        else:
            whole = {name: value for name, value in whole.items() if name not in ("SubnetIds", "SecurityGroupIds")}
        return whole if not is_interface else {name: value for name, value in whole.items() if name != "RouteTableIds"}


class FlowLog(kinds.Ec2):
    type, op, list_key, table, id_key = "AWS::EC2::FlowLog", "ec2.DescribeFlowLogs", "FlowLogs", "flow-log", "FlowLogId"

    def excluded(self, thing):
        return "of 2017: without the type of its destination" if not thing.get("LogDestinationType") else None

    def expect(self, thing, extra):
        is_group = thing["LogDestinationType"] == "cloud-watch-logs"
        names = ("ResourceId", "TrafficType", "LogDestinationType", "LogFormat", "MaxAggregationInterval", "DestinationOptions")
        names += ("LogGroupName", "DeliverLogsPermissionArn") if is_group else ("LogDestination",)
        return {name: thing[name] for name in names if thing.get(name)} | {"ResourceType": "VPC"}


KINDS = [Endpoint, FlowLog]
