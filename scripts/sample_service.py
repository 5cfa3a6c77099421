#!/usr/bin/env python3
"""A service to stand behind a tunnel: it shows the request that reached it.

    GET  /         the request line and headers, as a page for browsers and as text for everything else
    GET  /events   server-sent events, one a second
    POST /         gives the body back

usage: sample_service.py [PORT]     (0, the default: a free one; the port is printed)
"""
import html
import http.server
import sys
import time

PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>It works · Portico</title>
<style>
  :root {{ color-scheme: light dark; --lapis: light-dark(#2f4dd0, #8ea2ff); --line: light-dark(#ddd9d2, #3a3733) }}
  body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem }}
  h1 {{ font-size: 1.4rem }}
  h1 span {{ color: var(--lapis) }}
  table {{ border-collapse: collapse; width: 100%; font: 13px/1.5 ui-monospace, monospace }}
  td, th {{ border-bottom: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top }}
  td {{ overflow-wrap: anywhere }}
  th {{ font-weight: 500; white-space: nowrap }}
</style>
<h1><span>It works.</span> This page came through Portico.</h1>
<p>Your request reached a service on a loopback port that nobody outside can open. This is what it saw:</p>
<table>
<tr><th>{line}</th><td></td></tr>
{rows}
</table>
<p>Streaming works too: <a href="/events">/events</a> sends one event a second.</p>
"""


class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "portico-sample"

    def do_GET(self):
        if self.path == "/events":
            return self.send_events()
        if "text/html" in self.headers.get("Accept", ""):
            rows = "\n".join(
                f"<tr><th>{html.escape(name)}</th><td>{html.escape(value)}</td></tr>"
                for name, value in self.headers.items()
            )
            page = PAGE.format(line=html.escape(self.requestline), rows=rows)
            return self.answer("text/html; charset=utf-8", page.encode())
        seen = "".join(f"  {name}: {value}\n" for name, value in self.headers.items())
        text = f"It works. This answer came through Portico; the service saw:\n\n  {self.requestline}\n{seen}"
        return self.answer("text/plain; charset=utf-8", text.encode())

    do_HEAD = do_GET

    def do_POST(self):
        body = self.read_chunks() if self.headers.get("Transfer-Encoding") else self.rfile.read(
            int(self.headers.get("Content-Length", 0))
        )
        self.answer(self.headers.get("Content-Type", "application/octet-stream"), body)

    def read_chunks(self):
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return body

    def send_events(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        for number in range(60):
            self.wfile.write(b"data: event %d\n\n" % number)
            self.wfile.flush()
            time.sleep(1)

    def answer(self, kind, body):
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_):
        """Quiet: what matters is shown by the agent."""


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """A visitor who goes away is no error."""


if __name__ == "__main__":
    with Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Service) as server:
        print(server.server_address[1], flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            pass
