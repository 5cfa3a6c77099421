"""An agent spoken by hand: the least that the edge takes for one."""
import contextlib
import json
import socket
import struct

from stage import expect

# Frame types and flags of the agent protocol.
DATA, GOAWAY = 1, 3
FIN, SYN = 1, 2


def frame(kind, flags, stream, body):
    return struct.pack(">I", len(body) << 8 | kind << 4 | flags) + struct.pack(">I", stream) + body


class BareAgent:
    """One session over one connection. It sends no heartbeat, and says that none is to be waited for."""

    def __init__(self, port, context):
        plain = socket.create_connection(("localhost", port), 10)
        self.socket = context.wrap_socket(plain, server_hostname="localhost")
        self.next_stream = 3

    def call(self, kind, message):
        """Sends one call, and gives back its answer."""
        stream, self.next_stream = self.next_stream, self.next_stream + 2
        body = struct.pack(">I", kind) + json.dumps(message).encode() + b"\n"
        self.socket.sendall(frame(DATA, SYN, stream, body))
        answer = b""
        while True:
            head = self.read(8)
            length, kind, flags = int.from_bytes(head[:3], "big"), head[3] >> 4, head[3] & 15
            payload = self.read(length)
            if kind != DATA or int.from_bytes(head[4:], "big") != stream:
                continue
            answer += payload
            if flags & FIN:
                return json.loads(answer)

    def read(self, count):
        out = b""
        while len(out) < count:
            piece = self.socket.recv(count - len(out))
            expect(piece, "the edge closed the connection")
            out += piece
        return out

    def leave(self, politely):
        with contextlib.suppress(OSError):
            if politely:
                self.socket.sendall(frame(GOAWAY, 0, 0, struct.pack(">II", 0, 0) + b"going home"))
            self.socket.close()

    def sign_in(self, authtoken):
        """Begins the session and binds an endpoint of a random name."""
        minutes = 5 * 60 * 10**9
        extra = {"Authtoken": authtoken, "OS": "linux", "UserAgent": "soak/1", "HeartbeatInterval": minutes,
                 "HeartbeatTolerance": minutes}
        answer = self.call(0, {"Version": ["3"], "ClientId": "", "Extra": extra})
        expect(not answer.get("Error"), f"refused: {answer.get('Error')}")
        bound = self.call(1, {"Id": "", "Proto": "https", "Opts": {}, "Extra": {}})
        expect(not bound.get("Error"), f"not bound: {bound.get('Error')}")
