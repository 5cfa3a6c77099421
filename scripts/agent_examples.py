#!/usr/bin/env python3
"""Runs every example of `--help` and docs/agent.md that needs an edge, against one. Ends with `N passed, N failed`.

usage: agent_examples.py PORTICO DOCUMENT FOLDER SERVER CA AUTHTOKEN API API_KEY TCP_PORT

Names of the examples stand for what is here: edge.example.com for the edge, its port for one that is free. The others
run in Tests/Programs/PorticoCLITests.
"""
import os
import pathlib
import re
import shlex
import subprocess
import sys
import threading

from claims import claim, finish

program, document, folder, server, ca, authtoken, api, api_key, tcp_port = sys.argv[1:]
folder = pathlib.Path(folder)
# Commands that talk to an edge, and how many endpoints each example of `start` has.
TALKING = {"http", "tcp", "tls", "start", "diagnose", "api"}


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
    return [line for line in dict.fromkeys(lines) if line.split()[1] in TALKING and "--help" not in line and "<" not in line]


def prepare():
    """A home with a configuration, and the files that examples name."""
    home = folder / "home"
    (home / ".config/portico").mkdir(parents=True)
    (folder / "srv/www").mkdir(parents=True)
    (folder / "srv/www/index.html").write_text("hello\n")
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
    for name in ("policy.yaml", "policy.yml"):
        (folder / name).write_text("on_http_request:\n  - actions: [{ type: deny, config: { status_code: 403 } }]\n")
    return {"HOME": str(home), "PATH": os.environ["PATH"], "PORTICO_API_KEY": api_key, "PORTICO_API_URL": api,
            "PORTICO_AUTHTOKEN": authtoken}


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
for line in found:
    if line.split()[1] in ("http", "tcp", "tls", "start"):
        serve(line, environment)
    else:
        done = subprocess.run(here(line), capture_output=True, text=True, env=environment, cwd=folder, timeout=60, check=False)
        # What is not running beside it is said as a warning, and is no failure.
        claim(line, done.returncode == 0, (done.returncode, done.stdout, done.stderr))
claim("there are examples of each of these commands", {line.split()[1] for line in found} == TALKING and len(found) >= 12, found)
finish()
