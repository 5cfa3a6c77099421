"""Streams that go on: events that must come at once, and messages of which none may be lost."""
import http.client
import pathlib
import socket
import subprocess
import threading
import time

from stage import check, expect, until

VISITORS = 4
SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "grpc_stream.py"


def listen(stage, host, path, delays):
    """Reads events, and notes of each how long after it was sent it came."""
    connection = stage.connection()(host)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        while line := answer.readline():
            if line.startswith(b"data: "):
                delays.append(time.monotonic() - float(line[6:]))
    except (OSError, http.client.HTTPException) as error:
        delays.append(error)
    finally:
        connection.close()


@check("streams of events: each comes within 20 ms")
def _(stage):
    agent, host = stage.agent("agent-events")
    until(10, "the agent serves", lambda: stage.serves(host))
    count = stage.arguments.events
    # The service's threads and ours are of one process, with one clock.
    all_delays = [[] for _ in range(VISITORS)]
    threads = [
        threading.Thread(target=listen, args=(stage, host, f"/events/{count}", delays)) for delays in all_delays
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    agent.end()
    delays = [delay for some in all_delays for delay in some]
    expect(len(delays) == VISITORS * count, f"{len(delays)} of {VISITORS} times {count} events came: {delays[-1:]}")
    delays.sort()
    median, slow = delays[len(delays) // 2], delays[len(delays) * 99 // 100]
    expect(slow <= 0.020, f"p99 {slow * 1000:.1f} ms")
    times = f"median {median * 1000:.1f} ms, p99 {slow * 1000:.1f} ms, worst {delays[-1] * 1000:.1f} ms"
    return f"{len(delays)} events: {times}"


@check("streams of gRPC: no message is lost, none out of turn")
def _(stage):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    python = stage.arguments.grpc
    service = stage.run_command("grpc-service", python, str(SCRIPT), "serve", str(port))
    try:
        agent, host = stage.agent("agent-grpc", "--upstream-protocol", "http2", upstream=port)
        until(10, "the service listens", lambda: socket.create_connection(("127.0.0.1", port), 1).close() or True)
        done = subprocess.run(
            [python, str(SCRIPT), "visit", str(stage.arguments.https), stage.arguments.ca, host,
             str(stage.arguments.messages)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=2000, check=False,
        )
        agent.end()
    finally:
        service.end()
    expect(done.returncode == 0, done.stdout[-500:])
    return done.stdout.strip()
