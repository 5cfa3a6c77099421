#!/usr/bin/env python3
"""HTTP/2 by other people's hands against an edge: PyPI's h2 and wsproto, curl and nghttp. Ends with `N passed, N failed`.

Each check is made for every way to the service: dialled by the edge, and through an agent. The services are those of
scripts/http2_service.py.

    scripts/http2_interop.py HTTPS_PORT CA.PEM WAY=HTTP_HOST,WEBSOCKET_HOST ...
"""
import hashlib
import os
import random
import socket
import ssl
import subprocess
import sys
import tempfile

import h2.config
import h2.connection
import h2.events
import h2.settings
import wsproto.events
import wsproto.frame_protocol
from wsproto.connection import Connection, ConnectionType


class Visitor:
    """One connection of HTTP/2 with as many streams as wanted."""

    def __init__(self, port, ca, host):
        context = ssl.create_default_context(cafile=ca)
        context.set_alpn_protocols(["h2"])
        raw = socket.create_connection(("127.0.0.1", port), timeout=20)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = context.wrap_socket(raw, server_hostname=host)
        assert self.socket.selected_alpn_protocol() == "h2", "no h2 by ALPN"
        self.host = host
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="latin-1"))
        self.h2.initiate_connection()
        self.streams = {}
        self.send()

    def send(self):
        self.socket.sendall(self.h2.data_to_send())

    def begin(self, method, path, fields=(), ends=True):
        stream = self.h2.get_next_available_stream_id()
        pseudo = [(":method", method), (":scheme", "https"), (":authority", self.host), (":path", path)]
        if method == "CONNECT":
            pseudo.insert(1, (":protocol", "websocket"))
        self.h2.send_headers(stream, pseudo + list(fields), end_stream=ends)
        self.streams[stream] = {"body": bytearray(), "fields": None, "trailers": {}, "interim": [], "ended": False,
                                "reset": None}
        self.send()
        return stream

    def body(self, stream, data, trailers=None, ends=True):
        sent = 0
        while sent < len(data):
            room = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(data) - sent)
            if room == 0:
                self.pump()
                continue
            self.h2.send_data(stream, data[sent:sent + room])
            sent += room
            self.send()
        if trailers:
            self.h2.send_headers(stream, trailers, end_stream=True)
        elif ends:
            self.h2.end_stream(stream)
        self.send()

    def pump(self):
        data = self.socket.recv(65536)
        assert data, "the connection closed"
        for event in self.h2.receive_data(data):
            state = self.streams.get(getattr(event, "stream_id", None))
            if isinstance(event, h2.events.ResponseReceived):
                state["fields"] = dict(event.headers)
            elif isinstance(event, h2.events.InformationalResponseReceived):
                state["interim"].append(dict(event.headers)[":status"])
            elif isinstance(event, h2.events.TrailersReceived):
                state["trailers"] = dict(event.headers)
            elif isinstance(event, h2.events.DataReceived):
                state["body"] += event.data
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            elif isinstance(event, h2.events.StreamEnded):
                state["ended"] = True
            elif isinstance(event, h2.events.StreamReset):
                state["reset"] = event.error_code
            elif isinstance(event, h2.events.ConnectionTerminated):
                raise AssertionError(f"GOAWAY {event.error_code}")
        self.send()

    def wait(self, stream, what="ended"):
        state = self.streams[stream]
        while not state[what]:
            assert state["reset"] is None, f"RST_STREAM {state['reset']}"
            self.pump()
        return state


def many_streams(port, ca, http, _):
    visitor = Visitor(port, ca, http)
    streams = [visitor.begin("GET", f"/{number}") for number in range(90)]
    for number, stream in enumerate(streams):
        state = visitor.wait(stream)
        assert state["fields"][":status"] == "200"
        assert state["fields"]["x-line"] == f"GET /{number} HTTP/1.1"


def upload(port, ca, http, _):
    visitor = Visitor(port, ca, http)
    for size in (0, 1, 65_535, 65_536, 3_000_000):
        body = random.randbytes(size)
        for length in (True, False):
            stream = visitor.begin("POST", "/", [("content-length", str(size))] if length else [], ends=False)
            visitor.body(stream, body)
            state = visitor.wait(stream)
            assert bytes(state["body"]) == body, f"{size} bytes came back as {len(state['body'])}"
            assert state["trailers"]["x-sum"] == hashlib.sha256(body).hexdigest()


def trailers(port, ca, http, _):
    visitor = Visitor(port, ca, http)
    stream = visitor.begin("POST", "/", [("te", "trailers"), ("expect", "100-continue")], ends=False)
    while not visitor.streams[stream]["interim"]:
        visitor.pump()
    visitor.body(stream, b"hello", trailers=[("x-mine", "1")])
    state = visitor.wait(stream)
    assert state["interim"] == ["100"] and state["trailers"]["x-mine"] == "1"


def interleaved(port, ca, http, _):
    visitor = Visitor(port, ca, http)
    bodies = [random.randbytes(200_000) for _ in range(8)]
    streams = [visitor.begin("POST", "/", ends=False) for _ in bodies]
    for part in range(4):
        for stream, body in zip(streams, bodies):
            visitor.body(stream, body[part * 50_000:(part + 1) * 50_000], ends=part == 3)
    for stream, body in zip(streams, bodies):
        assert bytes(visitor.wait(stream)["body"]) == body


def taken_back(port, ca, http, _):
    visitor = Visitor(port, ca, http)
    for _ in range(20):
        stream = visitor.begin("POST", "/", ends=False)
        visitor.h2.reset_stream(stream, 8)
        visitor.send()
    assert visitor.wait(visitor.begin("GET", "/after"))["fields"][":status"] == "200"


def open_websocket(visitor):
    while h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL not in visitor.h2.remote_settings:
        visitor.pump()
    stream = visitor.begin("CONNECT", "/", [("sec-websocket-version", "13")], ends=False)
    assert visitor.wait(stream, "fields")["fields"][":status"] == "200"
    return stream


def websocket(port, ca, _, host):
    visitor = Visitor(port, ca, host)
    stream = open_websocket(visitor)
    client = Connection(ConnectionType.CLIENT)
    state = visitor.streams[stream]

    def events_until(kind):
        found = []
        while not any(isinstance(event, kind) and getattr(event, "message_finished", True) for event in found):
            while not state["body"] and not state["ended"]:
                visitor.pump()
            client.receive_data(bytes(state["body"]) or None)
            state["body"].clear()
            found += list(client.events())
        return found

    for size in (0, 1, 125, 126, 65_535, 65_536, 300_000):
        for text in (True, False):
            data = "x" * size if text else random.randbytes(size)
            sent, kind = wsproto.events.TextMessage, wsproto.events.TextMessage
            if not text:
                sent = kind = wsproto.events.BytesMessage
            half = size // 2
            visitor.body(stream, client.send(sent(data=data[:half], message_finished=False)), ends=False)
            visitor.body(stream, client.send(sent(data=data[half:], message_finished=True)), ends=False)
            came = [event.data for event in events_until(kind) if isinstance(event, kind)]
            joined = "".join(came) if text else b"".join(bytes(part) for part in came)
            assert joined == data, f"{size} came back as {len(joined)}"
    visitor.body(stream, client.send(wsproto.events.Ping(payload=b"are you there")), ends=False)
    pong = events_until(wsproto.events.Pong)[-1]
    assert bytes(pong.payload) == b"are you there"
    visitor.body(stream, client.send(wsproto.events.CloseConnection(code=1000)), ends=False)
    assert events_until(wsproto.events.CloseConnection)[-1].code == 1000
    visitor.body(stream, b"")
    visitor.wait(stream)


def no_websocket(port, ca, http, _):
    visitor = Visitor(port, ca, http)
    stream = visitor.begin("CONNECT", "/", [("sec-websocket-version", "13")], ends=False)
    assert visitor.wait(stream, "fields")["fields"][":status"] == "502"


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout


def curl(port, ca, http, _):
    base = ["curl", "-sS", "--http2", "--cacert", ca, "--resolve", f"{http}:{port}:127.0.0.1"]
    url = f"https://{http}:{port}/curl"
    assert run(*base, "-o", os.devnull, "-w", "%{http_version} %{http_code}", url) == b"2 200"
    with tempfile.NamedTemporaryFile() as file:
        body = random.randbytes(5_000_000)
        file.write(body)
        file.flush()
        assert run(*base, "--data-binary", f"@{file.name}", url) == body
        assert run(*base, "-T", file.name, "-H", "content-length:", url) == body


def nghttp(port, ca, http, _):
    out = run("nghttp", "-v", "--no-dep", "-H", f":authority: {http}", f"https://127.0.0.1:{port}/nghttp")
    assert b":status: 200" in out and b"x-line: GET /nghttp HTTP/1.1" in out


CHECKS = [many_streams, upload, trailers, interleaved, taken_back, websocket, no_websocket, curl, nghttp]


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    port, ca, passed, failed = int(sys.argv[1]), sys.argv[2], 0, 0
    for argument in sys.argv[3:]:
        way, _, hosts = argument.partition("=")
        for check in CHECKS:
            try:
                check(port, ca, *hosts.split(","))
                passed += 1
                print(f"ok   {way}: {check.__name__}")
            except Exception as error:  # Each failure is told, whatever it is.
                failed += 1
                print(f"FAIL {way}: {check.__name__}: {type(error).__name__} {error}")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
