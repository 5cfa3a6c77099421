#!/usr/bin/env python3
"""Prints the ratio table: ours against each peer, beside the goal and the red line.

A ratio is that of the medians of one run's rounds. A rate at which our programs leave their core partly idle was
limited by something else: then requests for each second of CPU are compared, and the row says so. A row with a bad
response is no result.

    bench/table.py RESULTS.jsonl   a Markdown table; exit status 1 when a red line is crossed that is not explained, or
                                   a row is worse than its explanation allows
    bench/table.py --check         whether each explanation belongs to a row and stands in docs/performance.md
"""
import collections
import json
import math
import pathlib
import statistics
import sys

MORE, LESS = "≥", "≤"
EDGE, TUNNEL = "ours", "ours-tunnel"
BEST = "best of nginx-big, haproxy-big, envoy"

# What is measured: title, our system, scenario, field, which way is better, then (peer, goal, red line) each.
# A peer of None: the figure itself, scaled to the unit in the title. No red line: None.
GOALS = [
    ("HTTP/1.1, 1 KB: requests/s", EDGE, "h1_1k", "rps", MORE, [
        ("nginx", 0.95, 0.85), ("haproxy", 1.0, 0.85), ("envoy", 2.0, 1.7), ("traefik", 3.2, 2.5), ("caddy", 4.0, 3.0)]),
    ("HTTPS, 1 KB: requests/s", EDGE, "https_1k", "rps", MORE, [
        ("nginx", 0.95, 0.87), ("haproxy", 0.95, None), ("envoy", 1.8, None), ("traefik", 2.6, None),
        ("caddy", 3.5, None)]),
    ("HTTP/2, 1 KB: requests/s", EDGE, "h2_1k", "rps", MORE, [
        ("nginx", 1.4, 1.1), ("haproxy", 1.0, None), ("envoy", 2.2, None), ("traefik", 6, None), ("caddy", 8, None)]),
    ("new TLS 1.3 handshake: CPU", EDGE, "tls_new", "cpuall", LESS, [
        ("nginx", 0.78, 0.9), ("envoy", 0.97, None), ("caddy", 0.65, None)]),
    ("1 MB over HTTP: CPU", EDGE, "h1_1m", "cpuall", LESS, [(BEST, 0.97, 1.1)]),
    ("1 MB over HTTPS: CPU", EDGE, "https_1m", "cpuall", LESS, [(BEST, 0.85, 1.0)]),
    ("1 MB over HTTP/2: CPU", EDGE, "h2_1m", "cpuall", LESS, [(BEST, 0.95, 1.05)]),
    ("64 KB down: CPU", EDGE, "h1_64k", "cpuall", LESS, [("nginx-big", 1.10, 1.25)]),
    ("64 KB up: CPU", EDGE, "h1_post64k", "cpuall", LESS, [("nginx-big", 1.10, 1.25)]),
    ("HTTP at a fixed rate: median time", EDGE, "lat_h1", "p50", LESS, [
        ("nginx", 1.2, 1.5), ("envoy", 0.6, None), ("traefik", 0.6, None), ("caddy", 0.6, None)]),
    ("HTTPS at a fixed rate: median time", EDGE, "lat_https", "p50", LESS, [
        ("nginx", 1.2, 1.5), ("envoy", 0.6, None), ("traefik", 0.6, None), ("caddy", 0.6, None)]),
    ("idle HTTP connection: KB", EDGE, "idle", "rps", LESS, [(None, 6, 10), ("caddy", 0.3, None)]),
    ("idle HTTPS connection: KB", EDGE, "idle_tls", "rps", LESS, [(None, 25, 30), ("caddy", 0.7, None)]),
    ("idle agent session: KB", TUNNEL, "idle_session", "rps", LESS, [(None, 40, 60)]),
    ("edge at start: MB resident", EDGE, "idle", "idle_mb", LESS, [(None, 30, 45)]),
    ("tunnel, 1 KB, 64 connections: requests/s", TUNNEL, "h1_1k", "rps", MORE, [
        ("ssh-R", 3.5, 3.0), ("frp", 2.0, 1.6), ("chisel", 2.0, None)]),
    ("tunnel, 1 KB: CPU of edge and agent, µs", TUNNEL, "h1_1k", "cpuall", LESS, [
        (None, 18, None), ("frp", 0.45, 0.6)]),
    ("tunnel, one connection: requests/s", TUNNEL, "h1_one", "rps", MORE, [
        ("ssh-R", 1.7, 1.3), ("frp", 1.5, 1.3), ("chisel", 1.05, 0.9)]),
    ("tunnel, one stream of 1 GB: MB/s", TUNNEL, "bulk_1g", "rps", MORE, [
        ("ssh-R", 1.15, 1.0), ("frp", 1.7, None), ("chisel", 2.5, None)]),
    ("tunnel, 16 × 1 MB: requests/s", TUNNEL, "h1_1m", "rps", MORE, [("ssh-R", 1.5, 1.2), ("frp", 1.7, 1.2)]),
]
PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs/performance.md"
# Rows that fall short for a reason that a profile shows: title and peer, how far short the reason goes, and the heading
# under which docs/performance.md gives it. A row that is worse than that falls short of its explanation too.
EXPLAINED = {
    ("tunnel, 1 KB, 64 connections: requests/s", "ssh-R"): (1.2, "`ssh -R` at 64 connections"),
}
# Below this use of its core, a system's rate was limited by something else.
BUSY = 0.85
# What is compared in a rate's place: the same requests, for each second of CPU.
SATURATING = {"h1_1k", "https_1k", "h2_1k"}
SCALE = {(scenario, "rps"): 1 / 1024 for scenario in ("idle", "idle_tls", "idle_session")}


class Results:
    """The runs of a results file, by system and scenario."""

    def __init__(self, path):
        self.runs = collections.defaultdict(list)
        with open(path) as lines:
            for line in lines:
                run = json.loads(line)
                self.runs[run["sys"], run["sc"]].append(run)

    def median(self, system, scenario, field):
        """The median over the rounds; None when there is no run or one of them had bad responses."""
        runs = self.runs.get((system, scenario), [])
        values = [run[field] for run in runs if field in run]
        if not values or any(run.get("bad") or run.get("sock") for run in runs):
            return None
        return statistics.median(values) * SCALE.get((scenario, field), 1)

    def bad(self, system, scenario):
        return any(run.get("bad") or run.get("sock") for run in self.runs.get((system, scenario), []))


def judge(value, goal, red, way, explanation=None):
    """What is said of a row, and whether it fails."""
    def holds(limit):
        return value >= limit if way == MORE else value <= limit
    if holds(goal):
        return "goal met", False
    if red is None:
        verdict, crossed = "below the goal", False
    else:
        verdict, crossed = ("above the red line", False) if holds(red) else ("RED LINE CROSSED", True)
    if explanation is None:
        return verdict, crossed
    limit, heading = explanation
    if not holds(limit):
        return f"WORSE THAN EXPLAINED ({way} {limit})", True
    return f"{verdict.lower()}, explained down to {limit}: {heading}", False


def check():
    """Findings about the explanations, none when all is well."""
    rows = {(title, peer) for title, *_, peers in GOALS for peer, *_ in peers}
    headings = {line.lstrip("#").strip() for line in PAGE.read_text().splitlines() if line.startswith("#")}
    for row, (_, heading) in EXPLAINED.items():
        if row not in rows:
            yield f"no such row: {row}"
        if heading not in headings:
            yield f"{PAGE.name} has no heading \"{heading}\", which should explain {row}"


def shown(number):
    if number >= 1000:
        return f"{number:,.0f}"
    return f"{number:.3g}" if number < 10 else f"{number:.1f}"


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        sys.exit(__doc__)
    if sys.argv[1] == "--check":
        findings = list(check())
        print("\n".join(findings) or f"{len(EXPLAINED)} explained rows, each with its section in {PAGE.name}")
        sys.exit(bool(findings))
    results = Results(sys.argv[1])
    print("| what | against | ours | theirs | ratio | goal | red line | |")
    print("|---|---|--:|--:|--:|--:|--:|---|")
    failed = met = rows = 0
    for title, system, scenario, field, way, peers in GOALS:
        if not results.runs.get((system, scenario)):
            continue
        ours = results.median(system, scenario, field)
        for peer, goal, red in peers:
            names = ["nginx-big", "haproxy-big", "envoy"] if peer == BEST else [peer]
            theirs = [value for name in names if name and (value := results.median(name, scenario, field))]
            if peer and not theirs:
                continue
            other = (min(theirs) if way == LESS else max(theirs)) if theirs else math.nan
            limit = "" if red is None else f"{way} {red}"
            rows += 1
            if not ours:
                verdict = "BAD RESPONSES" if results.bad(system, scenario) else "no result"
                failed += 1
                print(f"| {title} | {peer or ''} | | {shown(other) if theirs else ''} | | {way} {goal} | {limit} | {verdict} |")
                continue
            value, basis = ours / other if peer else ours, ""
            if field == "rps" and peer and scenario in SATURATING and results.median(system, scenario, "util") < BUSY:
                value = results.median(peer, scenario, "cpuall") / results.median(system, scenario, "cpuall")
                basis = " (by CPU)"
            verdict, fails = judge(value, goal, red, way, EXPLAINED.get((title, peer)))
            met += verdict == "goal met"
            failed += fails
            figures = [shown(ours), shown(other) if peer else "", f"{value:.2f}" if peer else ""]
            print(f"| {title} | {peer or ''} | {' | '.join(figures)} | {way} {goal} | {limit} | {verdict}{basis} |")
    print(f"\n{met} of {rows} goals met, {failed} rows fail")
    sys.exit(failed > 0 or rows == 0)


if __name__ == "__main__":
    main()
