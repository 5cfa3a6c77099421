"""Half of the load that edge and agent can carry, for long, while visitors, downloads and agents come and go."""
import contextlib
import http.client
import re
import ssl
import statistics
import subprocess
import threading
import time

from bare_agent import BareAgent
from services import fast_service
from stage import MB, check, expect, until

CLIENTS = 16
# Seconds between two looks at memory and descriptors.
LOOK = 5
# The time is cut into so many parts, and of each the least counts: what a process holds between its peaks.
PARTS = 60
# By how much that may grow in the second half, when allocators and caches have what they need: more is a leak, or a
# cache without a bound. A busy heap goes up and down by 2.5 MB within minutes, which is what a line through fifteen of
# them may rise or fall by; a leak of one byte for each request is more.
GROWTH = 3 * MB


class Churn:
    """Things that are done again and again beside the load, each in a thread of its own; failures are kept."""

    def __init__(self):
        self.stopped = threading.Event()
        self.counts, self.failures, self.threads = {}, [], []

    def start(self, name, every, work):
        def run():
            while not self.stopped.wait(every):
                try:
                    work()
                    self.counts[name] = self.counts.get(name, 0) + 1
                except (OSError, http.client.HTTPException, AssertionError) as error:
                    self.failures.append(f"{name}: {type(error).__name__} {error}")

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        self.threads.append(thread)

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(30)


def load(stage, host, seconds, *options):
    """h2load over HTTPS; its clients connect to the edge whatever the name in the URL is."""
    return subprocess.Popen(
        ["h2load", "-D", str(seconds), f"--connect-to=127.0.0.1:{stage.arguments.https}", *options, f"https://{host}/"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )


def outcome(run):
    """Requests that went well, those that did not, and the rate."""
    text = run.communicate()[0]
    found = re.search(r"(\d+) succeeded, (\d+) failed, (\d+) errored, (\d+) timeout", text)
    rate = re.search(r"([\d.]+) req/s", text)
    expect(found and rate, text[-500:])
    # Those under way when the time was over are told as errors of none.
    return int(found[1]), int(found[2]) - int(found[3]) + int(found[4]), float(rate[1])


def slope(samples):
    """By how much the least figure grows in an hour, over the second half, and in that half in all."""
    length = samples[-1][0] / PARTS
    least = {}
    for at, value in samples:
        part = int(at / length)
        least[part] = min(value, least.get(part, value))
    rest = [(part * length, value) for part, value in least.items() if part >= PARTS // 2]
    rate = statistics.linear_regression([at for at, _ in rest], [value for _, value in rest]).slope
    return rate * 3600, rate * (rest[-1][0] - rest[0][0])


@check("half load with churn: memory and descriptors stay where they are")
def _(stage):
    nginx, port = fast_service(stage)
    agent, host = stage.agent("agent-soak", upstream=port)
    bytes_agent, bytes_host = stage.agent("agent-soak-bytes")
    until(10, "the agents serve", lambda: stage.serves(host) and stage.serves(bytes_host))
    full = outcome(load(stage, host, 5, "-c", str(CLIENTS), "-m", "4"))[2]
    processes = {"edge": stage.edge, "agent": agent}
    context = ssl.create_default_context(cafile=stage.arguments.ca)
    before = {name: process.descriptors() for name, process in processes.items()}
    churn = Churn()
    visitor = stage.connection()

    def visit():
        expect(len(stage.get(host)[2]) == 1024, "a visit went wrong")

    def abandon():
        connection = visitor(bytes_host)
        with contextlib.closing(connection):
            connection.request("GET", f"/bytes/{64 * MB}")
            expect(len(connection.getresponse().read(MB // 4)) == MB // 4, "a download went wrong")

    def upload():
        connection = visitor(bytes_host)
        with contextlib.closing(connection):
            connection.request("POST", "/count", body=bytes(MB))
            expect(connection.getresponse().read() == str(MB).encode(), "an upload went wrong")

    def come_and_go():
        for politely in (True, False):
            other = BareAgent(stage.arguments.agents, context)
            other.sign_in(stage.authtoken)
            other.leave(politely)

    seconds = round(60 * stage.arguments.minutes)
    quarter = max(1, round(full / 4 / CLIENTS))
    runs = [
        load(stage, host, seconds, "-c", str(CLIENTS), f"--rps={quarter}", *options)
        for options in (["-m", "4"], ["--h1"])
    ]
    for name, every, work in [("visits", 0.05, visit), ("abandoned downloads", 0.5, abandon), ("uploads", 0.5, upload),
                              ("sessions", 1, come_and_go)]:
        churn.start(name, every, work)
    samples, begun = {name: [] for name in processes}, time.monotonic()
    while any(run.poll() is None for run in runs):
        time.sleep(LOOK)
        for name, process in processes.items():
            samples[name].append((time.monotonic() - begun, process.status("RssAnon")))
    churn.stop()
    done = [outcome(run) for run in runs]
    notes = [
        f"{done[0][2]:.0f} requests/s over HTTP/2 and {done[1][2]:.0f} over HTTP/1.1 for {seconds} s, of {full:.0f} at "
        "most; " + ", ".join(f"{count} {name}" for name, count in churn.counts.items())
    ]
    grown = {}
    for name, values in samples.items():
        hourly, grown[name] = slope(values)
        notes.append(
            f"{name}: {values[0][1] / MB:.1f} MB, {values[len(values) // 2][1] / MB:.1f} after half of the time, "
            f"{values[-1][1] / MB:.1f} in the end; slope of the second half {hourly / MB:+.1f} MB/h"
        )
    print("     " + "\n     ".join(notes), flush=True)
    expect(not churn.failures, f"{len(churn.failures)} failures beside the load: {churn.failures[:5]}")
    expect(sum(failed for _, failed, _ in done) == 0, f"requests failed: {done}")
    until(
        90, f"descriptors are back at {before}",
        lambda: all(process.descriptors() <= before[name] + 8 for name, process in processes.items()), every=0.5,
    )
    expect(max(grown.values()) <= GROWTH, f"grew by {[f'{name} {g / MB:.1f} MB' for name, g in grown.items()]}")
    after = {name: process.descriptors() for name, process in processes.items()}
    for process in (agent, bytes_agent, nginx):
        process.end()
    return f"descriptors {before} before, {after} after"
