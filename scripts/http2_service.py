#!/usr/bin/env python3
"""Two services of HTTP/1.1 for scripts/http2_interop.py: an echo of bodies and trailers, and an echo of WebSocket messages.

The first answers with what it got, in chunks, with the trailers that came and the SHA-256 of the body as one more.
The second is PyPI's `websockets`.

    scripts/http2_service.py HTTP_PORT WEBSOCKET_PORT
"""
import asyncio
import hashlib
import sys

import websockets


async def read_body(reader, head):
    fields = [line.partition(b":")[::2] for line in head.split(b"\r\n")[1:]]
    lengths = [int(value) for name, value in fields if name.lower() == b"content-length"]
    if lengths:
        return await reader.readexactly(lengths[0]), []
    if not any(name.lower() == b"transfer-encoding" for name, _ in fields):
        return b"", []
    body = bytearray()
    while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
        body += await reader.readexactly(size)
        await reader.readexactly(2)
    trailers = []
    while (line := await reader.readuntil(b"\r\n")) != b"\r\n":
        trailers.append(line)
    return bytes(body), trailers


async def answer(reader, writer):
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n"))[:-4]
            if b"expect: 100-continue" in head.lower():
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            body, trailers = await read_body(reader, head)
            line = head.split(b"\r\n")[0]
            writer.write(b"HTTP/1.1 200 OK\r\nX-Line: " + line + b"\r\nTransfer-Encoding: chunked\r\n\r\n")
            for start in range(0, len(body), 50_000):
                part = body[start:start + 50_000]
                writer.write(b"%x\r\n%b\r\n" % (len(part), part))
                await writer.drain()
            digest = hashlib.sha256(body).hexdigest().encode()
            writer.write(b"0\r\n" + b"".join(trailers) + b"X-Sum: " + digest + b"\r\n\r\n")
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def echo(socket):
    async for message in socket:
        await socket.send(message)


async def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    await asyncio.start_server(answer, "127.0.0.1", int(sys.argv[1]), limit=1 << 20)
    async with websockets.serve(echo, "127.0.0.1", int(sys.argv[2]), max_size=None, compression=None):
        await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main())
