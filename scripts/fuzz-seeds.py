#!/usr/bin/env python3
"""Makes first inputs for the fuzz targets out of the published vectors, a folder for each target.

An input's first byte says how many of the following ones are lengths of the pieces that the rest is cut into.

    scripts/fuzz-seeds.py SHARED FOLDER
"""
import base64
import gzip
import json
import pathlib
import sys
import zlib

CUTS = bytes([3, 2, 17, 64])
ROOT = pathlib.Path(__file__).resolve().parent.parent


class Seeds:
    def __init__(self, shared, folder):
        self.shared = shared / "conformance"
        self.folder = folder

    def add(self, target, name, data, cuts=CUTS):
        path = self.folder / target / name.replace("/", "-")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(cuts + data[:60_000])

    def agent_protocol(self):
        vectors = json.loads((self.shared / "agent-protocol/vectors.json").read_text())
        for frame in vectors["frames"]:
            for target in ("Frames", "Session"):
                self.add(target, frame["name"], bytes.fromhex(frame["hex"]))
        for number, preamble in enumerate(vectors["proxy_preambles"]):
            # Without the stream type in front, which is read before.
            self.add("Messages", f"preamble-{number}", bytes.fromhex(preamble["hex"])[4:])
        for path in sorted((self.shared / "agent-protocol").glob("*.json")):
            if path.name != "vectors.json":
                self.transcript(path)

    def transcript(self, path):
        frames = json.loads(path.read_text())["frames"]
        for direction in ("agent>server", "server>agent"):
            sent = b"".join(bytes.fromhex(f["hex"].rstrip(".")) for f in frames if f.get("dir") == direction)
            for target in ("Frames", "Session"):
                self.add(target, f"{path.stem}-{direction[:5]}", sent)
        for frame in frames:
            if "json" in frame:
                self.add("Messages", f"{path.stem}-{frame['i']}", json.dumps(frame["json"]).encode())

    def expressions(self):
        for path in sorted((self.shared / "cel").glob("*.json")):
            for number, case in enumerate(json.loads(path.read_text())["cases"]):
                self.add("Expressions", f"{path.stem}-{number}", case["expr"].encode())

    def policies(self):
        for folder in ("Examples/policies", "Tests/Language/TrafficPolicyTests/Wrong"):
            for path in sorted((ROOT / folder).rglob("*.yaml")):
                self.add("Policies", str(path.relative_to(ROOT / folder)), path.read_bytes())
        for path in sorted((ROOT / "docs/policy").glob("*.md")):
            # The example of each page.
            for part in path.read_text().split("```yaml\n")[1:]:
                self.add("Policies", path.stem, part.split("```")[0].encode())

    def http2(self):
        preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
        for case in json.loads((self.shared / "http2/corpus.json").read_text())["cases"]:
            data = base64.b64decode(case["input_b64"])
            # The target reads what follows the preface.
            self.add("HTTP2", case["id"], data.removeprefix(preface))
            for number, block in enumerate(header_blocks(data.removeprefix(preface))):
                # As one piece: a block is read whole.
                self.add("HPACK", f"{case['id']}-{number}", block, cuts=b"\0")

    def http1(self):
        for case in json.loads((self.shared / "http1/corpus.json").read_text())["cases"]:
            if data := case.get("input_b64"):
                message = base64.b64decode(data)
                self.add("Requests", case["id"], message)
                if body := message.partition(b"\r\n\r\n")[2]:
                    self.add("Chunks", case["id"], body)
        responses = {
            "length": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n",
            "until-close": b"HTTP/1.0 200 OK\r\n\r\nhello",
            "no-reason": b"HTTP/1.1 204\r\nConnection: close\r\n\r\n",
            "upgrade": b"HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: upgrade\n\n",
            "interim": b'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
        }
        for name, data in responses.items():
            self.add("Responses", name, data)

    def preamble(self):
        for number, vector in enumerate(json.loads((self.shared / "proxy-protocol/vectors.json").read_text())["vectors"]):
            self.add("Preambles", str(vector.get("id", number)), base64.b64decode(vector["input_b64"]))

    def bodies(self):
        text = b"a line of text, and another one\n" * 40
        for name, data in [("gzip", gzip.compress(text, mtime=0)), ("zlib", zlib.compress(text)), ("text", text)]:
            self.add("Bodies", name, data)
            self.add("Bodies", f"{name}-cut", data[: len(data) // 2])

    def event_streams(self):
        streams = [
            b"data: a\n\ndata: b\n\n",
            b"\xef\xbb\xbf: hi\r\rdata\rretry: 10\r\r",
            b"id: 1\r\nevent: x\r\ndata: {\r\ndata: }\r\n\r\n",
        ]
        for number, data in enumerate(streams):
            self.add("EventStreams", str(number), data)


def header_blocks(data):
    """The payloads of HEADERS frames without padding and priority."""
    while len(data) >= 9:
        length, kind, flags = int.from_bytes(data[:3], "big"), data[3], data[4]
        payload, data = data[9:9 + length], data[9 + length:]
        if kind == 1 and not flags & 0x28:
            yield payload


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    seeds = Seeds(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
    seeds.agent_protocol()
    seeds.expressions()
    seeds.policies()
    seeds.http1()
    seeds.http2()
    seeds.preamble()
    seeds.bodies()
    seeds.event_streams()


if __name__ == "__main__":
    main()
