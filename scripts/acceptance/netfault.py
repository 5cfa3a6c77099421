"""The link between agent and edge is cut, again and again, in two network namespaces that the shared tools join.

The edge and its visitors are in the namespace that this runs in; the agent and its service in another one. A cut either takes
the link away, so that the network says at once that there is no way, or lets every packet vanish in silence.
"""
import contextlib
import ctypes
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time

from stage import check, expect, until

HERE, THERE = "portico-edge", "portico-agent"
EDGE_ADDRESS = "10.98.7.2"
CONNECT_HOST = "connect.portico.localhost"
WEB = 4040
# How long agent and edge may show that data flows when it does not.
HONEST_SECONDS = 10
BACK_SECONDS = 2


class Link:
    """Two TUN devices, and the program that carries packets between them."""

    def __init__(self, stage):
        self.tool = os.path.join(stage.arguments.netfault, "delay.py")
        self.carrier = None

    def carry(self, loss=0):
        """20 ms of round trip, a little jitter; with 100 % loss every packet vanishes."""
        self.stop()
        self.carrier = subprocess.Popen(
            [sys.executable, self.tool, THERE, HERE, "10", "2", str(loss), "0", "86400"],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )
        expect(self.carrier.stdout.readline() == b"up\n", "the shared tool does not join the namespaces")

    def stop(self):
        if self.carrier:
            self.carrier.kill()
            self.carrier.wait()
            self.carrier = None


def enter(namespace):
    """Moves the calling thread."""
    with open(f"/run/netns/{namespace}", "rb") as file:
        if ctypes.CDLL(None, use_errno=True).setns(file.fileno(), 0x40000000) != 0:
            raise OSError(ctypes.get_errno(), "setns")


class Watch(threading.Thread):
    """Asks again and again, and notes each answer with its time."""

    def __init__(self, ask, namespace=None):
        super().__init__(daemon=True)
        self.ask, self.namespace, self.seen, self.over = ask, namespace, [], threading.Event()

    def run(self):
        if self.namespace:
            enter(self.namespace)
        while not self.over.is_set():
            asked = time.monotonic()
            with contextlib.suppress(OSError, http.client.HTTPException, ValueError, KeyError):
                self.seen.append((asked, self.ask()))
            time.sleep(0.1)

    def between(self, begin, end):
        return [answer for asked, answer in self.seen if begin <= asked <= end]


def ask_json(port, path, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path, headers=headers or {})
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise ValueError(f"status {answer.status}")
        return json.loads(body)
    finally:
        connection.close()


class Visits:
    """A visitor every 50 ms, none of whom waits for another; when the first of them was answered."""

    def __init__(self, stage, host):
        self.stage, self.host, self.first, self.lock = stage, host, None, threading.Lock()

    def wait(self, seconds):
        begun = time.monotonic()
        while self.first is None and time.monotonic() - begun < seconds:
            threading.Thread(target=self.visit, daemon=True).start()
            time.sleep(0.05)
        return self.first and self.first - begun

    def visit(self):
        with contextlib.suppress(OSError, http.client.HTTPException):
            if self.stage.get(self.host, timeout=15)[0] == 200:
                with self.lock:
                    self.first = self.first or time.monotonic()


def lengths(count):
    """Of the cuts, in seconds: around each time that something happens at, and some by chance."""
    known = [0.3, 11.5, 1, 4.5, 2, 0.6, 3.3, 6.5, 1.5, 2.5, 8.8, 9.3, 12, 5.5, 7.5, 10.2, 0.1, 30]
    chance = random.Random(7)
    return [known[number] if number < len(known) else chance.uniform(0.1, 12) for number in range(count)]


def sessions_of(stage):
    """The sessions that the edge shows, and the endpoints of agents."""
    headers = {"Authorization": f"Bearer {stage.arguments.api_key}", "Ngrok-Version": "2"}
    sessions = ask_json(stage.arguments.api, "/tunnel_sessions", headers)["tunnel_sessions"]
    endpoints = ask_json(stage.arguments.api, "/endpoints", headers)["endpoints"]
    # The edge listens at a port of its own.
    return [one["id"] for one in sessions], [one["url"].rpartition(":")[0] for one in endpoints]


@check("the link is cut, and the same URL is back at once, under one owner, and never shown online without data")
def _(stage):
    link = Link(stage)
    link.carry()
    service = stage.run_command("netfault-service", "ip", "netns", "exec", THERE, sys.executable, "-u",
                                os.path.join(os.path.dirname(__file__), "..", "sample_service.py"), "0")
    (port, _) = until(10, "the service listens", lambda: re.search(r":(\d+)|^(\d+)$", service.text(), re.MULTILINE))
    port = port[1] or port[2]
    agent = stage.run_command(
        "netfault-agent", "ip", "netns", "exec", THERE, str(stage.bin / "portico"), "http", f"127.0.0.1:{port}",
        *stage.agent_arguments("--log-level", "debug", server=f"{CONNECT_HOST}:{stage.arguments.agents}"),
    )
    (host, _) = until(20, "the agent prints its URL", lambda: stage.host_in(agent.text()))
    until(10, "the agent serves", lambda: stage.serves(host))
    shown_by_agent = Watch(lambda: ask_json(WEB, "/api/status")["status"], THERE)
    shown_by_edge = Watch(lambda: sessions_of(stage))
    shown_by_agent.start()
    shown_by_edge.start()
    until(5, "agent and edge show that it is online", lambda: shown_by_agent.seen and shown_by_edge.seen)
    back, slow, dishonest, owners = [], [], [], []
    seen_lost = {"agent": 0.0, "edge": 0.0}
    try:
        for number, length in enumerate(lengths(stage.arguments.cuts)):
            silent = number % 2 == 1
            cut = time.monotonic()
            if silent:
                link.carry(loss=100)
            else:
                link.stop()
            time.sleep(max(0, length - (time.monotonic() - cut)))
            link.carry()
            restored = time.monotonic()
            seconds = Visits(stage, host).wait(20)
            kind = f"cut {number} of {length:.1f} s, {'in silence' if silent else 'with the link away'}"
            expect(seconds is not None, f"{kind}: not back within 20 s")
            back.append(seconds)
            if seconds >= BACK_SECONDS:
                slow.append(f"{kind}: back after {seconds:.2f} s")
            # An answer is of the moment in which it was asked for.
            late = (cut + HONEST_SECONDS, restored)
            if "online" in shown_by_agent.between(*late):
                dishonest.append(f"{kind}: the agent showed online")
            if any(sessions for sessions, _ in shown_by_edge.between(*late)):
                dishonest.append(f"{kind}: the edge showed the session")
            for name, watch, is_online in (("agent", shown_by_agent, lambda answer: answer == "online"),
                                           ("edge", shown_by_edge, lambda answer: bool(answer[0]))):
                last = [asked - cut for asked, answer in watch.seen if cut <= asked <= restored and is_online(answer)]
                seen_lost[name] = max(seen_lost[name], last[-1] if last else 0)
            until(5, "the agent shows that it is online",
                  lambda: shown_by_agent.seen[-1] > (restored, "") and shown_by_agent.seen[-1][1] == "online")
            for answer in shown_by_edge.between(cut, time.monotonic()):
                if len(answer[0]) > 1 or len(answer[1]) > 1 or set(answer[1]) - {f"https://{host}"}:
                    owners.append(f"{kind}: the edge showed {answer}")
            (now, _) = until(5, f"{kind}: the edge shows session and endpoint",
                             lambda: all(one := sessions_of(stage)) and one)
            expect(len(now[0]) == 1 and now[1] == [f"https://{host}"], f"{kind}: afterwards the edge shows {now}")
    finally:
        link.stop()
        shown_by_agent.over.set()
        shown_by_edge.over.set()
        agent.send(signal.SIGKILL)
        service.send(signal.SIGKILL)
    back.sort()
    note = (f"{len(back)} cuts: back after {back[len(back) // 2]:.2f} s in the middle, {back[-1]:.2f} s at most; shown online "
            f"at most {seen_lost['agent']:.1f} s (agent), {seen_lost['edge']:.1f} s (edge) into a cut; "
            f"moved {agent.text().count('session moved')} times, lost {agent.text().count('starting reconnect')} times")
    problems = slow + dishonest + owners
    expect(not problems, f"{note}; " + "; ".join(problems[:10]))
    return note
