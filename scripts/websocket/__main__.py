#!/usr/bin/env python3
"""WebSocket frames of every kind and size, by other people's hands, against the bare service and through an edge.

What a visitor sees through the edge must be what he sees without it: over HTTP/1.1 with PyPI's `websockets`, with and
without TLS, and over HTTP/2 with PyPI's `h2` and `wsproto`. The services are those of service.py. Ends with
`N passed, N failed`.

    scripts/websocket SERVICE_PORT HALF_PORT HTTP_PORT HTTPS_PORT CA.PEM [NAME=HOST,HALF_HOST ...]
"""
import dataclasses
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))

import http2_interop
from checks import CHECKS
from pipes import PlainPipe, StreamPipe, TLSPipe
from visitors import HTTP1Visitor, HTTP2Visitor


@dataclasses.dataclass
class Way:
    """How a visitor gets to the services."""

    name: str
    form: str
    host: str
    half_host: str
    port: int
    half_port: int
    ca: str = ""

    def open(self, path, connection=None, **options):
        return self.visitor(self.host, self.port, path, connection, **options)

    def half(self, path):
        return self.visitor(self.half_host, self.half_port, path)

    def open_many(self, path, count):
        """Each a connection of its own, but for HTTP/2: one for all."""
        shared = http2_interop.Visitor(self.port, self.ca, self.host) if self.form == "HTTP/2" else None
        return [self.open(path, shared) for _ in range(count)]

    def visitor(self, host, port, path, connection=None, **options):
        if self.form == "HTTP/2":
            connection = connection or http2_interop.Visitor(port, self.ca, host)
            return HTTP2Visitor(lambda fields: StreamPipe(connection, path, fields), **options)
        if self.form == "HTTPS":
            return HTTP1Visitor(TLSPipe(port, self.ca, host), host, path, "wss", **options)
        return HTTP1Visitor(PlainPipe(port), host, path, "ws", **options)


def run(way, function):
    """What the check saw; None when it failed, which is told."""
    begun = time.monotonic()
    try:
        seen = function(way)
    except Exception as error:  # Each failure is told, whatever it is.
        return None, f"{type(error).__name__} {error}", time.monotonic() - begun
    return seen, None, time.monotonic() - begun


def difference(seen, bare):
    if isinstance(seen, (list, tuple)) and isinstance(bare, (list, tuple)) and len(seen) == len(bare):
        return next((found for a, b in zip(seen, bare) if (found := difference(a, b))), None)
    return None if seen == bare else f"{str(seen)[:300]}, where the bare service shows {str(bare)[:300]}"


def main():
    if len(sys.argv) < 6:
        sys.exit(__doc__)
    service, half, http, https = map(int, sys.argv[1:5])
    ways = [Way("bare", "HTTP", "127.0.0.1", "127.0.0.1", service, half)]
    for argument in sys.argv[6:]:
        name, _, hosts = argument.partition("=")
        for form, port in (("HTTP", http), ("HTTPS", https), ("HTTP/2", https)):
            ways.append(Way(name, form, *hosts.split(","), port, port, sys.argv[5]))
    passed = failed = 0
    for function in CHECKS:
        bare = None
        for way in ways:
            seen, words, seconds = run(way, function)
            if way is ways[0]:
                bare = seen
            elif words is None:
                words = difference(seen, bare) if bare is not None else "nothing to compare with"
            title = f"{way.name}, {way.form}: {function.__name__.replace('_', ' ')} ({seconds:.1f} s)"
            print(f"ok   {title}" if words is None else f"FAIL {title}: {words[:700]}", flush=True)
            passed, failed = (passed + 1, failed) if words is None else (passed, failed + 1)
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
