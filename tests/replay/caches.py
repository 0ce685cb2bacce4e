"""Who logs in to caches."""

import kinds


class User(kinds.Kind):
    type, op, list_key = "AWS::ElastiCache::User", "elasticache.DescribeUsers", "Users"
    botocore, named = ("elasticache", "DescribeUsers"), True

    def excluded(self, thing):
        return "AWS's own, which nobody changes" if thing["UserId"] == "default" else None

    def identity(self, thing):
        return thing["UserId"]

    tag_names = identity

    def region(self, thing):
        return thing["ARN"].split(":")[3]

    def install(self, account, thing, extra, tags):
        account.tables["cache-user"][self.identity(thing)] = thing
        account.tags[thing["ARN"]] = tags

    def expect(self, thing, extra):
        kind = thing["Authentication"]["Type"]
        mode = {"Type": "no-password-required" if kind == "no-password" else kind}
        return {name: thing[name] for name in ("AccessString", "Engine", "UserName")} | {"AuthenticationMode": mode}


READS = {
    "elasticache__DescribeUsers": lambda account, asked: {"Users": list(account.tables["cache-user"].values())},
    "elasticache__DescribeUserGroups": lambda account, asked: {"UserGroups": []},
    "elasticache__DescribeCacheParameterGroups": lambda account, asked: {"CacheParameterGroups": []},
}

KINDS = [User]
