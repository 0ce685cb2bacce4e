"""Kinds that AWS tells by several operations: a recorded thing is what each of them answered, by its name."""

import kinds
import wire


class Whole:
    """The shape of such a thing: a structure with a member for each operation."""

    type_name = "structure"

    def __init__(self, service, operations):
        self.name = f"the answers of {service}"
        self.members = {operation: part(service, operation, where) for operation, where in operations.items()}


def part(service, operation, where):
    """The shape of an answer, or of the one member of it that is meant."""
    shape = wire.model(service).operation_model(operation).output_shape
    return shape.members[where] if where else shape


class Parts(kinds.Kind):
    """A kind whose things have a part for each operation: the answer, or the member of it that is named."""

    named = True
    service = ""
    operations = {}

    def __init__(self):
        super().__init__()
        self.botocore = (self.service, None)

    def shape(self):
        return Whole(self.service, self.operations)

    def told(self, answers):
        """What was recorded of each operation, without what belongs to the call."""
        all_ = {operation: answers.get(f"{self.service}.{operation}", []) for operation in self.operations}
        return {operation: [self.meant(operation, one) for one in some] for operation, some in all_.items()}

    def meant(self, operation, answer):
        where = self.operations[operation]
        return answer[where] if where else {name: value for name, value in answer.items() if name != "ResponseMetadata"}


def operations(kind):
    """The recordings that a kind is read from."""
    told = {f"{kind.service}.{operation}" for operation in kind.operations} if issubclass(kind, Parts) else set()
    return told | {kind.op, *getattr(kind, "also", ())}


def of_part(kind, path):
    """The operation that answers a member of a thing, and the member's path in that answer."""
    if kind.botocore[1]:
        return kind.botocore, path
    rest = path[1:]
    return (kind.botocore[0], path[0]), rest[1:] if rest and isinstance(rest[0], int) else rest
