#!/usr/bin/env python3
"""The agent's view on real terminals: tmux holds them, and what they show is read cell by cell. Ends with
`N passed, N failed`.

usage: terminal_view.py PORTICO CONFIG HTTPS_PORT CA FOLDER SERVICE

CONFIG has the endpoint https://web.portico.localhost, behind which the process SERVICE listens. FOLDER is for what is left
behind: a socket, logs.
"""
import os
import re
import signal
import subprocess
import sys

import terminals
from claims import claim, finish
from terminals import Terminal

program, configuration, https_port, ca, folder, service = sys.argv[1:]


def terminal_of(columns, rows, *, environment="", options=""):
    return Terminal(folder, columns, rows,
                    f"{environment} {program} start web --config {configuration} {options}; echo ended:$?")


def visit(path):
    return terminals.visit("web.portico.localhost", int(https_port), ca, path)


def ended(text):
    """Whether the shell has told how the agent ended; its own line with the command is another."""
    return re.search(r"^ended:\d", text, re.M)


def wide():
    terminal = terminal_of(80, 24)
    online = terminal.until(lambda text: re.search(r"Session Status +online", text))
    terminal.until(lambda text: "Latency" in text and "Forwarding" in text)
    text = terminal.text()
    wanted = (r"^portico +\(Ctrl\+C to quit\)", r"Account +\S", r"Version +\d", r"Region +\S", r"Latency +<?\d+ms",
              r"Web Interface +http://127\.0\.0\.1:\d+", r"Forwarding +https://web\.portico\.localhost:\d+\n +-> http://localhost:\d+")
    claim("80x24: session, account, version, region, latency, web interface and URL have lines",
          online and all(re.search(one, text) for one in wanted), text)
    claim("80x24: the counters of connections have their columns", re.search(r"Connections +ttl +opn +rt1 +rt5 +p50 +p90\n +\d+ +\d+ +\d+\.\d\d", text), text)
    status = visit("/first?a=b")
    shown = terminal.until(lambda text: "GET /first?a=b" in text)
    text = terminal.text()
    claim("a request appears, with its time and status", shown and re.search(rf"\d\d:\d\d:\d\d\.\d{{3}} \S+ GET /first\?a=b +{status} ", text), text)
    for number in range(30):
        visit(f"/number/{number}")
    claim("the newest stands on top", terminal.until(lambda text: re.search(r"-{13}\n.*GET /number/29", text)), terminal.text())
    claim("as many as fit are there, and no line is longer than the screen", len([one for one in terminal.lines() if "/number/" in one]) >= 6
          and all(len(one) <= 80 for one in terminal.lines()), terminal.text())
    counted = terminal.until(lambda text: re.search(r"p90\n +[1-9]\d* +\d+ +\d+\.(?!00)\d\d ", text), 10)
    claim("connections are counted", counted, terminal.text())
    coloured = "\n".join(terminal.lines(coloured=True))
    claim("a status has its colour", re.search(r"\x1b\[[0-9;]*32m[^\n]*200 OK", coloured) and re.search(r"\x1b\[[0-9;]*32m *online", coloured), coloured[:600])

    terminal.resize(120, 40)
    claim("a larger window is filled", terminal.until(lambda text: re.search(r"^portico {20,}\(Ctrl\+C to quit\)", text)
          and len(text.split("\n")[0]) > 100 and text.count("/number/") > 20), terminal.text())
    terminal.resize(40, 12)
    small = terminal.until(lambda text: text.split("\n")[0].endswith("(Ctrl+C)") and len(text.split("\n")[0]) <= 40)
    text = terminal.text()
    claim("a small one keeps status, URL, counters and requests", small and "online" in text and "https://web.portico.localhost" in text
          and "ttl" in text and "/number/29" in text and all(len(one) <= 40 for one in text.split("\n")), text)
    terminal.resize(80, 24)
    claim("and it comes back", terminal.until(lambda text: "Forwarding" in text and "HTTP Requests" in text), terminal.text())

    terminal.key("C-c")
    has_ended = terminal.until(ended, 10)
    text = terminal.text()
    claim("Ctrl-C ends it orderly, with what was on the screen before", has_ended and "ended:0" in text and "Session Status" not in text, text)
    cursor = terminal.tmux("display-message", "-p", "-t", terminal.name, "#{cursor_flag} #{alternate_on}").split()
    claim("the cursor is there again, and the alternate screen left", cursor == ["1", "0"], cursor)
    terminal.end()


def narrow():
    terminal = terminal_of(40, 12)
    online = terminal.until(lambda text: "online" in text and "https://web.portico.localhost" in text)
    claim("40x12: it starts in a small terminal", online and all(len(one) <= 40 for one in terminal.lines()), terminal.text())
    visit("/a/path/that/is/longer/than/a/line/of/a/small/terminal?and=more")
    shown = terminal.until(lambda text: re.search(r"\d\d:\d\d:\d\d GET /a/path.*… 200", text))
    claim("40x12: a long path is cut, its status is not", shown, terminal.text())
    terminal.end()


def colourless():
    terminal = terminal_of(80, 24, environment="NO_COLOR=1")
    terminal.until(lambda text: "online" in text)
    visit("/plain")
    terminal.until(lambda text: "GET /plain" in text)
    coloured = "\n".join(terminal.lines(coloured=True))
    claim("NO_COLOR: the same words without a colour", "200 OK" in coloured and not re.search(r"\x1b\[[0-9;]*3[0-7]m", coloured), coloured)
    terminal.end()


def logs():
    terminal = terminal_of(160, 24, options="--log stdout")
    there = terminal.until(lambda text: "started tunnel" in text)
    text = terminal.text()
    claim("--log stdout: a log in place of the view, for people on a terminal", there and "Session Status" not in text and re.search(r"INFO\[\d\d-\d\d\|\d\d:\d\d:\d\d\]", text), text)
    claim("a process is found", terminal.process(), "")
    terminal.end()
    terminal = terminal_of(160, 24, options="--log stdout --log-format json")
    there = terminal.until(lambda text: '"msg":"started tunnel"' in text.replace("\n", ""))
    claim("--log-format json: an object a line", there, terminal.text())
    terminal.end()
    path = f"{folder}/agent.log"
    terminal = terminal_of(80, 24, options=f"--log {path}")
    terminal.until(lambda text: "Forwarding" in text)
    with open(path, encoding="utf-8") as file:
        log = file.read()
    claim("--log FILE: the view on the terminal, logfmt in the file", "Session Status" in terminal.text() and "lvl=info" in log and "\x1b" not in log, log)
    terminal.end()
    terminal = terminal_of(160, 24, options="| cat")
    there = terminal.until(lambda text: "msg=\"started tunnel\"" in text)
    claim("where standard output is no terminal it is a plain log", there and "lvl=info" in terminal.text(), terminal.text())
    terminal.end()


def stalled():
    """The service goes and comes back while the session stays."""
    with open(configuration, encoding="utf-8") as file:
        port = re.search(r"upstream: \{ url: (\d+)", file.read())[1]
    terminal = terminal_of(100, 24)
    terminal.until(lambda text: re.search(r"Session Status +online", text))
    os.kill(int(service), signal.SIGTERM)
    gone = terminal.until(lambda text: re.search(r"Session Status +connected, no data flows", text))
    text = terminal.text()
    claim("a service that is gone: not online, and why", gone and not re.search(r"\bonline\b", text)
          and re.search(rf"No data flows to http://localhost:{port}", text), text)
    visit("/gone")
    shown = terminal.until(lambda text: re.search(r"GET /gone +502 Bad Gateway", text))
    coloured = "\n".join(terminal.lines(coloured=True))
    claim("its answers are the agent's own, in their colour",
          shown and re.search(r"\x1b\[[0-9;]*31m[^\n]*502 Bad Gateway", coloured), coloured)
    again = subprocess.Popen([sys.executable, os.path.join(os.path.dirname(__file__), "sample_service.py"), port],
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    back = terminal.until(lambda text: re.search(r"Session Status +online", text))
    claim("when it is back: online", back and "No data flows" not in terminal.text(), terminal.text())
    terminal.end()
    again.terminate()
    again.wait()


def signals():
    terminal = terminal_of(80, 24)
    terminal.until(lambda text: "online" in text)
    agent = terminal.process()
    os.kill(agent, signal.SIGTERM)
    claim("SIGTERM gives the terminal back", terminal.until(ended) and "ended:0" in terminal.text(), terminal.text())
    terminal.end()


for part in (wide, narrow, colourless, logs, signals, stalled):
    try:
        part()
    except Exception as error:
        claim(f"{part.__name__} ran to its end", False, f"{type(error).__name__}: {error}")
subprocess.run(["tmux", "-S", f"{folder}/tmux", "kill-server"], stderr=subprocess.DEVNULL, check=False)
finish()
