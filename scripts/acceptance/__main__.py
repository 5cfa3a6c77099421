"""Drives the built programs from outside through what no single test shows: gigabytes, slow readers, outages, agents
that go in every way, and the words that people get when something is wrong.

Called by scripts/acceptance.sh, which prepares the edge. Ends with `N passed, N failed`.
"""
import argparse
import contextlib
import importlib
import resource
import time

from stage import CHECKS, Stage

# Modules that register their checks, in this order.
SETS = {"programs": ["bodies", "unread", "outages", "sessions", "slow", "streams", "words"], "soak": ["idle", "soak"],
        "overload": ["overload"], "netfault": ["netfault"]}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("bin", "home", "ca"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("http", "https", "agents", "management"):
        parser.add_argument(f"--{name}", required=True, type=int)
    parser.add_argument("--set", choices=SETS, default="programs", help="which checks")
    parser.add_argument("--gigabyte", type=int, default=1 << 30, help="bytes of the large bodies")
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--idle", type=int, default=10_000, help="connections that do nothing")
    parser.add_argument("--minutes", type=float, default=30, help="of the load that goes on")
    parser.add_argument("--overload", type=float, default=60, help="seconds of three times the load")
    parser.add_argument("--slow", type=int, default=300, help="visitors that are slow on purpose")
    parser.add_argument("--events", type=int, default=3000, help="of a stream, one every 10 ms")
    parser.add_argument("--messages", type=int, default=1_000_000, help="of a stream of gRPC")
    parser.add_argument("--cuts", type=int, default=100, help="of the link between agent and edge")
    parser.add_argument("--netfault", default="", help="the folder of the shared tools for links")
    parser.add_argument("--api", type=int, default=0, help="the port of the REST API")
    parser.add_argument("--api-key", default="")
    parser.add_argument("--grpc", default="python3", help="a Python with grpcio")
    parser.add_argument("--outages", type=lambda text: [int(n) for n in text.split(",")], default=[1, 20, 600])
    parser.add_argument("--only", default="", help="checks whose title contains this")
    return parser.parse_args()


def main():
    stage = Stage(arguments())
    for name in SETS[stage.arguments.set]:
        importlib.import_module(name)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (65536, 65536))
    passed = failed = 0
    try:
        stage.start_edge()
        for title, function in CHECKS:
            if stage.arguments.only not in title:
                continue
            begun = time.monotonic()
            try:
                note, mark = function(stage) or "", "ok  "
                passed += 1
            except Exception as error:  # whatever it was, the next check is to run
                note, mark = f"{type(error).__name__}: {error}", "FAIL"
                failed += 1
            print(f"{mark} {title} ({time.monotonic() - begun:.1f} s){note and chr(10) + '     '}{note}", flush=True)
            if stage.edge.child.poll() is not None:
                print(f"     the edge ended with status {stage.edge.child.returncode}; it is started again")
                stage.start_edge()
    finally:
        stage.close()
    print(f"{passed} passed, {failed} failed")


if __name__ == "__main__":
    main()
