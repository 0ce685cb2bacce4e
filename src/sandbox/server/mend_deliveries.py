"""CloudWatch Logs: deliveries, their paths, and what is refused while one is there."""

from moto.logs.models import LogsBackend
from moto.logs.responses import LogsResponse

from patch import adds, around, refusal

# What AWS puts before the path of a distribution's logs, at the creation alone, where the destination has no path of its own.
PREFIX = "AWSLogs/{account-id}/CloudFront/"


@around(LogsBackend)
def create_delivery(moto, self, *arguments, **named):
    delivery = moto(self, *arguments, **named)
    to = next(one for one in self.delivery_destinations.values() if one.arn == delivery.delivery_destination_arn)
    bucket = to.delivery_destination_configuration["destinationResourceArn"].partition(":::")[2]
    if bucket and "/" not in bucket:
        path = delivery.s3_delivery_configuration.get("suffixPath", "").removeprefix(PREFIX)
        delivery.s3_delivery_configuration = {**delivery.s3_delivery_configuration, "suffixPath": PREFIX + path}
    return delivery


@adds(LogsResponse)
def update_delivery_configuration(self):
    delivery = self.logs_backend.deliveries.get(self._get_param("id"))
    if delivery is None:
        raise refusal("ResourceNotFoundException", "Requested Delivery does not exist in this account.")
    if fields := self._get_param("recordFields"):
        delivery.record_fields = fields
    if (delimiter := self._get_param("fieldDelimiter")) is not None:
        delivery.field_delimiter = delimiter
    delivery.s3_delivery_configuration = {**delivery.s3_delivery_configuration, **(self._get_param("s3DeliveryConfiguration") or {})}
    return "{}"


@around(LogsBackend)
def delete_delivery_source(moto, self, name):
    unused(any(one.delivery_source_name == name for one in self.deliveries.values()))
    return moto(self, name)


@around(LogsBackend)
def delete_delivery_destination(moto, self, name):
    arns = [one.arn for one in self.delivery_destinations.values() if one.name == name]
    unused(any(one.delivery_destination_arn in arns for one in self.deliveries.values()))
    return moto(self, name)


def unused(is_used):
    if is_used:
        raise refusal("ConflictException", "Cannot delete while a Delivery is associated with it.")
