"""Visitors that are slow on purpose: slowhttptest with heads, bodies and reading that trickle."""
import csv
import subprocess
import time

from stage import MB, check, expect, until

# The limit that each is ended by, much shorter than it is meant to be.
LIMIT = 4
# What the edge's clock may be ahead by, in seconds.
TICK = 0.25
# Slow ones that open in a second.
RATE = 150


def attack(stage, mode, *options, path="/", filling=0):
    """Runs slowhttptest while somebody else visits; says when the slow ones were ended, and how the other fared."""
    limits = {"connections_per_address": 5000, "head_timeout": f"{LIMIT}s", "body_idle_timeout": f"{LIMIT}s",
              "slow_reader_timeout": f"{LIMIT}s"}
    count, visits, held = stage.arguments.slow, [], []
    with stage.with_limits(**limits):
        # The tool takes the host out of its URL.
        agent, host = stage.agent(f"agent-slow-{mode}", "--url", "http://127.0.0.1", wanted="127.0.0.1")
        until(10, "the agent serves", lambda: stage.get_plain(host) == b"hello")
        prefix = stage.home / f"slow-{mode}"
        before, begun = stage.edge.descriptors(), time.monotonic()
        with open(f"{prefix}.log", "wb") as log:
            tool = subprocess.Popen(
                ["slowhttptest", f"-{mode}", "-c", str(count), "-r", str(RATE), "-l", str(4 * LIMIT), "-p", "2", "-g",
                 "-o", str(prefix), "-u", f"http://127.0.0.1:{stage.arguments.http}{path}", *options],
                stdout=log, stderr=log,
            )
        while tool.poll() is None or not has_ended(held, count):
            asked = time.monotonic()
            expect(asked - begun < 6 * LIMIT, f"held in the end: {held[-1:]}")
            body = stage.get_plain(host)
            expect(body == b"hello", f"another visitor was not served, but {body[:300]}")
            now = time.monotonic()
            visits.append(now - asked)
            held.append((now - begun, stage.edge.descriptors() - before))
            time.sleep(0.02)
        agent.end()
    with open(f"{prefix}.csv", newline="") as file:
        rows = [{name: int(value) for name, value in row.items() if name} for row in csv.DictReader(file)]
    expect(rows and all(row["Service Available"] > 0 for row in rows), f"slowhttptest found no service: {rows}")
    return judged(count, visits, held, filling)


def has_ended(held, count):
    """Whether most have been there, and all but a few are gone: somebody else's visits come and go too."""
    return max((number for _, number in held), default=0) > count * 3 // 4 and held[-1][1] <= 8


def judged(count, visits, held, filling):
    most = max(number for _, number in held)
    expect(most >= count * 9 // 10, f"no more than {most} of {count} were there at once")
    full = next(at for at, number in held if number == most)
    ended = next(at for at, number in held if at > full and number <= 8)
    early = [(at, number) for at, number in held if full < at < LIMIT - TICK and number < most - 8]
    expect(not early, f"some were ended too soon: {early[:3]}")
    # The last comes when all of those before have, and a limit is kept to a tick of the edge's clock.
    expect(ended <= count / RATE + filling + LIMIT + 2, f"the last was ended after {ended:.1f} s")
    visits.sort()
    slowest = visits[len(visits) * 99 // 100]
    expect(slowest < 1, f"p99 of another visitor: {slowest:.2f} s")
    return f"{most} at once, gone after {ended:.1f} s; {len(visits)} other visits, p99 {slowest * 1000:.0f} ms"


@check("slow heads are ended at their time, and others served")
def _(stage):
    return attack(stage, "H", "-i", "1")


@check("slow bodies are ended at their time, and others served")
def _(stage):
    # Silence behind the first part.
    return attack(stage, "B", "-i", str(6 * LIMIT), path="/count")


@check("slow reading is ended at its time, and others served")
def _(stage):
    # Its time begins when every buffer on the way is full.
    options = ["-n", "1", "-z", "32", "-w", "512", "-y", "1024"]
    return attack(stage, "X", *options, path=f"/bytes/{16 * MB}", filling=2 * LIMIT)
