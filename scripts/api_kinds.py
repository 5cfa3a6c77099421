"""What the published API client does with each kind of resource: a row for each of its attributes.

A value that is callable is called with the client when it is needed, so that a resource can stand on another, or get a
name that nothing has. The API must refuse what stands under `refused`, each with its code. What the client sends of its
own accord, when it is told nothing, stands in its code and not here.
"""

import api_documents
import api_sessions
from api_rows import LONG, LONGER, Kind, Props, of, resolved, unique
from api_sessions import same


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


CONNECT = "on_tcp_connect: [{actions: [{type: deny}]}]"
DENY = "on_http_request: [{actions: [{type: deny}]}]"
ANSWER = (
    "on_http_request: [{actions: [{type: custom-response, config: {status_code: 204, headers: {x-key: key-in-a-policy}}}]}]"
)


def cloud(url, policy=DENY, **more):
    """Arguments of a cloud endpoint."""
    return dict(url=url, type="cloud", traffic_policy=policy, **more)


def reserved(stem):
    """The URL of a domain that is reserved for it."""
    return lambda client: "https://" + client.reserved_domains.create(domain=unique(stem)(client)).domain


def endpoint_conflicts(client, endpoint, case):
    url = reserved("cloud#.example.test")(client)
    first = client.endpoints.create(**cloud(url))
    case("the URL is taken", lambda: client.endpoints.create(**cloud(url)), 18009)
    case("pooling on one", lambda: client.endpoints.create(**cloud(url, pooling_enabled=True)), 18016)
    client.endpoints.update(first.id, pooling_enabled=True)
    case("pooling on the other", lambda: client.endpoints.create(**cloud(url)), 18017)
    case("its domain is in use", lambda: client.reserved_domains.delete(first.domain.id), 446)
    case("by URL", lambda: same([one.id for one in client.endpoints.list(url=[first.url])], [first.id]))
    case("by identifiers", lambda: same(len(list(client.endpoints.list(id=[first.id, endpoint]))), 2))
    case("of agents alone", lambda: same(list(client.endpoints.list(filter='obj.type == "agent"')), []))
    client.endpoints.delete(first.id)
    case("its domain is free again", lambda: client.reserved_domains.delete(first.domain.id))


KINDS = {
    **api_documents.KINDS,
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
    "endpoints": Kind(
        make=cloud(unique("https://cloud#.internal"), description="a door", metadata="{}", bindings=["internal"]),
        change=dict(traffic_policy=ANSWER, pooling_enabled=True, url=unique("https://moved#.internal")),
        refused=[
            (cloud("https://free.example.test"), 18006),
            (cloud("tcp://portico.localhost:1", CONNECT), 18006),
            (cloud("x"), 249),
            (cloud("ftp://x.internal"), 18022),
            (cloud("https://x.internal/path"), 18001),
            (cloud("https://x.internal:0"), 18023),
            (cloud("https://free.example.test:1"), 18003),
            (cloud(""), 18015),
            (cloud("https://x.internal", ""), 18011),
            (cloud("https://x.internal", "{}"), 2235),
            (cloud("https://x.internal", "{"), 18002),
            (cloud("https://x.internal", bindings=["nowhere"]), 18007),
            (cloud("https://web.shop", bindings=["kubernetes"]), 18018),
            (cloud("https://x.internal", description=LONG), 18012),
            (cloud("https://x.internal", metadata=LONGER), 18013),
            (dict(url="https://x.internal", type="ephemeral", traffic_policy=DENY), 248),
        ],
        refused_changes=[
            (dict(url="http://x.internal"), 18005),
            (dict(url=""), 18014),
            (dict(traffic_policy="{}"), 2235),
            (dict(description=LONG), 18012),
        ],
        unchanged=18004,
        more=endpoint_conflicts,
    ),
    "tunnel_sessions": Kind(more=api_sessions.sessions),
    "tunnels": Kind(more=api_sessions.tunnels),
}
