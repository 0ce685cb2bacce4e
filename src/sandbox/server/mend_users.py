"""ElastiCache's users and groups of users: moto makes users, and knows no groups."""

from moto.elasticache.models import ElastiCacheBackend
from moto.elasticache.responses import ElastiCacheResponse

import slow
from patch import ActionResult, adds, around, refusal


class Group:
    """A group of users as DescribeUserGroups tells it."""

    def __init__(self, backend, name, engine, users):
        self.user_group_id, self.engine, self.user_ids = name, engine, list(users)
        self.arn = f"arn:aws:elasticache:{backend.region_name}:{backend.account_id}:usergroup:{name}"
        self.minimum_engine_version = "6.0"
        self.status = "active"


def groups(backend):
    if not hasattr(backend, "user_groups"):
        backend.user_groups = {}
    return backend.user_groups


@around(ElastiCacheResponse)
def create_user(moto, self):
    """With IAM name and id are one; Valkey has no users without a password."""
    mode = self.params.get("AuthenticationMode") or {}
    if mode.get("Type") == "iam" and self.params["UserId"] != self.params["UserName"]:
        raise refusal("InvalidParameterCombination", "User Id and User name must be same for authentication type: iam")
    if mode.get("Type") == "no-password-required" and self.params["Engine"].lower() == "valkey":
        raise refusal("InvalidParameterCombination", "Valkey users need a password or IAM.")
    answer = moto(self)
    user = answer.result
    user.access_string = worded(user.access_string)
    backend = self.elasticache_backend
    backend.tagging_service.tag_resource(user.arn, self.params.get("Tags") or [])
    slow.settle(user, "status", "creating", "active", "cache users")
    return answer


def worded(access):
    """The rules as ElastiCache gives them back."""
    words = {"allkeys": "~*", "allchannels": "&*", "allcommands": "+@all", "nocommands": "-@all"}
    rules = [words.get(rule, rule) for rule in access.split()]
    if not any(rule in ("+@all", "-@all") for rule in rules):
        at = next((index for index, rule in enumerate(rules) if rule[0] in "+-"), len(rules))
        rules.insert(at, "-@all")
    if "&*" not in rules and not any(rule.startswith("&") for rule in rules):
        at = next((index for index, rule in enumerate(rules) if rule[0] in "+-"), len(rules))
        rules.insert(at, "resetchannels")
    return " ".join(rules)


@adds(ElastiCacheResponse)
def modify_user(self):
    user = existing_user(self)
    if user.status != "active":
        raise refusal("InvalidUserState", f"User {user.id} has status {user.status}. Only active users can be modified.")
    asked, mode = self.params, self.params.get("AuthenticationMode")
    if asked.get("AccessString"):
        user.access_string = worded(asked["AccessString"])
    if asked.get("Engine"):
        user.engine = asked["Engine"].lower()
    if mode:
        user.authentication_type, user.passwords = mode["Type"], list(mode.get("Passwords") or ())
        user.no_password_required = mode["Type"] == "no-password-required"
    slow.settle(user, "status", "modifying", "active", "cache users")
    return ActionResult(user)


@around(ElastiCacheResponse)
def delete_user(_moto, self):
    user, backend = existing_user(self), self.elasticache_backend
    holders = [group for group in groups(backend).values() if user.id in group.user_ids]
    if holders and user.name == "default":
        raise refusal("DefaultUserAssociatedToUserGroup", "User is associated to user group(s) as a default user.")
    if user.status != "active":
        raise refusal("InvalidUserState", f"User {user.id} has status {user.status}. Only active users can be modified.")
    for group in holders:
        group.user_ids.remove(user.id)
    slow.leave(backend.users, user.id, user, "status", "cache users")
    return ActionResult(user)


@around(ElastiCacheResponse)
def describe_users(_moto, self):
    users = self.elasticache_backend.users
    asked = self.params.get("UserId")
    return ActionResult({"Users": [existing_user(self)] if asked else list(users.values())})


def existing_user(response):
    name = response.params["UserId"]
    if name not in response.elasticache_backend.users:
        raise refusal("UserNotFound", f"User {name} not found.")
    return response.elasticache_backend.users[name]


@adds(ElastiCacheResponse)
def create_user_group(self):
    backend, name, engine = self.elasticache_backend, self.params["UserGroupId"], self.params["Engine"].lower()
    if name in groups(backend):
        raise refusal("UserGroupAlreadyExists", f"User group {name} already exists.")
    users = self.params.get("UserIds") or []
    refuse_wrong(backend, engine, users)
    group = groups(backend)[name] = Group(backend, name, engine, users)
    backend.tagging_service.tag_resource(group.arn, self.params.get("Tags") or [])
    slow.settle(group, "status", "creating", "active", "cache users")
    return ActionResult(group)


def refuse_wrong(backend, engine, users):
    missing = [user for user in users if user not in backend.users]
    if missing:
        raise refusal("UserNotFound", f"User {missing[0]} not found.")
    names = [backend.users[user].name for user in users]
    if len(set(names)) < len(names):
        raise refusal("DuplicateUserName", "Two users of the group have one name.")
    if engine == "redis" and "default" not in names:
        raise refusal("DefaultUserRequired", "User group needs to contain a user with the user name default.")


@adds(ElastiCacheResponse)
def modify_user_group(self):
    backend, group = self.elasticache_backend, existing_group(self)
    if group.status != "active":
        raise refusal("InvalidUserGroupState", f"User group {group.user_group_id} has status {group.status}. Only active user groups can be modified.")
    comes, goes = self.params.get("UserIdsToAdd") or [], self.params.get("UserIdsToRemove") or []
    engine = (self.params.get("Engine") or group.engine).lower()
    users = [user for user in [*group.user_ids, *comes] if user not in goes]
    refuse_wrong(backend, engine, users)
    group.user_ids, group.engine = users, engine
    slow.settle(group, "status", "modifying", "active", "cache users")
    return ActionResult(group)


@adds(ElastiCacheResponse)
def delete_user_group(self):
    backend, group = self.elasticache_backend, existing_group(self)
    if group.status != "active":
        raise refusal("InvalidUserGroupState", f"User group {group.user_group_id} has status {group.status}.")
    if any(group.user_group_id in (cache.user_group_ids or ()) for cache in backend.replication_groups.values()):
        raise refusal("InvalidUserGroupState", f"User group {group.user_group_id} is in use.")
    backend.tagging_service.delete_all_tags_for_resource(group.arn)
    slow.leave(groups(backend), group.user_group_id, group, "status", "cache users")
    return ActionResult(group)


@adds(ElastiCacheResponse)
def describe_user_groups(self):
    asked = self.params.get("UserGroupId")
    return ActionResult({"UserGroups": [existing_group(self)] if asked else list(groups(self.elasticache_backend).values())})


def existing_group(response):
    name = response.params["UserGroupId"]
    group = groups(response.elasticache_backend).get(name)
    if group is None:
        raise refusal("UserGroupNotFound", f"User group {name} not found.")
    return group


@around(ElastiCacheResponse)
def create_replication_group(moto, self):
    fitting(self, self.params.get("UserGroupIds"), self.params.get("Engine"))
    return moto(self)


@around(ElastiCacheResponse)
def modify_replication_group(moto, self):
    group = self.elasticache_backend.replication_groups.get(self.params["ReplicationGroupId"])
    fitting(self, self.params.get("UserGroupIdsToAdd"), self.params.get("Engine") or (group and group.engine))
    return moto(self)


def fitting(response, names, engine):
    """A cache takes one group that is there and settled; one of Redis none of Valkey."""
    if len(names or ()) > 1:
        raise refusal("InvalidParameterValue", "Only one user group can be associated with a replication group.")
    for name in names or ():
        group = groups(response.elasticache_backend).get(name)
        if group is None:
            raise refusal("UserGroupNotFound", f"User group {name} not found.")
        if group.status != "active":
            raise refusal("InvalidUserGroupState", f"User group {name} has status {group.status}.")
        if engine == "redis" and group.engine == "valkey":
            raise refusal("InvalidParameterCombination", f"User group {name} is of valkey, the cache of redis.")


def taggable(backend, arn):
    """ElastiCache has no tags of a user or a group of them that is changing, and says so in the words of one that is not there."""
    kind, name = arn.split(":")[5:7]
    kept = {"user": backend.users, "usergroup": groups(backend)}.get(kind)
    if kept is None:
        return False
    word = {"user": "User", "usergroup": "UserGroup"}[kind]
    if name not in kept:
        raise refusal(f"{word}NotFound", f"{name} not found.")
    if kept[name].status != "active":
        raise refusal(f"{word}NotFound", f"{name} is not available for tagging")
    return True


@around(ElastiCacheBackend)
def list_tags_for_resource(moto, self, arn):
    """moto takes the ARN of a group for none."""
    return self.tagging_service.list_tags_for_resource(arn) if taggable(self, arn) else moto(self, arn)


@around(ElastiCacheBackend)
def add_tags_to_resource(moto, self, arn, tags):
    taggable(self, arn)
    return moto(self, arn, tags)


@around(ElastiCacheBackend)
def remove_tags_from_resource(moto, self, arn, tags):
    taggable(self, arn)
    return moto(self, arn, tags)
