#!/usr/bin/env python3
"""Checks that each relative link of the tracked Markdown files leads to a file (and heading) that exists, and that
each decision is listed in the index of decisions.

    scripts/check-links.py
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"\]\(([^()\s]+)\)|(?:src|href)=\"([^\"]+)\"")


def anchors(path):
    """The anchors of a page's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+\s+(.+?)\s*$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def without_code(text):
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def main():
    tracked = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    findings = []
    for name in tracked.stdout.splitlines():
        page = ROOT / name
        for link in (a or b for a, b in LINK.findall(without_code(page.read_text()))):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            goal = (page.parent / path).resolve() if path else page
            if not goal.exists():
                findings.append(f"{name}: {link} leads nowhere")
            elif anchor and goal.suffix == ".md" and anchor not in anchors(goal):
                findings.append(f"{name}: {link}: no such heading")
    index = ROOT / "docs/decisions/README.md"
    for decision in sorted(index.parent.glob("[0-9]*.md")):
        if f"({decision.name})" not in index.read_text():
            findings.append(f"{index.relative_to(ROOT)}: {decision.name} is not listed")
    print("\n".join(findings) or f"links in {len(tracked.stdout.splitlines())} pages lead somewhere")
    sys.exit(bool(findings))


if __name__ == "__main__":
    main()
