"""Edges and agents that go, in every way, and come back."""
import signal
import subprocess
import time

from stage import MB, check, expect, until


@check("the edge is killed and comes back: so does the agent, with the same random URL")
def _(stage):
    agent, host = stage.agent("agent-outage")
    until(10, "the agent serves", lambda: stage.serves(host))
    notes = []
    for outage in stage.arguments.outages:
        stage.edge.end(signal.SIGKILL)
        time.sleep(outage)
        stage.start_edge()
        (_, seconds) = until(10, f"{host} answers again after {outage} s", lambda: stage.serves(host))
        expect(seconds <= 1.0, f"back {seconds:.2f} s after the edge was ready (outage {outage} s)")
        notes.append(f"{outage} s away: {seconds:.2f} s")
    agent.end()
    return "; ".join(notes)


@check("an agent that takes its leave is offline at once")
def _(stage):
    agent, host = stage.agent("agent-graceful")
    until(10, "the agent serves", lambda: stage.serves(host))
    expect(agent.end(signal.SIGINT) == 0, "Ctrl-C did not end it with status 0")
    begun = time.monotonic()
    answer = stage.get(host)
    expect(answer[:2] == (404, "ERR_NGROK_3200"), f"answered {answer[:2]}")
    expect(time.monotonic() - begun < 1, "the answer was held")


@check("an agent that is killed is waited for, then offline")
def _(stage):
    agent, host = stage.agent("agent-killed")
    until(10, "the agent serves", lambda: stage.serves(host))
    agent.end(signal.SIGKILL)
    begun = time.monotonic()
    answer = stage.get(host)
    seconds = time.monotonic() - begun
    expect(answer[:2] == (404, "ERR_NGROK_3200"), f"answered {answer[:2]}")
    expect(3 <= seconds <= 8, f"answered after {seconds:.1f} s; the hold is 5 s")
    return f"answered after {seconds:.1f} s"


@check("an agent that falls silent is offline after the heartbeat's deadline and the hold")
def _(stage):
    agent, host = stage.agent("agent-silent")
    until(10, "the agent serves", lambda: stage.serves(host))
    agent.send(signal.SIGSTOP)
    try:
        answer, seconds = until(
            60, "the endpoint is offline",
            lambda: (answer := stage.get(host))[1] == "ERR_NGROK_3200" and answer, every=0.5,
        )
        expect(answer[0] == 404, f"answered {answer[0]}")
        return f"offline after {seconds:.0f} s"
    finally:
        agent.send(signal.SIGKILL)


@check("a draining edge finishes what it began")
def _(stage):
    agent, host = stage.agent("agent-drain")
    until(10, "the agent serves", lambda: stage.serves(host))
    size = 256 * MB
    download = subprocess.Popen(
        ["curl", "--silent", "--cacert", stage.arguments.ca, "--limit-rate", "128M", "--output", "/dev/null",
         "--write-out", "%{size_download}", f"https://{host}:{stage.arguments.https}/bytes/{size}"],
        stdout=subprocess.PIPE,
    )
    time.sleep(0.5)
    stage.edge.send(signal.SIGTERM)
    got = int(download.communicate(timeout=60)[0])
    expect(got == size, f"{got} of {size} bytes came")
    # A second signal would end it at once, with another status.
    expect(stage.edge.child.wait(20) == 0, "it did not end with status 0")
    stage.start_edge()
    agent.end()
