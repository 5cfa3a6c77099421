#!/usr/bin/env python3
"""How fast one large body goes down and up, over several ways in turn, and what CPU that costs each process.

    bench/directions.py --serve PORT                 the service at the end of every way; runs until it is ended
    bench/directions.py --way NAME=URL ... [--process NAME=PID ...] [--size BYTES] [--rounds N] [--ca FILE]

Ways are measured one after another, round by round, so that they share the machine's moods; figures are medians. What
counts is a way's upload beside its download, and both beside the same of another way of the same run.
"""
import argparse
import contextlib
import os
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

MB = 1_000_000
PIECE = bytes(256 * 1024)


def serve(port):
    """Answers `GET /bytes/N` with N bytes, and takes any body."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=answer, args=(connection,), daemon=True).start()


def answer(connection):
    taken = bytearray(len(PIECE))
    waiting = b""
    with connection, contextlib.suppress(OSError):
        while True:
            while b"\r\n\r\n" not in waiting:
                more = connection.recv(65536)
                if not more:
                    return
                waiting += more
            head, _, waiting = waiting.partition(b"\r\n\r\n")
            if wanted := re.match(rb"GET /bytes/(\d+)", head):
                left = int(wanted[1])
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % left)
                while left > 0:
                    left -= connection.send(PIECE[:left])
                continue
            length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
            left = int(length[1]) - len(waiting) if length else 0
            waiting = b""
            while left > 0:
                count = connection.recv_into(taken)
                if count == 0:
                    return
                left -= count
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


def family(pid):
    """A process and those that it started."""
    found = [pid]
    with contextlib.suppress(OSError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as children:
                for child in children.read().split():
                    found += family(int(child))
    return found


def cpu_seconds(pid):
    """By the scheduler's own counters, which count nanoseconds."""
    total = 0
    for member in family(pid):
        with contextlib.suppress(OSError):
            for thread in os.listdir(f"/proc/{member}/task"):
                with open(f"/proc/{member}/task/{thread}/schedstat") as counters:
                    total += int(counters.read().split()[0])
    return total / 1e9


def carry(url, is_upload, options, body):
    """One body by curl; the seconds that it took."""
    target = host_and_port(url)
    command = ["curl", "--silent", "--show-error", "--fail", "--http1.1", "--output", "/dev/null"]
    command += ["--cacert", options.ca] if options.ca else []
    command += ["--resolve", f"{target}:127.0.0.1"]
    if is_upload:
        # Without the pause for "100 Continue", and without reading all of it first.
        command += ["--header", "Expect:", "--request", "POST", "--upload-file", body, f"{url}/count"]
    else:
        command += [f"{url}/bytes/{options.size}"]
    begun = time.monotonic()
    subprocess.run(command, check=True)
    return time.monotonic() - begun


def host_and_port(url):
    """`host:port` of a URL: few resolvers know the names that a test edge serves."""
    return url.split("//")[1].split("/")[0]


def measure(options):
    """Rates in MB/s and CPU in µs for each MB, a list for each way and direction."""
    rates, costs = {}, {}
    with tempfile.NamedTemporaryFile() as body:
        body.truncate(options.size)
        for _ in range(options.rounds):
            for way, url in options.way:
                for is_upload in (False, True):
                    before = {name: cpu_seconds(int(pid)) for name, pid in options.process}
                    seconds = carry(url, is_upload, options, body.name)
                    rates.setdefault((way, is_upload), []).append(options.size / MB / seconds)
                    for name, pid in options.process:
                        cost = (cpu_seconds(int(pid)) - before[name]) * 1e6 / (options.size / MB)
                        costs.setdefault((way, is_upload, name), []).append(cost)
    return rates, costs


def pair(text):
    name, _, value = text.partition("=")
    return name, value


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--serve", type=int, metavar="PORT")
    parser.add_argument("--way", type=pair, action="append", default=[])
    parser.add_argument("--process", type=pair, action="append", default=[])
    parser.add_argument("--size", type=int, default=1 << 30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ca")
    options = parser.parse_args()
    if options.serve:
        return serve(options.serve)
    if not options.way:
        sys.exit("name a way (--help)")
    rates, costs = measure(options)
    names = [name for name, _ in options.process]
    print("| way | down, MB/s | up, MB/s | up ÷ down | " + " | ".join(f"{name}, µs/MB down, up" for name in names) + " |")
    print("|---|--:|--:|--:|" + "--:|" * len(names))
    for way, _ in options.way:
        down, up = (statistics.median(rates[way, is_upload]) for is_upload in (False, True))
        used = [
            ", ".join(f"{statistics.median(costs[way, is_upload, name]):.0f}" for is_upload in (False, True))
            for name in names
        ]
        print(f"| {way} | {down:.0f} | {up:.0f} | {up / down:.2f} | {' | '.join(used)} |")


if __name__ == "__main__":
    main()
