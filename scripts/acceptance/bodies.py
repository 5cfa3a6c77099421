"""Large bodies, slow readers, many connections: memory and descriptors."""
import socket
import subprocess
import threading
import time

from stage import MB, check, expect, until


def curl(stage, *arguments):
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail", "--cacert", stage.arguments.ca, *arguments],
        stdout=subprocess.PIPE, check=True,
    )
    return done.stdout.decode()


def with_flat_memory(stage, processes, limit, work):
    """Does the work; says by how much the peak of each process stood above its beginning, and how long it took."""
    before = []
    for process in processes:
        process.reset_peak()
        before.append(process.status("VmRSS"))
    begun = time.monotonic()
    work()
    seconds = time.monotonic() - begun
    growth = [process.status("VmHWM") - start for process, start in zip(processes, before)]
    expect(max(growth) <= limit, f"grew by {[f'{g / MB:.1f} MB' for g in growth]}, limit {limit / MB:.0f} MB")
    return growth, seconds


@check("1 GiB down and up through the tunnel, memory flat on both sides")
def _(stage):
    agent, host = stage.agent("agent-bytes")
    size = stage.arguments.gigabyte
    url = f"https://{host}:{stage.arguments.https}"
    notes = []

    def down(size=size):
        got = int(curl(stage, "--output", "/dev/null", "--write-out", "%{size_download}", f"{url}/bytes/{size}"))
        expect(got == size, f"{got} bytes came")

    def up(size=size):
        body = stage.home / "body"
        with open(body, "wb") as file:
            file.truncate(size)
        # --data-binary would read all of it first.
        got = int(curl(stage, "--header", "Expect:", "--request", "POST", "--upload-file", str(body), f"{url}/count"))
        body.unlink()
        expect(got == size, f"{got} bytes arrived")

    # Code that is used for the first time is mapped then: that is no part of what a body takes.
    down(MB)
    up(MB)
    for name, work in (("down", down), ("up", up)):
        growth, seconds = with_flat_memory(stage, (stage.edge, agent), 32 * MB, work)
        notes.append(
            f"{name} {size / MB / seconds:.0f} MB/s, edge +{growth[0] / MB:.1f} MB, agent +{growth[1] / MB:.1f} MB"
        )
    agent.end()
    return "; ".join(notes)


@check("slow readers: each holds a bounded amount of memory")
def _(stage):
    agent, host = stage.agent("agent-slow")
    count = stage.arguments.readers
    readers = []

    def open_readers():
        for _ in range(count):
            reader = socket.socket()
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", stage.arguments.http))
            reader.sendall(f"GET /bytes/{64 * MB} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            readers.append(reader)
            # One behind another: each has the tunnel's rate for itself at first, and windows grow with the rate.
            time.sleep(1 / 150)
        for reader in readers:
            reader.settimeout(30)
            expect(reader.recv(12).startswith(b"HTTP/1.1 200"), "a reader got no answer")
        # Until nothing grows any more: what can be taken in has been.
        last = 0
        while (now := stage.edge.status("VmRSS") + agent.status("VmRSS")) - last > MB:
            last = now
            time.sleep(0.5)

    agent.end()
    agent, host = stage.agent("agent-slow", "--url", "http://slow.portico.localhost")
    # A window of 256 KiB, and what socket and proxy hold of it on the way; windows that grew with the rate take up to
    # 64 MiB more of each of the session's two connections, and as much again in the buffers that they are slices of.
    limit = max(count * MB // 2, 320 * MB)
    before = stage.edge.status("VmRSS")
    growth, _ = with_flat_memory(stage, (stage.edge, agent), limit, open_readers)
    for reader in readers:
        reader.close()
    # An edge that goes on looking full would refuse requests for want of memory.
    until(30, "the edge gives the memory back", lambda: stage.edge.status("VmRSS") < before + 192 * MB)
    until(30, "another visitor is served", lambda: stage.get_plain(host) == b"hello")
    agent.end()
    return f"{count} readers: edge {growth[0] / count / 1024:.0f} KiB, agent {growth[1] / count / 1024:.0f} KiB each"


@check("many connections leave no descriptor behind")
def _(stage):
    agent, host = stage.agent("agent-many")
    expect(stage.serves(host), "no answer")
    time.sleep(1)
    before = stage.edge.descriptors(), agent.descriptors()
    failures = []

    def visit(number):
        for _ in range(number):
            if stage.get(host)[2] != b"hello":
                failures.append(1)

    threads = [threading.Thread(target=visit, args=(stage.arguments.visits // 8,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(not failures, f"{len(failures)} visits failed")
    # The agent keeps idle connections to its service for a while; they are bounded.
    until(
        90, f"descriptors are back at {before}",
        lambda: stage.edge.descriptors() <= before[0] + 2 and agent.descriptors() <= before[1] + 8, every=0.5,
    )
    agent.end()
    return f"{stage.arguments.visits} visits, descriptors {before} before and after"
