#!/usr/bin/env python3
"""What a traffic policy costs: our edge and three peers, each with the same rules in its own language.

Levels: no rules; 1 rule that matches nothing; 10 that add a header to the request; 50 that match nothing, half of them
regular expressions of the path, half networks of the visitor. Everything else of a system is as the bench configures it.

    bench/policies.py systems ROOT BIN       the systems as JSON, for the bench's driver
    bench/policies.py configure SYSTEM LEVEL OUT [TEMPLATE NAME=VALUE ...]
                                             a system's configuration, or our edge's policy
    bench/policies.py table RESULTS.jsonl    throughput with to without rules, ours beside the peers'; exit status 1 when
                                             ours loses more than a peer, by more than the rounds differ
"""
import collections
import json
import math
import pathlib
import statistics
import sys

LEVELS = {1: "1 rule that matches nothing", 10: "10 rules that add a header", 50: "50 rules, regex and CIDR"}
PEERS = {"nginx": "nginx.conf", "caddy": "Caddyfile", "envoy": "envoy.yaml"}
# How many standard errors two figures must lie apart to be told apart.
TOLD_APART = 2
OURS = "ours"
HALF = range(1, 26)


def regex(number):
    return f"^/internal-{number}/[a-z]+/[0-9]+$"


# MARK: - The same rules four times

def portico(level):
    """A policy document."""
    def denies(expression):
        return f'  - expressions: ["{expression}"]\n    actions: [{{type: deny}}]\n'
    rules = {
        1: lambda: denies("req.url.path == '/never'"),
        10: lambda: "".join(
            f"  - actions: [{{type: add-headers, config: {{headers: {{x-rule-{n}: value-{n}}}}}}}]\n"
            for n in range(1, 11)),
        50: lambda: "".join(
            denies(f"req.url.path.matches('{regex(n)}')") + denies(f"inCidrRange(conn.client_ip, '10.{n}.0.0/16')")
            for n in HALF),
    }
    return "on_http_request:\n" + rules[level]()


def nginx(level, text):
    if level == 1:
        return replaced(text, "location / {", "location = /never { return 403; }\n    location / {")
    if level == 10:
        headers = " ".join(f"proxy_set_header X-Rule-{n} value-{n};" for n in range(1, 11))
        return replaced(text, "proxy_http_version 1.1;", f"proxy_http_version 1.1; {headers}")
    rules = "\n    ".join(f'if ($uri ~ "{regex(n)}") {{ return 403; }} deny 10.{n}.0.0/16;' for n in HALF)
    return replaced(text, "location / {", f"{rules}\n    location / {{")


def caddy(level, text):
    if level == 1:
        rules = ["@never path /never", "respond @never 403"]
    elif level == 10:
        rules = [f"request_header X-Rule-{n} value-{n}" for n in range(1, 11)]
    else:
        rules = [line for n in HALF for line in (
            f"@path{n} path_regexp {regex(n)}", f"respond @path{n} 403",
            f"@net{n} remote_ip 10.{n}.0.0/16", f"respond @net{n} 403")]
    return replaced(text, "  reverse_proxy ", "  " + "\n  ".join(rules) + "\n  reverse_proxy ")


def envoy(level, text):
    if level == 1:
        route = '{ match: { path: "/never" }, direct_response: { status: 403 } }'
        return replaced(text, "routes: [ ", f"routes: [ {route}, ")
    if level == 10:
        headers = ", ".join(f"{{ header: {{ key: x-rule-{n}, value: value-{n} }} }}" for n in range(1, 11))
        return replaced(text, 'domains: ["*"], ', f'domains: ["*"], request_headers_to_add: [ {headers} ], ')
    policies = ", ".join(
        f'p{n}: {{ permissions: [ {{ url_path: {{ path: {{ safe_regex: {{ regex: "{regex(n)}" }} }} }} }} ], '
        "principals: [ { any: true } ] }, "
        f'n{n}: {{ permissions: [ {{ any: true }} ], principals: [ {{ direct_remote_ip: '
        f'{{ address_prefix: 10.{n}.0.0, prefix_len: 16 }} }} ] }}' for n in HALF)
    rbac = ('{ name: envoy.filters.http.rbac, typed_config: { "@type": '
            "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC, "
            f"rules: {{ action: DENY, policies: {{ {policies} }} }} }} }}")
    return replaced(text, "http_filters: [ ", f"http_filters: [ {rbac}, ")


def replaced(text, old, new):
    if old not in text:
        sys.exit(f"the bench's configuration has no {old!r} to add rules at")
    return text.replace(old, new)


# MARK: - For the driver

def systems(root, bin_folder):
    commands = {
        "nginx": ("nginx -c {run}/{name}.conf -p {run}", {}),
        "caddy": ("{bin}/caddy run --config {run}/{name}.conf --adapter caddyfile",
                  {"GOMAXPROCS": "{n}", "HOME": "{run}"}),
        "envoy": ("{bin}/envoy -c {run}/{name}.yaml --concurrency {n} --use-dynamic-base-id --disable-hot-restart "
                  "-l error", {}),
    }
    spec = {}
    for level in [0, *LEVELS]:
        name = f"{OURS}+{level}"
        policy = "{run}/{name}-policy.yaml"
        make = f"{root}/bench/policies.py configure {OURS} {level} {policy}; BENCH_POLICY={policy} " if level else ""
        spec[name] = {
            "pre": [make + f"{root}/scripts/bench-edge.sh edge {bin_folder} {{run}}/{{name}} "
                    "{http} {https} {mux} {aux} {target} {n}"],
            "cmd": f"{bin_folder}/portico-edge serve --config {{run}}/{{name}}/edge.yml",
        }
        for peer, template in PEERS.items():
            suffix = "yaml" if peer == "envoy" else "conf"
            values = " ".join(f"{key}={{{value}}}" for key, value in [
                ("P_HTTP", "http"), ("P_HTTPS", "https"), ("TARGET", "target"), ("N", "n"), ("CERT", "cert"),
                ("KEY", "key"), ("RUN", "run"), ("NAME", "name")])
            command, environment = commands[peer]
            spec[f"{peer}+{level}"] = {
                "pre": [f"{root}/bench/policies.py configure {peer} {level} {{run}}/{{name}}.{suffix} "
                        f"{{here}}/conf/{template} {values}"],
                "cmd": command,
                "env": environment,
            }
    return spec


def configure(system, level, out, template=None, *values):
    if system == OURS:
        pathlib.Path(out).write_text(portico(level))
        return
    text = pathlib.Path(template).read_text()
    if level:
        text = {"nginx": nginx, "caddy": caddy, "envoy": envoy}[system](level, text)
    values = dict(value.split("=", 1) for value in values)
    # Several of them run beside each other.
    text = text.replace("@RUN@/nginx.pid", f"@RUN@/{values['NAME']}.pid")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    pathlib.Path(out).write_text(text)


# MARK: - The table

def table(path):
    runs = collections.defaultdict(dict)
    for line in pathlib.Path(path).read_text().splitlines():
        run = json.loads(line)
        name, _, level = run["sys"].partition("+")
        if level and not run.get("bad"):
            runs[name, int(level)][run["round"]] = run

    def rounds(name, level):
        """How much of a system's throughput is left with rules, by its CPU time for each request, round by round."""
        return [runs[name, 0][r]["cpuall"] / run["cpuall"] for r, run in runs[name, level].items() if r in runs[name, 0]]

    def kept(name, level):
        """The median of the rounds and its standard error; rules make no proxy faster, so no figure is above 1."""
        ratios = rounds(name, level)
        if len(ratios) < 3:
            return None
        # A median's error is 1.2533 times a mean's where the rounds are spread normally; one round that something else
        # disturbed must not widen it, so the spread is taken from the quartiles.
        low, _, high = statistics.quantiles(ratios, n=4)
        return min(1, statistics.median(ratios)), 1.2533 * (high - low) / 1.349 / math.sqrt(len(ratios))

    names = [name for name in (OURS, *PEERS) if runs[name, 0]]
    print("| throughput with rules to without, by CPU | " + " | ".join(names) + " | |")
    print("|---|" + "--:|" * len(names) + "---|")
    failed = False
    for level, title in LEVELS.items():
        figures = {name: kept(name, level) for name in names}
        if figures.get(OURS) is None:
            print(f"| {title} | no result |")
            failed = True
            continue
        ours, error = figures[OURS]
        ahead = [name for name, figure in figures.items() if figure and figure[0] > ours]
        behind = [name for name in ahead if figures[name][0] - ours > TOLD_APART * math.hypot(figures[name][1], error)]
        failed |= bool(behind)
        cells = " | ".join("" if figure is None else f"{figure[0]:.3f} ± {figure[1]:.3f}" for figure in figures.values())
        if behind:
            verdict = f"loses more than {', '.join(behind)}"
        elif ahead:
            verdict = f"not told apart from {', '.join(ahead)}"
        else:
            verdict = "loses least"
        print(f"| {title} | {cells} | {verdict} |")
    costs = {name: statistics.median(run["cpuall"] for run in runs[name, 0].values()) for name in names}
    print("| CPU without rules, µs a request | " + " | ".join(f"{cost:.1f}" for cost in costs.values()) + " | |")
    for level, title in LEVELS.items():
        more = [statistics.median(run["cpuall"] for run in runs[name, level].values()) - costs[name]
                if runs[name, level] else float("nan") for name in names]
        print(f"| {title}: CPU more, µs | " + " | ".join(f"{cost:.2f}" for cost in more) + " | |")
    return failed


def main():
    arguments = sys.argv[1:]
    if arguments[:1] == ["systems"] and len(arguments) == 3:
        print(json.dumps(systems(*arguments[1:]), indent=1))
    elif arguments[:1] == ["configure"] and len(arguments) >= 4:
        configure(arguments[1], int(arguments[2]), *arguments[3:])
    elif arguments[:1] == ["table"] and len(arguments) == 2:
        sys.exit(table(arguments[1]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main()
