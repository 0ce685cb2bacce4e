"""What AWS offers: versions, classes, parameters, and images. moto knows none of them, or only those of years ago."""

from moto.ecr.exceptions import ImageNotFoundException
from moto.ecr.models import ECRBackend
from moto.ecr.responses import ECRResponse
from moto.elasticache.responses import ElastiCacheResponse
from moto.rds.responses import RDSResponse

from patch import ActionResult, adds, around

# More than AWS ever offers at a time, so that nothing real is refused.
VERSIONS = {
    "aurora-mysql": [f"8.{x}.mysql_aurora.{y}.{z:02}.{n}" for x, y in ((0, 3), (4, 4)) for z in range(20) for n in range(6)],
    "aurora-postgresql": [f"{major}.{minor}" for major in range(11, 22) for minor in range(40)],
    "redis": ["6.2", "7.0", "7.1"],
    "valkey": ["7.2", *(f"{major}.{minor}" for major in range(8, 12) for minor in range(7))],
}
# A class of this family is not on offer, a repository or tag of this name not there.
MISSING = "missing"
# What a registry fetches by itself at the first pull.
FETCHED = "docker-hub"


@around(ECRBackend)
def describe_images(moto, self, repository_name, registry_id=None, image_ids=None):
    """Nobody pushes images to the sandbox: it has all that a template names."""
    if MISSING in repository_name:
        return moto(self, repository_name, registry_id, image_ids)
    for image in image_ids or []:
        if MISSING in image.get("imageTag", ""):
            raise ImageNotFoundException(str(image), repository_name, registry_id or self.account_id)
    return []


@adds(ECRResponse)
def describe_pull_through_cache_rules(self):
    return ActionResult({"pullThroughCacheRules": [{"ecrRepositoryPrefix": FETCHED}]})


@adds(RDSResponse)
def describe_db_engine_versions(self):
    return ActionResult({"DBEngineVersions": versions(self.params.get("Engine"))})


@adds(ElastiCacheResponse)
def describe_cache_engine_versions(self):
    return ActionResult({"CacheEngineVersions": versions(self._get_param("Engine"))})


def versions(engine):
    return [{"Engine": engine, "EngineVersion": version} for version in VERSIONS.get(engine, ())]


@around(RDSResponse)
def describe_orderable_db_instance_options(moto, self):
    engine, name = self.params.get("Engine"), self.params.get("DBInstanceClass") or "db.r7g.large"
    option = {"Engine": engine, "DBInstanceClass": name}
    return ActionResult({"OrderableDBInstanceOptions": [] if MISSING in name else [option]})


@adds(RDSResponse)
def describe_engine_default_cluster_parameters(self):
    """None: moto takes every name, and a list of ours would refuse what AWS takes."""
    return ActionResult({"EngineDefaults": {"Parameters": []}})
