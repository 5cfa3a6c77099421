"""What the rows of api_kinds.py and api_documents.py are made of."""

import dataclasses
import itertools

_numbers = itertools.count(1)


class Props:
    """What the client takes for a nested object: it sends `_props`."""

    def __init__(self, **props):
        self._props = props

    def __eq__(self, other):
        return self._props == getattr(other, "_props", other)

    def __repr__(self):
        return repr(self._props)


@dataclasses.dataclass
class Kind:
    # What makes one; None for what is not made by the API.
    make: dict | None = None
    # What changes one.
    change: dict = dataclasses.field(default_factory=dict)
    # Members of the two that answers lack, or show in another form.
    hidden: tuple = ()
    # Members of the two that nobody may ever see again, in the database or a log either: texts of ten letters or more.
    secret: tuple = ()
    # Arguments of a creation, and the code with which they are refused.
    refused: list = dataclasses.field(default_factory=list)
    # Arguments of an update, and the code with which they are refused.
    refused_changes: list = dataclasses.field(default_factory=list)
    # The code of an update that says nothing; None where the client always says something.
    unchanged: int | None = None
    # Whether lists take a filter.
    filters: bool = True
    # Whether an account may have several.
    several: bool = True
    # Where the API has it, when that is not the attribute's name.
    path: str = ""
    # A function of the client, the identifier of one, and `case(name, body)`: what can be done beside the verbs.
    more: object = None


def unique(stem):
    """A value with this beginning that nothing has yet."""
    return lambda _: stem.replace("#", str(next(_numbers)))


def of(attribute, member="id", **arguments):
    """The identifier of a new resource, made with these arguments."""
    return lambda client: getattr(getattr(client, attribute).create(**resolved(arguments, client)), member)


def resolved(arguments, client):
    return {name: value(client) if callable(value) else value for name, value in arguments.items()}


# What the rows' own functions and nested members plant, to be searched for at the end.
PLANTED = {
    "azure-client-secret", "datadog-api-key", "aws-secret-access-key", "key-of-datadog", "other-key-of-datadog",
    "key-in-a-policy",
}

LONG = "x" * 256
LONGER = "x" * 4097
