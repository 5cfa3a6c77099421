"""What waiting costs: bytes of the edge for each connection and each agent session that does nothing."""
import concurrent.futures
import ssl
import time

from bare_agent import BareAgent
from stage import check, expect, until

# Above these something is wrong; what is aimed at is in docs/performance.md.
CONNECTION_BYTES = 30 * 1024
SESSION_BYTES = 60 * 1024


def cost(stage, count, make, end):
    """Makes so many things, and says by how many bytes the edge grew for each."""
    def made(number):
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return list(pool.map(lambda _: make(), range(number)))

    # The first ones bring what stays: code that is loaded, buffers that the allocator keeps.
    for thing in made(max(20, count // 50)):
        end(thing)
    time.sleep(1)
    memory, descriptors = stage.edge.status("VmRSS"), stage.edge.descriptors()
    things = made(count)
    each = (stage.edge.status("VmRSS") - memory) / count
    expect(stage.edge.descriptors() >= descriptors + count * 0.99, "not all of them are there")
    for thing in things:
        end(thing)
    until(30, "descriptors are back", lambda: stage.edge.descriptors() <= descriptors + 8, every=0.25)
    return each


@check("idle HTTPS connections: bytes of the edge for each")
def _(stage):
    agent, host = stage.agent("agent-idle")
    until(10, "the agent serves", lambda: stage.serves(host))
    context = ssl.create_default_context(cafile=stage.arguments.ca)
    visitor = stage.connection(context=context)

    def make():
        # Each has been served once, and may be again.
        connection = visitor(host)
        connection.request("GET", "/")
        expect(connection.getresponse().read() == b"hello", "no answer")
        return connection

    each = cost(stage, stage.arguments.idle, make, lambda connection: connection.close())
    agent.end()
    expect(each <= CONNECTION_BYTES, f"{each / 1024:.1f} KiB each")
    return f"{stage.arguments.idle} connections, {each / 1024:.1f} KiB each"


@check("idle agent sessions: bytes of the edge for each")
def _(stage):
    context = ssl.create_default_context(cafile=stage.arguments.ca)

    def make():
        agent = BareAgent(stage.arguments.agents, context)
        agent.sign_in(stage.authtoken)
        return agent

    each = cost(stage, stage.arguments.sessions, make, lambda agent: agent.leave(politely=True))
    expect(each <= SESSION_BYTES, f"{each / 1024:.1f} KiB each")
    return f"{stage.arguments.sessions} sessions with an endpoint, {each / 1024:.1f} KiB each"
