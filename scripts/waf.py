#!/usr/bin/env python3
"""Sends published attacks to an edge and to nginx with the same engine and the same rules, and compares what they find.

    scripts/waf.py TESTS.JSONL EDGE_PORT NGINX_PORT AUDIT_LOG [--cases N] [--table FILE]

Each case goes over connections of its own. nginx tells what it found in its audit log, one JSON object a line; the edge
in the fields x-waf-rules and x-waf-score of the answer. A case passes when both name the same rules and the same score.
Cases that one of the two refuses before its firewall sees them are listed with the reason and not counted. The set was
made for a newer rule set than the one that runs: how many of the rules that it expects were found is printed, for
knowledge. All of it is written to FILE too, as a page. Ends with `N passed, N failed`.
"""
import argparse
import base64
import collections
import json
import re
import socket
import sys
import time

SHORT_FORMS = {
    "host": ("Host", "localhost"),
    "ua": ("User-Agent", "OWASP CRS test agent"),
    "acc": (
        "Accept",
        "text/xml,application/xml,application/xhtml+xml,text/html;q=0.9,text/plain;q=0.8,image/png,*/*;q=0.5",
    ),
}
# Severities that add to a score, by number: critical, error, warning, notice.
SCORING = {2, 3, 4, 5}


def request(case):
    """The bytes of a case's request."""
    if "encoded_request_b64" in case:
        return base64.b64decode(case["encoded_request_b64"])
    fields = [SHORT_FORMS[name] for name in SHORT_FORMS if case.get(name)]
    fields += [(name, value) for name, value in case["headers"].items()]
    body = case.get("data", "").encode("utf-8", "surrogateescape")
    if "encoded_data_b64" in case:
        body = base64.b64decode(case["encoded_data_b64"])
    if not case.get("no_autocomplete"):
        names = {name.lower() for name, _ in fields}
        if body and "content-type" not in names:
            fields.append(("Content-Type", "application/x-www-form-urlencoded"))
        if body and "content-length" not in names and "transfer-encoding" not in names:
            fields.append(("Content-Length", str(len(body))))
        if "connection" not in names:
            fields.append(("Connection", "close"))
    lines = [f"{case['method']} {case['uri']} {case.get('version', 'HTTP/1.1')}"]
    lines += [f"{name}: {value}" for name, value in fields]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + body


def ask(port, data, is_head):
    """The answer's head and the port that it was asked from; the head is None where there was no answer, and empty where
    the connection is still open without one after some seconds."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        own = connection.getsockname()[1]
        answer = b""
        try:
            connection.sendall(data)
            while not complete(answer, is_head):
                piece = connection.recv(65536)
                if not piece:
                    break
                answer += piece
        except socket.timeout:
            return "", own
        except ConnectionError:
            pass
    head = answer.partition(b"\r\n\r\n")[0].decode("latin-1")
    return (head if head.startswith("HTTP/") else None), own


def complete(answer, is_head):
    head, end, body = answer.partition(b"\r\n\r\n")
    if not end:
        return False
    if is_head:
        return True
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return len(body) >= int(line.split(b":")[1])
        if line.startswith(b"transfer-encoding:"):
            return body.endswith(b"0\r\n\r\n")
    return head.split(b" ")[1] in (b"204", b"304")


def status(head):
    if head == "":
        return "waits for the rest of the body"
    return f"answers {head.split(' ')[1]}" if head else "closes the connection"


def field(head, name):
    for line in (head or "").split("\r\n")[1:]:
        key, _, value = line.partition(":")
        if key.lower() == name:
            return value.strip()
    return None


class AuditLog:
    """What nginx found, by the port that asked."""

    def __init__(self, path):
        self.file = open(path, "rb")
        self.rest = b""
        self.found = {}

    def read(self):
        *lines, self.rest = (self.rest + self.file.read()).split(b"\n")
        for line in lines:
            if not line.strip():
                continue
            told = json.loads(line.decode("utf-8", "replace"), strict=False)["transaction"]
            rules, score = set(), 0
            for message in told["messages"]:
                details = message["details"]
                number, severity = int(details["ruleId"]), int(details["severity"] or 0)
                if number == REPORT:
                    score = int(message["message"] or 0)
                elif severity in SCORING and not 949000 <= number < 950000 and number < 950000:
                    rules.add(number)
            self.found[int(told["client_port"])] = (rules, score)

    def of(self, port, patience):
        """Nil where nothing was told of it in time."""
        end = time.monotonic() + patience
        while True:
            self.read()
            if port in self.found:
                return self.found.pop(port)
            if time.monotonic() > end:
                return None
            time.sleep(0.005)


# The rule of nginx's set-up that tells the score.
REPORT = 99
# What stands at the edge for expressions that took too many steps; nginx has no limit of them.
INCOMPLETE = 200005


def compare(case, options, audit):
    """("pass", ids) or ("fail", words) or ("apart", words)."""
    data = request(case)
    # Nothing else may be asked while a body still comes.
    is_head = data.startswith(b"HEAD ")
    ours, _ = ask(options.edge, data, is_head)
    theirs, port = ask(options.nginx, data, is_head)
    rules = field(ours, "x-waf-rules")
    # An answer of nginx's own comes before its firewall, as a rule; the audit log knows.
    found = audit.of(port, 2 if theirs and " 200 " in theirs.split("\r\n")[0] else 0.05)
    if rules is None or found is None:
        words = []
        if rules is None:
            words.append(f"the edge {status(ours)}")
        if found is None:
            words.append(f"nginx {status(theirs)}")
        return "apart", " and ".join(words)
    mine = {int(number) for number in rules.split(",") if number}
    score = int(field(ours, "x-waf-score") or 0)
    if INCOMPLETE in mine:
        return "apart", "the edge breaks off expressions that take too many steps"
    if re.fullmatch(r"[a-z]+://[^/]*", case.get("uri", "")):
        return "apart", "nginx shows its firewall / for a URL without a path, the edge what came"
    if mine == found[0] and score == found[1]:
        return "pass", mine
    words = []
    if mine - found[0]:
        words.append(f"the edge alone finds {sorted(mine - found[0])}")
    if found[0] - mine:
        words.append(f"nginx alone finds {sorted(found[0] - mine)}")
    if score != found[1]:
        words.append(f"the scores are {score} and {found[1]}")
    return "fail", ", ".join(words)


def page(count, results, sizes, failures, apart):
    """What came of a run, in Markdown."""
    lines = [
        "# Published attacks, beside nginx",
        "",
        "Written by `WAF_TABLE=docs/firewall-cases.md make conformance SUITE=waf-crs`; how the cases are run stands in",
        "[the firewall's page](firewall.md).",
        "",
        "| cases | |",
        "|---|---|",
        f"| sent to both | {count} |",
        f"| seen by both firewalls | {results['pass'] + results['fail']} |",
        f"| of those: the same rules and the same score | {results['pass']} |",
        f"| … of which some rule matched | {sizes['with rules']} |",
        f"| … none | {sizes['without']} |",
        f"| of those: different | {results['fail']} |",
        f"| not compared, for the reasons below | {results['apart']} |",
        "",
    ]
    if failures:
        lines += ["## Different", "", "| case | how |", "|---|---|"]
        lines += [f"| {name} | {words} |" for name, words in failures] + [""]
    lines += [
        "## Not compared",
        "",
        "Where a reason names an answer, the request is not HTTP as whoever answers takes it, and is refused before any firewall sees",
        "it. Expressions have a number of steps at the edge ([413](decisions/0413-expressions-have-steps.md)), and none at nginx.",
        "",
        "| reason | cases | which |",
        "|---|---|---|",
    ]
    lines += [f"| {words} | {len(ids)} | {' '.join(ids)} |" for words, ids in apart]
    return "\n".join(lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tests")
    parser.add_argument("edge", type=int)
    parser.add_argument("nginx", type=int)
    parser.add_argument("audit")
    parser.add_argument("--cases", type=int, default=0, help="so many, evenly chosen; 0 for all")
    parser.add_argument("--table", help="the page to write")
    options = parser.parse_args()
    with open(options.tests, encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    if 0 < options.cases < len(cases):
        cases = [cases[index * len(cases) // options.cases] for index in range(options.cases)]
    audit = AuditLog(options.audit)
    results = collections.Counter()
    failures = []
    reasons = collections.defaultdict(list)
    expected = collections.Counter()
    sizes = collections.Counter()
    for case in cases:
        try:
            result, words = compare(case, options, audit)
        except Exception as error:  # Each failure is told, whatever it is.
            result, words = "fail", f"{type(error).__name__} {error}"
        results[result] += 1
        if result == "fail":
            print(f"FAIL {case['id']}: {words}")
            failures.append((case["id"], words))
        elif result == "apart":
            reasons[words].append(case["id"])
        else:
            sizes["with rules" if words else "without"] += 1
            for wanted in case.get("expect_ids", []):
                expected["found" if wanted in words else "missed"] += 1
            for unwanted in case.get("no_expect_ids", []):
                expected["false" if unwanted in words else "rightly not found"] += 1
    apart = sorted(reasons.items(), key=lambda item: (-len(item[1]), item[0]))
    for words, ids in apart:
        print(f"apart, {len(ids)}: {words}: {' '.join(ids)}")
    seen = results["pass"] + results["fail"]
    print(f"{len(cases)} cases; both firewalls saw {seen}, {results['apart']} came to one or none")
    print(f"of the same findings {sizes['with rules']} name rules, {sizes['without']} none")
    print(f"beside what the set expects of newer rules: {dict(expected)}")
    if options.table:
        with open(options.table, "w", encoding="utf-8") as file:
            file.write(page(len(cases), results, sizes, failures, apart))
    print(f"{results['pass']} passed, {results['fail']} failed")
    sys.exit(results["fail"] > 0)


if __name__ == "__main__":
    main()
