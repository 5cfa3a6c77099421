"""Drives the built programs from outside through what no single test shows: gigabytes, slow readers, outages, agents
that go in every way, and the words that people get when something is wrong.

Called by scripts/acceptance.sh, which prepares the edge. Ends with `N passed, N failed`.
"""
import argparse
import contextlib
import resource
import time

# Each registers its checks, in this order.
import bodies
import outages
import sessions
import words
from stage import CHECKS, Stage


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("bin", "home", "ca"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("http", "https", "agents", "management"):
        parser.add_argument(f"--{name}", required=True, type=int)
    parser.add_argument("--gigabyte", type=int, default=1 << 30, help="bytes of the large bodies")
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--sessions", type=int, default=1000)
    parser.add_argument("--outages", type=lambda text: [int(n) for n in text.split(",")], default=[1, 20, 600])
    parser.add_argument("--only", default="", help="checks whose title contains this")
    return parser.parse_args()


def main():
    stage = Stage(arguments())
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
