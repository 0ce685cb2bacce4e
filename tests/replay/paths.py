"""Members of things by their paths: names, and numbers of elements."""

# In place of a value: the member goes.
TAKE = object()


def value_at(thing, path):
    for step in path:
        thing = thing[step]
    return thing


def put(thing, path, value):
    """Sets a member in every element of the lists above it, or takes it out of the one that is named."""
    if not path:
        return
    step, rest = path[0], path[1:]
    if isinstance(thing, list):
        if rest:
            thing.extend([] if thing else [{}])
            for one in thing:
                put(one, rest, value)
        elif value is TAKE:
            del thing[-1:]
        else:
            thing.append(value)
    elif rest:
        if not isinstance(thing.get(step), (dict, list)):
            thing[step] = [] if isinstance(rest[0], int) else {}
        put(thing[step], rest, value)
    elif value is TAKE:
        thing.pop(step, None)
    else:
        thing[step] = value


def find(thing, path):
    """Where a member stands in a thing, with the first element of every list that has one; nothing if nowhere."""
    if not path:
        return ()
    if isinstance(thing, list):
        for i, one in enumerate(thing):
            rest = find(one, path[1:])
            if rest is not None:
                return (i, *rest)
        return None
    if not isinstance(thing, dict) or thing.get(path[0]) in (None, [], {}):
        return None
    rest = find(thing[path[0]], path[1:])
    return None if rest is None else (path[0], *rest)
