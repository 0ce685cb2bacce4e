"""What AWS answers of each kind, member by member, and what becomes of it: reads data/answers.txt and holds it against botocore's
models. Run by itself it prints what is wrong, one line each, and fails if anything is; `answers.py KIND` prints a kind's members."""

import os
import re
import sys

import botocore.session

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "data", "answers.txt")
# What a line may say: `= /Property` compared with the template; `~ /Property` told in words, as what no template can say;
# `+ /List` told as somebody else's; `! words` to do; `. words` left out, and why.
SIGNS = "=~+!."
DEEP = 8


class Line:
    """What becomes of a member, and of all that is below it."""

    def __init__(self, sign, words, source):
        self.sign, self.words, self.source = sign, f"{sign} {words}", source
        # States are words that models don't list; what is `tried by` a test can't be shown by one member alone.
        self.must_show = sign in "=~+" and words != "its state" and ", tried by " not in words


class Answers(dict):
    """The members of one operation's answers, by their paths. `service`, `operation` and `where` say of which."""


def read(path=FILE):
    """Returns the answers of every kind: by its type a list of `Answers`."""
    kinds, here = {}, None
    for number, text in enumerate(open(path), 1):
        if not text.strip() or text.startswith("#"):
            continue
        if not text.startswith(" "):
            kind, service, operation, *where = text.split()
            here = Answers()
            here.service, here.operation, here.where = service, operation, where[0] if where else ""
            kinds.setdefault(kind, []).append(here)
            continue
        member, sign, words = re.match(r"\s+(\S+)\s+(\S)\s+(.*\S)", text).groups()
        # One line for whatever comes would hide what AWS adds.
        if sign not in SIGNS or member in here or "*" in member:
            raise SystemExit(f"answers.txt:{number}: {member} is said twice, by none of {SIGNS}, or for any member")
        here[member] = Line(sign, words, number)
    return kinds


def line_of(all_, operation, path):
    """Returns the line of a member: its own, or the nearest one's above it. Of an operation that the kind does not use, that of
    the same member of another."""
    of_it = [one for one in all_ if (one.service, one.operation) == operation]
    lines = [nearest(one, path) for one in of_it or all_]
    return next((line for line in lines if line), None)


def nearest(answers, path):
    steps = re.findall(r"[^.\[\]]+(?:\[\])*", path)
    for end in range(len(steps), 0, -1):
        above = ".".join(steps[:end])
        for spelling in (above, above.removesuffix("[]")):
            if spelling in answers:
                return answers[spelling]
    return None


def members(answers, session=botocore.session.Session()):
    """Yields the paths of the members that have none below them, and of those above them."""
    shape = session.get_service_model(answers.service).operation_model(answers.operation).output_shape
    if answers.where:
        shape = shape.members[answers.where]
        shape = shape.member if shape.type_name == "list" else shape
    yield from leaves(shape, "", ())


def leaves(shape, at, above):
    if shape.type_name == "list":
        yield from leaves(shape.member, at + "[]", above)
    elif shape.type_name == "structure" and shape.members and shape.name not in above and len(above) < DEEP:
        for name, member in shape.members.items():
            yield from leaves(member, f"{at}.{name}" if at else name, (*above, shape.name))
    elif shape.type_name == "map" and getattr(shape.key, "enum", None):
        # A map by names that the model knows has a member for each, but for the one that asks for all.
        yield from (f"{at}.{name}" for name in shape.key.enum if name != "All")
    elif keys := keys_of(shape):
        yield from (f"{at}.{key}" for key in keys)
    else:
        yield at


# The maps whose keys SNS's model names in words, the operations whose words they are, and what they name beside.
SNS_MAPS = {
    "TopicAttributesMap": ("GetTopicAttributes", "CreateTopic", {"MessageGroup", "Topic"}),
    "SubscriptionAttributesMap": ("GetSubscriptionAttributes", "Subscribe", {"Completed", "Failed", "MessageAttributes", "MessageBody", "Pending"}),
}


def keys_of(shape, session=botocore.session.Session()):
    """The keys of a map that the model names: of those of SNS's topics and subscriptions, in the words of the answer and of the
    create's request, some of which name values as well."""
    if shape.name not in SNS_MAPS:
        return ()
    model = session.get_service_model("sns")
    answer, create, values = SNS_MAPS[shape.name]
    shapes = model.operation_model(answer).output_shape, model.operation_model(create).input_shape
    words = "".join(one.members["Attributes"].documentation for one in shapes)
    return sorted(set(re.findall(r"<li> <p> ?<code>(\w+)</code> (?:-|–)", words)) - values)


def complaints(kinds):
    """What is wrong with the file: a member that nothing is said of, and a line of which there is no member."""
    for kind, all_ in kinds.items():
        for answers in all_:
            there, used = list(members(answers)), set()
            for path in there:
                line = nearest(answers, path)
                if line is None:
                    yield f"{kind}: {answers.operation} answers {path}, which is neither compared, told nor left out with a reason"
                else:
                    used.add(line.source)
            for member, line in answers.items():
                if line.source not in used:
                    yield f"{kind}: {answers.operation} answers no {member} (answers.txt:{line.source})"


def attributes(session=botocore.session.Session()):
    """Yields the attributes of load balancing that the model documents: the structure and the key."""
    model = session.get_service_model("elbv2")
    for name in ("LoadBalancerAttribute", "TargetGroupAttribute", "ListenerAttribute"):
        words = model.shape_for(name).members["Key"].documentation
        for key in re.findall(r"<code>([a-z0-9_]+(?:\.[a-z0-9_]+)+)</code> ?(?:-|–)", words):
            yield f"{name} {key}"


if __name__ == "__main__":
    kinds = read()
    if sys.argv[1:] == ["--attributes"]:
        print(*attributes(), sep="\n")
        sys.exit(0)
    if len(sys.argv) > 1:
        for answers in kinds[sys.argv[1]]:
            print(answers.operation, *members(answers), sep="\n    ")
        sys.exit(0)
    wrong = list(complaints(kinds))
    print(*wrong, sep="\n")
    sys.exit(bool(wrong))
