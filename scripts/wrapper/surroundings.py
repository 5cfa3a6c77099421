"""What the checks of pyngrok stand on: the command line, services, visits through the edge, configurations of pyngrok."""
import argparse
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import socket
import ssl
import threading
import urllib.parse

parser = argparse.ArgumentParser()
for name in ["ngrok", "home", "server", "ca", "authtoken", "api", "api-key"]:
    parser.add_argument(f"--{name}", required=True)
for name in ["http", "https"]:
    parser.add_argument(f"--{name}", required=True, type=int)
given = parser.parse_args()
os.environ["PYNGROK_NGROK_PATH"] = given.ngrok
os.environ.pop("NGROK_AUTHTOKEN", None)

from pyngrok import ngrok  # noqa: E402
from pyngrok.conf import PyngrokConfig  # noqa: E402

CHECKS = []
HOME = pathlib.Path(given.home)


def check(title):
    def add(function):
        CHECKS.append((title, function))
        return function
    return add


def expect(got, want, what="value"):
    assert got == want, f"{what}: got {got!r}, want {want!r}"


class Service(http.server.BaseHTTPRequestHandler):
    """Tells what it was asked."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        told = json.dumps({"method": self.command, "path": self.path, "host": self.headers["host"],
                           "x-added": self.headers.get("x-added"), "body": body.decode()}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(told)))
        self.end_headers()
        self.wfile.write(told)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=service.serve_forever, daemon=True).start()
PORT = str(service.server_address[1])


class Echo:
    """Sends back what comes, over TCP or TLS."""

    def __init__(self, context=None):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = str(self.listener.getsockname()[1])
        self.context = context
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            threading.Thread(target=self.echo, args=(peer,), daemon=True).start()

    def echo(self, peer):
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            peer = stack.enter_context(self.context.wrap_socket(peer, server_side=True) if self.context else peer)
            while data := peer.recv(4096):
                peer.sendall(data)


def visit(url, path="/", method="GET", body=None, headers=None, host=None):
    """A request to a URL of the edge, which listens on this machine: status and body."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme == "https":
        context = ssl.create_default_context(cafile=given.ca)
        connection = http.client.HTTPSConnection("127.0.0.1", given.https, timeout=10, context=context)
        raw = socket.create_connection(("127.0.0.1", given.https), timeout=10)
        connection.sock = context.wrap_socket(raw, server_hostname=parts.hostname)
    else:
        connection = http.client.HTTPConnection("127.0.0.1", given.http, timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path, body=body, headers={"Host": host or parts.netloc, **(headers or {})})
        response = connection.getresponse()
        return response.status, response.read()


def told(url, **more):
    status, body = visit(url, **more)
    expect(status, 200, f"status of {url}")
    return json.loads(body)


number = 0


def configuration(text="", version="3", **more):
    """A fresh configuration of pyngrok, with a file of its own that names the edge."""
    global number
    number += 1
    path = HOME / f"{number}.yml"
    if version == "3":
        path.write_text(f"version: '3'\nagent:\n  connect_url: {given.server}\n  connect_cas: {given.ca}\n{text}")
    else:
        path.write_text(f"version: '2'\nserver_addr: {given.server}\nroot_cas: {given.ca}\nregion: us\n{text}")
    more.setdefault("auth_token", given.authtoken)
    more.setdefault("startup_timeout", 20)
    return PyngrokConfig(config_path=str(path), config_version=version, **more)


@contextlib.contextmanager
def running(text="", version="3", **more):
    setting = configuration(text, version, **more)
    try:
        yield setting
    finally:
        ngrok.kill(setting)
