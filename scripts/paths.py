#!/usr/bin/env python3
"""Runs the published path vectors against an edge over raw connections. Ends with `N passed, N failed`.

What is behind the edge says which target it got, and a policy adds the path as rules see it as the field x-path to the
answer, and denies /admin and all below.

    scripts/paths.py VECTORS.JSON HTTP_PORT
"""
import json
import re
import socket
import sys
import urllib.parse

# What no URI has as it is, though many clients send it; an edge may hand it on escaped.
UNESCAPED = '"<>^`{|}'


def ask(port, target):
    """The status, x-path, and the target that came upstream."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"GET " + target.encode() + b" HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split(b" ")[1])
    seen = re.search(rb"(?im)^x-path: (.*?)\r?$", head)
    target = json.loads(body)["line"].split(" ")[1] if status == 200 else None
    return status, seen and seen[1].decode(), target


def escaped(text):
    return "".join(urllib.parse.quote(c) if c in UNESCAPED else c for c in text)


def problem(vector, status, path, target):
    """What is wrong with an answer; None when it is right."""
    rule = vector.get("admin_rule")
    if status == 403:
        return None if rule == "match" else "the rule fires"
    if status == 400:
        may = vector["outcome"] == "reject" or vector.get("reject_also_fine") or rule == "match"
        return None if may else "refused"
    if status != 200:
        return f"answered {status}"
    if rule == "match":
        return f"the rule does not fire on {path}"
    if vector["outcome"] == "reject":
        if vector.get("keep_encoded_also_fine") and path.lower() == vector["input"].lower():
            return None
        if vector.get("encode_also_fine") and path == target == escaped(vector["input"]):
            return None
        return f"accepted as {path}, handed on as {target}"
    # The target goes up as it came, without its authority, and is told in one spelling.
    if path != vector["canonical"]:
        return f"read as {path}, not {vector['canonical']}"
    came = re.sub("^http://[^/]*", "", vector["input"], flags=re.IGNORECASE) or "/"
    return None if target == came else f"handed on as {target}"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        vectors = json.load(file)["paths"]
    failed = 0
    for vector in vectors:
        try:
            words = problem(vector, *ask(int(sys.argv[2]), vector["input"]))
        except Exception as error:  # Each failure is told, whatever it is.
            words = f"{type(error).__name__} {error}"
        if words:
            failed += 1
            print(f"FAIL {vector['id']} {vector['input']!r}: {words} ({vector['why']})")
    print(f"{len(vectors) - failed} passed, {failed} failed")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
