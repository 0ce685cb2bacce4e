"""The tagging API: pages of what there was when the first was asked for."""

from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from patch import around


@around(ResourceGroupsTaggingAPIBackend)
def _get_resources_generator(moto, self, *arguments, **named):
    """moto looks on from page to page, and fails if anything was made in between."""
    return iter(list(moto(self, *arguments, **named)))
