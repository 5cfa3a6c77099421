#!/usr/bin/env python3
"""Runs every example of `--help` and docs/agent.md that needs an edge, against one, and those that have systemd act, with a
stand-in for it. Ends with `N passed, N failed`.

usage: agent_examples.py PORTICO DOCUMENT FOLDER SERVER CA AUTHTOKEN API API_KEY TCP_PORT HTTP_PORT

Names of the examples stand for what is here: edge.example.com for the edge, its port for one that is free, the number of a
request for one that was captured. The others run in Tests/Programs/PorticoCLITests.
"""
import contextlib
import http.client
import http.server
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import threading
import time

from claims import claim, finish

program, document, folder, server, ca, authtoken, api, api_key, tcp_port, http_port = sys.argv[1:]
folder = pathlib.Path(folder)
# Commands that talk to an edge.
TALKING = {"http", "tcp", "tls", "start", "diagnose", "api", "traffic"}
# Whose captured requests the examples look at, and the number that stands for one.
SHOP = "shop.example.com"
CAPTURED = "req_0123456789abcdef0123456789abcdef"
# What answers for systemctl: it notes what it was told, and says that all is well.
SYSTEMCTL = """#!/bin/sh
echo "$*" >> "$TOLD"
case "$*" in *is-active*) echo active ;; esac
"""


def help_of(words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True).stdout


def commands(words=()):
    """The words of every command below, found in its help."""
    text = help_of(words)
    found = [words]
    for part in text.split("SUBCOMMANDS:")[1:]:
        for name in re.findall(r"^  ([a-z-]+)(?: \(default\))? {2,}", part, re.M):
            found += commands((*words, name)) if name != "api" else [(*words, name)]
    return found


def examples():
    """Each once, in order."""
    texts = [help_of(words) for words in commands()]
    page = pathlib.Path(document).read_text(encoding="utf-8")
    texts += re.findall(r"^```sh\n(.*?)^```", page, re.M | re.S)
    lines = [line.strip() for text in texts for line in text.replace("\\\n", " ").split("\n") if line.strip().startswith("portico ")]
    return [line for line in dict.fromkeys(lines) if line.split()[1] in TALKING | {"service"} and "<" not in line]


def prepare():
    """A home with a configuration, and the files that examples name."""
    home = folder / "home"
    (home / ".config/portico").mkdir(parents=True)
    (folder / "srv/www").mkdir(parents=True)
    (folder / "srv/www/index.html").write_text("hello\n")
    (folder / "order.json").write_text('{"item": 1}\n')
    endpoints = """endpoints:
  - { name: web, upstream: { url: 8080 } }
  - { name: ssh, url: "tcp://", upstream: { url: 22 } }
"""
    agent = f"version: 3\nagent: {{ connect_url: '{server}', connect_cas: '{ca}', authtoken: {authtoken}, web_addr: 127.0.0.1:0 }}\n"
    (home / ".config/portico/portico.yml").write_text(agent + endpoints)
    (folder / "base.yml").write_text(agent)
    (folder / "local.yml").write_text("version: 3\n" + endpoints)
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=mail.example.com", "-keyout", "mail.key", "-out", "mail.pem"],
        cwd=folder, check=True, capture_output=True,
    )
    for name in ("policy.yaml", "policy.yml", "gateway.yaml"):
        (folder / name).write_text("on_http_request:\n  - actions: [{ type: deny, config: { status_code: 403 } }]\n")
    return {"HOME": str(home), "PATH": os.environ["PATH"], "PORTICO_API_KEY": api_key, "PORTICO_API_URL": api,
            "PORTICO_AUTHTOKEN": authtoken}


class Shop(http.server.BaseHTTPRequestHandler):
    """Every second answer is a failure: there is something to look for."""

    asked = 0

    def do_GET(self):
        Shop.asked += 1
        self.send_response(500 if Shop.asked % 2 else 200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"hi\n")

    def log_message(self, *_):
        pass


def visit(path="/orders"):
    connection = http.client.HTTPConnection("127.0.0.1", int(http_port), timeout=10)
    try:
        connection.request("GET", path, headers={"Host": SHOP})
        return connection.getresponse().status
    finally:
        connection.close()


def run(line, environment):
    return subprocess.run(here(line), capture_output=True, text=True, env=environment, cwd=folder, timeout=60, check=False)


def captured(environment):
    """The number of the newest captured request; nil while there is none."""
    found = run("portico traffic list --json --limit 1", environment)
    numbers = re.findall(r"req_[0-9a-f]{32}", found.stdout)
    return numbers[0] if numbers else None


@contextlib.contextmanager
def shop(environment):
    """A service behind an agent, whose requests are captured in full."""
    service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=service.serve_forever, daemon=True).start()
    run("portico traffic capture full", environment)
    agent = subprocess.Popen(
        [program, "http", str(service.server_address[1]), "--url", f"http://{SHOP}", "--log", "stdout"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=folder,
    )
    try:
        for text in agent.stdout:
            if "started tunnel" in text:
                break
        threading.Thread(target=agent.stdout.read, daemon=True).start()
        yield
    finally:
        agent.terminate()
        agent.wait(20)
        service.shutdown()


def look(lines, environment):
    """The examples of the traffic inspector, each with a request that was captured."""
    with shop(environment):
        number, deadline = None, time.monotonic() + 20
        while not number and time.monotonic() < deadline:
            visit()
            visit()
            number = captured(environment)
        claim("a request is captured", number)
        for line in lines:
            wanted = line.replace(CAPTURED, number or CAPTURED).replace(f"https://{SHOP}", f"http://{SHOP}")
            if " tail" in line:
                follow(line, wanted, environment)
            else:
                done = run(wanted, environment)
                claim(line, done.returncode == 0 and done.stdout.strip(), (done.returncode, done.stdout, done.stderr))


def follow(line, wanted, environment):
    """One that goes on until it is stopped: it shows what comes meanwhile."""
    tail = subprocess.Popen(here(wanted), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, cwd=folder)
    over = threading.Event()

    def visits():
        while not over.wait(0.2):
            with contextlib.suppress(OSError):
                visit()

    threading.Thread(target=visits, daemon=True).start()
    timer = threading.Timer(40, tail.kill)
    timer.start()
    shown = tail.stdout.readline()
    over.set()
    tail.terminate()
    tail.wait(20)
    timer.cancel()
    claim(line, SHOP in shown, shown)


def have_systemd_act(lines, environment):
    """The examples of `service`, each in a namespace with a stand-in for systemd; that the unit is right is shown elsewhere."""
    stand_in = folder / "stand-in"
    stand_in.mkdir()
    (stand_in / "systemctl").write_text(SYSTEMCTL)
    (stand_in / "systemctl").chmod(0o755)
    (folder / "portico.yml").write_text("version: 3\nendpoints:\n  - { name: web, upstream: { url: 8080 } }\n")
    for line in lines:
        verb = line.split()[2]
        told = stand_in / "told"
        told.write_text("")
        unit = "" if verb == "install" else "touch /etc/systemd/system/portico.service; "
        script = ("mount -t tmpfs none /run && mkdir -p /run/systemd/system && mount -t tmpfs none /etc/systemd/system && "
                  + unit + 'exec "$@"')
        words = here(line.replace("/etc/portico.yml", str(folder / "portico.yml")))
        done = subprocess.run(
            ["unshare", "--map-root-user", "--mount", "sh", "-c", script, "sh", *words], capture_output=True, text=True,
            env={**environment, "PATH": f"{stand_in}:{environment['PATH']}", "TOLD": str(told)}, cwd=folder, timeout=60, check=False,
        )
        asked = told.read_text()
        # What starts with the machine is enabled; what is only shown changes nothing.
        expected = {"install": "enable", "uninstall": "disable --now", "status": "is-active"}.get(verb, verb)
        fits = asked == "" if "--dry-run" in line else f"{expected} portico.service" in asked
        claim(f"{line}, with a stand-in for systemd", done.returncode == 0 and fits, (done, asked))


def here(line):
    """The words of an example, with what they stand for."""
    line = line.replace("edge.example.com:443", server).replace("tcp://edge.example.com:20001", f"tcp://portico.localhost:{tcp_port}")
    line = line.replace("file:///srv/www", f"file://{folder}/srv/www").replace(" TOKEN", f" {authtoken}")
    return [program, *shlex.split(line)[1:]]


def serve(line, environment):
    """Runs it until its endpoints are online, and tells it to end: they are told to have been, and it ends well."""
    wanted = 2 if "--all" in line or "web ssh" in line else 1
    agent = subprocess.Popen([*here(line), "--log", "stdout"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                             env=environment, cwd=folder)
    timer = threading.Timer(30, agent.kill)
    timer.start()
    said, online = [], 0
    for text in agent.stdout:
        said.append(text)
        online += "started tunnel" in text
        if online == wanted:
            break
    agent.terminate()
    rest = agent.stdout.read()
    status = agent.wait(20)
    timer.cancel()
    claim(line, online == wanted and status == 0, f"{online} of {wanted} endpoints, status {status}\n{''.join(said)}{rest}")


environment = prepare()
found = examples()
inspecting = [line for line in found if line.split()[1] == "traffic"]
serving = [line for line in found if line.split()[1] == "service"]
for line in found:
    if line.split()[1] in ("http", "tcp", "tls", "start"):
        serve(line, environment)
    elif line not in inspecting + serving:
        done = run(line, environment)
        # What is not running beside it is said as a warning, and is no failure.
        claim(line, done.returncode == 0, (done.returncode, done.stdout, done.stderr))
look(inspecting, environment)
have_systemd_act(serving, environment)
claim("there are examples of each of these commands",
      {line.split()[1] for line in found} == TALKING | {"service"} and len(found) >= 30, found)
finish()
