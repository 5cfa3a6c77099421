#!/usr/bin/env python3
"""The services behind: PyPI's `websockets`, doing what the path says, and one that half-closes, which that can't.

    scripts/websocket/service.py WEBSOCKET_PORT HALF_PORT
"""
import asyncio
import contextlib
import hashlib
import sys

import websockets
import websockets.utils
from websockets.exceptions import ConnectionClosed

# How connections ended, by the key that the visitor gave: what it could not see itself.
ENDED = {}
BLOCK = bytes(65536)


def ended(key):
    return ENDED.setdefault(key, asyncio.get_running_loop().create_future())


async def echo(socket, *_):
    async for message in socket:
        await socket.send(message)


async def fragments(socket, *_):
    """Frame by frame; a message of no frames more is an end."""
    while True:
        await socket.send(pieces(socket))


async def pieces(socket):
    async for piece in socket.recv_streaming():
        yield piece


async def greet(socket, *_):
    for number in range(3):
        await socket.send(f"greeting {number}")
    await echo(socket)


async def ping(socket, *_):
    for size in (0, 1, 125):
        await (await socket.ping(bytes(size)))
    # The same payload twice at once is refused, so the empty one is not sent again.
    await socket.send("answered")
    await echo(socket)


async def close(socket, code, reason=""):
    await socket.recv()
    await socket.close(int(code), reason)


async def vanish(socket, *_):
    await socket.send(await socket.recv())
    socket.transport.abort()


async def small(socket, *_):
    socket.protocol.max_message_size = 1024
    await echo(socket)


async def sink(socket, *_):
    digest = hashlib.sha256()
    while message := await socket.recv():
        digest.update(message)
    await socket.send(digest.hexdigest())
    await echo(socket)


async def source(socket, count):
    for _ in range(int(count)):
        await socket.send(BLOCK)
    await echo(socket)


async def tell(socket, key):
    await socket.send(repr(await asyncio.wait_for(ended(key), 15)))
    await echo(socket)


SERVICES = {
    "echo": echo, "fragments": fragments, "greet": greet, "ping": ping, "close": close, "vanish": vanish,
    "small": small, "sink": sink, "source": source, "ended": tell,
}


async def serve(socket):
    path, _, key = socket.request.path.partition("?")
    _, name, *arguments = path.split("/")
    try:
        with contextlib.suppress(ConnectionClosed):
            await SERVICES[name](socket, *arguments)
    finally:
        await socket.wait_closed()
        if key:
            ended(key).set_result((int(socket.close_code), socket.close_reason))


def refuse(connection, request):
    if request.path.startswith("/refuse"):
        return connection.respond(403, "not for you\n")
    return None


def choose(_, offered):
    return "chat" if "chat" in offered else None


def frame(opcode, payload):
    return bytes([0x80 | opcode, len(payload)]) + payload


async def half(reader, writer):
    """Reads until the visitor has ended its direction, then answers; for /first, ends its own before that."""
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        path, _, key = head.split(" ")[1].partition("?")
        fields = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
        if "upgrade" not in fields:
            writer.write(b"HTTP/1.1 426 Upgrade Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        else:
            asked = next(line for line in head.split("\r\n") if line.lower().startswith("sec-websocket-key:"))
            accept = websockets.utils.accept_key(asked.split(":")[1].strip()).encode()
            writer.write(
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
            )
            if path == "/first":
                writer.write(frame(1, b"no more from here"))
                writer.write_eof()
            outcome = "end"
            came = 0
            try:
                while data := await reader.read(65536):
                    came += len(data)
            except ConnectionError:
                outcome = "cut"
            if key:
                ended(key).set_result((came, outcome))
            if path != "/first":
                writer.write(frame(1, f"{came} bytes".encode()) + frame(8, (1000).to_bytes(2, "big")))
            await writer.drain()
    writer.close()


async def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    await asyncio.start_server(half, "127.0.0.1", int(sys.argv[2]))
    async with websockets.serve(
        serve, "127.0.0.1", int(sys.argv[1]), max_size=None, select_subprotocol=choose, process_request=refuse,
        ping_interval=None, close_timeout=5,
    ):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
