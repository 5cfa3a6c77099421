#!/usr/bin/env python3
"""Measures what an agent session that does nothing costs an edge, and appends it to a results file.

    bench/sessions.py BIN FOLDER RESULTS.jsonl
"""
import contextlib
import json
import pathlib
import resource
import socket
import ssl
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts/acceptance"))

from bare_agent import BareAgent
from stage import Process, until

SESSIONS = 1000
# Before the first look: what they bring stays, as code that is loaded and buffers that the allocator keeps.
FIRST = 50


def free_ports(count):
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [str(one.getsockname()[1]) for one in sockets]


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    binary, folder, results = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(65536, most), most))
    folder.mkdir(parents=True, exist_ok=True)
    http, https, agents, management, target = free_ports(5)
    subprocess.run(
        [str(ROOT / "scripts/bench-edge.sh"), "tunnel", str(binary), str(folder), http, https, agents, management, target,
         "1"], check=True,
    )
    token = (folder / "authtoken").read_text().strip()
    context = ssl.create_default_context(cafile=str(folder / "data/ca.pem"))
    edge = Process(folder / "edge.log", str(binary / "portico-edge"), "serve", "--config", str(folder / "edge.yml"))

    def sign_in():
        agent = BareAgent(int(agents), context)
        agent.sign_in(token)
        return agent

    try:
        first, _ = until(30, "the edge takes agents", sign_in)
        held = [first] + [sign_in() for _ in range(FIRST - 1)]
        before, descriptors = edge.status("VmRSS"), edge.descriptors()
        held += [sign_in() for _ in range(SESSIONS)]
        each = (edge.status("VmRSS") - before) / SESSIONS
        if edge.descriptors() < descriptors + SESSIONS:
            sys.exit(f"only {edge.descriptors() - descriptors} of {SESSIONS} sessions are there")
    finally:
        edge.end()
    print(f"{each / 1024:.1f} KiB a session with one endpoint, {len(held)} in all")
    with open(results, "a", encoding="utf-8") as file:
        print(json.dumps({"sys": "ours-tunnel", "sc": "idle_session", "n": SESSIONS, "rps": each}), file=file)


if __name__ == "__main__":
    main()
