"""Visitors of a WebSocket: PyPI's `websockets` over HTTP/1.1, and `h2` with `wsproto` over HTTP/2.

What comes is told in one form by both: ("text" or "binary", data, whether the message ends), ("ping" or "pong", data),
("close", code, reason), ("end",).
"""
import collections
import contextlib
import hashlib

import wsproto.events
import wsproto.extensions
from websockets.client import ClientProtocol
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.frames import Close, Opcode
from websockets.http11 import Response
from websockets.uri import parse_uri
from wsproto.connection import Connection, ConnectionType

DATA = ("text", "binary")


class Visitor:
    """What both have in common. `pipe` is where the bytes go."""

    def __init__(self):
        self.events = collections.deque()
        self.received = 0
        self.has_ended = False

    def read(self):
        """Bytes from the pipe; nothing once the connection has ended, however that was."""
        try:
            data = self.pipe.read()
        except ConnectionResetError:
            data = b""
        self.received += len(data)
        return data

    def next(self):
        while not self.events:
            if self.has_ended:
                return ("end",)
            self.receive()
        return self.events.popleft()

    def message(self):
        """The frames of the next message with a digest of each, and the control frames that came between."""
        frames, controls = [], []
        while True:
            event = self.next()
            if event[0] in DATA:
                frames.append((event[0], len(event[1]), digest(event[1]), event[2]))
                if event[2]:
                    return frames, controls
            else:
                controls.append(event)
                assert event[0] in ("ping", "pong"), f"{event} in the place of a message, after {frames}"

    def to_end(self):
        """All that comes until the connection ends."""
        events = []
        while (event := self.next()) != ("end",):
            events.append((event[0], len(event[1]), digest(event[1]), event[2]) if event[0] in DATA else event)
        return events

    def send(self, kind, data, first=True, last=True):
        self.pipe.write(self.encoded(kind, data, first, last))

    def leave(self):
        """The closing handshake, as most connections end."""
        self.close(1000)
        events = self.to_end()
        self.pipe.close()
        assert events == [("close", 1000, "")], events


def digest(data):
    return hashlib.sha256(data.encode() if isinstance(data, str) else bytes(data)).hexdigest()[:16]


class HTTP1Visitor(Visitor):
    """PyPI's websockets."""

    def __init__(self, pipe, host, path, scheme, deflate=None, subprotocols=None, fields=()):
        super().__init__()
        self.pipe = pipe
        extensions = None if deflate is None else [ClientPerMessageDeflateFactory(**deflate)]
        self.protocol = ClientProtocol(
            parse_uri(f"{scheme}://{host}{path}"), extensions=extensions, subprotocols=subprotocols, max_size=None
        )
        request = self.protocol.connect()
        for name, value in fields:
            request.headers[name] = value
        self.protocol.send_request(request)
        self.response, self.kind = None, None
        self.flush()
        while self.response is None:
            self.receive()
            assert self.response or not self.has_ended, "the connection ended in the handshake"
        self.status = self.response.status_code
        self.subprotocol = self.protocol.subprotocol
        self.has_deflate = bool(self.protocol.extensions)

    def body(self):
        """The body of an answer that is no agreement."""
        return self.response.body

    def flush(self):
        # A peer that has gone needs no answer.
        with contextlib.suppress(ConnectionError):
            for data in self.protocol.data_to_send():
                if data:
                    self.pipe.write(data)

    def receive(self):
        if data := self.read():
            self.protocol.receive_data(data)
        else:
            self.has_ended = True
            self.protocol.receive_eof()
        for event in self.protocol.events_received():
            if isinstance(event, Response):
                self.response = event
            else:
                self.events.append(self.told(event))
        self.flush()

    def told(self, frame):
        if frame.opcode is Opcode.CLOSE:
            close = Close.parse(frame.data)
            return "close", int(close.code), close.reason
        if frame.opcode in (Opcode.PING, Opcode.PONG):
            return frame.opcode.name.lower(), bytes(frame.data)
        if frame.opcode is not Opcode.CONT:
            self.kind = frame.opcode.name.lower()
        return self.kind, bytes(frame.data), frame.fin

    def encoded(self, kind, data, first=True, last=True):
        if isinstance(data, str):
            data = data.encode()
        if first:
            (self.protocol.send_text if kind == "text" else self.protocol.send_binary)(data, fin=last)
        else:
            self.protocol.send_continuation(data, fin=last)
        return b"".join(self.protocol.data_to_send())

    def ping(self, data):
        self.protocol.send_ping(data)
        self.flush()

    def pong(self, data):
        self.protocol.send_pong(data)
        self.flush()

    def close(self, code=None, reason=""):
        self.protocol.send_close(code, reason)
        self.flush()


class HTTP2Visitor(Visitor):
    """PyPI's wsproto, on a stream of PyPI's h2. `pipe` is a function of the fields of the handshake that opens it."""

    def __init__(self, pipe, deflate=None, subprotocols=None, fields=()):
        super().__init__()
        fields, extension = list(fields), None
        if deflate is not None:
            extension = wsproto.extensions.PerMessageDeflate(**deflate)
            fields.append(("sec-websocket-extensions", f"permessage-deflate; {extension.offer()}"))
        if subprotocols:
            fields.append(("sec-websocket-protocol", ", ".join(subprotocols)))
        self.pipe = pipe(fields)
        answer = self.pipe.fields
        # What HTTP/2 says in the place of 101.
        self.status = 101 if answer[":status"] == "200" else int(answer[":status"])
        self.subprotocol = answer.get("sec-websocket-protocol")
        taken = answer.get("sec-websocket-extensions")
        self.has_deflate = taken is not None
        if taken:
            extension.finalize(taken)
        self.connection = Connection(ConnectionType.CLIENT, extensions=[extension] if taken else None)
        self.frame, self.is_closed = None, False

    def body(self):
        """The body of an answer that is no agreement."""
        data = b""
        while piece := self.pipe.read():
            data += piece
        return data

    def receive(self):
        data = self.read()
        if not data:
            self.has_ended = True
        elif not self.is_closed:
            self.connection.receive_data(data)
            for event in self.connection.events():
                self.note(event)

    def note(self, event):
        if isinstance(event, wsproto.events.Ping):
            self.events.append(("ping", bytes(event.payload)))
            self.write_if_there(event.response())
        elif isinstance(event, wsproto.events.Pong):
            self.events.append(("pong", bytes(event.payload)))
        elif isinstance(event, wsproto.events.CloseConnection):
            self.events.append(("close", int(event.code), event.reason or ""))
            if not self.is_closed and self.connection.state.name == "REMOTE_CLOSING":
                self.write_if_there(event.response())
            self.is_closed = True
        else:
            # A frame is told in the pieces in which it came.
            text = isinstance(event, wsproto.events.TextMessage)
            piece = event.data.encode() if text else bytes(event.data)
            self.frame = (self.frame or b"") + piece
            if event.frame_finished:
                self.events.append(("text" if text else "binary", self.frame, event.message_finished))
                self.frame = None

    def write_if_there(self, event):
        with contextlib.suppress(ConnectionError):
            self.pipe.write(self.connection.send(event))

    def encoded(self, kind, data, first=True, last=True):
        if kind == "text":
            return self.connection.send(wsproto.events.TextMessage(data=data, message_finished=last))
        return self.connection.send(wsproto.events.BytesMessage(data=data, message_finished=last))

    def ping(self, data):
        self.pipe.write(self.connection.send(wsproto.events.Ping(payload=data)))

    def pong(self, data):
        self.pipe.write(self.connection.send(wsproto.events.Pong(payload=data)))

    def close(self, code=None, reason=""):
        self.pipe.write(self.connection.send(wsproto.events.CloseConnection(code=code, reason=reason)))
