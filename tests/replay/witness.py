"""Whether what answers.txt says of a member of an answer is true: each is changed on a recorded thing of its own, and the program
has to notice those that are compared or told. Many things with one change each live in one account, so that a run of the program
judges all of them. A kind may have `words`, which tell one of its things from another; `poor`, whether one has little to change;
`deeper`, by how much its answers are deeper than others'."""

import collections
import copy
import json
import re
import shutil

import answers
import harness
import mutate_lib
import parts
import subjects
import wire
from account import Account
from additions import ALONE
from paths import TAKE, find, put, value_at

# Changes that one account takes.
TOGETHER = 60
# Recordings of a kind that are looked through for one that has a member.
RICHEST = 30


class Copy:
    """A recorded thing under another id and name."""

    def __init__(self, subject, number, record):
        self.kind, self.region, self.subject = subject.kind, subject.region, subject
        self.words = {word: other(word, number) for word in called(subject)}
        self.priority = 100 + number
        self.spec = self.placed(self.renamed(record["spec"]), int)

    def renamed(self, value):
        text = json.dumps(value, default=str)
        for old, new in self.words.items():
            text = re.sub(rf"(?<![A-Za-z0-9_]){re.escape(old)}(?![A-Za-z0-9_])", new, text)
        return json.loads(text)

    def placed(self, thing, form):
        """A rule of a listener has a priority of its own."""
        return {**thing, "Priority": form(self.priority)} if self.kind.type.endswith("::ListenerRule") else thing

    def fresh(self):
        thing = self.placed(self.renamed(self.subject.raw), str)
        return wire.revive(thing), wire.revive(self.renamed(self.subject.extra_raw))

    def name(self):
        return self.renamed(self.subject.name())


def called(subject):
    """The id and the name of a thing, without what is around them; or what its kind says."""
    thing = subject.thing
    if hasattr(subject.kind, "words"):
        return subject.kind.words(thing)
    if "ScalableDimension" in thing:
        return [thing["ResourceId"].rsplit("/", 1)[-1]]
    words = [subject.name().removeprefix("acme-production-")] if subject.kind.named else []
    end = re.split("[/:]", subject.id or "")[-1]
    return [word for word in dict.fromkeys([*words, end]) if len(word) > 3]


def other(word, number):
    """Another word of the same form."""
    prefix, body = re.fullmatch(r"([a-z]+-)?([0-9a-f-]{8,})", word).groups() if is_id(word) else (word, None)
    return f"{prefix}-{number}" if body is None else f"{prefix or ''}{number:04d}{body[4:]}"


def is_id(word):
    return re.fullmatch(r"([a-z]+-)?[0-9a-f-]{8,}", word) is not None


def check(binary, work, records, data, only):
    """Tries every member of every kind; returns whether all that should be noticed was."""
    product = harness.Product(binary, work)
    known = {(r["kind"], r["digest"]): r for r in json.load(open(records)) if r.get("spec") is not None and r.get("found")}
    recorded = collections.defaultdict(list)
    for path in data:
        for subject in subjects.load(path)[0]:
            record = known.get((subject.kind.type, subject.digest))
            usable = record and not subject.excluded and not subject.strangers and record["state"] == "ready"
            if usable and (only is None or subject.kind.type == only):
                recorded[subject.kind.type].append((subject, record))
    good = True
    for kind, lines in answers.read().items():
        if only is not None and kind != only:
            continue
        members = recorded.get(kind)
        if not members:
            print(f"{kind}: nothing recorded to try its members on")
            continue
        tried, missed = try_kind(product, members, lines)
        print(f"{kind}: {tried} members tried, {len(missed)} unnoticed", flush=True)
        for path, line in missed:
            print(f"SILENT {kind}: {path} is said to be {line}, and a change of it is not noticed")
        good = good and not missed
    return good


def try_kind(product, members, lines):
    """Returns how many members were tried, and those that nobody noticed."""
    # AWS tells once a second what stands before a public load balancer, and the program asks no faster.
    slow = lambda one: getattr(one[0].kind, "needs_acl", lambda _: False)(one[0].thing)
    poor = lambda one: getattr(one[0].kind, "poor", lambda _: False)(one[0].thing)
    order = lambda one: (slow(one), poor(one), bool(one[1]["amended"]), -len(json.dumps(one[0].raw)))
    rich = sorted(members, key=order)[:RICHEST]
    changes = [change for change in tries(rich, lines) if stands(change)]
    noticed = set()
    for region in {c[2].region for c in changes}:
        here = [c for c in changes if c[2].region == region]
        together = 1 if rich[0][0].kind.type in ALONE else TOGETHER
        for start in range(0, len(here), together):
            noticed |= judge(product, region, here[start : start + together])
    plain = {c[0]: c[1] for c in changes}
    return len(plain), sorted((path, line.words) for path, line in plain.items() if path not in noticed)


def tries(rich, lines):
    """Changes of every member that is said to be noticed: the member and its line, the thing and its record, where, and what."""
    kind = rich[0][0].kind
    for path, of in mutate_lib.absent(kind.shape(), (), (), -getattr(kind, "deeper", 0)):
        operation, inner = parts.of_part(kind, path)
        line = answers.line_of(lines, operation, mutate_lib.generic(inner))
        plain = f"{operation[1]} {mutate_lib.generic(inner)}"
        if line is None or not line.must_show:
            continue
        there = [(s, r, at) for s, r in rich for at in [find(s.thing, path)] if at is not None]
        if there:
            # The first and the last: a member may count in one sort of thing alone.
            for subject, record, at in distinct(there[0], there[-1]):
                known = value_at(subject.thing, at)
                yield from ((plain, line, subject, record, at, value) for value in (*others(of, known), TAKE))
        elif line.sign == "=":
            # What a template leaves out is AWS's to choose: without a recording that has it, nothing tells.
            continue
        answered = len(path) - len(inner)
        bare = [one for one in rich if find(one[0].thing, path[: answered + 1]) is None] or rich
        # What is around a member may have to be there, and switched on.
        around = max(rich, key=lambda one: sum(find(one[0].thing, path[:end]) is not None for end in range(1, len(path))))
        for one in distinct(bare[0], rich[0], around):
            yield from ((plain, line, *one, path, value) for value in others(of, None))


def distinct(*some):
    """Each of them once."""
    return list({id(one): one for one in some}.values())


def others(of, known):
    """Values of a member that are not the known one."""
    some = getattr(of, "enum", None) or [mutate_lib.invented(of)]
    some = [*some, "of-a-b-c-d"] if of.type_name == "string" else some
    # A number in a text would be noticed by words that are none.
    some = [str(int(known) + 1)] if isinstance(known, str) and known.isdigit() else some
    if known not in (None, "", [], {}):
        some = [mutate_lib.other(known, of) if not isinstance(known, (list, dict)) else known, *some]
    return [value for value in some if value != known][:8]


def judge(product, region, changes):
    """The members of which a change was noticed."""
    copies = [Copy(c[2], n, c[3]) for n, c in enumerate(changes)]

    def alter(i, thing, extra):
        put(thing, changes[i][4], copy.deepcopy(changes[i][5]) if changes[i][5] is not TAKE else TAKE)

    before, after = look(product, region, copies, None), look(product, region, copies, alter)
    return {c[0] for i, c in enumerate(changes) if before[i] != after[i]}


def stands(change):
    """Whether the harness can put the changed thing into an account: some members it needs itself."""
    thing, extra = Copy(change[2], 0, change[3]).fresh()
    try:
        put(thing, change[4], copy.deepcopy(change[5]) if change[5] is not TAKE else TAKE)
        change[2].kind.install(Account(), thing, extra, {})
    except (KeyError, IndexError, TypeError, AttributeError, ValueError):
        return False
    return True


def look(product, region, copies, alter):
    """What the program makes of each copy."""
    batch = harness.Batch(product, copies, region)
    try:
        account, companions = batch.account(alter)
        server = harness.Server(account)
        try:
            result = [harness.Result(copies[0])]
            plan = batch.plan({i: copy.deepcopy(c.spec) for i, c in enumerate(copies)}, companions, server, result) or {}
            if result[0].why:
                raise RuntimeError(result[0].why)
            shown = batch.show(server, [])
            guests = collections.defaultdict(list)
            for guest in batch.last.get("unmanaged", []):
                guests[guest["where"]].append(json.dumps(guest, sort_keys=True))
            return [outlook(plan, shown, guests, c, i) for i, c in enumerate(copies)]
        finally:
            server.shutdown()
            server.server_close()
    finally:
        shutil.rmtree(batch.folder, ignore_errors=True)


def outlook(plan, shown, guests, one, number):
    change = plan.get((one.kind.type, f"r{number}")) or {}
    live = shown.get((one.kind.type, f"r{number}")) or {}
    fields = {f["path"]: [f["before"], f["sensitive"]] for f in change.get("fields", [])}
    notes = [note for note in change.get("notes", []) if not note.startswith("tags:")]
    mine = sorted(text for place, all_ in guests.items() if place == live.get("id") for text in all_)
    return [change.get("action"), fields, notes, live.get("state", "gone"), live.get("unmodelled"), live.get("attributes"), mine]
