"""Terminals that tmux holds, for programs that draw on them: what they show is read cell by cell."""

import http.client
import os
import socket
import ssl
import subprocess
import time


class Terminal:
    """A terminal of tmux in which a shell has started a command. `folder` has the socket of tmux."""

    def __init__(self, folder, columns, rows, command):
        self.folder = folder
        self.name = f"t{columns}x{rows}-{time.monotonic_ns()}"
        # A server of its own, without the configuration of whoever runs this.
        self.tmux("-f", "/dev/null", "new-session", "-d", "-s", self.name, "-x", str(columns), "-y", str(rows),
                  "env PS1='$ ' sh")
        # The server outlives its last session: the next one would find it leaving.
        self.tmux("set-option", "-g", "exit-empty", "off")
        self.tmux("set-option", "-g", "status", "off")
        self.tmux("resize-window", "-t", self.name, "-x", str(columns), "-y", str(rows))
        self.send(command)

    def tmux(self, *words):
        environment = {**os.environ, "TERM": "xterm-256color", "LANG": "C.UTF-8"}
        return subprocess.run(["tmux", "-S", f"{self.folder}/tmux", *words], check=True, capture_output=True, text=True,
                              env=environment).stdout

    def send(self, line):
        self.tmux("send-keys", "-t", self.name, line, "Enter")

    def key(self, name):
        self.tmux("send-keys", "-t", self.name, name)

    def resize(self, columns, rows):
        self.tmux("resize-window", "-t", self.name, "-x", str(columns), "-y", str(rows))

    def lines(self, coloured=False):
        return self.tmux("capture-pane", "-p", *(["-e"] if coloured else []), "-t", self.name).split("\n")

    def text(self):
        return "\n".join(self.lines())

    def until(self, holds, seconds=20):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if holds(self.text()):
                return True
            time.sleep(0.05)
        return False

    def process(self):
        """What the shell has started."""
        shell = self.tmux("list-panes", "-t", self.name, "-F", "#{pane_pid}").strip()
        children = subprocess.run(["pgrep", "-P", shell], capture_output=True, text=True).stdout.split()
        return int(children[0]) if children else None

    def end(self):
        self.tmux("kill-session", "-t", self.name)


def visit(host, port, ca, path, method="GET"):
    """Asks an edge on this machine, on a connection of its own; the status of its answer."""
    connection = http.client.HTTPSConnection(host, port, timeout=20, context=ssl.create_default_context(cafile=ca))
    connection._create_connection = lambda *_: socket.create_connection(("127.0.0.1", port), 20)
    connection.request(method, path, headers={"Connection": "close"})
    status = connection.getresponse().status
    connection.close()
    return status
