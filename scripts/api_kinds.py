"""What the published API client does with each kind of resource: a row for each of its attributes.

A value that is callable is called with the client when it is needed, so that a resource can stand on another, or get a
name that nothing has. The API must refuse what stands under `refused`, each with its code. What the client sends of its
own accord, when it is told nothing, stands in its code and not here.
"""

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


LONG = "x" * 256
LONGER = "x" * 4097


def domain_certificates(client, domain, case):
    case("delete_certificate without one", lambda: client.reserved_domains.delete_certificate(domain), 436)
    case(
        "delete_certificate_management_policy",
        lambda: client.reserved_domains.delete_certificate_management_policy(domain),
    )
    case(
        "delete_certificate_management_policy, again",
        lambda: client.reserved_domains.delete_certificate_management_policy(domain),
        436,
    )


KINDS = {
    "api_keys": Kind(
        make=dict(description="a key", metadata="{}"),
        change=dict(description="the key"),
        refused=[
            (dict(description=LONG), 604),
            (dict(metadata=LONGER), 605),
            (dict(owner_id="usr_x"), 632),
        ],
        refused_changes=[(dict(description=LONG), 604), (dict(metadata=LONGER), 605)],
        unchanged=606,
    ),
    "credentials": Kind(
        make=dict(description="a token", metadata="{}", acl=["bind:*.example.test", "bind:tcp.example.test:1234"]),
        change=dict(acl=["*"], metadata="changed"),
        refused=[
            (dict(acl=["bind:"]), 600),
            (dict(acl=["no rule"]), 619),
            (dict(description=LONG), 604),
            (dict(metadata=LONGER), 605),
            (dict(owner_id="nobody@example.test"), 632),
        ],
        refused_changes=[(dict(acl=["bind:"]), 600), (dict(acl=["no rule"]), 619), (dict(description=LONG), 604)],
        unchanged=606,
    ),
    "service_users": Kind(
        make=dict(name=unique("deploy #")),
        change=dict(active=False),
        refused=[(dict(name=""), 100512), (dict(), 100512), (dict(name=LONG), 100513)],
        refused_changes=[(dict(name=""), 100512), (dict(name=LONG), 100513)],
        unchanged=100511,
    ),
    "bot_users": Kind(
        make=dict(name=unique("bot #")),
        change=dict(name=unique("robot #")),
        refused=[(dict(name=""), 100512)],
        unchanged=100511,
        filters=False,
    ),
    "ip_policies": Kind(
        make=dict(description="offices", metadata="{}"),
        change=dict(description="all offices"),
        refused=[(dict(description=LONG), 100506), (dict(metadata=LONGER), 100507)],
        refused_changes=[(dict(description=LONG), 100506)],
        unchanged=1400,
    ),
    "ip_policy_rules": Kind(
        make=dict(cidr="192.0.2.0/24", ip_policy_id=of("ip_policies"), action="allow", description="one"),
        change=dict(cidr="198.51.100.0/24"),
        hidden=("ip_policy_id",),
        refused=[
            (dict(cidr="192.0.2.0", ip_policy_id=of("ip_policies"), action="allow"), 1413),
            (dict(cidr="192.0.2.1/24", ip_policy_id=of("ip_policies"), action="allow"), 1409),
            (dict(cidr="here", ip_policy_id=of("ip_policies"), action="allow"), 1406),
            (dict(cidr="192.0.2.0/24", ip_policy_id="ipp_x", action="allow"), 1414),
            (dict(cidr="192.0.2.0/24", ip_policy_id=of("ip_policies"), action="shrug"), 1422),
        ],
        refused_changes=[(dict(cidr="192.0.2.0"), 1413), (dict(cidr="192.0.2.1/24"), 1409), (dict(cidr="x"), 1406)],
        unchanged=1401,
    ),
    "reserved_addrs": Kind(
        make=dict(description="a port"),
        change=dict(metadata="changed"),
        refused=[(dict(region="moon"), 500), (dict(description=LONG), 100506)],
        refused_changes=[(dict(metadata=LONGER), 100507)],
        unchanged=100508,
    ),
    "reserved_domains": Kind(
        make=dict(domain=unique("app#.example.test"), description="an app"),
        change=dict(description="the app", resolves_to=[Props(value="global")]),
        refused=[
            (dict(domain=""), 448),
            (dict(domain="under_score.example.test"), 355),
            (dict(domain="app.example.test", resolves_to=[Props(value="moon")]), 400),
            (dict(domain="app.example.test", resolves_to=[Props(value="global"), Props(value="global")]), 456),
            (dict(domain="*.portico.localhost"), 416),
            (dict(domain="portico.localhost"), 430),
            (dict(domain="app.*.example.test"), 402),
            (dict(domain=lambda client: client.reserved_domains.create(domain=unique("twice#.example.test")(0)).domain), 413),
            (dict(domain=unique("long#.example.test"), description=LONG), 420),
            (dict(domain=unique("long#.example.test"), metadata=LONGER), 421),
            (dict(domain="app.example.test", certificate_management_policy=Props(authority="moon")), 435),
            (dict(domain="app.example.test", certificate_management_policy=Props(private_key_type="dsa")), 1909),
        ],
        refused_changes=[(dict(description=LONG), 420), (dict(metadata=LONGER), 421)],
        more=domain_certificates,
    ),
}
