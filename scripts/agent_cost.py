#!/usr/bin/env python3
"""How long the agent takes to start, what it keeps when nothing happens, and what a request costs it. scripts/bench-agent.sh
starts the edge.

usage: agent_cost.py PORTICO CONFIG UNSEEN HTTP_PORT ROUNDS

CONFIG serves http://web.portico.localhost, which answers at HTTP_PORT; UNSEEN is the same without the inspector.

Times are from the start of the process to the line of the log; medians, with the best and the worst.
"""
import http.client
import json
import os
import statistics
import subprocess
import sys
import time

program, configuration, unseen = sys.argv[1:4]
http_port, rounds = int(sys.argv[4]), int(sys.argv[5])
# Of a request with the inspector, what the agent may take more than without.
GOAL_MS, GOAL_MB, GOAL_TAP = 50, 64, 1.6
EVENTS = ["starting web service", "client session established", "started tunnel"]
failures = 0


def row(what, values, unit, goal=None):
    global failures
    middle = statistics.median(values)
    verdict = "" if goal is None else f"  goal {goal} {unit}: {'met' if middle < goal else 'MISSED'}"
    failures += "MISSED" in verdict
    print(f"{what:<46} {middle:8.1f} {unit}   ({min(values):.1f} to {max(values):.1f}){verdict}")


def start_and_answer():
    begun = time.monotonic()
    subprocess.run([program, "version"], check=True, stdout=subprocess.DEVNULL)
    return (time.monotonic() - begun) * 1000


def memory(pid):
    """Megabytes: resident, and the share that is the process's own."""
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        kinds = dict(line.split(":", 1) for line in file if ":" in line and " kB" in line)
    number = {name: int(value.split()[0]) / 1024 for name, value in kinds.items()}
    return number["Rss"], number["Private_Dirty"] + number["Private_Clean"]


def cpu(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def used(pid):
    """Milliseconds that its threads have been on a processor: what is the same on a busy machine."""
    total = 0
    for task in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{task}/schedstat", encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total / 1e6


def serve(idle=0):
    """Milliseconds to each event, and on the processor until the last; with `idle` seconds of rest: memory, and
    processor time of the rest."""
    begun = time.monotonic()
    agent = subprocess.Popen([program, "start", "--all", "--config", configuration, "--log", "stdout", "--log-format", "json"],
                             stdout=subprocess.PIPE, text=True)
    try:
        times = {}
        for line in agent.stdout:
            said = json.loads(line)["msg"]
            if said in EVENTS:
                times.setdefault(said, (time.monotonic() - begun) * 1000)
            if len(times) == len(EVENTS):
                times["processor"] = used(agent.pid)
                break
        else:
            sys.exit("the agent ended before its endpoint was online")
        rest = None
        if idle:
            time.sleep(2)
            before = cpu(agent.pid)
            time.sleep(idle)
            rest = (*memory(agent.pid), (cpu(agent.pid) - before) / idle * 100)
        return times, rest
    finally:
        agent.terminate()
        agent.wait(20)


def cost_of_requests(file, count=200):
    """Microseconds on the processor for a request of a visitor, of whom there is one."""
    agent = subprocess.Popen([program, "start", "--all", "--config", file, "--log", "stdout", "--log-format", "json"],
                             stdout=subprocess.PIPE, text=True)
    try:
        for line in agent.stdout:
            if json.loads(line)["msg"] == EVENTS[2]:
                break
        # Its log is read by nobody from here on, which is no reason to wait.
        visitor = http.client.HTTPConnection("127.0.0.1", http_port, timeout=20)
        begun = 0
        for number in range(count + 30):
            if number == 30:
                begun = used(agent.pid)
            visitor.request("GET", f"/{number}", headers={"Host": "web.portico.localhost", "Accept": "text/plain"})
            visitor.getresponse().read()
        return (used(agent.pid) - begun) * 1000 / count
    finally:
        agent.terminate()
        agent.wait(20)


start_and_answer()
row("portico version, from start to end", [start_and_answer() for _ in range(rounds)], "ms", GOAL_MS)
runs = [serve()[0] for _ in range(rounds)]
row("from start to the local web service", [run[EVENTS[0]] for run in runs], "ms", GOAL_MS)
row("from start to the session", [run[EVENTS[1]] for run in runs], "ms")
row("from start to the endpoint", [run[EVENTS[2]] for run in runs], "ms")
row("on the processor until then", [run["processor"] for run in runs], "ms")
rests = [serve(idle=8)[1] for _ in range(min(3, rounds))]
row("idle with one endpoint: resident", [rest[0] for rest in rests], "MB", GOAL_MB)
row("idle with one endpoint: its own", [rest[1] for rest in rests], "MB")
row("idle with one endpoint: processor", [rest[2] for rest in rests], "%")
plain = [cost_of_requests(unseen) for _ in range(3)]
seen = [cost_of_requests(configuration) for _ in range(3)]
row("a request: processor, without the inspector", plain, "us")
row("a request: processor, with it", seen, "us")
row("a request: with it, of without", [statistics.median(seen) / statistics.median(plain)], "x", GOAL_TAP)
sys.exit(1 if failures else 0)
