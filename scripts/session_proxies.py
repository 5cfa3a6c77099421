#!/usr/bin/env python3
"""The agent's session by proxies that others have made: tinyproxy (HTTP), stunnel in front of it (HTTPS), microsocks
(SOCKS 5). Ends with `N passed, N failed`.

usage: session_proxies.py PORTICO CONFIGURATION AGENT_PORT HTTPS_PORT CA FOLDER

CONFIGURATION serves https://web.portico.localhost; the edge takes agents at AGENT_PORT and visitors at HTTPS_PORT.
"""
import contextlib
import json
import os
import pathlib
import re
import socket
import ssl
import subprocess
import sys
import time

from claims import claim, finish

program, configuration, agent_port, https_port, ca = sys.argv[1:6]
folder = pathlib.Path(sys.argv[6])
USER, PASSWORD = "ada", "s3cret"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def until(seconds, holds):
    """Whether it came to hold in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


class Program:
    """A program beside us, whose words are kept."""

    def __init__(self, name, *arguments):
        self.log = folder / f"{name}.log"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def text(self):
        return self.log.read_text(errors="replace")

    def end(self):
        self.process.terminate()
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


def tinyproxy(port, password=False):
    file = folder / f"tinyproxy-{port}.conf"
    file.write_text(f"Port {port}\nListen 127.0.0.1\nTimeout 600\nMaxClients 20\nLogLevel Connect\n"
                    + (f"BasicAuth {USER} {PASSWORD}\n" if password else ""))
    return Program(f"tinyproxy-{port}", "tinyproxy", "-d", "-c", str(file))


def microsocks(port, password=False):
    return Program(f"microsocks-{port}", "microsocks", "-i", "127.0.0.1", "-p", str(port),
                   *(["-u", USER, "-P", PASSWORD] if password else []))


def stunnel(port, behind, certificate):
    file = folder / f"stunnel-{port}.conf"
    file.write_text(f"foreground = yes\npid =\nsyslog = no\ncert = {certificate}\n[proxy]\naccept = 127.0.0.1:{port}\n"
                    f"connect = 127.0.0.1:{behind}\n")
    return Program(f"stunnel-{port}", "stunnel4", str(file))


def certificate():
    """A certificate for localhost with its key, and the authority that has signed it."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *curve, "-days", "2", "-subj", "/CN=Proxies", "-keyout", "proxies-ca.key", "-out", "proxies-ca.pem")
    openssl("req", *curve, "-subj", "/CN=localhost", "-keyout", "proxy.key", "-out", "proxy.csr")
    (folder / "proxy.ext").write_text("subjectAltName = DNS:localhost, IP:127.0.0.1\n")
    openssl("x509", "-req", "-in", "proxy.csr", "-CA", "proxies-ca.pem", "-CAkey", "proxies-ca.key", "-CAcreateserial",
            "-days", "2", "-extfile", "proxy.ext", "-out", "proxy.crt")
    both = folder / "proxy.pem"
    both.write_text((folder / "proxy.key").read_text() + (folder / "proxy.crt").read_text())
    return both, folder / "proxies-ca.pem"


def believing(authority):
    """What goes ahead of a command that shall take `authority` for one of the machine's own: the file in which those stand is
    another one to it, and to no one else."""
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    ours = folder / "authorities.pem"
    ours.write_text((pathlib.Path(bundle).read_text() if os.path.exists(bundle) else "") + authority.read_text())
    return ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"]), "sh", "-c",
            f'mount --bind {ours} {bundle} && exec "$@"', "sh"]


def agent(name, proxy, ahead=()):
    file = folder / f"{name}.yml"
    # A later file's values win.
    file.write_text(f"version: 3\nagent:\n  proxy_url: {json.dumps(proxy)}\n  web_addr: false\n")
    return Program(name, *ahead, program, "start", "--all", "--config", f"{configuration},{file}", "--log", "stdout")


def visit():
    """What a visitor is answered; empty where nobody serves."""
    context = ssl.create_default_context(cafile=ca)
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", int(https_port)), 5) as plain:
        with context.wrap_socket(plain, server_hostname="web.portico.localhost") as tls:
            tls.sendall(b"GET /by-proxy HTTP/1.1\r\nHost: web.portico.localhost\r\nConnection: close\r\n\r\n")
            answer = b""
            while piece := tls.recv(65536):
                answer += piece
            return answer.decode(errors="replace")
    return ""


def serves():
    return "GET /by-proxy" in visit()


def works(what, proxies, proxy, seen, ahead=()):
    """A session comes about by the proxy, a visitor is served by it, and it is back when the proxy was away."""
    name = re.sub(r"\W+", "-", what)
    running = [start() for start in proxies]
    one = agent(name, proxy, ahead)
    try:
        claim(f"{what}: a visitor is served", until(20, serves), one.text())
        claim(f"{what}: the session is the proxy's", until(5, lambda: seen(running)), [each.text() for each in running])
        for each in running:
            each.end()
        claim(f"{what}: without the proxy the agent knows that it is offline",
              until(15, lambda: "starting reconnect loop" in one.text()), one.text())
        running = [start() for start in proxies]
        claim(f"{what}: with the proxy the session is back", until(20, serves), one.text())
        claim(f"{what}: no password is in the log", PASSWORD not in one.text(), one.text())
    finally:
        ended = one.end()
        for each in running:
            each.end()
    claim(f"{what}: the agent ends well", ended == 0, (ended, one.text()))


def refused(what, start, proxy, code, words):
    """The agent says what the proxy did not like, and ends."""
    running = start()
    one = agent(re.sub(r"\W+", "-", what), proxy)
    try:
        status = one.process.wait(30)
    except subprocess.TimeoutExpired:
        status = one.end()
    running.end()
    claim(what, status == 1 and code in one.text() and words in one.text() and PASSWORD not in one.text(), (status, one.text()))


def ready(start, port):
    """The proxy that `start` starts, when it listens."""
    def begin():
        running = start()
        until(10, lambda: listens(port))
        return running
    return begin


def edge_seen(running):
    # Each proxy logs the host and port that it was asked for.
    return any(re.search(rf"localhost:{agent_port}", each.text()) for each in running)


both, authority = certificate()
http, inner, tls, socks = free_port(), free_port(), free_port(), free_port()

works("tinyproxy", [ready(lambda: tinyproxy(http), http)], f"http://127.0.0.1:{http}", edge_seen)
works("tinyproxy with a password", [ready(lambda: tinyproxy(http, True), http)],
      f"http://{USER}:{PASSWORD}@127.0.0.1:{http}", edge_seen)
works("microsocks", [ready(lambda: microsocks(socks), socks)], f"socks5://127.0.0.1:{socks}", edge_seen)
works("microsocks with a password", [ready(lambda: microsocks(socks, True), socks)],
      f"socks5://{USER}:{PASSWORD}@127.0.0.1:{socks}", edge_seen)
works("stunnel and tinyproxy", [ready(lambda: tinyproxy(inner, True), inner), ready(lambda: stunnel(tls, inner, both), tls)],
      f"https://{USER}:{PASSWORD}@localhost:{tls}", edge_seen, believing(authority))
refused("tinyproxy refuses a wrong password", ready(lambda: tinyproxy(http, True), http),
        f"http://{USER}:wrong@127.0.0.1:{http}", "ERR_PORTICO_", "refuses user or password")
refused("tinyproxy wants a password", ready(lambda: tinyproxy(http, True), http), f"http://127.0.0.1:{http}", "ERR_PORTICO_",
        "wants a user and a password")
refused("microsocks refuses a wrong password", ready(lambda: microsocks(socks, True), socks),
        f"socks5://{USER}:wrong@127.0.0.1:{socks}", "ERR_PORTICO_", "refuses user or password")
refused("a proxy within TLS whose certificate nobody has signed", ready(lambda: stunnel(tls, inner, both), tls),
        f"https://localhost:{tls}", "ERR_PORTICO_", "trust")
finish()
