#!/usr/bin/env python3
"""Draws what a terminal shows, colours and all, as SVG. scripts/record-terminal.sh starts all that it talks to.

usage: terminal_picture.py PORTICO CONFIG HTTPS_PORT CA FOLDER RESULT
"""
import html
import pathlib
import re
import sys

from terminals import Terminal, visit

program, configuration, https_port, ca, folder, result = sys.argv[1:]
COLUMNS, ROWS = 84, 22
CELL, LINE, MARGIN = 8.4, 19, 20
COLOURS = {"31": "r", "32": "g", "33": "y", "36": "c"}
STYLE = """
text { font: 14px ui-monospace, "SF Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1c1b19; white-space: pre }
.b { font-weight: 600 } .r { fill: #b0261f } .g { fill: #1b6a40 } .y { fill: #7d4e00 } .c { fill: #2843bd }
.f { fill: #fff; stroke: #cdcac2 }
@media (prefers-color-scheme: dark) {
  text { fill: #eceae5 } .r { fill: #ff9a8f } .g { fill: #79cf9c } .y { fill: #e8b657 } .c { fill: #a3b4ff }
  .f { fill: #1a1a18; stroke: #45423c }
}
"""


def pieces(line):
    """Of a line with its escapes: class, column, text."""
    column, name, found = 0, "", []
    for sign, text in re.findall(r"\x1b\[([0-9;]*)m|([^\x1b]+)", line):
        if text:
            for word in re.finditer(r"\S+(?: \S+)*", text):
                found.append((name, column + word.start(), word.group()))
            column += len(text)
        else:
            codes = sign.split(";")
            name = " ".join(filter(None, ["b" if "1" in codes else "", *(COLOURS.get(code, "") for code in codes)]))
    return found


def draw(lines):
    width, height = round(COLUMNS * CELL + 2 * MARGIN), len(lines) * LINE + 2 * MARGIN
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" role="img" '
           f'aria-label="The agent on a terminal: session, URL, connections, the last requests">', f"<style>{STYLE}</style>",
           f'<rect class="f" x=".5" y=".5" width="{width - 1}" height="{height - 1}" rx="8"/>']
    for number, line in enumerate(lines):
        for name, column, text in pieces(line):
            kind = f' class="{name}"' if name else ""
            out.append(f'<text{kind} x="{MARGIN + column * CELL:.1f}" y="{MARGIN + (number + 1) * LINE - 5}" '
                       f'textLength="{len(text) * CELL:.1f}" lengthAdjust="spacingAndGlyphs">{html.escape(text)}</text>')
    return "\n".join([*out, "</svg>", ""])


terminal = Terminal(folder, COLUMNS, ROWS, f"{program} start web --config {configuration}")
if not terminal.until(lambda text: "Forwarding" in text and "Latency" in text):
    sys.exit(f"the agent did not come online:\n{terminal.text()}")
for path, method in [("/", "GET"), ("/orders?page=2", "GET"), ("/orders", "POST"), ("/favicon.ico", "GET"), ("/orders/16", "DELETE"),
                     ("/orders/17", "GET")]:
    visit("web.portico.localhost", int(https_port), ca, path, method)
if not terminal.until(lambda text: "/orders/17" in text):
    sys.exit(f"requests did not appear:\n{terminal.text()}")
lines = terminal.lines(coloured=True)
while lines and not lines[-1].strip():
    lines.pop()
pathlib.Path(result).write_text(draw(lines), encoding="utf-8")
terminal.key("C-c")
terminal.until(lambda text: "Session Status" not in text)
terminal.tmux("kill-server")
