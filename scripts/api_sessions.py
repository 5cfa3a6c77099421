"""What the published client shows of an agent that is online: its session, its endpoint, and the endpoint's older name."""

import time

from api_agents import agents

URL = "https://session.portico.localhost"


def same(seen, wanted):
    assert seen == wanted, f"{seen!r} in place of {wanted!r}"


def readable(resource):
    for name in dir(type(resource)):
        if isinstance(getattr(type(resource), name), property):
            getattr(resource, name)


def sessions(client, _, case):
    credential = client.credentials.create()
    with agents().online(credential.token, "http", URL) as agent:
        mine = [one for one in client.tunnel_sessions.list() if one.credential.id == credential.id]
        case("list", lambda: same(len(mine), 1))
        session = mine[0].id
        case("get", lambda: readable(client.tunnel_sessions.get(session)))
        case("filter", lambda: same([one.id for one in client.tunnel_sessions.list(filter=f'obj.id == "{session}"')], [session]))
        case("update is refused by an agent that knows no releases", lambda: client.tunnel_sessions.update(session), 100543)
        case("restart", lambda: client.tunnel_sessions.restart(session))
        case("the session is gone", lambda: gone(client, session))
        anew = []
        case("the agent has another", lambda: anew.append(begun_anew(client, credential)))
        case("stop", lambda: client.tunnel_sessions.stop(anew[0]))
        case("the agent ends", lambda: same(agent.wait(10), 0))
        case("that session is gone", lambda: gone(client, anew[0]))


def gone(client, session):
    deadline = time.monotonic() + 10
    while session in [one.id for one in client.tunnel_sessions.list()]:
        assert time.monotonic() < deadline, "is still there"


def begun_anew(client, credential):
    deadline = time.monotonic() + 10
    while not (mine := [one.id for one in client.tunnel_sessions.list() if one.credential.id == credential.id]):
        assert time.monotonic() < deadline, "there is none"
    return mine[0]


def tunnels(client, _, case):
    credential = client.credentials.create()
    with agents().online(credential.token, "http", URL):
        mine = [one for one in client.tunnels.list() if one.public_url.startswith(URL)]
        case("list", lambda: same(len(mine), 1))
        case("get", lambda: readable(client.tunnels.get(mine[0].id)))
        endpoint = mine[0].endpoint.id
        case("its endpoint", lambda: readable(client.endpoints.get(endpoint)))
        case("its endpoint is not changed here", lambda: client.endpoints.update(endpoint, metadata="x"), 100541)
        case("its endpoint is not deleted here", lambda: client.endpoints.delete(endpoint), 100541)
