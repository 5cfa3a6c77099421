"""Ways for the bytes of a WebSocket: HTTP/1.1 with and without TLS, and a stream of HTTP/2.

Each writes, reads (nothing at an orderly end, ConnectionResetError at any other), ends its own direction, and aborts.
"""
import contextlib
import socket
import ssl
import struct

import h2.exceptions
import h2.settings

TIMEOUT = 20


def connect(port):
    plain = socket.create_connection(("127.0.0.1", port), TIMEOUT)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return plain


def abort(plain):
    """Ends a connection with a reset, as a process that is killed or a network that is gone may."""
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    plain.close()


class PlainPipe:
    def __init__(self, port):
        self.socket = connect(port)

    def write(self, data):
        self.socket.sendall(data)

    def read(self):
        return self.socket.recv(65536)

    def half_close(self):
        self.socket.shutdown(socket.SHUT_WR)

    def abort(self):
        abort(self.socket)

    def close(self):
        self.socket.close()


class TLSPipe:
    """TLS in memory before a socket: the module's own sockets cannot read on after their close_notify."""

    def __init__(self, port, ca, host):
        context = ssl.create_default_context(cafile=ca)
        context.set_alpn_protocols(["http/1.1"])
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.has_left = False
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname=host)
        self.socket = connect(port)
        self.do(self.tls.do_handshake)

    def do(self, step, *arguments):
        while True:
            try:
                return step(*arguments)
            except ssl.SSLWantReadError:
                self.flush()
                if data := self.socket.recv(65536):
                    self.incoming.write(data)
                else:
                    self.incoming.write_eof()
            finally:
                self.flush()

    def flush(self):
        if data := self.outgoing.read():
            self.socket.sendall(data)

    def write(self, data):
        if self.has_left:
            raise BrokenPipeError("this direction has ended")
        for start in range(0, len(data), 65536):
            self.do(self.tls.write, data[start:start + 65536])

    def read(self):
        try:
            return self.do(self.tls.read, 65536)
        except ssl.SSLZeroReturnError:
            return b""
        except ssl.SSLEOFError:
            raise ConnectionResetError("TLS ended without close_notify") from None

    def half_close(self):
        self.has_left = True
        # Sends close_notify; the peer's own is read later, with whatever comes before it.
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.unwrap()
        self.flush()

    def abort(self):
        abort(self.socket)

    def close(self):
        self.socket.close()


class StreamPipe:
    """A stream of HTTP/2 that was opened by an extended CONNECT (RFC 8441)."""

    def __init__(self, connection, path, fields):
        self.connection = connection
        self.has_left = False
        while h2.settings.SettingCodes.ENABLE_CONNECT_PROTOCOL not in connection.h2.remote_settings:
            connection.pump()
        fields = [("sec-websocket-version", "13"), *fields]
        self.stream = connection.begin("CONNECT", path, fields, ends=False)
        self.state = connection.streams[self.stream]
        self.fields = connection.wait(self.stream, "fields")["fields"]
    def write(self, data):
        if self.has_left:
            raise BrokenPipeError("this direction has ended")
        try:
            self.connection.body(self.stream, data, ends=False)
        except h2.exceptions.StreamClosedError:
            raise ConnectionResetError("the stream was reset") from None

    def read(self):
        while not self.state["body"]:
            if self.state["ended"]:
                return b""
            if self.state["reset"] is not None:
                raise ConnectionResetError(f"RST_STREAM {self.state['reset']}")
            self.connection.pump()
        data = bytes(self.state["body"])
        self.state["body"].clear()
        return data

    def half_close(self):
        self.has_left = True
        self.connection.body(self.stream, b"")

    def abort(self):
        # CANCEL is what RFC 8441 5 has in the place of a reset.
        self.has_left = True
        self.connection.h2.reset_stream(self.stream, 8)
        self.connection.send()

    def close(self):
        if self.has_left:
            return
        # After a whole answer that refuses, the edge takes the stream back itself.
        with contextlib.suppress(h2.exceptions.StreamClosedError):
            if self.state["ended"]:
                self.half_close()
            else:
                self.abort()
