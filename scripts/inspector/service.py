"""The service whose traffic is looked at: an answer of every kind, some of them hostile. It keeps what it was sent."""

import gzip
import http.server
import json
import random
import struct
import threading
import zlib

HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>"
INVOICE = {"id": "in_0092", "object": "invoice", "amount": 12345678901234567890, "paid": False, "lines": [
    {"sku": "portal", "quantity": 2, "note": "naïve – ünïcode ✓"}, {"sku": "arch", "quantity": 1, "note": None}],
    "client_secret": "s3cret-of-the-invoice"}


def png(width=96, height=64):
    """A picture: a gradient."""
    rows = b"".join(b"\0" + bytes(value for x in range(width) for value in (40 + x, 80 + y, 200)) for y in range(height))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    seen = []

    def do_GET(self):
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        Handler.seen.append((self.command, self.path, dict(self.headers), body))
        path = self.path.split("?")[0]
        match path:
            case "/v1/invoices":
                shown = json.loads(body) if body else {}
                self.answer(201 if self.command == "POST" else 200, "application/json", json.dumps({**INVOICE, **shown}, ensure_ascii=False).encode(),
                            [("Set-Cookie", "sid=s3cret-cookie; Path=/; HttpOnly"), ("X-Request-Id", "req_2zk8")])
            case "/gzip":
                self.answer(200, "application/json", gzip.compress(json.dumps({"compressed": True}).encode()), [("Content-Encoding", "gzip")])
            case "/long-gzip":
                # Longer than what is kept, whichever way it is packed.
                noise = random.Random(1)
                text = "".join(f"line {number} {noise.getrandbits(256):x}\n" for number in range(12_000))
                self.answer(200, "text/plain", gzip.compress(text.encode()), [("Content-Encoding", "gzip")])
            case "/broken":
                self.answer(200, "application/json", b'{\n  "a": 1,\n  "b": nope\n}')
            case "/hostile":
                self.answer(200, "text/html; charset=utf-8", HOSTILE.encode(), [("X-Hostile", HOSTILE)])
            case "/drawing.svg":
                self.answer(200, "image/svg+xml", b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>window.hacked = 3</script></svg>')
            case "/picture":
                self.answer(200, "image/png", png())
            case "/bytes":
                self.answer(200, "application/octet-stream", bytes(range(256)) * 80)
            case "/large":
                self.answer(200, "text/plain", b"a line of a long text\n" * 40_000)
            case "/page.xml":
                self.answer(200, "application/xml", b"<feed><entry id='1'><title>One</title></entry><entry id='2'/></feed>")
            case "/fails":
                self.answer(500, "text/plain", b"it did not work\n")
            case "/missing":
                self.answer(404, "text/plain", b"nothing here\n")
            case "/chunked":
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for piece in (b'{"in', b'": "pieces"}'):
                    self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
                self.wfile.write(b"0\r\n\r\n")
            case _:
                self.answer(200, "text/plain; charset=utf-8", f"{self.command} {self.path}\n".encode())

    do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = do_GET

    def answer(self, status, kind, body, fields=()):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in fields:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *words):
        pass


def start(port):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return Handler
