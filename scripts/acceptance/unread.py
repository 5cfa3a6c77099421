"""Visitors that read nothing of what they ask for, or a little less fast than they could: what waits for them is bounded."""
import socket
import ssl
import struct
import time

from bodies import with_flat_memory
from stage import MB, check, expect, until

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RESET, SETTINGS, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 7, 8
END_STREAM, END_HEADERS = 1, 4
# Nobody serves it: the edge itself answers.
MISSING = "nobody.portico.localhost"
# Bytes for which a slow reader gives credit at once; no part of what services write.
STEP = 6000
# How long somebody goes on asking.
SECONDS = 5


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def head(stream, method, host, path="/"):
    """A request, each field spelt out."""
    fields = [(b":method", method.encode()), (b":scheme", b"https"), (b":authority", host.encode()), (b":path", path.encode())]
    block = b"".join(b"\0" + bytes([len(name)]) + name + bytes([len(value)]) + value for name, value in fields)
    return frame(HEADERS, END_STREAM | END_HEADERS, stream, block)


def visit(stage, host):
    """A connection over HTTP/2, for which the preface has been sent."""
    context = ssl.create_default_context(cafile=stage.arguments.ca)
    context.set_alpn_protocols(["h2"])
    plain = socket.create_connection(("127.0.0.1", stage.arguments.https), 30)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection = context.wrap_socket(plain, server_hostname=host)
    connection.sendall(PREFACE + frame(SETTINGS, 0, 0))
    return connection


def frames(connection):
    """Kind, flags, stream and payload of each frame that comes."""
    stream = connection.makefile("rb")
    while len(start := stream.read(9)) == 9:
        yield start[3], start[4], int.from_bytes(start[5:], "big"), stream.read(int.from_bytes(start[:3], "big"))


@check("a reader over HTTP/2 that is a little slow holds no more than a fast one")
def _(stage):
    agent, host = stage.agent("agent-credit")
    until(10, "the agent serves", lambda: stage.serves(host))
    size = 48 * MB

    def read():
        connection, count, owed = visit(stage, host), 0, 0
        connection.sendall(head(1, "GET", host, f"/bytes/{size}"))
        for kind, flags, stream, payload in frames(connection):
            expect(kind not in (RESET, GOAWAY), f"ended after {count} bytes")
            if kind != DATA:
                continue
            count += len(payload)
            owed += len(payload)
            if flags & END_STREAM:
                break
            while owed >= STEP:
                # The service is faster: what waits at the edge is never nothing.
                time.sleep(0.004)
                credit = struct.pack(">I", STEP)
                connection.sendall(frame(WINDOW_UPDATE, 0, 0, credit) + frame(WINDOW_UPDATE, 0, stream, credit))
                owed -= STEP
        expect(count == size, f"{count} bytes came")
        connection.close()

    growth, seconds = with_flat_memory(stage, (stage.edge, agent), 16 * MB, read)
    agent.end()
    return f"{size / MB:.0f} MB in {seconds:.0f} s: edge +{growth[0] / MB:.1f} MB, agent +{growth[1] / MB:.1f} MB"


def ask(connection, requests):
    """Sends what comes of `requests`, until it is not taken or the time is over; how many bytes were."""
    count, end = 0, time.monotonic() + SECONDS
    connection.settimeout(1)
    try:
        while time.monotonic() < end:
            piece = next(requests)
            connection.sendall(piece)
            count += len(piece)
    except OSError:
        # Not taken for a while, or closed: both are as it should be.
        pass
    time.sleep(0.5)
    return count


@check("whoever reads no answers is not answered without end")
def _(stage):
    notes = []

    def http1():
        while True:
            yield f"GET / HTTP/1.1\r\nHost: {MISSING}\r\n\r\n".encode() * 500

    def http2():
        stream = 1
        while True:
            yield b"".join(head(number, "HEAD", MISSING) for number in range(stream, stream + 1000, 2))
            stream += 1000

    def plain():
        return socket.create_connection(("127.0.0.1", stage.arguments.http), 30)

    # What is used for the first time is mapped then.
    stage.get(MISSING)
    for name, connect, requests in (("HTTP/1.1", plain, http1()), ("HTTP/2", lambda: visit(stage, MISSING), http2())):
        asked = []
        connections = [connect() for _ in range(4)]
        growth, _ = with_flat_memory(
            stage, [stage.edge], 32 * MB, lambda: asked.extend(ask(one, requests) for one in connections)
        )
        for connection in connections:
            connection.close()
        notes.append(f"{name}: {sum(asked) / 1024:.0f} KiB asked by 4, edge +{growth[0] / MB:.1f} MB")
    return "; ".join(notes)
