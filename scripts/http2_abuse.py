#!/usr/bin/env python3
"""Runs the published HTTP/2 floods against an edge and judges what it does. The last line is `N passed, N failed`.

Wanted of each: the flood is ended before it is over (GOAWAY with ENHANCE_YOUR_CALM, or a close), or each bad message is
refused by itself; a connection of somebody else goes on at less than twice its quiet p99; the edge's memory grows by less
than 8 MiB; and at most 100 requests of a rapid reset reach the service.

    scripts/http2_abuse.py ABUSE.PY HTTPS_PORT EDGE_PID UPSTREAM_PORT
"""
import http.client
import importlib.util
import json
import pathlib
import ssl
import sys
import threading
import time

MEMORY = 8 * 1024 * 1024
REQUESTS = 101
# A flood that this machine's other work slows down is no finding: the p99 of a quiet connection is at least this.
QUIET_FLOOR = 0.025
# How often a flood is sent until the neighbour is not slowed: a p99 of a hundred requests is about its slowest one.
ATTEMPTS = 8
# Whose frames must end the connection, and those of which one message alone is wrong.
FLOODS = ["rapid_reset", "continuation_flood", "ping_flood", "settings_flood", "empty_data", "priority_flood"]
BOUNDED = ["hpack_bomb", "too_many_streams", "header_list_1m"]
SINGLE = ["crlf_value", "te_chunked", "cl_mismatch", "upper_name"]


def resident(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise SystemExit(f"no process {pid}")


class Neighbour(threading.Thread):
    """Somebody else: one request after the other over one connection, each timed."""

    def __init__(self, port):
        super().__init__(daemon=True)
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        self.connection = http.client.HTTPSConnection("localhost", port, context=context, timeout=10)
        self.times = []
        self.stopped = False

    def run(self):
        while not self.stopped:
            begun = time.monotonic()
            self.connection.request("GET", "/", headers={"Host": "a.test"})
            response = self.connection.getresponse()
            response.read()
            assert response.status == 200
            self.times.append(time.monotonic() - begun)
            time.sleep(0.002)

    def p99(self):
        ordered = sorted(self.times)
        return ordered[int(len(ordered) * 0.99)] if ordered else 0.0


def measured(port, work):
    neighbour = Neighbour(port)
    neighbour.start()
    result = work()
    neighbour.stopped = True
    neighbour.join(timeout=15)
    return result, neighbour.p99()


def seen(port):
    """How many connections the service has had: a request that is taken back costs one, so that they count requests."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/", headers={"Host": "count"})
    answer = json.loads(connection.getresponse().read())
    connection.close()
    return answer["conn"]


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    path, port, pid, upstream = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
    spec = importlib.util.spec_from_file_location("abuse", path)
    abuse = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(abuse)

    passed = failed = 0
    for name, flood in abuse.T.items():
        # One round before, so that what is allocated once is not counted; more where other work was in the way, each
        # beside a quiet time of its own. What an edge does to others it does each time.
        for attempt in range(ATTEMPTS):
            _, quiet = measured(port, lambda: time.sleep(0.5))
            quiet = max(quiet, QUIET_FLOOR)
            socket = abuse.conn(port, True)
            before, count = resident(pid), seen(upstream)
            (sent, outcome), slow = measured(port, lambda: (flood(socket), abuse.drain(socket)))
            socket.close()
            grown, requests = resident(pid) - before, seen(upstream) - count
            if attempt > 0 and slow < 2 * quiet:
                break
        problems = []
        ended = "closed=True" in outcome or "11" in outcome.split("goaway=")[1].split("]")[0]
        if name in FLOODS and not ended:
            problems.append("went on to its end")
        if name in BOUNDED + SINGLE and not (ended or answered(outcome)):
            problems.append("was taken without a word")
        if slow >= 2 * quiet:
            problems.append(f"p99 of a neighbour {slow * 1000:.0f} ms, {quiet * 1000:.0f} ms when quiet")
        if grown >= MEMORY:
            problems.append(f"memory grew by {grown >> 10} KiB")
        # Beside them: the one that counts, and the neighbour's.
        if name == "rapid_reset" and requests > REQUESTS + 2:
            problems.append(f"{requests} requests reached the service")
        print(f"{'FAIL' if problems else 'ok  '} {name}: sent {sent[0]}, {outcome}, {grown >> 10} KiB"
              f", p99 {slow * 1000:.1f} ms{': ' + '; '.join(problems) if problems else ''}")
        passed, failed = (passed, failed + 1) if problems else (passed + 1, failed)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


def answered(outcome):
    """Whether anything but the edge's own SETTINGS and WINDOW_UPDATE came back."""
    return int(outcome.rsplit("frames=", 1)[1].split()[0]) > 3


if __name__ == "__main__":
    main()
