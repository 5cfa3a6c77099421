"""Agents that come and go by the thousand, spoken to the edge by hand: memory and descriptors return."""
import re
import socket
import ssl

from bare_agent import BareAgent
from stage import MB, check, expect, until


@check("sessions that come and go leave nothing behind")
def _(stage):
    context = ssl.create_default_context(cafile=stage.arguments.ca)

    def run(count):
        for number in range(count):
            agent = BareAgent(stage.arguments.agents, context)
            agent.sign_in(stage.authtoken)
            agent.leave(politely=number % 2 == 0)

    # What the first ones bring stays: code that is loaded, buffers that the allocator keeps.
    run(2 * stage.arguments.sessions)
    descriptors, memory = stage.edge.descriptors(), stage.edge.status("VmRSS")
    run(stage.arguments.sessions)
    until(
        30, f"descriptors are back at {descriptors}",
        lambda: stage.edge.descriptors() <= descriptors + 2, every=0.25,
    )
    growth = stage.edge.status("VmRSS") - memory
    expect(growth <= 4 * MB, f"memory grew by {growth / MB:.1f} MB in {stage.arguments.sessions} sessions")
    return f"{stage.arguments.sessions} sessions, memory {growth / MB:+.1f} MB, descriptors back at {descriptors}"


@check("streams that come and go leave nothing behind")
def _(stage):
    # Every connection to a TCP endpoint is a stream of its own.
    agent = stage.run("agent-streams", "portico", "tcp", str(stage.service_port), *stage.agent_arguments())
    (port, _) = until(20, "the agent prints its URL", lambda: re.search(r"tcp://[a-z0-9.-]+:(\d+)", agent.text()))
    port = int(port[1])

    def run(count):
        for _ in range(count):
            with socket.create_connection(("127.0.0.1", port), 10) as visitor:
                visitor.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                answer = b""
                while piece := visitor.recv(4096):
                    answer += piece
                expect(answer.endswith(b"hello"), f"answered {answer[:80]}")

    run(max(200, stage.arguments.visits // 10))
    processes = (stage.edge, agent)
    descriptors = [process.descriptors() for process in processes]
    memory = [process.status("VmRSS") for process in processes]
    run(stage.arguments.visits)
    until(
        30, f"descriptors are back at {descriptors}",
        lambda: all(p.descriptors() <= before + 2 for p, before in zip(processes, descriptors)), every=0.25,
    )
    growth = [process.status("VmRSS") - before for process, before in zip(processes, memory)]
    expect(max(growth) <= 4 * MB, f"memory grew by {[f'{g / MB:.1f} MB' for g in growth]}")
    agent.end()
    return f"{stage.arguments.visits} streams, edge {growth[0] / MB:+.1f} MB, agent {growth[1] / MB:+.1f} MB"
